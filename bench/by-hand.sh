#!/usr/bin/env bash
# A pair of linked clusters, made by a script of kind, kubectl, openssl and Linkerd's own CLI. It follows
# Linkerd's documentation and runs everything at once that can run at once. The benchmark compares `up`
# with it.
#
# usage: by-hand.sh DIRECTORY
#   DIRECTORY holds what the benchmark planned for the pair:
#     network                 name of a Docker network that exists
#     CLUSTER.kind.yaml       kind's configuration; its `name` is the kind cluster
#     CLUSTER.multicluster.yaml   values of the chart linkerd-multicluster
#     linkerd.yaml            values of the chart linkerd-control-plane
#     archives                paths of image archives, a line each
#     data-plane              "real" or "none": without one no gateway becomes alive
set -euo pipefail
cd "$1"
clusters=(west east)
KIND_EXPERIMENTAL_DOCKER_NETWORK=$(cat network)
export KIND_EXPERIMENTAL_DOCKER_NETWORK
kind_name() { sed -n 's/^name: //p' "$1.kind.yaml"; }
in_cluster() { kubectl --kubeconfig "$1.kubeconfig" "${@:2}"; }
linkerd_in() { linkerd --kubeconfig "$1.kubeconfig" "${@:2}"; }

# Waits for all background jobs of this shell, and fails if one of them failed.
all() { local job; for job in $(jobs -p); do wait "$job"; done; }

anchor() {
  openssl ecparam -name prime256v1 -genkey -noout -out ca.key
  openssl req -x509 -new -key ca.key -sha256 -days 365 -subj /CN=root.linkerd.cluster.local -out ca.crt
}

issuer() {
  openssl ecparam -name prime256v1 -genkey -noout -out "$1.key"
  openssl req -new -key "$1.key" -subj /CN=identity.linkerd.cluster.local -out "$1.csr"
  openssl x509 -req -in "$1.csr" -CA ca.crt -CAkey ca.key -CAserial "$1.srl" -CAcreateserial -sha256 \
    -days 365 -extfile <(echo basicConstraints=critical,CA:TRUE,pathlen:0) -out "$1.crt"
}

install() {
  local cluster=$1 archive
  kind create cluster --config "$cluster.kind.yaml" --kubeconfig "$cluster.kubeconfig" --wait 120s
  while read -r archive; do
    kind load image-archive --name "$(kind_name "$cluster")" "$archive" &
  done <archives
  linkerd_in "$cluster" install --crds --set installGatewayAPI=true --ignore-cluster | in_cluster "$cluster" apply -f -
  all
  linkerd_in "$cluster" install --ignore-cluster --values linkerd.yaml --identity-trust-anchors-file ca.crt \
    --identity-issuer-certificate-file "$cluster.crt" --identity-issuer-key-file "$cluster.key" |
    in_cluster "$cluster" apply -f -
  for deployment in linkerd-identity linkerd-destination linkerd-proxy-injector; do
    in_cluster "$cluster" rollout status --namespace linkerd --timeout 5m "deployment/$deployment"
  done
  # A pod that comes before the injector serves runs without its proxy, and nothing says so.
  until in_cluster "$cluster" run probe --image probe --dry-run=server --output yaml \
    --annotations linkerd.io/inject=enabled | grep -q 'name: linkerd-proxy'; do sleep 0.3; done
  linkerd_in "$cluster" multicluster install --ignore-cluster --values "$cluster.multicluster.yaml" |
    in_cluster "$cluster" apply -f -
  in_cluster "$cluster" rollout status --namespace linkerd-multicluster --timeout 5m deployment --selector linkerd.io/extension=multicluster
}

# Puts the Link to a target, with its credentials, into a source.
link() {
  local source=$1 target=$2 address
  address=$(in_cluster "$target" get nodes --output 'jsonpath={.items[0].status.addresses[?(@.type=="InternalIP")].address}')
  linkerd_in "$target" multicluster link-gen --cluster-name "$target" --api-server-address "https://$address:6443" \
    --gateway-addresses "$address" | in_cluster "$source" apply -f -
}

alive() {
  if [[ $(cat data-plane) == real ]]; then
    until linkerd_in "$1" multicluster gateways | grep -q True; do sleep 0.5; done
  else
    until [[ -n $(in_cluster "$1" get endpoints --namespace linkerd-multicluster probe-west probe-east \
      --ignore-not-found --output name) ]]; do sleep 0.5; done
  fi
}

anchor
for cluster in "${clusters[@]}"; do issuer "$cluster"; done
for cluster in "${clusters[@]}"; do install "$cluster" & done
all
link west east &
link east west &
all
for cluster in "${clusters[@]}"; do alive "$cluster" & done
all
