#!/bin/sh
# A container runtime for hosts that lack CAP_SYS_RESOURCE (a nested sandbox): runc, given only what such
# a host can grant. Docker hands privileged containers the capability, containers with limits or a
# negative OOM score what only it allows; runc then refuses to start them.
#
# Docker writes the specifications without white space; a quote inside one of their strings is
# escaped, so that these patterns match nothing but the specification's own keys and values.
for argument; do
  case $previous in
    -b | --bundle) bundle=$argument ;;
    -p | --process) process=$argument ;;
  esac
  case $argument in
    --bundle=*) bundle=${argument#*=} ;;
    --process=*) process=${argument#*=} ;;
  esac
  previous=$argument
done
for specification in "${bundle:-.}/config.json" "${process:-}"; do
  [ ! -f "$specification" ] || sed -i -E \
    -e 's/,"CAP_SYS_RESOURCE"//g; s/"CAP_SYS_RESOURCE",//g; s/"CAP_SYS_RESOURCE"//g' \
    -e 's/"oomScoreAdj":-[0-9]+/"oomScoreAdj":0/g' \
    -e 's/,"rlimits":\[[^]]*\]//g; s/"rlimits":\[[^]]*\],//g' "$specification"
done
exec runc "$@"
