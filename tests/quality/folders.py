"""Data folders made of others: the same files, with fewer or other rows."""

import csv
import json
import shutil
import tomllib
from collections.abc import Callable
from pathlib import Path
from random import Random

from judge import read_pairs

# What becomes of a row of a source; it may be changed in place. None leaves it out.
Change = Callable[[str, dict], dict | None]


def at(row: dict, pointer: str) -> object:
    """What a row has at a JSON pointer; the pointer of a column is its name."""
    value: object = row
    for name in pointer.removeprefix("/").split("/"):
        value = value.get(name) if isinstance(value, dict) else None
    return value


def csv_rows(path: Path) -> list[dict]:
    with path.open(newline="", encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def pointers(folder: Path) -> dict[str, dict]:
    """By source, where its fields are."""
    sources = tomllib.loads((folder / "onefold.toml").read_text())["source"]
    return {source["name"]: source["fields"] for source in sources}


def rewrite(folder: Path, out: Path, change: Change) -> None:
    """Write a folder anew, every row as `change` gives it. Lines that are no JSON are left out."""
    shutil.rmtree(out, ignore_errors=True)
    shutil.copytree(folder, out, ignore=shutil.ignore_patterns("landing"))
    for path in sorted((folder / "landing").rglob("*.*")):
        target = out / path.relative_to(folder)
        target.parent.mkdir(parents=True, exist_ok=True)
        source = path.parent.name
        with path.open(newline="", encoding="utf-8") as lines, target.open("w", newline="", encoding="utf-8") as written:
            if path.suffix == ".csv":
                rewrite_csv(source, csv.DictReader(lines), written, change)
            else:
                rewrite_json(source, lines, written, change)


def rewrite_csv(source, rows, written, change: Change) -> None:
    writer = csv.DictWriter(written, rows.fieldnames, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    for row in rows:
        changed = change(source, row)
        if changed is not None:
            writer.writerow(changed)


def rewrite_json(source, lines, written, change: Change) -> None:
    for line in lines:
        try:
            row = json.loads(line)
        except ValueError:
            continue
        changed = change(source, row)
        if changed is not None:
            written.write(json.dumps(changed, ensure_ascii=False) + "\n")


def draw(folder: Path, out: Path, accounts: int, seed: int) -> None:
    """A folder of about so many accounts: all those of people who are drawn by lot."""
    by_person: dict[str, list[str]] = {}
    for account, person in read_pairs(folder / "truth.csv").items():
        by_person.setdefault(person, []).append(account)
    people = list(by_person)
    Random(f"draw {seed}").shuffle(people)
    drawn: dict[str, str] = {}
    for person in people:
        if len(drawn) >= accounts:
            break
        drawn.update(dict.fromkeys(by_person[person], person))
    ids = {source: fields["id"] for source, fields in pointers(folder).items()}

    def if_drawn(source: str, row: dict) -> dict | None:
        return row if f"{source}:{at(row, ids[source])}" in drawn else None

    rewrite(folder, out, if_drawn)
    with (out / "truth.csv").open("w", encoding="utf-8", newline="") as truth:
        csv.writer(truth).writerows([["uid", "person"], *drawn.items()])


def with_email(folder: Path, out: Path, share: float, address: str) -> None:
    """A folder where one address stands in place of the e-mail address of some rows; the same rows for each address."""
    emails = {source: fields["email"].removeprefix("/").split("/") for source, fields in pointers(folder).items()}
    random = Random("addresses").random

    def changed(source: str, row: dict) -> dict:
        if random() < share:
            *above, last = emails[source]
            holder = row
            for name in above:
                holder = holder.setdefault(name, {})
            holder[last] = address
        return row

    rewrite(folder, out, changed)
