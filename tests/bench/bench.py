"""Measure Onefold against Polars and DuckDB on the same job and check that all give the same customers.

    bench.py [--rows 100000 1900000] [--seed 7] [--repeat 1] [--systems onefold polars duckdb dask] [--onefold COMMAND]

Dask is measured if it is named, and has an environment of its own (make bench-dask).

Everything goes to target/bench/: <rows>/data, <rows>/<system> with its log, and results.jsonl, to which each run adds
a line. README.md says what the figures mean and how far to trust them.
"""

import argparse
import hashlib
import json
import os
import platform
import shlex
import shutil
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from evaluate import evaluate
from measure import CommandFailed, Usage, measure
from receipts import read_receipts
from report import mebibytes, medians, stages_table, systems_table

BENCH = Path(__file__).resolve().parent
PROJECT = BENCH.parent.parent
TARGET = PROJECT / "target" / "bench"
RESULTS = TARGET / "results.jsonl"

ONEFOLD = f"{PROJECT / 'target' / 'release' / 'onefold'} local run --data {{data}} --out {{out}} --fresh"
SYSTEMS = ("onefold", "polars", "duckdb")
OPTIONAL_SYSTEMS = ("dask",)
# What it needs pins versions that the others do not have to share.
DASK_PYTHON = TARGET / "dask-venv" / "bin" / "python"
GENERATOR = ("generate.py", "population.py", "rows.py", "words.py")


class SystemsDisagree(Exception):
    """The systems' customers differ, so at least one of them does not do the job and no figure counts."""


def prepare_data(rows: int, seed: int) -> Path:
    """The data of a size, generated unless the same generator already made it from the same seed."""
    folder = TARGET / str(rows)
    folder.mkdir(parents=True, exist_ok=True)
    data = folder / "data"
    marker = folder / "generated.json"
    source = b"".join((BENCH / name).read_bytes() for name in GENERATOR)
    wanted = json.dumps({"rows": rows, "seed": seed, "generator": hashlib.sha256(source).hexdigest()})
    if marker.exists() and marker.read_text() == wanted:
        shutil.copyfile(BENCH / "onefold.toml", data / "onefold.toml")
        return data
    print(f"generating {rows} rows", flush=True)
    marker.unlink(missing_ok=True)
    command = [sys.executable, str(BENCH / "generate.py"), "--out", str(data), "--rows", str(rows), "--seed", str(seed)]
    measure(command, folder / "generate.log")
    marker.write_text(wanted)
    return data


def command_of(system: str, onefold: str, data: Path, out: Path) -> list[str]:
    """The command that has a system do the job."""
    if system == "onefold":
        return [part.format(data=data, out=out) for part in shlex.split(onefold)]
    python = str(DASK_PYTHON) if system == "dask" else sys.executable
    return [python, str(BENCH / f"{system}_pipeline.py"), "--data", str(data), "--out", str(out)]


def run_system(system: str, onefold: str, rows: int, data: Path) -> dict:
    """Have a system do the job, and judge what it gave."""
    out = TARGET / str(rows) / system
    load_before = os.getloadavg()[0]
    print(f"{system}, {rows} rows", flush=True)
    usage: Usage = measure(command_of(system, onefold, data, out), out.with_suffix(".log"))
    run = {"system": system, "rows": rows, "load_before": round(load_before, 2), **asdict(usage)}
    if system == "onefold":
        receipts = out / "receipts.jsonl"
        if not receipts.exists():
            raise CommandFailed(f"onefold left no {receipts}, so what its functions took is unknown")
        total, stages = read_receipts(receipts)
        run["functions"] = asdict(total)
        run["stages"] = {stage: asdict(taken) for stage, taken in stages.items()}
    run["quality"] = asdict(evaluate(data / "truth.csv", out / "customers", with_digest=True))
    return run


def check_agreement(runs: list[dict]) -> None:
    """All customers of all systems must be the same, to the last value."""
    digests = {run["quality"]["digest"] for run in runs}
    incomplete = [run for run in runs if any(run["quality"][fault] for fault in ("missing", "in_several", "unknown"))]
    if len(digests) == 1 and not incomplete:
        return
    lines = [f"the systems disagree on the customers of {runs[0]['rows']} rows:"]
    for run in runs:
        quality = run["quality"]
        lines.append(
            f"  {run['system']:8s} digest {quality['digest']}, {quality['clusters']} customers;"
            f" accounts: {quality['missing']} missing, {quality['in_several']} in several customers,"
            f" {quality['unknown']} unknown"
        )
    raise SystemsDisagree("\n".join(lines))


def record(run: dict, seed: int) -> None:
    """Keep a run's figures, with what they depend on."""
    context = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores",
        "seed": seed,
    }
    with RESULTS.open("a", encoding="utf-8") as results:
        results.write(json.dumps(context | run) + "\n")


def show(rows: int, repeats: int, runs: list[dict]) -> None:
    """Print the tables of a size."""
    print(f"\n{rows} rows" + (f", medians of {repeats} runs" if repeats > 1 else ""))
    print(systems_table(runs))
    for run in runs:
        if run["system"] == "onefold":
            print(
                "onefold's CPU is that of its functions and its memory that of the largest; with the local cloud around"
                f" them it took {run['cpu_s']:.1f} s of CPU and {mebibytes(run['peak_rss_bytes'])} MiB."
            )
            print("\n" + stages_table(run["stages"]))
    print(flush=True)


def bench(rows: int, options: argparse.Namespace) -> None:
    """Measure all systems at one size."""
    data = prepare_data(rows, options.seed)
    runs: dict[str, list[dict]] = {system: [] for system in options.systems}
    for _ in range(options.repeat):
        for system in options.systems:
            run = run_system(system, options.onefold, rows, data)
            record(run, options.seed)
            runs[system].append(run)
    show(rows, options.repeat, [medians(runs[system]) for system in options.systems])
    check_agreement([run for system in options.systems for run in runs[system]])
    print(f"the customers of {', '.join(options.systems)} are the same")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, nargs="+", default=[100_000, 1_900_000])
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--repeat", type=int, default=1, help="runs of each system; medians are shown")
    parser.add_argument("--systems", nargs="+", choices=[*SYSTEMS, *OPTIONAL_SYSTEMS], default=list(SYSTEMS))
    parser.add_argument("--onefold", default=ONEFOLD, help="the command to run, with {data} and {out} in it")
    options = parser.parse_args()
    try:
        for rows in options.rows:
            bench(rows, options)
    except (CommandFailed, SystemsDisagree) as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
