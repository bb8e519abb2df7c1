#!/usr/bin/env python3
"""Whether two reports have the same findings, by fingerprint, and the same counts: COMPARE ONE OTHER."""

import json
import sys


def told(path):
    report = json.load(open(path, encoding="utf-8"))
    findings = {finding["fingerprint"]: finding["rule"] for finding in report["findings"]}
    assert len(findings) == len(report["findings"])
    counts = {(rule["id"]): (rule["violations"], rule["not_evaluable"]) for rule in report["rules"]}
    statuses = {source["name"]: (source["status"], source["distinct"]) for source in report["sources"]}
    return findings, counts, report["correlation"], statuses


one, other = map(told, sys.argv[1:3])
for name, here, there in zip(("findings", "counts of rules", "owners", "sources"), one, other):
    if here != there:
        differ = [(key, here.get(key), there.get(key)) for key in {**here, **there} if here.get(key) != there.get(key)]
        sys.exit(f"{name} differ: {differ[:5]} and {max(len(differ) - 5, 0)} more")
print(f"the same {len(one[0])} findings, counts and owners")
