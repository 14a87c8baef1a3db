"""What the functions of an Onefold run took, by their own account: one receipt for each invocation."""

from dataclasses import dataclass
from pathlib import Path

import orjson

STAGES = ("plan", "extract", "translate", "settle", "divide", "link", "partition", "merge", "export", "compact")


@dataclass
class Consumption:
    """What some invocations took: sums, except for the memory, of which the largest invocation counts."""

    invocations: int = 0
    cpu_s: float = 0.0
    elapsed_s: float = 0.0
    max_rss_bytes: int = 0
    s3_requests: int = 0
    s3_bytes_in: int = 0
    s3_bytes_out: int = 0

    def add(self, receipt: dict) -> None:
        self.invocations += 1
        self.cpu_s += receipt["cpu_ms"] / 1000
        self.elapsed_s += receipt["elapsed_ms"] / 1000
        self.max_rss_bytes = max(self.max_rss_bytes, receipt["max_rss_bytes"])
        self.s3_requests += receipt["s3_requests"]
        self.s3_bytes_in += receipt["bytes_in"]
        self.s3_bytes_out += receipt["bytes_out"]


def read_receipts(path: Path) -> tuple[Consumption, dict[str, Consumption]]:
    """The consumption of a whole run, and of each of its stages in the workflow's order."""
    total = Consumption()
    by_stage: dict[str, Consumption] = {}
    for line in path.read_bytes().splitlines():
        receipt = orjson.loads(line)
        total.add(receipt)
        by_stage.setdefault(receipt["stage"], Consumption()).add(receipt)
    return total, {stage: by_stage[stage] for stage in sorted(by_stage, key=_place)}


def _place(stage: str) -> int:
    return STAGES.index(stage) if stage in STAGES else len(STAGES)
