#!/usr/bin/env bash
# Packs a binary of this machine as it is released, installs the Debian package, uses it, and removes it again:
# packaging/check/packages.sh BINARIES OUT. Needs root, dpkg, rpm, man, Python and what packaging/package.sh needs.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
binaries=$1
out=$2
packaging/package.sh "$binaries" "$out"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

(cd "$out" && sha256sum --check --strict --quiet SHA256SUMS && ls -l)
tools=target/packaging/tools
[[ -d $tools/bin ]] || python3 -m venv "$tools"
"$tools/bin/pip" install --quiet 'cyclonedx-python-lib[json-validation]==11.*'
"$tools/bin/python" - "$out"/headcount-*.cdx.json << 'PYTHON'
import json, sys
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

text = open(sys.argv[1]).read()
mistake = JsonStrictValidator(SchemaVersion.V1_5).validate_str(text)
assert mistake is None, mistake
print(f"bill of materials: {len(json.loads(text)['components'])} components, CycloneDX 1.5")
PYTHON

# No newer C library is needed than both packages say.
declared=$(sed -n 's/^glibc = ">= \(.*\)"$/\1/p' Cargo.toml)
needed=$(objdump -T "$binaries/$(uname -m)-unknown-linux-gnu/headcount" | grep -o 'GLIBC_[0-9.]*' | sort -uV | tail -n 1)
echo "C library: $needed is needed, $declared is declared"
[[ $(printf '%s\n' "${needed#GLIBC_}" "$declared" | sort -V | tail -n 1) == "$declared" ]]
grep -q "libc6 (>= $declared)" Cargo.toml

# Debian
deb=$(ls "$out"/headcount_*_"$(dpkg --print-architecture)".deb)
dpkg-deb --info "$deb"
dpkg --install "$deb"
(
  cd "$work"
  headcount --version
  headcount demo --policy /usr/share/headcount/policies/cis-v8.toml --out demo > demo.txt 2>&1 || [[ $? == 1 ]]
  ls demo
  man --where headcount headcount-audit
  man headcount-audit 2> /dev/null | head -n 4
  bash -c 'source /usr/share/bash-completion/completions/headcount && complete -p headcount'
  sed 's/^id = .*/id = "of-my-own"/' /usr/share/headcount/rules/stale-login.toml > of-my-own.toml
  headcount rules test of-my-own.toml
)
dpkg --remove headcount
! command -v headcount || { echo "something is left of the package" >&2; exit 1; }

# RPM: listed, and unpacked into a folder, because this needn't be a system of that kind.
rpm=$(ls "$out"/headcount-*."$(uname -m)".rpm)
rpm --query --package --info --requires "$rpm"
rpm --root "$work/rpm" --dbpath /db --initdb
rpm --root "$work/rpm" --dbpath /db --install --nodeps --nosignature "$rpm"
"$work/rpm/usr/bin/headcount" --version
test -e "$work/rpm/usr/share/man/man1/headcount-audit.1"* -a -e "$work/rpm/usr/share/headcount/rules/orphaned.toml"
echo "packages: both install, and what they bring works"
