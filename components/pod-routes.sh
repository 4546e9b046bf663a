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
# By name: Docker may give a container another address whenever it starts it. One program asks for all of
# them: this runs every few seconds on every node. The dot keeps the search domains of the host out.
find_addresses() {
  local address name
  [[ ${#node_of[@]} -gt 0 ]] || return
  while read -r address _ name; do
    [[ -z "$name" ]] || addresses[${name%.}]=$address
  done < <(timeout 3 getent ahostsv4 "${node_of[@]/%/.}")
  # A name that takes too long takes the answers to the others along. So each that is left is asked for alone.
  for name in "${node_of[@]}"; do
    [[ -z "${addresses[$name]-}" ]] || continue
    read -r address _ < <(timeout 3 getent ahostsv4 "$name.") || continue
    addresses[$name]=$address
  done
}

sync_routes() {
  local share via current error
  local -A present=() addresses=()
  while read -r share _ via _; do present[$share]=$via; done < <(ip -4 route show proto "$protocol")
  find_addresses
  for share in "${!node_of[@]}"; do
    via=${addresses[${node_of[$share]}]-}
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
filter=
find_rules() {
  local candidate
  for candidate in $filter iptables iptables-nft iptables-legacy; do
    # Asking for a table makes it, and tools then warn of a mixture of both: legacy only where it is in use.
    [[ "$candidate" != iptables-legacy ]] || legacy_has_nat || continue
    mapfile -t rules < <("$candidate" -w 5 -t nat -S "$chain" 2>/dev/null)
    if [[ ${#rules[@]} -gt 0 ]]; then
      filter=$candidate
      return 0
    fi
  done
  return 1
}

legacy_has_nat() {
  local table
  while read -r table; do
    [[ "$table" != nat ]] || return 0
  done 2>/dev/null </proc/net/ip_tables_names
  return 1
}

rule() {
  "$filter" -w 5 -t nat "$1" "$chain" -d "$2" -m comment --comment "$mark" -j RETURN
}

sync_rules() {
  local line subnet error behind=
  local own=" -d ([^ ]+) .*--comment \"?$mark\"? "
  local rules=()
  local -A present=()
  if ! find_rules; then
    missing+=("there is no chain $chain in the packet filter: the cluster's network agent has not made it")
    return
  fi
  for line in "${rules[@]}"; do
    [[ "$line" != *" -j MASQUERADE"* ]] || behind=yes
    [[ "$line" =~ $own ]] || continue
    subnet=${BASH_REMATCH[1]}
    # Behind the masquerading a rule does nothing.
    if [[ -n "$behind" || -z "${wanted_subnets[$subnet]-}" || -n "${present[$subnet]-}" ]]; then
      rule -D "$subnet"
    else
      present[$subnet]=yes
    fi
  done
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
  local owner=
  [[ -e "$STATE/owner" ]] || claim
  read -r owner <"$STATE/owner" || true
  [[ "$owner" == "$INSTANCE" ]]
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
    if [[ "$now" != "$said" ]]; then
      say "$now"
      report "$now"
      said=$now
    fi
  fi
  # In the background: a signal is answered at once, not after it.
  sleep "$interval" &
  wait $!
done
