#!/bin/bash
# Run in the Debian layer, with the archives in /archives and a real file system at
# /var/lib/containerd: unpacks the images, so that a node has them the moment it starts (Docker copies
# an image's /var into the volume that kind puts there). Writes the tar of the store to stdout.
set -o errexit -o nounset -o pipefail
{
  containerd --log-level error &
  daemon=$!
  until ctr version; do
    kill -0 "$daemon" || exit 1
    sleep 0.1
  done
  for archive in /archives/*.tar; do
    ctr -n k8s.io images import "$archive"
  done
  # Unpacked layers are not needed a second time as archives; containerd is told the same for pulls
  # (discard_unpacked_layers). It halves what Docker copies for every node.
  for image in $(ctr -n k8s.io images list | awk 'NR > 1 { print $3 }' | sort -u); do
    for layer in $(ctr -n k8s.io content get "$image" | jq -r '.layers[]?.digest'); do
      ctr -n k8s.io content rm "$layer" || true
    done
  done
  # Deleting a lease is what can be told to wait until the files are gone.
  ctr -n k8s.io leases delete --sync "$(ctr -n k8s.io leases create | awk '{ print $1 }')"
  ctr -n k8s.io images list
  kill "$daemon"
  wait "$daemon" || true
} >&2
cd /
tar --sort=name --numeric-owner --xattrs --xattrs-include='trusted.*' -cf - var/lib/containerd
