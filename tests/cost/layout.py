"""How a run of so many accounts is divided: Divide's rules, with the constants of its sources."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from math import ceil
from pathlib import Path

FUNCTIONS = Path(__file__).resolve().parent.parent.parent / "functions"
CONSTANT = re.compile(r"^(?:pub )?const ([A-Z_]+): u(?:64|32) = ([^;]+);", re.MULTILINE)
LAMBDA_MB_MAX = 10_240


class DoesNotFit(Exception):
    """No division makes a run fit; the message says into what."""


def constants(*sources: str) -> dict[str, int]:
    """The whole numbers that sources name, such as `96 * MIB`."""
    found: dict[str, int] = {}
    for source in sources:
        for name, value in CONSTANT.findall((FUNCTIONS / source).read_text()):
            if re.fullmatch(r"[\w\s+*<]+", value):
                found[name] = eval(value, {"__builtins__": {}}, dict(found))  # noqa: S307 - whole numbers of our own
    return found


C = constants("shell/src/memory.rs", "divide/src/layout.rs")


def usable(megabytes: int) -> int:
    """Bytes for a function's work."""
    work = (megabytes << 20) - C["PROCESS_BYTES"]
    return work - work // 8


@dataclass(frozen=True)
class Memory:
    """Megabytes of functions, as the template sets them."""

    link: int
    merge: int
    others: int


@dataclass(frozen=True)
class Layout:
    """Into how many pieces a run is divided. Slices and shards of blocks are 0 where pairs are not scored."""

    mappers: int
    partitions: int
    shards: int
    match_slices: int
    match_shards: int

    @property
    def tiles(self) -> int:
        """Pairs of slices, each with itself, too."""
        return self.match_slices * (self.match_slices + 1) // 2


def fewest(most: int, fits: Callable[[int], bool], what: str) -> int:
    found = next((pieces for pieces in range(1, most + 1) if fits(pieces)), None)
    if found is None:
        raise DoesNotFit(what)
    return found


def link_shards(accounts: int, keys: int, megabytes: int) -> int:
    """As `MemoryBudget::link_shards`; `keys` counts match keys and customers of all accounts."""

    def bytes_of(shards: int) -> int:
        links = max(1, min(usable(megabytes) // 16 // C["LINKS_BYTES"], C["LINKS_AT_ONCE_MAX"])) * C["LINKS_BYTES"]
        if shards == 1:
            return accounts * C["ACCOUNT_BYTES"] + keys * C["OTHER_BYTES_ALONE"] + links
        spread = accounts * C["ACCOUNT_BYTES"] + keys * C["OTHER_BYTES_OF_SEVERAL"]
        return max(spread, keys * C["EDGE_BYTES"]) // shards * 21 // 20 + links

    most = C["SHARDS_MAX"]
    return fewest(most, lambda shards: bytes_of(shards) <= usable(megabytes), f"{most} shards of Link at {megabytes} MB")


def match_slices(accounts: int, megabytes: int, most: int) -> int:
    """As `MemoryBudget::match_slices`."""
    held = min(C["BLOCK_BUFFER_BYTES_MAX"], usable(megabytes) // 12)
    part = min(C["KEY_PART_BYTES_MAX"], usable(megabytes) // 12)

    def fits(slices: int) -> bool:
        return accounts * C["SLICE_ACCOUNT_BYTES"] // slices * 21 // 20 + 2 * (part + held) <= usable(megabytes)

    return fewest(most, fits, f"{most} slices of Block at {megabytes} MB")


def match_shards(accounts: int, passes: int, megabytes: int) -> int:
    """As `MemoryBudget::match_shards`."""
    held = min(C["BLOCK_BUFFER_BYTES_MAX"], usable(megabytes) // 12)
    pairs = usable(megabytes) // 4

    def fits(shards: int) -> bool:
        own = accounts // shards * 21 // 20
        blocks = held + own * 2 * C["SORTED_KEY_BYTES"] + own * passes * C["BLOCK_KEY_BYTES"]
        found = 2 * own * C["SORTED_KEY_BYTES"] + pairs + 2 * held
        return max(blocks, found, own * C["VALUES_OF_ACCOUNT"] * C["VALUE_BYTES"]) <= usable(megabytes)

    return fewest(C["SHARDS_MAX"], fits, f"{C['SHARDS_MAX']} shards of Block at {megabytes} MB")


def of_scores(accounts: int, passes: int, megabytes: int) -> tuple[int, int]:
    """Slices and shards of scored pairs. Few accounts are divided by little memory, as `Divide` does."""
    few = min(megabytes, C["FEW_ACCOUNTS_BYTES"] >> 20)
    try:
        return match_slices(accounts, few, C["FEW_SLICES"]), match_shards(accounts, passes, few)
    except DoesNotFit:
        slices = match_slices(accounts, megabytes, C["MATCH_SLICES_MAX"])
        return slices, match_shards(accounts, passes, megabytes)


def divide(accounts: int, text_bytes: int, keys: int, passes: int, memory: Memory) -> Layout:
    """The layout of a run; `passes` is 0 where pairs are not scored."""
    partitions = min(ceil(text_bytes / C["PARTITION_TEXT_BYTES"]), C["PARTITIONS_MAX"])
    mappers = ceil(text_bytes / C["MAPPER_TEXT_BYTES"])
    slices, shards = of_scores(accounts, passes, memory.others) if passes else (0, 0)
    return Layout(mappers, partitions, link_shards(accounts, keys, memory.link), slices, shards)


def divided(accounts: int, text_bytes: int, keys: int, passes: int, memory: Memory) -> tuple[Layout, Memory]:
    """The layout with this memory, or with the least larger one that fits."""
    while True:
        try:
            return divide(accounts, text_bytes, keys, passes, memory), memory
        except DoesNotFit as lack:
            is_link = " of Link " in str(lack)
            larger = (memory.link if is_link else memory.others) + 512
            if larger > LAMBDA_MB_MAX:
                raise
            memory = Memory(larger, memory.merge, memory.others) if is_link else Memory(memory.link, memory.merge, larger)
