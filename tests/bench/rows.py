"""One row of raw data as a system would hold it: the truth of the population with noise put on, in the shape of its
source.

    crm         flat JSON, RFC 3339 times, now and then without one
    shop        nested JSON, the name in one piece, milliseconds
    newsletter  CSV, an e-mail address and little more, dates
"""

import time
from dataclasses import dataclass
from datetime import date
from json import JSONEncoder
from random import Random

from population import NO_KEY, Population
from words import (
    CALLING_CODES,
    CITIES,
    EMPTY_EMAILS,
    EMPTY_PHONES,
    INTERESTS,
    JUNK_EMAILS,
    JUNK_PHONES,
    MAIL_DOMAINS,
    MAIL_TAGS,
    MOBILE_RANGES,
    NICKNAMES,
    STREETS,
)

JUNK_SHARE = 0.012
TYPO_SHARE = 0.008
MOVED_SHARE = 0.12
NO_TIME_SHARE = 0.001

FIRST_SECOND = 1_420_070_400  # 2015-01-01
LAST_SECOND = 1_735_689_600  # 2025-01-01
FIRST_BIRTHDAY = date(1931, 9, 3).toordinal()
EPOCH_DAY = date(1970, 1, 1).toordinal()
DAY_S = 86_400

ASCII_OF_LETTER = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "é": "e", "ë": "e", "ç": "c"})

encode_json = JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


@dataclass(slots=True)
class Row:
    """What all sources could say about an account, as one of them happens to write it."""

    given_name: str
    family_name: str
    email: str | None
    phone: str | None
    birthdate: str
    street: str
    city: str
    postal_code: str
    country: str
    updated_s: int
    interests: list[str]


def scatter(*numbers: int) -> int:
    """A 32-bit number that looks random, but is the same for the same numbers."""
    mixed = 0
    for number in numbers:
        mixed = ((mixed ^ number) * 2_654_435_761 + 40_503) & 0xFFFF_FFFF
        mixed ^= mixed >> 15
    return mixed


def random_number(country: str, phone: int) -> str:
    """The national digits of a phone. Most are in no numbering plan."""
    # A multiplier coprime to the modulus: numbers look random and no two are alike.
    number = phone * 7_393_913 % 1_000_000_000
    return f"{2 + number % 8}{number:09d}" if country == "US" else f"1{number:09d}"


def valid_number(country: str, phone: int) -> str:
    """The national digits of a phone, in a range that its country's numbering plan gives to subscribers."""
    first, digits = MOBILE_RANGES[country]
    # US exchanges begin with 2 at the least.
    least = 2 * 10 ** (digits - 1) if country == "US" else 0
    number = least + phone * 7_393_913 % (10**digits - least)
    return f"{first}{number:0{digits}d}"


class RowMaker:
    """Makes the rows of a population, one at a time. Phone numbers are random digits, or valid ones of their country."""

    def __init__(self, population: Population, seed: int, are_phones_valid: bool = False) -> None:
        self._population = population
        self._national_number = valid_number if are_phones_valid else random_number
        self._random = Random(f"rows {seed}").random

    def _one_of(self, choices):
        return choices[int(self._random() * len(choices))]

    def _one_of_skewed(self, choices):
        """The first choices much more often than the last."""
        return choices[int(self._random() * self._random() * len(choices))]

    def row(self, index: int) -> Row:
        """The row with an index in the population. Two calls give two rows with different noise."""
        random = self._random
        population = self._population
        person = population.person[index]
        given_name, family_name = self._name(person)
        address = scatter(person, 1 + int(random() * 2) if random() < MOVED_SHARE else 0)
        return Row(
            given_name=given_name,
            family_name=family_name,
            email=self._email(index),
            phone=self._phone(index),
            birthdate=date.fromordinal(FIRST_BIRTHDAY + population.birth_day[person]).isoformat(),
            street=f"{1 + (address >> 9) % 199} {STREETS[(address >> 5) % len(STREETS)]} St",
            city=CITIES[(address >> 11) % len(CITIES)],
            postal_code=f"{address % 100_000:05d}",
            country=population.country_of(person),
            updated_s=FIRST_SECOND + int(random() * (LAST_SECOND - FIRST_SECOND)),
            interests=sorted({self._one_of(INTERESTS), self._one_of(INTERESTS), self._one_of(INTERESTS)}),
        )

    def _name(self, person: int) -> tuple[str, str]:
        """The name of a person, with nicknames, shouting, and careless typing."""
        given_name = self._population.given_name_of(person)
        family_name = self._population.surname_of(person)
        if self._random() < 0.12:
            given_name = NICKNAMES.get(given_name, given_name)
        roll = self._random()
        if roll < 0.05:
            return given_name.upper(), family_name.upper()
        if roll < 0.10:
            return given_name.lower(), " " + family_name.lower()
        return given_name, family_name

    def _email(self, index: int) -> str | None:
        """The e-mail address in the row's slot, with noise that a normaliser can undo and typos that none can."""
        if self._random() < JUNK_SHARE:
            return self._one_of_skewed(JUNK_EMAILS)
        slot = self._population.email_slot[index]
        if slot == NO_KEY:
            return self._one_of(EMPTY_EMAILS)
        local, domain = self._mailbox(self._population.email_owner(index), slot)
        if self._random() < TYPO_SHARE:
            at = 1 + int(self._random() * (len(local) - 2))
            local = local[:at] + local[at + 1] + local[at] + local[at + 2 :] + "q"
        roll = self._random()
        if roll < 0.70:
            return f"{local}@{domain}"
        if roll < 0.80:
            return f"{local}@{domain}".upper()
        if roll < 0.87:
            return f"{local}@{domain}".capitalize()
        if roll < 0.94:
            return f"  {local}@{domain} "
        if roll < 0.98 or domain != "gmail.com":
            return f"{local}+{self._one_of(MAIL_TAGS)}@{domain}"
        return f"{local.replace('.', '')}@googlemail.com"

    def _mailbox(self, owner: int, slot: int) -> tuple[str, str]:
        """The mailbox in a slot of a person: local part and domain. Its number makes it nobody else's."""
        given_name = self._population.given_name_of(owner).lower().translate(ASCII_OF_LETTER)
        family_name = self._population.surname_of(owner).lower().translate(ASCII_OF_LETTER)
        number = owner * 10 + slot
        kind = scatter(owner, slot, 1)
        pattern = kind & 3
        if pattern == 0:
            local = f"{given_name}.{family_name}{number}"
        elif pattern == 1:
            local = f"{given_name[0]}{family_name}{number}"
        elif pattern == 2:
            local = f"{family_name}_{given_name}{number}"
        else:
            local = f"{given_name}{number}"
        return local, MAIL_DOMAINS[(kind >> 8) % len(MAIL_DOMAINS)]

    def normal_email(self, person: int) -> str:
        """A person's first address, as it is once it is normalised."""
        local, domain = self._mailbox(person, 0)
        return f"{local.replace('.', '')}@{domain}" if domain == "gmail.com" else f"{local}@{domain}"

    def _phone(self, index: int) -> str | None:
        """The phone number in the row's slot, as somebody in its country may write it."""
        if self._random() < JUNK_SHARE:
            return self._one_of_skewed(JUNK_PHONES)
        slot = self._population.phone_slot[index]
        if slot == NO_KEY:
            return self._one_of(EMPTY_PHONES)
        owner = self._population.phone_owner(index)
        country = self._population.country_of(owner)
        digits = self._national_number(country, owner * 10 + slot)
        style = int(self._random() * 6)
        code = CALLING_CODES[country]
        if country == "US":
            area, exchange, line = digits[:3], digits[3:6], digits[6:]
            return (
                f"+1 {area} {exchange} {line}",
                f"({area}) {exchange}-{line}",
                digits,
                f"+1{digits}",
                f"{area}.{exchange}.{line}",
                f"001{digits}",
            )[style]
        return (
            f"+{code} {digits[:3]} {digits[3:]}",
            f"0{digits[:3]}/{digits[3:6]} {digits[6:]}",
            f"0{digits}",
            f"+{code}{digits}",
            f"+{code} (0){digits[:4]}-{digits[4:]}",
            f"00{code}{digits}",
        )[style]

    def crm_line(self, account_id: int, row: Row) -> str:
        record = {
            "id": account_id,
            "firstName": row.given_name,
            "lastName": row.family_name,
            "email": row.email,
            "phone": row.phone,
            "birthDate": row.birthdate if self._random() < 0.9 else None,
            "street": row.street,
            "city": row.city,
            "zip": row.postal_code,
            "country": row.country,
            "updatedAt": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(row.updated_s)),
            "status": "active" if self._random() < 0.9 else "lapsed",
            "optIn": self._random() < 0.5,
            "manager": f"am-{int(self._random() * 400):03d}",
            "notes": "",
        }
        if self._random() < 0.5:
            record["notes"] = f"imported from legacy system, batch {int(self._random() * 5000)}"
        roll = self._random()
        if roll < NO_TIME_SHARE / 2:
            record["updatedAt"] = None
        elif roll < NO_TIME_SHARE:
            del record["updatedAt"]
        return encode_json(record)

    def shop_line(self, account_id: int, row: Row) -> str:
        name = f"{row.given_name} {row.family_name}"
        if self._random() < 0.25:
            name = f"{row.family_name}, {row.given_name}"
        record = {
            "customer_id": account_id,
            "name": name,
            "contact": {"email": row.email, "mobile": row.phone},
            "address": {
                "line1": row.street,
                "city": row.city,
                "postcode": row.postal_code,
                "country": row.country,
            },
            "created": row.updated_s * 1000,
            "interests": row.interests if self._random() < 0.8 else [],
            "orders": int(self._random() * 37),
            "ltv": int(self._random() * 100_000) / 100,
            "device": self._one_of(("ios", "android", "web")),
        }
        return encode_json(record)

    def newsletter_line(self, account_id: int, row: Row) -> str:
        interests = ";".join(row.interests[:2]) if self._random() < 0.7 else ""
        postal_code = row.postal_code if self._random() < 0.5 else ""
        day = date.fromordinal(EPOCH_DAY + row.updated_s // DAY_S).isoformat()
        return f"{account_id},{row.email or ''},{row.given_name},{row.family_name},{postal_code},{interests},{day}"

    def broken_json_line(self, line: bytes) -> bytes:
        """A line as a crash leaves it: cut short (perhaps inside a character), overwritten, or empty."""
        roll = self._random()
        if roll < 0.6:
            return line[: len(line) // 2]
        return b"#### broken record" if roll < 0.8 else b""
