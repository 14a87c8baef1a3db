"""Make customer accounts of three systems, with the truth of who is who.

    generate.py --out DIR --rows N --seed S [--sample]

Writes the folder that `onefold local run --data DIR` takes:

    onefold.toml                          the benchmark's configuration, or with --sample the sample's
    landing/{crm,shop,newsletter}/        raw rows, several files a source
    reference/                            third-party tables
    truth.csv                             uid,person: the person behind each account, such as crm:8

The same rows and seed give the same bytes. Only the standard library is used, as this also makes the sample data of a
fresh checkout.
"""

import argparse
import shutil
import time
from contextlib import ExitStack
from pathlib import Path
from random import Random
from typing import BinaryIO

from population import CRM, NEWSLETTER, SHOP, Population
from rows import RowMaker
from tables import write_bench_tables, write_sample_tables

TESTS = Path(__file__).resolve().parent.parent
CONFIGURATION = TESTS / "bench" / "onefold.toml"
SAMPLE_CONFIGURATION = TESTS / "sample" / "onefold.toml"

SOURCES = {CRM: ("crm", "jsonl"), SHOP: ("shop", "jsonl"), NEWSLETTER: ("newsletter", "csv")}
FILES = {CRM: 12, SHOP: 12, NEWSLETTER: 8}
SAMPLE_FILES = {CRM: 3, SHOP: 3, NEWSLETTER: 2}

NEWSLETTER_HEADER = b"sid,email,first,last,zip,interests,subscribed_at\n"
BROKEN_SHARE = 0.001
WRITE_BUFFER_BYTES = 1 << 18


def open_landing_files(landing: Path, counts: dict[int, int], stack: ExitStack) -> dict[int, list[BinaryIO]]:
    """Empty files of each source, open for writing; files of an earlier, larger generation are removed."""
    files = {}
    for source, (name, extension) in SOURCES.items():
        folder = landing / name
        folder.mkdir(parents=True, exist_ok=True)
        for stale in folder.glob(f"{name}-*.{extension}"):
            stale.unlink()
        paths = [folder / f"{name}-{number:03d}.{extension}" for number in range(counts[source])]
        files[source] = [stack.enter_context(path.open("wb", WRITE_BUFFER_BYTES)) for path in paths]
    for file in files[NEWSLETTER]:
        file.write(NEWSLETTER_HEADER)
    return files


def write_accounts(out: Path, population: Population, maker: RowMaker, seed: int, counts: dict[int, int]) -> int:
    """Write the raw rows, spread over the files of their source, and the truth; return the number of broken lines."""
    make_line = {CRM: maker.crm_line, SHOP: maker.shop_line, NEWSLETTER: maker.newsletter_line}
    random = Random(f"files {seed}").random
    last_id = dict.fromkeys(SOURCES, 0)
    broken = 0
    with ExitStack() as stack:
        files = open_landing_files(out / "landing", counts, stack)
        truth = stack.enter_context((out / "truth.csv").open("w", encoding="utf-8", newline="\n"))
        truth.write("uid,person\n")
        for index in population.shuffled_rows():
            source = population.source[index]
            last_id[source] += 1
            account_id = last_id[source]
            line = make_line[source](account_id, maker.row(index)).encode()
            file = files[source][int(random() * counts[source])]
            file.write(line + b"\n")
            truth.write(f"{SOURCES[source][0]}:{account_id},{population.person[index]}\n")
            if random() < BROKEN_SHARE:
                broken += 1
                broken_line = b"%d,broken" % account_id if source == NEWSLETTER else maker.broken_json_line(line)
                file.write(broken_line + b"\n")
    return broken


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--rows", type=int, required=True)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--sample", action="store_true", help="the sample: its configuration, fewer files, valid phones")
    options = parser.parse_args()
    started = time.perf_counter()

    options.out.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(SAMPLE_CONFIGURATION if options.sample else CONFIGURATION, options.out / "onefold.toml")
    population = Population(options.rows, options.seed)
    maker = RowMaker(population, options.seed, are_phones_valid=options.sample)
    if options.sample:
        write_sample_tables(options.out / "reference", population, maker)
    else:
        write_bench_tables(options.out / "reference")
    counts = SAMPLE_FILES if options.sample else FILES
    broken = write_accounts(options.out, population, maker, options.seed, counts)

    seconds = time.perf_counter() - started
    print(f"{options.rows} accounts of {population.people} people and {broken} broken lines in {seconds:.1f} s")


if __name__ == "__main__":
    main()
