"""How well scored pairs find who is one person, by defaults alone.

    quality.py [--sets NAME ...] [--draws] [--large] [--no-peer] [--onefold COMMAND]

Each set is a folder whose configuration says where the fields are and nothing else. It runs through the real functions, in
memory. The truth is read afterwards. A set whose target is missed makes the command fail. Everything goes to
target/quality/<set>: `data`, and `out` with its log.

`--draws` also judges draws of 150, 500 and 2,000 accounts of each published set, and `--large` 1,000, 400,000 and 1,900,000 rows
of the benchmark's people, alone and with the model of 100,000. `--no-peer` leaves Splink out.
"""

import argparse
import json
import resource
import shlex
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import folders
import hard
import sets
from judge import Judgement, judge, read_pairs

HERE = Path(__file__).resolve().parent
PROJECT = HERE.parent.parent
TARGET = PROJECT / "target" / "quality"
ONEFOLD = f"{PROJECT / 'target' / 'release' / 'quality'} {{data}} {{out}}"
PEER = f"{sys.executable} {HERE / 'splink_peer.py'} {{out}}/accounts.jsonl {{out}}/splink.csv"


@dataclass(frozen=True)
class Set:
    """A set, and what must hold of it."""

    write: Callable[[Path], None]
    least_f1: float
    most_people: int | None = None
    """In one customer."""
    check: Callable[[Path, dict[str, str], dict[str, str]], list[str]] = field(default=lambda data, truth, customers: [])
    """What else does not hold, given the folder, the truth and the customers."""
    is_large: bool = False


@dataclass(frozen=True)
class Took:
    """Seconds of a command, reading and all."""

    cpu_seconds: float
    seconds: float


@dataclass(frozen=True)
class Run:
    """What came of a set."""

    judgement: Judgement
    customers: dict[str, str]
    took: Took
    expected_precision: float | None
    pairs_per_account: float | None


class CommandFailed(Exception):
    """The log says why."""


def command(template: str, log: Path, **paths: Path) -> Took:
    """Run a command."""
    started = time.perf_counter()
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    arguments = [part.format(**paths) for part in shlex.split(template)]
    with log.open("w") as written:
        status = subprocess.run(arguments, stdout=written, stderr=subprocess.STDOUT, check=False).returncode
    if status != 0:
        raise CommandFailed(f"{arguments[0]} failed; {log} says why")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu_seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Took(cpu_seconds, time.perf_counter() - started)


def run(onefold: str, data: Path, out: Path) -> Run:
    """Run Onefold on a folder, and judge what it gave."""
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    took = command(onefold, out / "onefold.log", data=data, out=out)
    customers = read_pairs(out / "members.csv")
    scores = json.loads((out / "manifest.json").read_text())["scores"]
    truth = read_pairs(data / "truth.csv")
    return Run(judge(truth, customers), customers, took, scores["precision"], scores["pairs"] / len(truth))


def twins_apart(data: Path, truth: dict[str, str], customers: dict[str, str]) -> list[str]:
    """Of the pairs of accounts of two twins, one in twenty may be one customer: some rows have no birth date, or a slip in it."""
    twins: dict[str, dict[str, list[str]]] = {}
    for account, person in truth.items():
        household, _, member = person.partition(".")
        if member.startswith("t"):
            twins.setdefault(household, {}).setdefault(member, []).append(customers[account])
    pairs = [(one, two) for accounts in twins.values() for one in accounts.get("t1", []) for two in accounts.get("t2", [])]
    return at_most(sum(one == two for one, two in pairs), len(pairs), "pairs of twins", share=0.05)


def generations_apart(data: Path, truth: dict[str, str], customers: dict[str, str]) -> list[str]:
    """Of customers with a suffix, one in a hundred may have two."""
    suffixes: dict[str, Counter] = {}
    for account, suffix in written_suffixes(data).items():
        suffixes.setdefault(customers[account], Counter())[suffix] += 1
    mixed = sum(len(found) > 1 for found in suffixes.values())
    return at_most(mixed, len(suffixes), "customers with a suffix")


def written_suffixes(data: Path) -> dict[str, str]:
    """The generation that a row says, by account."""
    forms = {"Sr": "sr", "Sr.": "sr", "Jr": "jr", "Jr.": "jr", "Junior": "jr", "II": "ii", "III": "iii"}
    rows = folders.csv_rows(data / "landing" / "records" / "records.csv")
    last_words = {f"records:{row['id']}": row["family_name"].split()[-1] for row in rows}
    return {account: forms[word] for account, word in last_words.items() if word in forms}


def at_most(wrong: int, of: int, what: str, share: float = 0.01) -> list[str]:
    print(f"    {wrong} of {of} {what} are wrong")
    return [f"{wrong} of {of} {what} are wrong"] if wrong > share * of else []


def made(rows: Callable, folder: Path) -> None:
    sets.write_made(folder, rows(), hard.COLUMNS)


def bench_with_email(address: str, folder: Path) -> None:
    plain = TARGET / "bench 100k" / "data"
    if not plain.exists():
        sets.write_bench(plain, 100_000, 7)
    folders.with_email(plain, folder, 0.05, address)


def bench(rows: int, seed: int) -> Callable[[Path], None]:
    return partial(sets.write_bench, rows=rows, seed=seed)


SETS = {
    "febrl2": Set(partial(sets.write_febrl, which="2"), 0.9995),
    "febrl3": Set(partial(sets.write_febrl, which="3"), 0.9998),
    "febrl4": Set(partial(sets.write_febrl, which="4"), 0.9996),
    "rldata10000": Set(sets.write_rldata, 0.975),
    "bench 100k": Set(bench(100_000, 7), 0.994, most_people=3),
    "bench 100k, seed 11": Set(bench(100_000, 11), 0.994, most_people=3),
    "households": Set(partial(made, hard.households), 0.97, check=twins_apart),
    "generations": Set(partial(made, hard.generations), 0.80, check=generations_apart),
    "scripts": Set(partial(made, hard.scripts), 0.96),
    "bench, 5 % without e-mail": Set(partial(bench_with_email, ""), 0.985, most_people=3),
    "bench, 5 % with one e-mail": Set(partial(bench_with_email, "gabi@city-store.shop"), 0.985, most_people=3),
    "bench 1k": Set(bench(1_000, 7), 0.97, is_large=True),
    "bench 400k": Set(bench(400_000, 7), 0.9945, most_people=3, is_large=True),
    "bench 1.9M": Set(bench(1_900_000, 7), 0.9925, most_people=3, is_large=True),
}
# Whole people, drawn by lot: accounts and how many draws.
DRAWS = {150: 12, 500: 8, 2000: 5}
DRAWN = ["febrl2", "febrl3", "febrl4", "rldata10000", "bench 100k"]
DRAW_LOSS = 0.02
# How much one e-mail address on 5 % of all rows may change.
JUNK_LOSS = 0.002
EARLIER_RUN = "20250101T000000Z-0a1b2c3d"

HEADER = f"{'set':27} {'system':7} precision  recall      F1  B3 F1  people  expected  pairs/row   CPU s       s"


def show(name: str, system: str, found: Judgement, took: Took, expected=None, pairs=None) -> None:
    print(
        f"{name:27} {system:7} {found.precision:9.4f}  {found.recall:6.4f}  {found.f1:6.4f} {found.b3_f1:6.4f} {found.most_people:7}"
        f"  {'' if expected is None else f'{expected:.4f}':>8}  {'' if pairs is None else f'{pairs:.1f}':>9}  {took.cpu_seconds:6.1f}  {took.seconds:6.1f}",
        flush=True,
    )


def faults_of(name: str, wanted: Set, data: Path, found: Run) -> list[str]:
    """What does not hold."""
    faults = []
    if found.judgement.f1 < wanted.least_f1:
        faults.append(f"F1 is {found.judgement.f1:.4f}, and not {wanted.least_f1}")
    if wanted.most_people is not None and found.judgement.most_people > wanted.most_people:
        faults.append(f"a customer has {found.judgement.most_people} people, and not at most {wanted.most_people}")
    faults += wanted.check(data, read_pairs(data / "truth.csv"), found.customers)
    return [f"{name}: {fault}" for fault in faults]


def run_set(name: str, options: argparse.Namespace) -> tuple[Run, list[str]]:
    """Write a set, run it, show it, and say what does not hold."""
    wanted = SETS[name]
    data, out = TARGET / name / "data", TARGET / name / "out"
    wanted.write(data)
    found = run(options.onefold, data, out)
    show(name, "Onefold", found.judgement, found.took, found.expected_precision, found.pairs_per_account)
    if not options.no_peer:
        try:
            took = command(options.peer, out / "splink.log", data=data, out=out)
        except CommandFailed as failure:
            print(f"{'':27} Splink  {failure}")
        else:
            show("", "Splink", judge(read_pairs(data / "truth.csv"), read_pairs(out / "splink.csv")), took)
    return found, faults_of(name, wanted, data, found)


def run_draws(name: str, whole: float, onefold: str) -> list[str]:
    """Small parts of a set must do nearly as well as the whole of it."""
    faults = []
    for accounts, draws in DRAWS.items():
        data, out = TARGET / name / "drawn", TARGET / name / "drawn out"
        f1 = []
        for seed in range(draws):
            folders.draw(TARGET / name / "data", data, accounts, seed)
            found = run(onefold, data, out).judgement
            if found.pairs_of_persons:
                f1.append(found.f1)
        mean = sum(f1) / len(f1)
        print(f"{name:27} {accounts:5} accounts, {len(f1):2} draws: F1 {mean:.4f}, at least {min(f1):.4f}", flush=True)
        if mean < whole - DRAW_LOSS:
            faults.append(f"{name}: draws of {accounts} have F1 {mean:.4f}, and the whole {whole:.4f}")
    return faults


def run_with_model(learnt: str, used: str, own: float, onefold: str) -> list[str]:
    """A model that was learnt in a smaller set must do for a larger one."""
    data, out = TARGET / f"{used}, model of {learnt}" / "data", TARGET / f"{used}, model of {learnt}" / "out"
    shutil.rmtree(data, ignore_errors=True)
    shutil.copytree(TARGET / used / "data", data)
    version = data / "processed" / EARLIER_RUN
    version.mkdir(parents=True)
    shutil.copy(TARGET / learnt / "out" / "model.json", version)
    with (data / "onefold.toml").open("a") as config:
        config.write(f'\n[score]\nmodel = "{EARLIER_RUN}"\n')
    found = run(onefold, data, out)
    show(f"  model of {learnt}", "Onefold", found.judgement, found.took, found.expected_precision, found.pairs_per_account)
    is_near = abs(found.judgement.f1 - own) < 0.002
    return [] if is_near else [f"{used}: F1 {found.judgement.f1:.4f} with the model of {learnt}, and {own:.4f} with its own"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sets", nargs="+", choices=SETS, help="all but the large ones, if none is named")
    parser.add_argument("--draws", action="store_true")
    parser.add_argument("--large", action="store_true")
    parser.add_argument("--no-peer", action="store_true")
    parser.add_argument("--onefold", default=ONEFOLD, help="the command, with {data} and {out}")
    parser.add_argument("--peer", default=PEER, help="Splink's command, with {out}")
    options = parser.parse_args()
    names = options.sets or [name for name, wanted in SETS.items() if options.large or not wanted.is_large]
    print(HEADER)
    f1: dict[str, float] = {}
    faults = []
    for name in names:
        found, of_set = run_set(name, options)
        f1[name] = found.judgement.f1
        faults += of_set
        if options.draws and name in DRAWN:
            faults += run_draws(name, f1[name], options.onefold)
        if SETS[name].is_large and "bench 100k" in f1 and name != "bench 1k":
            faults += run_with_model("bench 100k", name, f1[name], options.onefold)
    without, with_one = (f1.get(f"bench, 5 % {what} e-mail") for what in ("without", "with one"))
    if without and with_one and abs(without - with_one) >= JUNK_LOSS:
        faults.append(f"one e-mail address on 5 % of all rows changes F1 from {without:.4f} to {with_one:.4f}")
    if faults:
        raise SystemExit("\n".join(faults))


if __name__ == "__main__":
    main()
