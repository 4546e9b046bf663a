#!/bin/bash
# Keeps, on the node that it runs on, a route to the pods of every node of other clusters, and lets those
# pods see the addresses of this cluster's pods. Runs until it is told to stop.
#
#   PEERS      a line for each node: the pod subnet of its cluster, its name, its own share of that subnet
#   INSTANCE   another one for every pod that runs this
#   STATE      directory of the node's; all instances of this share it
set -o nounset -o pipefail

# The mark on our routes, a number of the kernel's table of routing protocols that nobody has, and the
# mark on our rules.
protocol=76
mark=linkerd-topology

# kind's network agent masquerades in it whatever does not go to the cluster's own pods.
chain=KIND-MASQ-AGENT
interval=5

say() { printf '%s\n' "$*"; }

# ---- what is wanted
declare -A node_of=() wanted_subnets=()
while read -r subnet node share; do
  [[ -n "$share" ]] || continue
  node_of[$share]=$node
  wanted_subnets[$subnet]=yes
done <<<"$PEERS"

# ---- routes
# By name: Docker may give a container another address whenever it starts it. The dot keeps the search
# domains of the host out.
address_of() {
  timeout 3 getent ahostsv4 "$1." | awk 'NR == 1 { print $1 }'
}

sync_routes() {
  local share via current error
  local -A present=()
  while read -r share _ via _; do present[$share]=$via; done < <(ip -4 route show proto "$protocol")
  for share in "${!node_of[@]}"; do
    via=$(address_of "${node_of[$share]}")
    current=${present[$share]-}
    unset "present[$share]"
    if [[ -z "$via" ]]; then
      # Its last address may still be right.
      missing+=("${node_of[$share]} has no address on this network: is its container running?")
    elif [[ "$via" != "$current" ]]; then
      if error=$(ip -4 route replace "$share" via "$via" proto "$protocol" 2>&1); then
        say "route to $share by $via, ${node_of[$share]}"
      else
        missing+=("no route to $share by $via, ${node_of[$share]}: $error")
      fi
    fi
  done
  for share in "${!present[@]}"; do remove_route "$share"; done
}

remove_route() {
  ip -4 route del "$1" proto "$protocol" && say "no more route to $1"
}

# ---- addresses
# The rules have to be in the packet filter, nft or legacy, that has the chain.
find_filter() {
  local candidate
  # Asking for a table makes it, and tools then warn of a mixture of both: legacy only where it is in use.
  local candidates=(iptables iptables-nft)
  if grep -qsx nat /proc/net/ip_tables_names; then candidates+=(iptables-legacy); fi
  for candidate in "${candidates[@]}"; do
    if "$candidate" -w 5 -t nat -S "$chain" >/dev/null 2>&1; then
      filter=$candidate
      return 0
    fi
  done
  return 1
}

# Our rules, as subnets: those ahead of the masquerading and, marked with a word, those behind it.
own_rules() {
  "$filter" -w 5 -t nat -S "$chain" 2>/dev/null | awk -v mark="$mark" '
    / -j MASQUERADE/ { behind = " behind" }
    {
      subnet = ""; own = 0
      for (i = 1; i < NF; i++) {
        if ($i == "-d") subnet = $(i + 1)
        if ($i == "--comment" && ($(i + 1) == mark || $(i + 1) == "\"" mark "\"")) own = 1
      }
      if (own && subnet != "") print subnet behind
    }'
}

rule() {
  "$filter" -w 5 -t nat "$1" "$chain" -d "$2" -m comment --comment "$mark" -j RETURN
}

sync_rules() {
  local subnet behind error
  local -A present=()
  filter=
  if ! find_filter; then
    missing+=("there is no chain $chain in the packet filter: the cluster's network agent has not made it")
    return
  fi
  while read -r subnet behind; do
    if [[ -n "$behind" || -z "${wanted_subnets[$subnet]-}" || -n "${present[$subnet]-}" ]]; then
      rule -D "$subnet"
    else
      present[$subnet]=yes
    fi
  done < <(own_rules)
  for subnet in "${!wanted_subnets[@]}"; do
    [[ -z "${present[$subnet]-}" ]] || continue
    if error=$(rule -I "$subnet" 2>&1); then
      say "addresses of pods are kept on the way to $subnet"
    else
      missing+=("addresses of pods are not kept on the way to $subnet: $error")
    fi
  done
}

# ---- from start to end
# While a change is rolled out two of us run on a node: the newer one owns the routes, so that none is
# missing in between.
claim() { printf '%s' "$INSTANCE" >"$STATE/owner"; }
owns() {
  [[ -e "$STATE/owner" ]] || claim
  [[ "$(cat "$STATE/owner")" == "$INSTANCE" ]]
}
mkdir -p "$STATE"
claim

# The probe of the pod reads it.
report() {
  printf '%s\n' "$1" >"$STATE/$INSTANCE.new" && mv "$STATE/$INSTANCE.new" "$STATE/$INSTANCE"
}

stop() {
  if owns; then
    node_of=() wanted_subnets=() missing=()
    sync_routes
    sync_rules
    rm -f "$STATE/owner"
  fi
  rm -f "$STATE/$INSTANCE" "$STATE/$INSTANCE.new"
  exit 0
}
trap stop TERM INT

said=
while true; do
  if owns; then
    missing=()
    sync_routes
    sync_rules
    if [[ ${#missing[@]} -eq 0 ]]; then now=ready; else now=$(printf '%s\n' "${missing[@]}"); fi
    [[ "$now" == "$said" ]] || say "$now"
    said=$now
    report "$now"
  fi
  # In the background: a signal is answered at once, not after it.
  sleep "$interval" &
  wait $!
done
