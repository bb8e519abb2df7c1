#!/usr/bin/env bash
# Builds the last commit as it is released in two folders, each with crates in a folder of its own, and compares the bytes:
# packaging/check/reproducible.sh [TARGET] [OUT]. Takes two whole builds; OUT keeps the first one's binary.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
target=${1:-$(rustc -vV | sed -n 's/^host: //p')}
out=$(realpath -m "${2:-target/packaging/binaries}")
crates=${CARGO_HOME:-$HOME/.cargo}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

for name in one "another, longer"; do
  git clone --quiet --no-hardlinks . "$work/$name/source"
  mkdir -p "$work/$name/crates"
  # What was downloaded before needn't be again; where the compiler finds the sources is what matters.
  for part in registry config.toml; do
    if [[ -e $crates/$part ]]; then cp -r "$crates/$part" "$work/$name/crates/"; fi
  done
  CARGO_HOME="$work/$name/crates" "$work/$name/source/packaging/build.sh" "$target" "$work/$name"
  rm -rf "$work/$name/source/target"
  (cd "$work/$name" && sha256sum "$target"/*)
done

cmp "$work/one/$target"/headcount* "$work/another, longer/$target"/headcount*
if grep --text --quiet --fixed-strings "$work" "$work/one/$target"/headcount*; then
  echo "the binary names the folder that it was built in" >&2
  exit 1
fi
mkdir -p "$out/$target"
cp "$work/one/$target"/headcount* "$out/$target/"
echo "reproducible: the same bytes from two folders"
