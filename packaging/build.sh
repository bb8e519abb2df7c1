#!/usr/bin/env bash
# Builds the binary of one system as it is released: packaging/build.sh TARGET OUT leaves it in OUT/TARGET. The same commit
# and the same Rust give the same bytes, in whatever folder.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
target=$1
out=$2

# A folder as compilers of this system see it.
native() { if command -v cygpath > /dev/null; then cygpath -w "$1"; else printf '%s' "$1"; fi; }
here=$(native "$PWD")
crates=$(native "${CARGO_HOME:-$HOME/.cargo}")

# Where the sources stand is no part of the program, neither in Rust nor in the C of ring.
flags=("--remap-path-prefix=$crates=/cargo" "--remap-path-prefix=$here=/headcount")
case $target in
  *-windows-msvc) flags+=("-Clink-arg=/Brepro" "-Ctarget-feature=+crt-static") ;;
  *-linux-musl) export "CC_${target//-/_}=${CC:-musl-gcc}" ;;
esac
case $target in
  *-windows-msvc) ;;
  *)
    CFLAGS="${CFLAGS:-} $(printf '%q ' "-ffile-prefix-map=$crates=/cargo" "-ffile-prefix-map=$here=/headcount")"
    export CFLAGS CC_SHELL_ESCAPED_FLAGS=1 # a folder may have a space in its name
    ;;
esac
CARGO_ENCODED_RUSTFLAGS=$(IFS=$'\x1f'; printf '%s' "${flags[*]}")
export CARGO_ENCODED_RUSTFLAGS

# Only what is built from a commit and nothing else names it.
unset HEADCOUNT_COMMIT
if [[ -e .git && -z "$(git status --porcelain)" ]]; then
  HEADCOUNT_COMMIT=$(git rev-parse HEAD)
  export HEADCOUNT_COMMIT
fi

cargo build --locked --profile dist --target "$target" --bin headcount
mkdir -p "$out/$target"
cp "${CARGO_TARGET_DIR:-target}/$target/dist/headcount$([[ $target != *-windows-* ]] || printf .exe)" "$out/$target/"
