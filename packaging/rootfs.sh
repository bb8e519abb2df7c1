#!/usr/bin/env bash
# Lays the files of the container image, which the Dockerfile copies: packaging/rootfs.sh BINARIES OUT makes OUT/amd64 and
# OUT/arm64 of the static binaries, as far as they are there. CERTIFICATES names the authorities that vendors are
# believed by; without it, those of this machine are taken.
set -euo pipefail
umask 022
cd "$(dirname "${BASH_SOURCE[0]}")/.."
binaries=$1
out=$2
certificates=${CERTIFICATES:-/etc/ssl/certs/ca-certificates.crt}

lay() {
  local binary=$1 root=$2
  rm -rf "$root"
  install -D -m 755 "$binary" "$root/system/usr/bin/headcount"
  install -D -m 644 "$certificates" "$root/system/etc/ssl/certs/ca-certificates.crt"
  install -D -m 644 LICENSE "$root/system/usr/share/doc/headcount/LICENSE"
  echo 'headcount:x:65532:65532::/config:/usr/bin/headcount' > "$root/system/etc/passwd"
  echo 'headcount:x:65532:' > "$root/system/etc/group"
  mkdir -m 755 "$root/system/config"
  mkdir -m 1777 "$root/system/tmp"
  # What the user of the image may write.
  mkdir -p "$root/volumes"
  mkdir -m 700 "$root/volumes/reports"
}

laid=0
for machine in x86_64:amd64 aarch64:arm64; do
  binary=$binaries/${machine%:*}-unknown-linux-musl/headcount
  if [[ -e $binary ]]; then
    lay "$binary" "$out/${machine#*:}"
    laid=1
  fi
done
if [[ $laid == 0 ]]; then
  echo "$binaries has no static binary; packaging/build.sh $(uname -m)-unknown-linux-musl $binaries builds one" >&2
  exit 1
fi
