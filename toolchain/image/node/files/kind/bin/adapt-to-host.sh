#!/bin/sh
# A host without CAP_SYS_RESOURCE (a nested sandbox) lets nobody lower an OOM score. containerd has a
# switch for that, which kind's entrypoint sets only for user namespaces.
set -eu

sys_resource_bit=24
bounding=$(sed -n 's/^CapBnd:[[:space:]]*//p' /proc/self/status)
if [ $(((0x$bounding >> sys_resource_bit) & 1)) -eq 0 ]; then
  sed -i 's/restrict_oom_score_adj = false/restrict_oom_score_adj = true/' /etc/containerd/config.toml
fi
