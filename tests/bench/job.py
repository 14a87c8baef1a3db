"""The rules of the benchmark's job that its pipelines in Python share. README.md states all of them."""

import argparse
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

MAX_ACCOUNTS_PER_KEY = 25
MATCH_KEYS = ("email", "phone_number")
LATEST_FIELDS = (
    "given_name",
    "family_name",
    "gender",
    "email",
    "phone_number",
    "birthdate",
    "street_address",
    "locality",
    "postal_code",
    "country",
    "latitude",
    "longitude",
)
# "The latest wins" needs one total order of accounts: by time, then the source's trust, then the id.
TRUST = {"crm": 0, "newsletter": 1, "shop": 2}


def components(rows: np.ndarray, firsts: np.ndarray, accounts: int) -> np.ndarray:
    """The cluster of each account: a connected component over edges from accounts to the first one with the same key."""
    graph = coo_array((np.ones(len(rows), np.int8), (rows, firsts)), shape=(accounts, accounts))
    return connected_components(graph, directed=False)[1]


def paths(description: str) -> tuple[Path, Path]:
    """The folder of the data, and that of the results, which is removed."""
    parser = argparse.ArgumentParser(description=description.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    shutil.rmtree(options.out, ignore_errors=True)
    return options.data, options.out


def laps() -> Callable[[str], None]:
    """Tells of each step when it was done: the time since now, and the CPU time of this process."""
    started = time.perf_counter()

    def lap(step: str) -> None:
        seconds = time.perf_counter() - started
        print(f"  {seconds:7.2f} s wall {time.process_time():7.2f} s CPU  {step}", file=sys.stderr)

    return lap
