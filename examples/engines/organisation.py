#!/usr/bin/env python3
"""An organisation of N accounts at three systems, with keys that are hard to compare: ORGANISATION N FOLDER [KEPT].

Of its accounts, the share KEPT is as it should be: each belongs to a person who works here and has no other one at that system.
Without it, nobody has looked after them for years, and each has two findings.
"""

import json
import os
import random
import sys

accounts, folder = int(sys.argv[1]), sys.argv[2]
kept = float(sys.argv[3]) if len(sys.argv) > 3 else 0.0
people = max(accounts // (3 if kept else 5), 20)
RARE = 30 if kept else 1
chance = random.Random(26)
os.makedirs(folder, exist_ok=True)

FIRST = ["Ann", "Bob", "İpek", "Zoë", "Straße", "ａｎｎ", "Jürgen", "María", "Olga", "Li"]
DAY = 86_400


def moment(days):
    """This many days before the audit, in one of the ways in which vendors write it."""
    import datetime

    at = datetime.datetime(2026, 10, 15, 12, tzinfo=datetime.timezone.utc) - datetime.timedelta(days=days)
    style = chance.random()
    if style < 0.2:
        return (at + datetime.timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M:%S+02:00")
    if style < 0.4:
        return at.strftime("%Y-%m-%dT%H:%M:%S") + f".{chance.randrange(10**9):09}Z"
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def day(days):
    return moment(days)[:10]


def address(person):
    spelt = f"{FIRST[person % len(FIRST)]}.{person}@{'Example.COM' if person % 7 == 0 else 'example.com'}"
    return spelt if person % (50 * RARE) else "desk@example.com" if person % 100 else "unknown"


with open(f"{folder}/hr.csv", "w", encoding="utf-8") as out:
    out.write("Employee ID,Full Name,Email,Username,Employment Status,Worker Type,Start Date,Last Day,Department,Manager\n")
    for person in range(people):
        left = person % (11 * RARE) == 0
        row = [
            f"E-{person}", f"{FIRST[person % len(FIRST)]} Tester{person}", address(person), f"u{person}",
            "Terminated" if left else "Leave" if person % (17 * RARE) == 0 else "Active",
            "external" if person % (9 * RARE) == 0 else "employee", day(chance.randrange(30, 3000)),
            day(chance.randrange(0, 200)) if left else "", ["Sales", "IT", "Support"][person % 3], f"E-{person // 10}",
        ]
        out.write(",".join(row) + "\n")

# Of one system, nobody tells when accounts were used; of another, neither roles nor whether they are locked.
UNTOLD = {"crm": {"last_login_at"}, "phones": {"locked", "licensed", "roles"}, "desk": set()}
files = {name: open(f"{folder}/{name}.ndjson", "w", encoding="utf-8") for name in UNTOLD}


def well_kept(name, number):
    """The account of somebody who works here, or nothing."""
    person = number // 3
    if chance.random() >= kept or person >= people or 0 in (person % (number * RARE) for number in (9, 11, 17, 50)):
        return None
    return {
        "id": f"{name}-{number}", "external_id": f"E-{person}", "email": address(person), "username": f"u{person}",
        "display_name": f"{FIRST[person % len(FIRST)]} Tester{person}", "status": "active", "locked": False, "licensed": True,
        "roles": "User", "created_at": moment(chance.randrange(0, 30)), "updated_at": moment(chance.randrange(0, 30)),
        "last_login_at": moment(chance.randrange(0, 30)),
    }


for number in range(accounts):
    name = list(UNTOLD)[number % 3]
    person = chance.randrange(people + people // 50)
    record = well_kept(name, number) or {
        "id": f"{name}-{number}",
        "external_id": f"{'e' if number % 13 == 0 else 'E'}-{person}" if chance.random() < 0.5 else None,
        "email": address(person) if chance.random() < 0.9 else f"x{number}@elsewhere.example",
        "username": chance.choice([f"u{person}", f"U{person}", "admin", f"Help_Desk 0{number % 9}"]),
        "display_name": f"{FIRST[person % len(FIRST)]} Tester{person}",
        "status": "inactive" if number % 10 == 0 else "active",
        "locked": number % 31 == 0, "licensed": number % 3 != 0,
        "roles": "Admin" if number % 97 == 0 else "User",
        "created_at": moment(chance.randrange(0, 2000)), "updated_at": moment(chance.randrange(0, 400)),
        "last_login_at": moment(chance.randrange(0, 200)) if number % 8 else None,
    }
    for fact in UNTOLD[name]:
        del record[fact]
    files[name].write(json.dumps(record, ensure_ascii=False) + "\n")
for file in files.values():
    file.close()

with open(f"{folder}/declared.toml", "w", encoding="utf-8") as out:
    out.write('[[account]]\nsource = "crm"\npattern = { username = "help-desk 0[0-2]|help_desk 0[0-2]" }\nkind = "shared"\nowner = "E-1"\n')
with open(f"{folder}/people.csv", "w", encoding="utf-8") as out:
    out.write("key,value,employee_id\nid,desk-2,E-1\nid,desk-5,E-2\n")
with open(f"{folder}/headcount.toml", "w", encoding="utf-8") as out:
    out.write('[hr]\nfile = "hr.csv"\n[exceptions]\ndeclared = "declared.toml"\n[gate]\nfail_on = ["orphaned"]\n')
    out.write('[rules.override.email-domain]\nparams = { domains = ["example.com"] }\n')
    for name in UNTOLD:
        out.write(f'[[source]]\nname = "{name}"\nvendor = "file"\nfile = "{name}.ndjson"\nprivileged_roles = ["Admin"]\n')
        if name == "desk":
            out.write('[source.match]\ntiers = ["crosswalk", "external_id", "email", "username"]\ncrosswalk = "people.csv"\n')
