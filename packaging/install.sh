#!/usr/bin/env bash
# Downloads the release of this version for this machine, verifies it and unpacks it: packaging/install.sh FOLDER leaves
# FOLDER/headcount. HEADCOUNT_RELEASES is another place with the files of releases, such as a mirror. With
# HEADCOUNT_VERIFY_PROVENANCE=true, `gh` also verifies that they were built by the project's workflow.
set -euo pipefail
folder=$1
manifest=$(dirname "${BASH_SOURCE[0]}")/../Cargo.toml
of_manifest() { sed -n "s/^$1 = \"\(.*\)\"\$/\1/p" "$manifest" | head -n 1; }
version=$(of_manifest version)
repository=$(of_manifest repository)
releases=${HEADCOUNT_RELEASES:-$repository/releases/download}

machine=$(uname -m)
machine=${machine/arm64/aarch64}
case $(uname -s) in
  Linux) name=headcount-$version-$machine-unknown-linux-musl.tar.gz ;;
  Darwin) name=headcount-$version-$machine-apple-darwin.tar.gz ;;
  MINGW* | MSYS* | CYGWIN*) name=headcount-$version-$machine-pc-windows-msvc.zip ;;
  *) echo "there is no release for $(uname -s); build it: cargo install --path . --locked" >&2; exit 1 ;;
esac

mkdir -p "$folder"
cd "$folder"
for file in "$name" SHA256SUMS; do
  curl --fail --silent --show-error --location --retry 3 --proto '=https,file' --output "$file" "$releases/v$version/$file"
done

# A name that the list doesn't have leaves nothing to check, which is a failure, too.
sha256() { if command -v sha256sum > /dev/null; then sha256sum "$@"; else shasum -a 256 "$@"; fi; }
awk -v name="$name" '$2 == name' SHA256SUMS | sha256 -c - >&2
if [[ "${HEADCOUNT_VERIFY_PROVENANCE:-false}" == true ]]; then
  gh attestation verify "$name" --repo "${repository#https://github.com/}" >&2
fi

case $name in
  *.zip) unzip -q -o "$name" && cp -R "${name%.zip}/." . && rm -rf "${name%.zip}" ;;
  *) tar -xzf "$name" --strip-components 1 ;;
esac
rm -f "$name" SHA256SUMS
