"""List prices of us-east-1 in dollars, without free tiers and discounts."""

import re
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent.parent
OF_REPORT = PROJECT / "functions" / "report" / "src" / "prices.rs"

# https://aws.amazon.com/s3/pricing/: S3 Standard, the first 50 TB of a month. On 2026-11-28.
GB_MONTH = 0.023
# https://aws.amazon.com/entity-resolution/pricing/: 1,000 records, each time they are processed. On 2026-11-28.
THOUSAND_RECORDS = 0.25
# https://aws.amazon.com/ec2/pricing/on-demand/: m7g.large with Linux, 2 processors of Arm and 8 GiB. On 2026-11-28. The larger
# sizes cost as much a processor.
MACHINE_HOUR = 0.0816
MACHINE_PROCESSORS = 2
MACHINE_BYTES = 8 << 30


@dataclass(frozen=True)
class Prices:
    """Those of the report, for an architecture."""

    gb_second: float
    lambda_request: float
    s3_read: float
    s3_write: float
    state_transition: float


def list_prices(architecture: str) -> Prices:
    """What the report counts with, so that there is one list."""
    source = OF_REPORT.read_text()
    arm, intel = re.search(r'gb_second: if architecture == "arm64" \{ (\S+) \} else \{ (\S+) \}', source).groups()

    def price(name: str, of: int) -> float:
        return number(re.search(rf"{name}: (\S+),", source)[1]) / of

    return Prices(
        gb_second=number(arm if architecture == "arm64" else intel),
        lambda_request=price("million_lambda_requests", 1_000_000),
        s3_read=price("thousand_s3_reads", 1000),
        s3_write=price("thousand_s3_writes", 1000),
        state_transition=price("thousand_state_transitions", 1000),
    )


def number(text: str) -> float:
    return float(text.replace("_", ""))
