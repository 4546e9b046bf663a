#!/bin/sh
# On cgroup v1, kind's entrypoint makes the kubelet's cgroup in the controllers that are mounted when
# the node starts. systemd mounts more of them afterwards where the kernel has their hierarchies from
# somewhere else (another privileged container on the same host is enough), and the kubelet refuses to
# start if its cgroup is missing in one: "cgroup [kubelet] has some missing paths".
set -eu

[ ! -f /sys/fs/cgroup/cgroup.controllers ] || exit 0
findmnt --noheadings --list --output TARGET --types cgroup | while read -r controller; do
  # The entrypoint's own bind mounts of these cgroups are in the list, too.
  case $controller in */kubelet | */kubelet.slice) continue ;; esac
  mkdir -p "$controller/kubelet"
  # Without processors and memory nodes of its own a cgroup takes no process.
  for setting in cpuset.cpus cpuset.mems; do
    [ -f "$controller/$setting" ] || continue
    [ -n "$(cat "$controller/kubelet/$setting")" ] ||
      cat "$controller/$setting" >"$controller/kubelet/$setting"
  done
done
