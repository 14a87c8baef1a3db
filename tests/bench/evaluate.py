"""How good the customers of a run are against the truth, and a digest to compare runs of different systems by.

    evaluate.py TRUTH CUSTOMERS_DIR [--digest]

TRUTH has a header and lines `uid,person`, a uid being a reference such as crm:8. CUSTOMERS_DIR holds JSON Lines files
of customers (*.jsonl, *.json, plain, .zst or .gz), of Onefold or of a peer; README.md shows both shapes.

An account of the truth that is in no customer counts as a customer of its own and is reported as missing. One that is
in several customers counts for the first and is reported.
"""

import argparse
import gzip
import io
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import orjson
import zstandard

# The digest is frozen, so it names accounts as it always did: c8, s25, n3.
SHORT_SOURCE = {"crm": "c", "shop": "s", "newsletter": "n"}
UNSIGNED_64 = (1 << 64) - 1


@dataclass(frozen=True)
class Evaluation:
    """Pairwise: of the pairs put together, or to be put together. B-cubed: the same, averaged over the accounts."""

    pair_precision: float
    pair_recall: float
    pair_f1: float
    b3_precision: float
    b3_recall: float
    b3_f1: float
    clusters: int
    persons: int
    largest: int
    missing: int
    in_several: int
    unknown: int
    digest: str | None


def customers_in(folder: Path) -> Iterator[dict]:
    """Every customer of every file in a folder, in whatever order."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and ".json" in path.name:
            with open_file(path) as lines:
                for line in lines:
                    yield orjson.loads(line)


def open_file(path: Path) -> io.BufferedIOBase:
    """Open a file of bytes that may be compressed. One zstd file may hold many frames, because frames concatenate."""
    if path.suffix == ".zst":
        decompressor = zstandard.ZstdDecompressor()
        return io.BufferedReader(decompressor.stream_reader(path.open("rb"), read_across_frames=True), 1 << 20)
    if path.suffix == ".gz":
        return gzip.open(path, "rb")
    return path.open("rb")


def references(customer: dict) -> list[str]:
    """The accounts of a customer; Onefold calls them members, the peers uids."""
    return customer["members"] if "members" in customer else customer["uids"]


def flat(customer: dict) -> dict:
    """A Onefold customer in the peers' shape; a peer's customer as it is."""
    if "members" not in customer:
        return customer
    return customer | (customer.get("address") or {}) | (customer.get("location") or {})


def short(reference: str) -> str:
    source, account_id = reference.split(":", 1)
    return SHORT_SOURCE[source] + account_id


def digits(phone: str | None) -> str | None:
    return phone.lstrip("+") if phone else phone


def rounded(degrees: float | None) -> float | None:
    return None if degrees is None else round(degrees, 3)


def fingerprint(customer: dict) -> int:
    """A number of a customer's values; the digest of a run is the sum of them, so the order does not matter."""
    value = flat(customer).get
    values = [
        sorted([short(reference) for reference in references(customer)]),
        value("given_name"),
        value("family_name"),
        value("gender"),
        value("email"),
        digits(value("phone_number")),
        value("birthdate"),
        value("street_address"),
        value("locality"),
        value("postal_code"),
        value("country"),
        sorted(value("emails") or []),
        sorted([digits(phone) for phone in value("phone_numbers") or []]),
        sorted(value("interests") or []),
        str(value("updated_at"))[:19].replace(" ", "T"),
        rounded(value("latitude")),
        rounded(value("longitude")),
    ]
    text = orjson.dumps(values)
    return zlib.crc32(text) + (zlib.adler32(text) << 32)


def read_truth(path: Path) -> dict[str, str | None]:
    """The person of each account."""
    with path.open(encoding="utf-8") as lines:
        next(lines)
        return dict(line.rstrip("\n").split(",") for line in lines)


def pairs(size: int) -> int:
    """The pairs among so many accounts."""
    return size * (size - 1) // 2


def ratio(part: float, whole: float) -> float:
    return part / whole if whole else 1.0


def harmonic_mean(precision: float, recall: float) -> float:
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def evaluate(truth_path: Path, customers_folder: Path, with_digest: bool) -> Evaluation:
    """Compare the customers with the truth in one pass, holding the truth in memory but never the customers."""
    unplaced_person = read_truth(truth_path)
    accounts = len(unplaced_person)
    person_size = Counter(unplaced_person.values())
    clusters = largest = in_several = unknown = digest = 0
    pairs_together = pairs_right = 0
    b3_precision = b3_recall = 0.0

    def count(persons: list[str]) -> None:
        """Count a cluster, given the person of each of its accounts."""
        nonlocal clusters, largest, pairs_together, pairs_right, b3_precision, b3_recall
        size = len(persons)
        clusters += 1
        largest = max(largest, size)
        pairs_together += pairs(size)
        shares = Counter(persons) if size > 1 else {persons[0]: 1}
        for person, shared in shares.items():
            pairs_right += pairs(shared)
            b3_precision += shared * shared / size
            b3_recall += shared * shared / person_size[person]

    for customer in customers_in(customers_folder):
        persons = []
        for reference in references(customer):
            person = unplaced_person.get(reference, "")
            if person:
                persons.append(person)
                unplaced_person[reference] = None
            elif person is None:
                in_several += 1
            else:
                unknown += 1
        if persons:
            count(persons)
        if with_digest:
            digest = (digest + fingerprint(customer)) & UNSIGNED_64

    missing = [person for person in unplaced_person.values() if person]
    for person in missing:
        count([person])

    pair_precision = ratio(pairs_right, pairs_together)
    pair_recall = ratio(pairs_right, sum(pairs(size) for size in person_size.values()))
    b3_precision = ratio(b3_precision, accounts)
    b3_recall = ratio(b3_recall, accounts)
    return Evaluation(
        pair_precision=pair_precision,
        pair_recall=pair_recall,
        pair_f1=harmonic_mean(pair_precision, pair_recall),
        b3_precision=b3_precision,
        b3_recall=b3_recall,
        b3_f1=harmonic_mean(b3_precision, b3_recall),
        clusters=clusters,
        persons=len(person_size),
        largest=largest,
        missing=len(missing),
        in_several=in_several,
        unknown=unknown,
        digest=f"{digest:016x}" if with_digest else None,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("truth", type=Path)
    parser.add_argument("customers", type=Path)
    parser.add_argument("--digest", action="store_true", help="also print a digest of the customers' values")
    options = parser.parse_args()
    evaluation = evaluate(options.truth, options.customers, options.digest)
    for name, value in asdict(evaluation).items():
        if value is not None:
            print(f"{name:14s} {value:.5f}" if isinstance(value, float) else f"{name:14s} {value}")


if __name__ == "__main__":
    main()
