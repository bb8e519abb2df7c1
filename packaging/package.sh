#!/usr/bin/env bash
# Makes of binaries what is released: packaging/package.sh BINARIES OUT takes BINARIES/TARGET/headcount of every system, and
# leaves archives, packages, the bill of materials and the checksums of all of them in OUT. Needs Linux, cargo-deb,
# cargo-generate-rpm, cargo-cyclonedx and zip. The same binaries give the same archives.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
binaries=$(realpath "$1")
mkdir -p "$2"
out=$(realpath "$2")
version=$(sed -n 's/^version = "\(.*\)"$/\1/p' Cargo.toml | head -n 1)
# Files are as old as the commit; a zip knows nothing before 1980.
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2> /dev/null || echo 315532800)}
export SOURCE_DATE_EPOCH

# Manual pages and completions are what the binary of this machine says.
extras=target/packaging
headcount=$binaries/$(uname -m)-unknown-linux-gnu/headcount
chmod +x "$headcount"
rm -rf "$extras"
mkdir -p "$extras/completions"
"$headcount" man --out "$extras/man"
for shell in bash:headcount.bash fish:headcount.fish powershell:_headcount.ps1 zsh:_headcount; do
  "$headcount" completions "${shell%%:*}" > "$extras/completions/${shell#*:}"
done

archive() {
  local target=$1 name=headcount-$version-$1 stage
  stage=$(mktemp -d)
  mkdir "$stage/$name"
  cp -r "$extras/man" "$extras/completions" rules README.md CHANGELOG.md SECURITY.md LICENSE "$stage/$name/"
  install -m 755 "$binaries/$target"/headcount* "$stage/$name/"
  find "$stage/$name" -exec touch --date "@$SOURCE_DATE_EPOCH" {} +
  if [[ $target == *-windows-* ]]; then
    (cd "$stage" && find "$name" | LC_ALL=C sort | TZ=UTC zip -q -X "$out/$name.zip" -@)
  else
    tar --create --sort=name --owner=0 --group=0 --numeric-owner --mode=u+rw,go=rX --directory "$stage" "$name" |
      gzip --no-name --best > "$out/$name.tar.gz"
  fi
  rm -r "$stage"
}

packages() {
  local target=$1
  install -D -m 755 "$binaries/$target/headcount" "target/$target/dist/headcount"
  cargo deb --no-build --no-strip --deb-revision "" --target "$target" --profile dist --output "$out/"
  cargo generate-rpm --target "$target" --profile dist --source-date "$SOURCE_DATE_EPOCH" --output "$out/"
}

for folder in "$binaries"/*/; do
  target=$(basename "$folder")
  archive "$target"
  [[ $target != *-linux-gnu ]] || packages "$target"
done

cargo cyclonedx --format json --spec-version 1.5 --target all --override-filename "headcount-$version.cdx"
# Not where it was made.
sed "s|path+file://$PWD#|path+file:///headcount#|g" "headcount-$version.cdx.json" > "$out/headcount-$version.cdx.json"
rm "headcount-$version.cdx.json"

(cd "$out" && rm -f SHA256SUMS && sha256sum -- * > SHA256SUMS)
