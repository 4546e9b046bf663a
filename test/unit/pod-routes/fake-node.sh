#!/bin/bash
# The programs of a node, as far as pod-routes.sh calls them, on files in $FAKE_NODE. The name that it is
# called by chooses.
set -o nounset
cd "$FAKE_NODE" || exit 1

case "$(basename "$0") $*" in
  sleep*) exec /bin/sleep 0.1 ;;
  "getent ahostsv4 "*)
    address=$(awk -v name="$2" '$1 == name { print $2 }' hosts)
    [[ -n "$address" ]] || exit 2
    printf '%s STREAM %s\n%s DGRAM\n' "$address" "$2" "$address"
    ;;
  "ip -4 route show proto "*) sed -n "s/ proto $5\$//p" routes ;;
  "ip -4 route replace "* | "ip -4 route del "*)
    subnet=$4
    grep -v "^$subnet " routes >routes.new
    [[ "$3" == del ]] || printf '%s %s %s proto %s\n' "$subnet" "$5" "$6" "$8" >>routes.new
    mv routes.new routes
    ;;
  "iptables -w 5 -t nat "*)
    [[ -f rules ]] || exit 1
    shift 4
    rule="-A ${*:2}"
    case "$1" in
      -S) cat rules ;;
      -I) sed -i "1a\\$rule" rules ;;
      -D) awk -v rule="$rule" '$0 == rule && !gone { gone = 1; next } { print }' rules >rules.new && mv rules.new rules ;;
    esac
    ;;
  *) exit 1 ;;
esac
