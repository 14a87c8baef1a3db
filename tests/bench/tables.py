"""Reference tables: what third parties would know about the population.

The benchmark's tables are two, as its other systems read them too. The sample's show more of what Onefold can look up.
"""

from hashlib import sha256
from pathlib import Path
from random import Random

from population import Population
from rows import RowMaker, scatter
from words import COUNTRIES, INTERESTS, MEN, NICKNAMES, WOMEN

# Short names that women and men have, and the share of those who are of the more frequent gender.
SHARED_NICKNAMES = {"Alex": 0.84, "Chris": 0.86, "Sam": 0.81, "Nicki": 0.89}
# One person in so many is in the bought data.
BOUGHT_EVERY = 8


def genders() -> dict[str, str]:
    """The gender of each given name and nickname."""
    found = {}
    for names, gender in ((WOMEN, "f"), (MEN, "m")):
        for name in names:
            found[name] = gender
            if name in NICKNAMES:
                found[NICKNAMES[name]] = gender
    return found


def write(path: Path, header: str, lines: list[str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="\n") as table:
        table.write(header + "\n")
        table.writelines(line + "\n" for line in lines)


def write_bench_tables(folder: Path) -> None:
    """The benchmark's. They do not depend on the seed: they are a third party's."""
    write(folder / "gender.csv", "given_name,gender", [f"{name},{gender}" for name, gender in genders().items()])
    random = Random("reference").random
    places = [f"{zip3:03d},{25 + 33 * random():.4f},{-120 + 135 * random():.4f}" for zip3 in range(1000)]
    write(folder / "zip3.csv", "zip3,lat,lon", places)


def write_sample_tables(folder: Path, population: Population, maker: RowMaker) -> None:
    """The sample's: the same, with how sure a gender is, by country, and with bought interests."""
    names = [f"{name},{gender},{SHARED_NICKNAMES.get(name, 0.99)}" for name, gender in genders().items()]
    write(folder / "gender.csv", "given_name,gender,probability", names)
    random = Random("reference").random
    places = [
        f"{country},{zip3:03d},{25 + 33 * random():.4f},{-120 + 135 * random():.4f}"
        for country in COUNTRIES
        for zip3 in range(1000)
    ]
    write(folder / "postal_code.csv", "country,postal_code,latitude,longitude", places)
    bought = [
        f"{sha256(maker.normal_email(person).encode()).hexdigest()},{';'.join(interests_of(person))}"
        for person in range(0, population.people, BOUGHT_EVERY)
    ]
    write(folder / "interests.csv", "email_sha256,interests", sorted(bought))


def interests_of(person: int) -> list[str]:
    return sorted({INTERESTS[scatter(person, number, 2) % len(INTERESTS)] for number in range(2)})
