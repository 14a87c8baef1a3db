"""How well customers agree with the truth."""

import csv
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Judgement:
    """Of all pairs of accounts, those put together and those that belong together; B-cubed is a mean over accounts."""

    precision: float
    recall: float
    f1: float
    b3_f1: float
    # The most people that are in one customer.
    most_people: int
    pairs_of_persons: int


def read_pairs(path: Path) -> dict[str, str]:
    """A table of two columns with a header."""
    with path.open(encoding="utf-8", newline="") as lines:
        rows = csv.reader(lines)
        next(rows)
        return dict(rows)


def pairs(sizes: Iterable[int]) -> int:
    return sum(size * (size - 1) // 2 for size in sizes)


def f1_of(precision: float, recall: float) -> float:
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def judge(person_of: dict[str, str], customer_of: dict[str, str]) -> Judgement:
    """Compare the customer of each account with its person. An account without customer is alone."""
    in_customer: dict[str, Counter] = defaultdict(Counter)
    for account, person in person_of.items():
        in_customer[customer_of.get(account, f"alone {account}")][person] += 1
    persons = Counter(person_of.values())
    together = pairs(members.total() for members in in_customer.values())
    right = sum(pairs(members.values()) for members in in_customer.values())
    wanted = pairs(persons.values())
    b3_precision = b3_recall = 0.0
    for members in in_customer.values():
        size = members.total()
        for person, shared in members.items():
            b3_precision += shared * shared / size
            b3_recall += shared * shared / persons[person]
    accounts = max(len(person_of), 1)
    precision = right / together if together else 1.0
    recall = right / wanted if wanted else 1.0
    return Judgement(
        precision=precision,
        recall=recall,
        f1=f1_of(precision, recall),
        b3_f1=f1_of(b3_precision / accounts, b3_recall / accounts),
        most_people=max((len(members) for members in in_customer.values()), default=0),
        pairs_of_persons=wanted,
    )
