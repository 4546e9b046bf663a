#!/bin/sh
# Run in the Debian layer, with the names of programs: writes to stdout the tar of them and of the
# libraries that they are linked with, and nothing else of Debian.
set -eu
root=$(mktemp -d)
mkdir -p "$root/usr/bin" "$root/usr/lib" "$root/usr/lib64" "$root/tmp"
chmod 1777 "$root/tmp"
for merged in bin lib lib64; do ln -s "usr/$merged" "$root/$merged"; done
for program in "$@"; do
  cp "/usr/bin/$program" "$root/usr/bin/$program"
  ldd "/usr/bin/$program"
done | sed -n 's/.*=> *\(\/[^ ]*\).*/\1/p; s/^[[:space:]]*\(\/lib64[^ ]*\).*/\1/p' | sort -u |
  while read -r library; do
    mkdir -p "$root$(dirname "$library")"
    cp -L "$library" "$root$library"
  done
tar --sort=name --owner=0 --group=0 --numeric-owner --mtime=@0 -C "$root" -cf - .
