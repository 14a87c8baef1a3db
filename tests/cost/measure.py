"""Measure what runs of the benchmark's accounts take, for cost.py to reckon with.

    measure.py [--rows 1900000] [--onefold COMMAND]

By rules and by scores, a first run and a nightly one, in which one account in a hundred has changed. It writes measured.json.
Only CPU time, requests and bytes are kept: the time that passes on one machine says little about Lambda.
"""

import argparse
import json
import shlex
import shutil
import subprocess
import sys
from collections import defaultdict
from math import isqrt
from pathlib import Path

HERE = Path(__file__).resolve().parent
PROJECT = HERE.parent.parent
TARGET = PROJECT / "target" / "cost"
MEASURED = HERE / "measured.json"
ONEFOLD = f"{PROJECT / 'target' / 'release' / 'onefold'} local run --data {{data}} --out {{out}}"
SEED = 7
CHANGED_EVERY = 100

sys.path += [str(HERE.parent / "bench"), str(HERE.parent / "quality")]
from sets import RULES  # noqa: E402 - it is beside the sets of `make quality`


def generate(rows: int, folder: Path) -> None:
    command = [sys.executable, str(HERE.parent / "bench" / "generate.py"), "--out", str(folder), "--rows", str(rows)]
    subprocess.run([*command, "--seed", str(SEED)], check=True, stdout=subprocess.DEVNULL)


def changed_crm(line: str) -> str:
    return json.dumps(json.loads(line) | {"street": "1 New St", "updatedAt": "2026-11-01T00:00:00Z"})


def changed_shop(line: str) -> str:
    row = json.loads(line)
    return json.dumps(row | {"address": row["address"] | {"line1": "1 New St"}, "created": 1_793_491_200_000})


def changed_newsletter(line: str) -> str:
    number, email, first, last, _, interests, _ = line.rstrip("\n").split(",")
    return ",".join([str(int(number)), email, first, last, "99999", interests, "2026-11-01"])


def change(data: Path) -> None:
    """Write newer rows of one account in a hundred, as files of their own."""
    for source, suffix, changed in (
        ("crm", "jsonl", changed_crm),
        ("shop", "jsonl", changed_shop),
        ("newsletter", "csv", changed_newsletter),
    ):
        files = sorted((data / "landing" / source).glob(f"*.{suffix}"))
        lines = [line for file in files for line in file.read_text(errors="replace").split("\n")]
        rows = lines[:1] if suffix == "csv" else []
        for line in lines[CHANGED_EVERY - 1 :: CHANGED_EVERY]:
            try:
                rows.append(changed(line))
            except (ValueError, KeyError, TypeError):
                continue  # It is malformed.
        (data / "landing" / source / f"{source}-changed.{suffix}").write_text("\n".join(rows) + "\n")


def receipts(out: Path) -> list[dict]:
    return [json.loads(line) for line in (out / "receipts.jsonl").read_text().splitlines()]


def pieces_of(receipts: list[dict]) -> dict[str, int]:
    """Into how many pieces Divide divided a run. Each two slices are a tile of Compare, and shards have the second step of Block."""
    divided = next(receipt["result"] for receipt in receipts if receipt["stage"] == "divide")
    steps = [receipt["name"].split("-")[0] for receipt in receipts if receipt["stage"] == "block"]
    tiles = sum(receipt["stage"] == "compare" for receipt in receipts)
    return {
        "partitions": divided["partitions"],
        "match_slices": (isqrt(8 * tiles + 1) - 1) // 2,
        "match_shards": steps.count("00002"),
    }


def stages_of(receipts: list[dict]) -> dict[str, dict]:
    """What the invocations of each stage took, together."""
    found: dict[str, dict] = defaultdict(lambda: defaultdict(int))
    for receipt in receipts:
        stage = found[receipt["stage"]]
        stage["invocations"] += 1
        stage["reads"] += receipt["s3_reads"]
        stage["writes"] += receipt["s3_requests"] - receipt["s3_reads"]
        for name in ("cpu_ms", "bytes_in", "bytes_out"):
            stage[name] += receipt[name]
        stage["max_rss_mib"] = max(stage["max_rss_mib"], receipt["max_rss_bytes"] >> 20)
    return {stage: dict(took) for stage, took in sorted(found.items())}


def run(onefold: str, data: Path, out: Path) -> dict:
    command = [part.format(data=data, out=out) for part in shlex.split(onefold)]
    subprocess.run(command, check=True)
    stored = sum(file.stat().st_size for file in out.rglob("*") if file.is_file())
    model = out / "model.json"
    passes = len(json.loads(model.read_text())["passes"]) if model.exists() else 0
    return {"passes": passes, "stored_bytes": stored} | pieces_of(receipts(out)) | {"stages": stages_of(receipts(out))}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_900_000)
    parser.add_argument("--onefold", default=ONEFOLD, help="the command, with {data} and {out}")
    options = parser.parse_args()
    measured = json.loads(MEASURED.read_text())
    measured["rows"] = options.rows
    for kind in ("rules", "scores"):
        data, out = TARGET / kind / "data", TARGET / kind / "out"
        shutil.rmtree(TARGET / kind, ignore_errors=True)
        data.mkdir(parents=True)
        generate(options.rows, data)
        if kind == "scores":
            config = data / "onefold.toml"
            config.write_text(RULES.sub("", config.read_text()))
        first = run(options.onefold, data, out)
        change(data)
        measured[kind] = {"first": first, "nightly": run(options.onefold, data, out)}
    MEASURED.write_text(json.dumps(measured, indent=1) + "\n")


if __name__ == "__main__":
    main()
