#!/bin/bash
# The program `envoy` of an image without Envoy. kind starts it, and writes Envoy's configuration into the container
# when the control planes run. This reads the port and the control planes from it, and becomes HAProxy.
set -euo pipefail

here=${LOAD_BALANCER_FOLDER:-/home/envoy}
haproxy=${LOAD_BALANCER_HAPROXY:-haproxy}

# Prints "host port" for each address in a file.
addresses() {
  local line host=
  while IFS= read -r line; do
    if [[ $line =~ ^\ *address:\ *\"?([0-9A-Za-z.-]+)\"?\ *$ ]]; then
      host=${BASH_REMATCH[1]}
    elif [[ $line =~ ^\ *port_value:\ *([0-9]+)\ *$ && -n $host ]]; then
      echo "$host ${BASH_REMATCH[1]}"
      host=
    fi
  done < "$1"
}

# kind writes this file last.
until listener=$(addresses "$here/lds.yaml") && [[ -n $listener ]]; do sleep 0.2; done
servers=$(addresses "$here/cds.yaml")
[[ -n $servers ]] || { echo "no control plane in $here/cds.yaml" >&2; exit 1; }

{
  cat << 'END'
global
  maxconn 4000
  # Where fewer files may be open, fewer connections are enough.
  no strict-limits
defaults
  mode tcp
  timeout connect 5s
  timeout check 3s
  # A watch may be silent for long.
  timeout client 1h
  timeout server 1h
resolvers docker
  parse-resolv-conf
  # Docker may give a control plane another address.
  hold valid 1s
  hold obsolete 0s
END
  echo 'frontend kubernetes'
  echo "  bind :${listener##* }"
  echo '  default_backend control-planes'
  cat << 'END'
backend control-planes
  balance roundrobin
  option redispatch
  option httpchk GET /healthz
  http-check expect status 200
  default-server check check-ssl verify none inter 2s fastinter 500ms fall 2 rise 1 on-marked-down shutdown-sessions
  default-server resolvers docker resolve-prefer ipv4 init-addr none
END
  while read -r host port; do echo "  server $host $host:$port"; done <<< "$servers"
} > "$here/haproxy.cfg"

exec "$haproxy" -db -f "$here/haproxy.cfg"
