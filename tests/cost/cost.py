"""What a run costs by list price, at sizes that were measured and at sizes that were not, beside others.

    cost.py [--memory]

It reckons with `measured.json` (measure.py writes it), Divide's rules and the list prices of the report; README.md says how.
`--memory` shows what each function would cost with other memory sizes.
"""

import argparse
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from math import ceil
from pathlib import Path

import prices
from layout import C, DoesNotFit, Layout, Memory, divided
from prices import Prices, list_prices

HERE = Path(__file__).resolve().parent
TEMPLATE = HERE.parent.parent / "infra" / "template.yaml"
SIZES = (1_900_000, 10_000_000, 100_000_000, 1_000_000_000)
ARCHITECTURES = ("x86_64", "arm64")
MACHINE_BYTES_MAX = 256 << 30
MEMORY_SIZES = (512, 768, 1024, 1536, 1769, 2048, 3008, 4096)

# With 1,769 MB a function has a whole processor, and less with less (https://docs.aws.amazon.com/lambda/latest/dg/
# configuration-memory.html). Functions have one thread, so more memory makes none faster.
PROCESSOR_MB = 1769
# Assumed, as nothing was measured on AWS: an answer of S3, one at a time; what goes through a function; and its start.
REQUEST_S = 0.02
BYTES_PER_S = 80e6
START_S = 0.1
# Link by several shards goes on in rounds. Measured with 100,000 accounts by rules in 4 shards, beside one shard.
ROUNDS = 13
READS_OF_ROUND = 3
ROUNDS_CPU = 8
ROUNDS_BYTES = 18
# Passes, choices and Compact of an execution, and the states of an invocation (functions/compact/src/report/cost.rs).
TRANSITIONS = 12
TRANSITIONS_OF = {"translate": 0, "extract": 3, "block": 2, "link": 2}
# A customer of an account, and keys of two kinds.
KEYS_OF_ACCOUNT = 2


@dataclass(frozen=True)
class Size:
    """A run's size, beside the one that was measured."""

    accounts: int
    ratio: float
    layout: Layout
    measured: Layout

    def times(self, pieces: Callable[[Layout], float]) -> float:
        """By how much there are more pieces than in the run that was measured."""
        return pieces(self.layout) / max(pieces(self.measured), 1)


def invocations(stage: str, size: Size) -> float:
    """By how much a stage has more invocations."""
    match stage:
        case "extract" | "translate" | "export":
            return size.ratio
        case "partition":
            return size.times(lambda layout: layout.mappers)
        case "merge":
            return size.times(lambda layout: layout.partitions)
        case "block":
            return size.times(lambda layout: layout.match_slices + layout.match_shards)
        case "compare" | "score":
            return size.times(lambda layout: layout.tiles)
        case _:
            return 1


def requests(stage: str, size: Size, is_read: bool) -> float:
    """By how much a stage has more requests."""
    match stage:
        case "merge" if is_read:
            # A part of what each mapper wrote, and two objects more.
            return size.times(lambda layout: layout.partitions * (layout.mappers + 2))
        case "link":
            return size.ratio if is_read else 1
        case "block":
            # Slices write to shards, and shards to slices.
            return size.times(lambda layout: layout.match_slices * layout.match_shards)
        case "compare" if is_read:
            # The records of two slices, and the pairs of each shard.
            return size.times(lambda layout: layout.tiles * layout.match_shards)
        case "train":
            return size.times(lambda layout: layout.tiles)
        case "compact" | "divide" | "settle":
            return size.ratio
        case _:
            return invocations(stage, size)


def moved(stage: str, size: Size) -> float:
    """By how much a stage reads and writes more bytes."""
    # Each slice's records are read once for every other slice.
    return size.ratio * (size.times(lambda layout: layout.match_slices) if stage == "compare" else 1)


@dataclass(frozen=True)
class Use:
    """What a stage takes."""

    invocations: float
    reads: float
    writes: float
    cpu_s: float
    moved_bytes: float

    def gb_seconds(self, megabytes: int) -> float:
        waiting = (self.reads + self.writes) * REQUEST_S + self.moved_bytes / BYTES_PER_S + self.invocations * START_S
        return (self.cpu_s / min(megabytes / PROCESSOR_MB, 1) + waiting) * megabytes / 1024


def in_rounds(one: Use, shards: int) -> Use:
    """What Link takes by several shards, given what one would take.

    Each shard reads its part of each object of links, and in each round what every other one sent it.
    """
    calls = ROUNDS * (shards + 1)
    reads = shards * one.reads + READS_OF_ROUND * ROUNDS * shards**2
    return Use(calls, reads, calls, one.cpu_s * ROUNDS_CPU, one.moved_bytes * ROUNDS_BYTES)


def use_of(stage: str, took: dict, size: Size) -> Use:
    use = Use(
        invocations=took["invocations"] * invocations(stage, size),
        reads=took["reads"] * requests(stage, size, is_read=True),
        writes=took["writes"] * requests(stage, size, is_read=False),
        cpu_s=took["cpu_ms"] / 1000 * size.ratio,
        moved_bytes=(took["bytes_in"] + took["bytes_out"]) * moved(stage, size),
    )
    return in_rounds(use, size.layout.shards) if stage == "link" and size.layout.shards > 1 else use


def megabytes_of(stage: str, memory: Memory) -> int:
    return {"link": memory.link, "merge": memory.merge}.get(stage, memory.others)


def dollars(uses: dict[str, Use], memory: Memory, by: Prices) -> dict[str, float]:
    """What stages cost."""
    transitions = TRANSITIONS + sum(TRANSITIONS_OF.get(stage, 1) * use.invocations for stage, use in uses.items())
    time = sum(use.gb_seconds(megabytes_of(stage, memory)) for stage, use in uses.items()) * by.gb_second
    calls = sum(use.invocations for use in uses.values()) * by.lambda_request
    s3 = sum(use.reads * by.s3_read + use.writes * by.s3_write for use in uses.values())
    return {"lambda": time + calls, "s3": s3, "states": transitions * by.state_transition}


def template_memory() -> Memory:
    """What the template sets."""
    template = TEMPLATE.read_text()

    def default(name: str) -> int:
        return int(re.search(rf"^  {name}Memory:\n    Type: Number\n    Default: (\d+)$", template, re.MULTILINE)[1])

    return Memory(default("Link"), default("Merge"), default("Function"))


def run_at(accounts: int, measured: dict, run: dict, memory: Memory) -> tuple[dict[str, Use], Memory, Layout]:
    """What a run takes, the memory that it needs, and how it is divided."""
    rows = measured["rows"]
    # The last partition may be half full.
    text_of_row = (run["partitions"] - 0.5) * C["PARTITION_TEXT_BYTES"] / rows

    def of(count: int) -> tuple[int, int, int, int, Memory]:
        return count, int(count * text_of_row), count * KEYS_OF_ACCOUNT, run["passes"], memory

    layout, needed = divided(*of(accounts))
    size = Size(accounts, accounts / rows, layout, measured_layout(run))
    return {stage: use_of(stage, took, size) for stage, took in run["stages"].items()}, needed, layout


def measured_layout(run: dict) -> Layout:
    """How the run was divided that was measured."""
    stages = run["stages"]
    mappers, partitions = stages["partition"]["invocations"], stages["merge"]["invocations"]
    return Layout(mappers, partitions, 1, run["match_slices"], run["match_shards"])


def most_accounts(measured: dict, run: dict, memory: Memory) -> int:
    """About how many accounts fit, with as much memory as there can be."""
    fits, refused = 1_000_000, SIZES[-1]
    while refused - fits > 1_000_000:
        middle = (fits + refused) // 2
        try:
            run_at(middle, measured, run, memory)
            fits = middle
        except DoesNotFit:
            refused = middle
    return fits


def machine_dollars(accounts: int, peer: dict) -> float | None:
    """A machine that is rented for as long as it works, if it were busy on all processors; none if it needs more than 256 GiB."""
    ratio = accounts / peer["rows"]
    if peer["peak_bytes"] * ratio > MACHINE_BYTES_MAX:
        return None
    large = 2 ** max(0, ceil(peer["peak_bytes"] * ratio / prices.MACHINE_BYTES) - 1).bit_length()
    seconds = max(60, peer["cpu_s"] * ratio / (prices.MACHINE_PROCESSORS * large))
    return seconds * large * prices.MACHINE_HOUR / 3600


def money(amount: float | None) -> str:
    if amount is None:
        return "over 256 GiB"
    return f"{amount:,.0f}" if amount >= 100 else f"{amount:.2f}" if amount >= 1 else f"{amount:.4f}"


def table(rows: list[list[str]]) -> str:
    """In Markdown, as the manual has it."""
    head, *body = ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join([head, "|" + "---|" * len(rows[0]), *body])


def shown(kind: str, name: str, measured: dict, memory: Memory, notes: list[str]) -> list[list[str]]:
    """A line for each architecture."""
    lines = {architecture: [f"Onefold by {kind}, {name}, {architecture}"] for architecture in ARCHITECTURES}
    for accounts in SIZES:
        try:
            uses, needed, _ = run_at(accounts, measured, measured[kind][name], memory)
        except DoesNotFit as lack:
            most = most_accounts(measured, measured[kind][name], memory) // 1_000_000
            notes.append(f"By {kind}, more than {most} million accounts are refused: {lack} are too few.")
            for line in lines.values():
                line.append("refused")
            continue
        if needed != memory:
            notes.append(f"By {kind}, {accounts:,} accounts need LinkMemory={needed.link}, FunctionMemory={needed.others}.")
        for architecture, line in lines.items():
            line.append(money(sum(dollars(uses, needed, list_prices(architecture)).values())))
    return list(lines.values())


def costs(measured: dict, memory: Memory) -> str:
    notes: list[str] = []
    rows = [["dollars of a run", *(f"{accounts:,}" for accounts in SIZES)]]
    for kind in ("rules", "scores"):
        for name in ("first", "nightly"):
            rows += shown(kind, name, measured, memory, notes)
        stored = measured[kind]["first"]["stored_bytes"] / measured["rows"]
        storage = [money(stored * accounts / 1e9 * prices.GB_MONTH) for accounts in SIZES]
        rows.append([f"a version by {kind} in S3, a month", *storage])
    for name, peer in measured["peers"].items():
        rows.append([f"{name} on a machine, each time", *(money(machine_dollars(accounts, peer)) for accounts in SIZES)])
    of_records = [accounts / 1000 * prices.THOUSAND_RECORDS for accounts in SIZES]
    rows.append(["AWS Entity Resolution, all accounts", *map(money, of_records)])
    rows.append(["AWS Entity Resolution, one in a hundred", *(money(amount / 100) for amount in of_records)])
    return "\n\n".join([table(rows), *dict.fromkeys(notes)])


def memory_sizes(measured: dict, memory: Memory) -> str:
    """Each function's dollars by memory size, for the size that was measured, on x86."""
    by = list_prices("x86_64")
    rows = [["stage", "set", "largest seen, MiB", *(f"{size} MB" for size in MEMORY_SIZES)]]
    run = measured["scores"]["first"]
    uses, _, _ = run_at(measured["rows"], measured, run, memory)
    for stage, use in uses.items():
        seen = run["stages"][stage]["max_rss_mib"]
        of_sizes = [f"{use.gb_seconds(size) * by.gb_second:.5f}" if size > seen else "" for size in MEMORY_SIZES]
        rows.append([stage, str(megabytes_of(stage, memory)), str(seen), *of_sizes])
    return table(rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--memory", action="store_true")
    options = parser.parse_args()
    measured = json.loads((HERE / "measured.json").read_text())
    print((memory_sizes if options.memory else costs)(measured, template_memory()))


if __name__ == "__main__":
    main()
