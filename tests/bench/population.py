"""Who there is, how many rows each person has, and which e-mail addresses and phones those rows share.

Held as arrays of small integers, so that millions of rows fit in a fraction of a gigabyte.
"""

from array import array
from random import Random

from words import COUNTRIES, COUNTRY_SHARES, MEN, SURNAMES, WOMEN

CRM, SHOP, NEWSLETTER = range(3)
SOURCE_SHARES = (0.45, 0.40, 0.15)
NO_KEY = -1

ROWS_MAX = 10
# A truncated Zipf law whose mean is 1.54 rows a person, so that 35% of rows are a further row of a known person.
ROWS_EXPONENT = 2.45

PHONE_OF_HOUSEHOLD = 0.02
EMAIL_OF_HOUSEHOLD = 0.003


def pick(weights: tuple[float, ...], roll: float) -> int:
    """The index that a roll in [0, 1) falls on."""
    for index, weight in enumerate(weights):
        roll -= weight
        if roll < 0:
            return index
    return len(weights) - 1


class Population:
    """People and their rows.

    The rows of a person are consecutive here. A row's e-mail *slot* says which of the person's addresses it has
    (NO_KEY: none), and its phone slot which of the person's phones. Slots are the truth that noise is put on later.
    """

    def __init__(self, rows: int, seed: int) -> None:
        # Only random() is used, because only its sequence is promised to stay the same between Python versions.
        self._random = Random(f"population {seed}").random
        self.rows = rows

        self.is_woman = array("b")
        self.given_name = array("b")
        self.surname = array("h")
        self.country = array("b")
        self.birth_day = array("i")
        self.shares_email = array("b")
        self.shares_phone = array("b")

        self.person = array("i")
        self.source = array("b")
        self.email_slot = array("b")
        self.phone_slot = array("b")

        weights = [count**-ROWS_EXPONENT for count in range(1, ROWS_MAX + 1)]
        size_shares = tuple(weight / sum(weights) for weight in weights)
        while len(self.person) < rows:
            size = min(1 + pick(size_shares, self._random()), rows - len(self.person))
            self._add_person()
            self._add_rows(size)

    @property
    def people(self) -> int:
        return len(self.surname)

    def shuffled_rows(self) -> list[int]:
        """All rows in a random order: the rows of a person end up in any file of any source."""
        return sorted(range(self.rows), key=lambda _: self._random())

    def email_owner(self, row: int) -> int:
        """The person whose e-mail address the row has: somebody else of the household may be the owner."""
        person = self.person[row]
        return person - 1 if self.email_slot[row] == 0 and self.shares_email[person] else person

    def phone_owner(self, row: int) -> int:
        """The person whose phone the row has."""
        person = self.person[row]
        return person - 1 if self.phone_slot[row] == 0 and self.shares_phone[person] else person

    def given_name_of(self, person: int) -> str:
        names = WOMEN if self.is_woman[person] else MEN
        return names[self.given_name[person]]

    def surname_of(self, person: int) -> str:
        return SURNAMES[self.surname[person]]

    def country_of(self, person: int) -> str:
        return COUNTRIES[self.country[person]]

    def _add_person(self) -> None:
        """A person; some live with the person before them and so share a name, a country and a contact detail."""
        random = self._random
        is_first = not self.surname
        shares_email = not is_first and random() < EMAIL_OF_HOUSEHOLD
        shares_phone = not is_first and random() < PHONE_OF_HOUSEHOLD
        is_woman = random() < 0.5
        self.shares_email.append(shares_email)
        self.shares_phone.append(shares_phone)
        self.is_woman.append(is_woman)
        self.given_name.append(int(random() * len(WOMEN if is_woman else MEN)))
        surname = int(random() * len(SURNAMES))
        country = pick(COUNTRY_SHARES, random())
        if shares_email or shares_phone:
            surname = self.surname[-1]
            country = self.country[-1]
        self.surname.append(surname)
        self.country.append(country)
        self.birth_day.append(int(random() * 27_000))

    def _add_rows(self, size: int) -> None:
        """The rows of the last person. Each further row shares its e-mail, its phone or both with one earlier row,
        which need not be the first: so it takes the transitive closure to find them all."""
        first = len(self.person)
        for slot in range(size):
            source = pick(SOURCE_SHARES, self._random())
            if slot == 0:
                email, phone = self._first_keys(source)
            else:
                earlier = first + int(self._random() * slot)
                email, phone = self._further_keys(source, slot, self.email_slot[earlier], self.phone_slot[earlier])
            self.person.append(self.people - 1)
            self.source.append(source)
            self.email_slot.append(email)
            self.phone_slot.append(phone)

    def _first_keys(self, source: int) -> tuple[int, int]:
        """Newsletters know an e-mail address only; elsewhere 85% of first rows have both keys."""
        if source == NEWSLETTER:
            return 0, NO_KEY
        roll = self._random()
        email = 0 if roll < 0.95 else NO_KEY
        phone = 0 if roll < 0.85 or roll >= 0.95 else NO_KEY
        return email, phone

    def _further_keys(self, source: int, slot: int, earlier_email: int, earlier_phone: int) -> tuple[int, int]:
        """40% share the e-mail only, 30% the phone only, 30% both, as far as the earlier row and the source have them.
        What is not shared may be new, under the row's own slot."""
        random = self._random
        has_phone = source != NEWSLETTER
        new_email = slot if random() < 0.6 else NO_KEY
        new_phone = slot if has_phone and random() < 0.5 else NO_KEY
        roll = random()
        if not has_phone or earlier_phone == NO_KEY:
            email = earlier_email if earlier_email != NO_KEY else slot
            return email, new_phone
        if earlier_email == NO_KEY or 0.4 <= roll < 0.7:
            return new_email, earlier_phone
        if roll < 0.4:
            return earlier_email, new_phone
        return earlier_email, earlier_phone
