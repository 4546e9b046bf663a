#!/bin/sh
# Rules count only in the packet filter (nft or legacy) that the node itself uses; the kubelet marks
# it with a chain of its own.
chosen=nft
# nft first: asking the legacy one makes its tables, and tools then warn of a mixture.
for variant in nft legacy; do
  for hint in KUBE-IPTABLES-HINT KUBE-KUBELET-CANARY; do
    if "/usr/sbin/iptables-$variant" -w -t mangle -S "$hint" >/dev/null 2>&1; then
      chosen=$variant
      break 2
    fi
  done
done
PATH="/usr/lib/iptables/$chosen:$PATH"
export PATH
exec /usr/lib/kubernetes/kube-proxy "$@"
