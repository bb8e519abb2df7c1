#!/usr/bin/env bash
# A check of a SARIF file passes in a shell, with 256 errors in it.
#
# Seen with sarif-tools 3.0.5: `sarif --check error` exits with the number of results at that level, as it documents. An exit
# code has 8 bits, so that a shell and every CI system see the number modulo 256: with 256 or 512 errors, the step is green.
#
# So a pipeline that counts on `--check` has to look at what it prints, or ask the tool that wrote the file.
#
# Needs Python 3 and its package index. Exits with 1 and the difference if any of this has changed.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check sarif-tools==3.0.5

cat >"$folder/expected" <<'END'
1 errors: exit 1
255 errors: exit 255
256 errors: exit 0
257 errors: exit 1
512 errors: exit 0
END

cat >"$folder/write.py" <<'END'
import json
import sys

results = [
    {
        "ruleId": "example",
        "level": "error",
        "message": {"text": "An error."},
        "locations": [
            {"physicalLocation": {"artifactLocation": {"uri": f"{number}.txt"}, "region": {"startLine": 1}}}
        ],
    }
    for number in range(int(sys.argv[1]))
]
run = {"tool": {"driver": {"name": "example"}}, "results": results}
print(json.dumps({"version": "2.1.0", "runs": [run]}))
END

for errors in 1 255 256 257 512; do
  "$folder/venv/bin/python" "$folder/write.py" "$errors" >"$folder/$errors.sarif"
  code=0
  "$folder/venv/bin/sarif" --check error summary "$folder/$errors.sarif" >/dev/null 2>&1 || code=$?
  echo "$errors errors: exit $code"
done >"$folder/found"

diff "$folder/expected" "$folder/found" && echo "as described"
