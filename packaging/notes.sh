#!/usr/bin/env bash
# Prints what the changelog says of a version, which is the text of its release: packaging/notes.sh VERSION
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
notes=$(awk -v heading="## $1" '$0 == heading { inside = 1; next } /^## / { inside = 0 } inside' CHANGELOG.md)
if [[ -z "${notes//[[:space:]]/}" ]]; then
  echo "CHANGELOG.md says nothing below '## $1': give its section \"Unreleased\" that heading" >&2
  exit 1
fi
printf '%s\n' "$notes"
