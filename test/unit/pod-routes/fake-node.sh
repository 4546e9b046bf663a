#!/bin/bash
# The programs of a node, as far as pod-routes.sh calls them, on files in $FAKE_NODE. The name that it is
# called by chooses. There are no others. The file "calls" tells which ran.
set -o nounset
cd "$FAKE_NODE" || exit 1
PATH=/usr/sbin:/usr/bin:/sbin:/bin
program=${0##*/}
printf '%s\n' "$program" >>calls

case "$program $*" in
  sleep*) exec sleep 0.1 ;;
  timeout*) exec timeout "$1" "$FAKE_NODE/bin/$2" "${@:3}" ;;
  mkdir* | mv* | rm*) exec "$program" "$@" ;;
  "getent ahostsv4 "*)
    all=0
    for name in "${@:2}"; do
      address=$(awk -v name="$name" '$1 == name { print $2 }' hosts 2>/dev/null)
      # As glibc does it: the first line of a name has it, without the dot.
      case "$address" in
        "") all=2 ;;
        # A name server that does not answer until the time is up. What was found is not printed then.
        never) exit 124 ;;
        *) answers+=$(printf '\n%s STREAM %s\n%s DGRAM' "$address" "${name%.}" "$address") ;;
      esac
    done
    printf '%s' "${answers-}" | sed 1d
    exit "$all"
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
