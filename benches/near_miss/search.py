"""Chooses the numbers of src/suggest/weights.rs by people who don't exist: changes one after the other, each time builds and runs
the bench near_miss, and keeps what makes the logarithmic loss less. That takes a night; run it in a copy.

    python benches/near_miss/search.py [NAME]...

Then every number is put back to what it was, and stays so unless the loss with people of other seeds rises by a thousandth.
"""
import re, subprocess, sys
from pathlib import Path

WEIGHTS = Path(__file__).parents[2] / "src/suggest/weights.rs"
# Employees, accounts, and companies; each size counts the same.
SIZES = [(500, 400, 48), (2_000, 1_000, 24), (20_000, 4_000, 6)]
TRAINING, OTHERS = 1_000, 5_000
CONSTANT, NUMBER = re.compile(r"const (\w+): .*;"), re.compile(r"\d[\d_]*\.[\de-]+")


def loss(numbers, seed):
    """With these numbers in the file."""
    def line(found):
        values = iter(numbers[found[1]])
        return NUMBER.sub(lambda _: f"{next(values):.7f}", found[0])
    WEIGHTS.write_text(CONSTANT.sub(line, WEIGHTS.read_text()))
    losses = []
    for employees, accounts, companies in SIZES:
        bench = ["cargo", "bench", "--quiet", "--bench", "near_miss", "--", *map(str, (employees, accounts, seed, companies))]
        printed = subprocess.run(bench, check=True, capture_output=True, text=True).stdout
        losses.append(float(re.search(r"logarithmic loss ([\d.]+)", printed)[1]))
    return sum(losses) / len(losses)


def main(*wanted):
    first = {found[1]: [float(n.replace("_", "")) for n in NUMBER.findall(found[0])] for found in CONSTANT.finditer(WEIGHTS.read_text())}
    numbers, best = dict(first), loss(first, TRAINING)
    factors = dict.fromkeys(wanted or first, 1.6)
    while any(factor > 1.1 for factor in factors.values()):
        for name, factor in factors.items():
            tried = [{**numbers, name: [n * by for n in numbers[name]]} for by in (factor, 1 / factor)]
            least, chosen = min(((loss(one, TRAINING), one) for one in tried), key=lambda one: one[0])
            if least < best:
                numbers, best = chosen, least
                print(name, numbers[name], best, flush=True)
            else:
                factors[name] = factor**0.5
    best = loss(numbers, OTHERS)
    for name in factors:
        without = {**numbers, name: first[name]}
        if loss(without, OTHERS) < best * 1.001:
            numbers = without
    print(loss(first, OTHERS), loss(numbers, OTHERS))


if __name__ == "__main__":
    main(*sys.argv[1:])
