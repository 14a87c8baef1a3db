"""From what the packages ship to the rows of reference tables. Nothing here reads or writes a file."""

import csv
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator

# The postal abbreviation of each state and area, by the code that BLS gives it (FIPS 5-2).
STATES = {
    "01": "AL", "02": "AK", "04": "AZ", "05": "AR", "06": "CA", "08": "CO", "09": "CT", "10": "DE", "11": "DC",
    "12": "FL", "13": "GA", "15": "HI", "16": "ID", "17": "IL", "18": "IN", "19": "IA", "20": "KS", "21": "KY",
    "22": "LA", "23": "ME", "24": "MD", "25": "MA", "26": "MI", "27": "MN", "28": "MS", "29": "MO", "30": "MT",
    "31": "NE", "32": "NV", "33": "NH", "34": "NJ", "35": "NM", "36": "NY", "37": "NC", "38": "ND", "39": "OH",
    "40": "OK", "41": "OR", "42": "PA", "44": "RI", "45": "SC", "46": "SD", "47": "TN", "48": "TX", "49": "UT",
    "50": "VT", "51": "VA", "53": "WA", "54": "WV", "55": "WI", "56": "WY", "66": "GU", "72": "PR", "78": "VI",
}  # fmt: skip

GENDER_HEADER = ("given_name", "gender", "probability", "count")
POSTAL_CODE_HEADER = ("country", "postal_code", "latitude", "longitude")
SALARY_HEADER = ("occupation", "country", "region", "salary", "occupation_code", "region_name")


def genders(counts: Iterable[str]) -> Iterator[tuple]:
    """Of each name the gender that most of its bearers have, and their share, from the lines of a CSV file of counts
    (first_name, sex, count, year_of_birth). A name that is as often one as the other has no row."""
    totals: dict[str, dict[str, int]] = defaultdict(lambda: {"f": 0, "m": 0})
    for row in csv.DictReader(counts):
        totals[row["first_name"].capitalize()][row["sex"]] += int(row["count"])
    for name, of_gender in sorted(totals.items()):
        if of_gender["f"] == of_gender["m"]:
            continue
        gender = max(of_gender, key=of_gender.__getitem__)
        total = of_gender["f"] + of_gender["m"]
        yield name, gender, f"{of_gender[gender] / total:.4f}", total


def postal_codes(places: Iterable[str], countries: frozenset[str]) -> Iterator[tuple]:
    """The middle of each postal code's places, from the lines of GeoNames' dump: country, postal code, place, six names
    and codes of divisions, latitude, longitude, accuracy. Without countries, all of them."""
    found: dict[tuple[str, str], list[tuple[float, float]]] = defaultdict(list)
    for place in places:
        cells = place.rstrip("\n").split("\t")
        key = cells[0], cells[1].strip()
        if key[1] and cells[9] and cells[10] and (not countries or key[0] in countries):
            found[key].append((float(cells[9]), float(cells[10])))
    for (country, postal_code), points in sorted(found.items()):
        latitude, longitude = middle(points)
        yield country, postal_code, f"{latitude:.4f}", f"{longitude:.4f}"


def middle(points: list[tuple[float, float]]) -> tuple[float, float]:
    """The mean of points as (latitude, longitude); of points on both sides of the 180th meridian too."""
    longitudes = [longitude for _, longitude in points]
    if max(longitudes) - min(longitudes) > 180:
        longitudes = [longitude % 360 for longitude in longitudes]
    latitude = sum(latitude for latitude, _ in points) / len(points)
    longitude = sum(longitudes) / len(points)
    return latitude, longitude - 360 if longitude > 180 else longitude


def salaries(database: sqlite3.Connection) -> Iterator[tuple]:
    """The annual median wage in US dollars of each occupation in each state, all industries together, where BLS
    publishes one. A key of `cell` is `OEU`, the area's type, its code (7), the industry's (6) and the occupation's (6);
    `v13` is the annual median."""
    query = """
        SELECT occupation_name, state_code, v13, occupation_code, area_name
        FROM area CROSS JOIN occupation
        JOIN cell ON key = 'OEUS' || area_code || '000000' || occupation_code
        WHERE areatype_code = 'S' AND display_level = 3 AND v13 GLOB '[0-9]*'
        ORDER BY occupation_name, state_code
    """
    for occupation, state, salary, code, region_name in database.execute(query):
        yield occupation, "US", STATES[state], salary, f"{code[:2]}-{code[2:]}", region_name
