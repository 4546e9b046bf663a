#!/bin/sh
# Run in the Debian layer: writes to stdout the tar of what kube-proxy calls, with the libraries of
# each, and nothing else of Debian.
set -eu
cd /
programs="usr/bin/dash usr/sbin/xtables-nft-multi usr/sbin/xtables-legacy-multi usr/sbin/nft usr/sbin/conntrack usr/bin/kmod"
extensions=$(ls -d usr/lib/*-linux-gnu/xtables)
# The packet filter loads its extensions at run time: the libraries of those count too.
libraries=$(for program in $programs "$extensions"/*.so; do ldd "/$program"; done |
  sed -n 's/.*=> *\(\/[^ ]*\).*/\1/p; s/^[[:space:]]*\(\/lib64[^ ]*\).*/\1/p' | sort -u)

root=$(mktemp -d)
mkdir -p "$root/usr/bin" "$root/usr/sbin" "$root/usr/lib" "$root/usr/lib64" "$root/tmp" "$root/run"
for merged in bin sbin lib lib64; do ln -s "usr/$merged" "$root/$merged"; done
for program in $programs; do cp "$program" "$root/$program"; done
for library in $libraries; do
  mkdir -p "$root/$(dirname "$library")"
  cp -L "$library" "$root$library"
done
mkdir -p "$root/$(dirname "$extensions")"
cp -r "$extensions" "$root/$(dirname "$extensions")/"
ln -s dash "$root/usr/bin/sh"
ln -s ../bin/kmod "$root/usr/sbin/modprobe"
for variant in nft legacy; do
  mkdir -p "$root/usr/lib/iptables/$variant"
  for family in iptables ip6tables; do
    for verb in "" -save -restore; do
      ln -s "xtables-$variant-multi" "$root/usr/sbin/$family-$variant$verb"
      ln -s "../../../sbin/xtables-$variant-multi" "$root/usr/lib/iptables/$variant/$family$verb"
    done
  done
done
tar --sort=name --owner=0 --group=0 --numeric-owner --mtime=@0 -C "$root" -cf - .
