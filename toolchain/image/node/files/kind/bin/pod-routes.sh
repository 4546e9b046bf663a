#!/bin/bash
# Follows the cluster's nodes and routes each node's pod subnet by its address, as kind's network agent
# does. It ends when the API server hangs up; systemd starts it again.
set -o errexit -o nounset -o pipefail

identity=/var/lib/kubelet/pki/kubelet-client-current.pem
authority=/etc/kubernetes/pki/ca.crt
server=$(sed -n 's/^ *server: *//p' /etc/kubernetes/kubelet.conf | head -n 1)
rbac=apis/rbac.authorization.k8s.io/v1

# A kubelet may only read its own Node (the Node authorizer with selectors, Kubernetes 1.32), so nodes
# are allowed to read all of them. The control plane's node, which has the administrator's
# certificate, allows it.
allow_nodes_to_read_nodes() {
  local admin=/run/pod-routes-admin.pem
  (umask 077 && sed -n 's/^ *client-\(certificate\|key\)-data: *//p' /etc/kubernetes/admin.conf |
    while read -r part; do base64 -d <<<"$part"; done >"$admin")
  local kind resource body
  while read -r kind resource body; do
    local status
    status=$(curl -s -o /dev/null -w '%{http_code}' --cacert "$authority" --cert "$admin" \
      -H 'Content-Type: application/json' "$server/$rbac/$resource" -d "$body")
    # 409: it is there from the last start.
    [[ "$status" == 201 || "$status" == 409 ]] || { echo "$kind: HTTP $status" >&2; return 1; }
  done <<'OBJECTS'
ClusterRole clusterroles {"apiVersion":"rbac.authorization.k8s.io/v1","kind":"ClusterRole","metadata":{"name":"pod-routes"},"rules":[{"apiGroups":[""],"resources":["nodes"],"verbs":["get","list","watch"]}]}
ClusterRoleBinding clusterrolebindings {"apiVersion":"rbac.authorization.k8s.io/v1","kind":"ClusterRoleBinding","metadata":{"name":"pod-routes"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"pod-routes"},"subjects":[{"apiGroup":"rbac.authorization.k8s.io","kind":"Group","name":"system:nodes"}]}
OBJECTS
  rm -f "$admin"
}

[[ ! -f /etc/kubernetes/admin.conf ]] || allow_nodes_to_read_nodes

# Without a resourceVersion the watch begins with one event for each Node that exists.
curl -sS -N --fail --cacert "$authority" --cert "$identity" "$server/api/v1/nodes?watch=true" |
  jq --unbuffered -r --arg self "$(hostname)" '
    .type as $type | .object | select(.kind == "Node" and .metadata.name != $self)
    | (.spec.podCIDRs // [])[] as $subnet
    | ([.status.addresses[]? | select(.type == "InternalIP") | .address
        | select(contains(":") == ($subnet | contains(":")))][0]) as $via
    | select($via) | [$type, $subnet, $via] | @tsv' |
  while read -r type subnet via; do
    if [[ "$type" == DELETED ]]; then
      ip route del "$subnet" via "$via" || true
    elif [[ "$type" == ADDED || "$type" == MODIFIED ]]; then
      [[ "$(ip route show "$subnet")" == *" via $via "* ]] || ip route replace "$subnet" via "$via"
    fi
  done
