#!/bin/bash
# What kind's own network agent does in the node's packet filter, without an agent: the rules are
# nobody else's and do not change, so they are made once per start of the node.
set -o errexit -o nounset -o pipefail

# ---- subnets
# kind writes them in its kubeadm configuration before it calls kubeadm.
setting() {
  sed -n "s/^ *$1: *\"\{0,1\}\([^\"]*\)\"\{0,1\} *$/\1/p" /kind/kubeadm.conf | head -n 1
}
pod_subnets=$(setting podSubnet | tr ',' '\n')
service_subnets=$(setting serviceSubnet | tr ',' '\n')
if [[ -z "$pod_subnets" || -z "$service_subnets" ]]; then
  echo "no podSubnet or no serviceSubnet in /kind/kubeadm.conf" >&2
  exit 1
fi

filter_of() { if [[ "$1" == *:* ]]; then echo ip6tables; else echo iptables; fi; }

# ---- masquerading
# The chain that kind's network agent has (name, jump, order): whoever wants pods of another cluster to
# see this cluster's pod addresses puts a RETURN for their subnet in front, on either kind of node.
chain=KIND-MASQ-AGENT
for subnet in $pod_subnets; do
  filter=$(filter_of "$subnet")
  "$filter" -w -t nat -N "$chain" 2>/dev/null || true
  "$filter" -w -t nat -C "$chain" -d "$subnet" -j RETURN 2>/dev/null ||
    "$filter" -w -t nat -I "$chain" -d "$subnet" -j RETURN
  "$filter" -w -t nat -C "$chain" -j MASQUERADE 2>/dev/null ||
    "$filter" -w -t nat -A "$chain" -j MASQUERADE
  jump=(POSTROUTING -m addrtype ! --dst-type LOCAL -j "$chain")
  "$filter" -w -t nat -C "${jump[@]}" 2>/dev/null || "$filter" -w -t nat -A "${jump[@]}"
done

# ---- Services before kube-proxy
# Pods start before kube-proxy has written its rules. A connection to a Service would leave for the
# Docker network, where nobody answers, and its client would wait half a minute for that: so it is
# refused. With rules for a Service the packet's destination is a pod by the time it comes here.
for subnet in $service_subnets; do
  filter=$(filter_of "$subnet")
  rule=(FORWARD -d "$subnet" -p tcp -j REJECT --reject-with tcp-reset)
  "$filter" -w -C "${rule[@]}" 2>/dev/null || "$filter" -w -A "${rule[@]}"
done

# The API server's Service works from the start: CoreDNS asks it first of all, and when refused it is
# found unready and not asked again for ten seconds, in which the cluster has no DNS. kube-proxy puts its
# rules in front of this one.
subnet=${service_subnets%%$'\n'*}
filter=$(filter_of "$subnet")
base=${subnet%/*}
endpoint=$(setting controlPlaneEndpoint)
if [[ "$filter" == iptables ]]; then
  service="${base%.*}.$((${base##*.} + 1))"
  server=$(getent ahostsv4 "${endpoint%:*}" | awk 'NR == 1 { print $1 }')
else
  service="${base}1"
  server="[$(getent ahostsv6 "${endpoint%:*}" | awk 'NR == 1 { print $1 }')]"
fi
rule=(PREROUTING -d "$service" -p tcp --dport 443 -j DNAT --to-destination "$server:${endpoint##*:}")
"$filter" -w -t nat -C "${rule[@]}" 2>/dev/null || "$filter" -w -t nat -A "${rule[@]}"
