#!/usr/bin/env bash
# Tries the image without a registry: packaging/check/image.sh BINARIES. It is laid as for the Dockerfile and used in a root
# of its own, read-only, as its user, in namespaces of its own; where podman is, the Dockerfile is built and run, too.
# Needs root, Linux and a static binary.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
binaries=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"
packaging/rootfs.sh "$binaries" "$work/image"
machine=$(uname -m | sed 's/x86_64/amd64/; s/aarch64/arm64/')
if readelf --program-headers "$work/image/$machine/system/usr/bin/headcount" | grep -q INTERP; then
  echo "the binary is not static" >&2
  exit 1
fi
cp -r examples/quickstart "$work/config"
chmod -R a+rX "$work/config"

# What the Dockerfile does, by hand.
root=$work/root
cp -a "$work/image/$machine/system" "$root"
cp -a "$work/image/$machine/volumes/." "$root/"
chown 65532:65532 "$root/reports"
in_root() {
  unshare --mount --pid --net --fork bash -euc '
    root=$1
    ip link set lo up
    mount --bind "$root" "$root"
    mount --bind "$root/reports" "$root/reports"
    mount --bind "$2" "$root/config"
    mount --options remount,bind,ro "$root/config"
    mount --types tmpfs --options mode=1777 tmpfs "$root/tmp"
    mount --options remount,bind,ro "$root"
    cd "$root/config"
    exec env --ignore-environment "$(command -v chroot)" --userspec=65532:65532 "$root" /usr/bin/headcount "${@:3}"
  ' in_root "$root" "$work/config" "$@"
}
in_podman() {
  podman run --rm --read-only --tmpfs /tmp --network none --cap-drop all --security-opt no-new-privileges \
    --volume "$work/config:/config:ro" --volume "$work/reports:/reports" headcount-check "$@"
}

# The example's gate fails: 1. What can be written is /reports, by the user of the image and nobody else.
try() {
  local how=$1 reports=$2 code=0
  "$how" --version
  "$how" audit --config /config/headcount.toml --out /reports/audit > "$work/said" 2>&1 || code=$?
  [[ $code == 1 ]] || { cat "$work/said" >&2; return 1; }
  [[ $(stat --format '%u %a' "$reports/audit/report.html") == "65532 600" ]]
  code=0
  "$how" demo --out /reports/demo > "$work/said" 2>&1 || code=$?
  [[ $code == 1 ]] || { cat "$work/said" >&2; return 1; }
  for folder in /config /usr /; do
    code=0
    "$how" init --out "$folder/written.toml" > "$work/said" 2>&1 || code=$?
    grep -q 'Read-only file system' "$work/said" && [[ $code == 2 ]] || { cat "$work/said" >&2; return 1; }
  done
  echo "$how: audits, writes only what it may, and fails as it should"
}
try in_root "$root/reports"

if command -v podman > /dev/null; then
  cp Dockerfile "$work/"
  install -d -o 65532 -g 65532 -m 700 "$work/reports"
  podman build --quiet --build-arg "TARGETARCH=$machine" --tag headcount-check "$work"
  podman image inspect headcount-check --format 'user {{.Config.User}}, volumes {{.Config.Volumes}}, {{.Size}} bytes'
  try in_podman "$work/reports"
  podman image rm headcount-check > /dev/null
else
  echo "podman is not here: the Dockerfile was not built"
fi
