#!/usr/bin/env python3
"""Whether two reports have the same findings, by fingerprint, and the same counts: COMPARE ONE OTHER.

A report has a line for each account and finding, of which there may be millions.
"""

import json
import sys


def told(path):
    findings, head = {}, []
    with open(path, encoding="utf-8") as report:
        for line in report:
            if line.startswith('    {"fingerprint":'):
                finding = json.loads(line.rstrip(",\n"))
                assert findings.setdefault(bytes.fromhex(finding["fingerprint"]), sys.intern(finding["rule"])), line
            elif not line.startswith('    {"source":'):
                head.append(line)
    report = json.loads("".join(head))
    counts = {(rule["id"]): (rule["violations"], rule["not_evaluable"]) for rule in report["rules"]}
    assert len(findings) == sum(violations for violations, _ in counts.values()), "a finding is missing"
    statuses = {source["name"]: (source["status"], source["distinct"]) for source in report["sources"]}
    return findings, counts, report["correlation"], statuses


one, other = map(told, sys.argv[1:3])
for name, here, there in zip(("findings", "counts of rules", "owners", "sources"), one, other):
    if here != there:
        differ = [(key, here.get(key), there.get(key)) for key in {**here, **there} if here.get(key) != there.get(key)]
        sys.exit(f"{name} differ: {differ[:5]} and {max(len(differ) - 5, 0)} more")
print(f"the same {len(one[0])} findings, counts and owners")
