"""The benchmark's job in Dask, on two local workers, as an expert would write it.

    dask_pipeline.py --data DIR --out OUT

This is a peer that Onefold is measured against, so it is tuned: rows are translated in plain Python a block at a time, which
is what Dask's bags are for; scipy finds the connected components on the client, because a loop of joins would shuffle
everything several times; only customers of several accounts are shuffled; workers have one thread each, as Python's lock lets
only one thread of a process translate.
README.md states the job's rules and the shape of the customers in OUT/customers/.
"""

import csv
import re
import shutil
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import dask
import dask.bag
import dask.dataframe as dd
import numpy as np
import orjson
import pandas as pd
import zstandard
from dask.distributed import Client, LocalCluster

import job

WORKERS = 2
BLOCK = "16MiB"
SHUFFLED = {"cluster": "int64", "account": "string[pyarrow]"}

TAG = re.compile(r"\+[^@]*@")
MAILBOX = re.compile(r"[^@\s]+@[^@\s]+\.[a-z]{2,}")
NO_DIGIT = re.compile(r"[^0-9]")
CALLING_CODES = {"DE": "49", "FR": "33", "GB": "44"}

Account = dict
Tables = tuple[dict[str, str], dict[str, tuple[float, float]]]


def normal_name(name: str | None) -> str | None:
    """Trim; the first letter upper case, the rest lower case."""
    if name is None:
        return None
    name = name.strip(" ")
    return name[:1].upper() + name[1:].lower()


def normal_email(email: str | None) -> str | None:
    """One spelling for each mailbox, or none if the text is no e-mail address."""
    if not email:
        return None
    email = TAG.sub("@", email.strip(" ").lower(), count=1).replace("@googlemail.com", "@gmail.com")
    if email.endswith("@gmail.com"):
        email = email.removesuffix("@gmail.com").replace(".", "") + "@gmail.com"
    return email if MAILBOX.fullmatch(email) else None


def normal_phone(phone: str | None, country: str | None) -> str | None:
    """Calling code and digits, or none if there are not 8 to 15 of them."""
    if not phone:
        return None
    number = NO_DIGIT.sub("", phone.replace("(0)", ""))
    if not phone.strip(" ").startswith("+"):
        calling_code = CALLING_CODES.get(country, "1")
        if number.startswith("00"):
            number = number[2:]
        else:
            number = calling_code + (number[1:] if number.startswith("0") else number)
    return number if 8 <= len(number) <= 15 else None


def account_of(source: str, number: int, seconds: int, **values) -> Account:
    return {"uid": f"{source}:{number}", "order": (seconds << 32) | (job.TRUST[source] << 30) | number} | values


def seconds_of(time_text: str) -> int:
    return int(datetime.fromisoformat(time_text).timestamp())


def crm_account(line: str) -> Account:
    """A flat row; one without a time is the oldest of all."""
    row = orjson.loads(line)
    updated_at = row.get("updatedAt")
    seconds = seconds_of(updated_at) if updated_at else 0
    return account_of(
        "crm",
        row["id"],
        seconds,
        given_name=normal_name(row["firstName"]),
        family_name=normal_name(row["lastName"]),
        email=normal_email(row["email"]),
        phone_number=normal_phone(row["phone"], row["country"]),
        birthdate=row["birthDate"],
        street_address=row["street"],
        locality=row["city"],
        postal_code=row["zip"],
        country=row["country"],
        interests=[],
    )


def shop_account(line: str) -> Account:
    """A nested row, with a name in one piece ("First Last" or "Last, First")."""
    row = orjson.loads(line)
    name, contact, address = row["name"], row["contact"], row["address"]
    if "," in name:
        family_name, given_name = name.split(",", 1)
    else:
        given_name, _, family_name = name.strip(" ").partition(" ")
    return account_of(
        "shop",
        row["customer_id"],
        row["created"] // 1000,
        given_name=normal_name(given_name),
        family_name=normal_name(family_name),
        email=normal_email(contact["email"]),
        phone_number=normal_phone(contact["mobile"], address["country"]),
        street_address=address["line1"],
        locality=address["city"],
        postal_code=address["postcode"],
        country=address["country"],
        interests=row["interests"] or [],
    )


def newsletter_account(line: str) -> Account:
    """A line of CSV; one that breaks off before its date is malformed, and each file has a header."""
    number, email, first, last, postal_code, interests, day = next(csv.reader([line]))
    return account_of(
        "newsletter",
        int(number),
        seconds_of(f"{day.strip()}T00:00:00+00:00"),
        given_name=normal_name(first),
        family_name=normal_name(last),
        email=normal_email(email),
        postal_code=postal_code or None,
        interests=interests.split(";") if interests else [],
    )


SOURCES: dict[str, tuple[str, Callable[[str], Account]]] = {
    "crm": ("*.jsonl", crm_account),
    "shop": ("*.jsonl", shop_account),
    "newsletter": ("*.csv", newsletter_account),
}


def reference(data: Path) -> Tables:
    """The gender by given name, and the location by the start of the postal code."""
    with (data / "reference" / "gender.csv").open(newline="") as table:
        genders = dict(list(csv.reader(table))[1:])
    with (data / "reference" / "zip3.csv").open(newline="") as table:
        places = {zip3: (float(lat), float(lon)) for zip3, lat, lon in list(csv.reader(table))[1:]}
    return genders, places


def accounts_of(lines: Iterable[str], of_line: Callable[[str], Account], tables: Tables) -> Iterator[Account]:
    """The accounts of well-formed lines, enriched."""
    genders, places = tables
    for line in lines:
        try:
            account = of_line(line)
        except (ValueError, KeyError, TypeError, StopIteration):
            continue
        account["gender"] = genders.get(account["given_name"])
        place = places.get((account.get("postal_code") or "")[:3])
        account["latitude"], account["longitude"] = place or (None, None)
        yield account


def translated(lines: Iterable[str], of_line: Callable[[str], Account], tables: Tables) -> pd.DataFrame:
    """A block's accounts: their keys as columns, and the whole as JSON."""
    accounts = list(accounts_of(lines, of_line, tables))
    columns = {key: pd.array([account.get(key) for account in accounts], "string[pyarrow]") for key in job.MATCH_KEYS}
    return pd.DataFrame(columns | {"account": pd.array([orjson.dumps(a).decode() for a in accounts], "string[pyarrow]")})


def translate(data: Path) -> list:
    """A delayed table for each block of the files."""
    tables = dask.delayed(reference(data))
    blocks = []
    for source, (pattern, of_line) in SOURCES.items():
        files = sorted(str(path) for path in (data / "landing" / source).glob(pattern))
        bag = dask.bag.read_text(files, blocksize=BLOCK, errors="replace")
        blocks += [dask.delayed(translated)(lines, of_line, tables) for lines in bag.to_delayed()]
    return blocks


def clusters_of(keys: pd.DataFrame) -> tuple[np.ndarray, np.ndarray, set[str]]:
    """The cluster of each account, the sizes of clusters, and the keys that too many accounts share."""
    count = len(keys)
    junk: set[str] = set()
    rows, firsts = [], []
    for key in job.MATCH_KEYS:
        codes, values = pd.factorize(keys[key])
        sizes = np.bincount(codes[codes >= 0], minlength=len(values))
        junk |= set(values[sizes > job.MAX_ACCOUNTS_PER_KEY])
        has_key = np.flatnonzero(codes >= 0)
        has_key = has_key[sizes[codes[has_key]] <= job.MAX_ACCOUNTS_PER_KEY]
        first = np.full(len(values), count)
        np.minimum.at(first, codes[has_key], has_key)
        rows.append(has_key)
        firsts.append(first[codes[has_key]])
    labels = job.components(np.concatenate(rows), np.concatenate(firsts), count)
    return labels, np.bincount(labels), junk


def merged(accounts: list[Account]) -> dict:
    """Fold accounts into a customer: the latest value of each field, all e-mails, phones and interests."""
    accounts.sort(key=lambda account: account["order"])
    customer = {"customer_id": min(a["uid"] for a in accounts), "uids": sorted(a["uid"] for a in accounts)}
    for field in job.LATEST_FIELDS:
        values = (account.get(field) for account in reversed(accounts))
        customer[field] = next((value for value in values if value is not None), None)
    customer["emails"] = sorted({a["email"] for a in accounts if a["email"]})
    customer["phone_numbers"] = sorted({a["phone_number"] for a in accounts if a.get("phone_number")})
    customer["interests"] = sorted({interest for a in accounts for interest in a["interests"]})
    latest = datetime.fromtimestamp(accounts[-1]["order"] >> 32, UTC)
    customer["updated_at"] = latest.strftime("%Y-%m-%dT%H:%M:%SZ")
    return customer


def write(customers: Iterable[dict], path: Path) -> None:
    with path.open("wb") as out, zstandard.ZstdCompressor(level=3).stream_writer(out) as compressed:
        for customer in customers:
            compressed.write(orjson.dumps(customer, option=orjson.OPT_APPEND_NEWLINE))


def read_account(text: str, junk: set[str]) -> Account:
    """An account without the keys that too many accounts share."""
    account = orjson.loads(text)
    return account | {key: None for key in job.MATCH_KEYS if account.get(key) in junk}


def split(block: pd.DataFrame, clusters: np.ndarray, is_alone: np.ndarray, junk: set[str], path: Path) -> pd.DataFrame:
    """Write the customers of one account, and return the accounts of the others."""
    alone = block["account"][is_alone]
    write((merged([read_account(text, junk)]) for text in alone), path)
    return pd.DataFrame({"cluster": clusters[~is_alone], "account": block["account"][~is_alone]})


def merge_partition(partition: pd.DataFrame, junk: set[str], folder: Path, partition_info=None) -> pd.Series:
    """Write the customers of a partition, which holds whole clusters."""
    groups: dict[int, list[Account]] = {}
    for cluster, text in zip(partition["cluster"], partition["account"], strict=True):
        groups.setdefault(cluster, []).append(read_account(text, junk))
    if groups:
        number = partition_info["number"] if partition_info else 0
        write((merged(accounts) for accounts in groups.values()), folder / f"several-{number:05d}.jsonl.zst")
    return pd.Series([len(groups)], dtype="int64")


def keys_of(block: pd.DataFrame) -> pd.DataFrame:
    return block[list(job.MATCH_KEYS)]


def run(data: Path, folder: Path, client: Client, lap: Callable[[str], None]) -> None:
    """The job."""
    blocks = client.persist(translate(data))
    keys = client.gather(client.compute([dask.delayed(keys_of)(block) for block in blocks]))
    lap(f"translated {sum(len(of_block) for of_block in keys)} accounts")
    labels, sizes, junk = clusters_of(pd.concat(keys, ignore_index=True))
    ends = np.cumsum([len(of_block) for of_block in keys])[:-1]
    del keys
    lap("clustered")
    known_junk = dask.delayed(junk)
    several = [
        dask.delayed(split)(block, of_block, sizes[of_block] == 1, known_junk, folder / f"alone-{number:05d}.jsonl.zst")
        for number, (block, of_block) in enumerate(zip(blocks, np.split(labels, ends), strict=True))
    ]
    shuffled = dd.from_delayed(several, meta=SHUFFLED, verify_meta=False).shuffle(on="cluster")
    counts = shuffled.map_partitions(merge_partition, junk, folder, meta=(None, "int64")).compute()
    lap(f"merged and written, {counts.sum()} customers of several accounts")


def main() -> None:
    data, out = job.paths(__doc__)
    folder = out / "customers"
    folder.mkdir(parents=True)
    lap = job.laps()

    cluster = LocalCluster(
        n_workers=WORKERS, threads_per_worker=1, dashboard_address=None, local_directory=out / "workers"
    )
    with cluster, Client(cluster) as client:
        lap("workers started")
        run(data.resolve(), folder.resolve(), client, lap)
    shutil.rmtree(out / "workers", ignore_errors=True)


if __name__ == "__main__":
    main()
