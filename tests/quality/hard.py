"""People who are hard to tell apart, or hard to know again, made by code. No data set has enough of them.

    households    families at one address, with one surname, phone and e-mail address; only given names and birth dates
                  tell them apart, and twins have one birth date
    generations   fathers and sons of one name at one address; each row says which is meant, by the name's suffix (Jr, Sr,
                  II, III) or the birth date
    scripts       people whose name is written in their own script in one row, and in Latin letters in another

Only `random()` of a seeded generator is used, because only its sequence stays the same between Python versions.
"""

import sys
from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from sets import BENCH

sys.path.insert(0, str(BENCH))
from words import CITIES, MAIL_DOMAINS, MEN, NICKNAMES, SURNAMES, WOMEN  # noqa: E402 - they are beside the benchmark

COLUMNS = ["given_name", "family_name", "birthdate", "email", "phone", "street", "city", "postcode"]
Row = dict[str, str]
STREETS = ("Oak", "Mill", "Church", "Station", "Garden", "Hill", "Park", "Abbey", "Market", "River", "Chapel", "School")
KINDS = ("St", "Rd", "Ave", "Lane")


class Lot:
    """Choices by lot."""

    def __init__(self, seed: str) -> None:
        self.roll = Random(seed).random

    def of(self, choices):
        return choices[int(self.roll() * len(choices))]

    def number(self, first: int, last: int) -> int:
        return first + int(self.roll() * (last - first + 1))

    def has(self, share: float) -> bool:
        return self.roll() < share

    def day(self, first_year: int, last_year: int) -> date:
        start = date(first_year, 1, 1)
        return start + timedelta(days=int(self.roll() * (date(last_year, 12, 31) - start).days))

    def different(self, choices, count: int) -> list:
        chosen: list = []
        while len(chosen) < count:
            one = self.of(choices)
            if one not in chosen:
                chosen.append(one)
        return chosen


def home(lot: Lot) -> Row:
    """Where some people live, and their telephone."""
    return {
        "street": f"{lot.number(1, 180)} {lot.of(STREETS)} {lot.of(KINDS)}",
        "city": lot.of(CITIES),
        "postcode": f"{lot.number(10000, 99999)}",
        "phone": f"212{lot.number(2000000, 9999999)}",
    }


def mailbox(lot: Lot, name: str) -> str:
    return f"{name.lower().replace(' ', '')}{lot.number(1, 999999)}@{lot.of(MAIL_DOMAINS)}"


def slip(lot: Lot, text: str) -> str:
    """The text with one slip of the keyboard: a letter left out, doubled, or two swapped."""
    place = lot.number(1, max(len(text) - 2, 1))
    kind = lot.number(0, 2)
    if kind == 0:
        return text[:place] + text[place + 1 :]
    if kind == 1:
        return text[:place] + text[place - 1] + text[place:]
    return text[: place - 1] + text[place : place + 1] + text[place - 1] + text[place + 1 :]


def written(lot: Lot, name: str) -> str:
    """A given name as it may stand in a row."""
    if name in NICKNAMES and lot.has(0.15):
        return NICKNAMES[name]
    return slip(lot, name) if lot.has(0.08) else name


def birthdate(lot: Lot, day: date) -> str:
    """A birth date as it may stand in a row: often missing, sometimes a day off or swapped."""
    if lot.has(0.15):
        return ""
    if lot.has(0.04):
        day += timedelta(days=lot.number(1, 9))
    if lot.has(0.03) and day.day <= 12:
        day = day.replace(month=day.day, day=day.month)
    return day.isoformat()


def households(count: int = 1500) -> Iterator[tuple[Row, str]]:
    """Each row with its person: `<household>.<number>`, and `t` with a twin."""
    lot = Lot("households")
    for household in range(count):
        family_name = lot.of(SURNAMES)
        shared = home(lot) | {"family_name": family_name, "email": mailbox(lot, f"family.{family_name}")}
        for person, (given_name, born) in family(lot).items():
            for _ in range(lot.of((1, 1, 2, 2, 3))):
                row = shared | {"given_name": written(lot, given_name), "birthdate": birthdate(lot, born)}
                yield row, f"{household}.{person}"


def family(lot: Lot) -> dict[str, tuple[str, date]]:
    """Given name and birth date of parents and children. The initials of a family differ, as do those of twins."""
    names = {}
    for name in lot.different(WOMEN + MEN, 12):
        names.setdefault(name[0], name)
    left = list(names.values())
    members = {str(number): (left.pop(), lot.day(1960, 1985)) for number in range(lot.of((1, 2, 2)))}
    children = lot.of((0, 1, 1, 2, 2, 3))
    for child in range(min(children, len(left))):
        members[f"c{child}"] = (left.pop(), lot.day(1990, 2012))
    if lot.has(0.25) and len(left) > 1:
        born = lot.day(1990, 2012)
        members |= {"t1": (left.pop(), born), "t2": (left.pop(), born)}
    return members


SUFFIXES = (("", "Jr"), ("Sr", "Jr"), ("", "II"), ("II", "III"), ("Sr.", "Jr."), ("Sr", "Junior"))


def generations(count: int = 1000) -> Iterator[tuple[Row, str]]:
    """Fathers and sons; the person ends in the suffix. As many strangers keep them company."""
    lot = Lot("generations")
    for number in range(count):
        given_name, family_name, shared = lot.of(MEN), lot.of(SURNAMES), home(lot)
        father = lot.day(1935, 1960)
        for suffix, born in zip(lot.of(SUFFIXES), (father, father + timedelta(days=lot.number(8000, 13000))), strict=True):
            email = mailbox(lot, given_name)
            for _ in range(lot.number(2, 3)):
                stands = suffix if lot.has(0.8) else ""
                # Nobody could tell whose a row is that has neither.
                has_birthdate = not stands or lot.has(0.4)
                row = shared | {
                    "given_name": written(lot, given_name),
                    "family_name": f"{family_name} {stands}".strip(),
                    "birthdate": born.isoformat() if has_birthdate else "",
                    "email": email if lot.has(0.6) else "",
                }
                yield row, f"{number} {suffix}"
        stranger = home(lot) | {"given_name": lot.of(WOMEN), "family_name": lot.of(SURNAMES)}
        stranger |= {"birthdate": lot.day(1940, 2000).isoformat(), "email": mailbox(lot, stranger["given_name"])}
        for _ in range(2):
            yield stranger | {"given_name": written(lot, stranger["given_name"])}, f"stranger {number}"


# Given names and surnames, each as their owners write it, and as others do.
RUSSIAN = (
    "Дмитрий/Dmitry/Dmitri Сергей/Sergey/Sergei Алексей/Alexey/Aleksei Николай/Nikolay/Nikolai Татьяна/Tatiana/Tatyana"
    " Наталья/Natalia/Natalya Юлия/Yulia/Julia Екатерина/Ekaterina Евгений/Evgeny/Yevgeny Михаил/Mikhail Андрей/Andrey"
    " Ирина/Irina Ольга/Olga Светлана/Svetlana Владимир/Vladimir Павел/Pavel Ксения/Ksenia/Kseniya Фёдор/Fedor/Fyodor",
    "Иванов/Ivanov Кузнецов/Kuznetsov Попов/Popov Соколов/Sokolov Лебедев/Lebedev Козлов/Kozlov Новиков/Novikov"
    " Морозов/Morozov Волков/Volkov Соловьёв/Solovyov/Soloviev Васильев/Vasiliev/Vasilyev Зайцев/Zaitsev/Zaytsev"
    " Павлов/Pavlov Семёнов/Semenov/Semyonov Голубев/Golubev Виноградов/Vinogradov Богданов/Bogdanov Воробьёв/Vorobyov"
    " Фёдоров/Fedorov Михайлов/Mikhailov/Mikhaylov Беляев/Belyaev/Beliaev Тарасов/Tarasov Белов/Belov Комаров/Komarov"
    " Орлов/Orlov Киселёв/Kiselev/Kiselyov Макаров/Makarov Андреев/Andreev Ковалёв/Kovalev/Kovalyov Ильин/Ilyin/Ilin",
)
GREEK = (
    "Γιώργος/Giorgos Δημήτρης/Dimitris Νίκος/Nikos Μαρία/Maria Ελένη/Eleni Κατερίνα/Katerina Βασίλης/Vasilis/Vassilis"
    " Σοφία/Sofia/Sophia Ανδρέας/Andreas Χρήστος/Christos/Hristos Παναγιώτης/Panagiotis Ιωάννα/Ioanna",
    "Παπαδόπουλος/Papadopoulos Οικονόμου/Oikonomou/Economou Βλάχος/Vlachos/Vlahos Γεωργίου/Georgiou Αγγελόπουλος/Angelopoulos"
    " Νικολάου/Nikolaou Μακρής/Makris Δημητρίου/Dimitriou Κωνσταντίνου/Konstantinou Αντωνίου/Antoniou Σαμαράς/Samaras"
    " Ιωάννου/Ioannou Καραγιάννης/Karagiannis Στεφανίδης/Stefanidis Λαμπρόπουλος/Lampropoulos",
)
JAPANESE = (
    "サクラ/Sakura ハルト/Haruto ユイ/Yui ケンジ/Kenji ナオミ/Naomi ヒロシ/Hiroshi アキラ/Akira ミカ/Mika タケシ/Takeshi エミ/Emi",
    "タナカ/Tanaka スズキ/Suzuki ワタナベ/Watanabe ヤマモト/Yamamoto ナカムラ/Nakamura コバヤシ/Kobayashi カトウ/Kato/Katou"
    " ヨシダ/Yoshida ヤマダ/Yamada ササキ/Sasaki マツモト/Matsumoto イノウエ/Inoue キムラ/Kimura ハヤシ/Hayashi シミズ/Shimizu",
)
CHINESE = (
    "伟/Wei 芳/Fang 娜/Na 秀英/Xiuying 敏/Min 静/Jing 丽/Li 强/Qiang 磊/Lei 洋/Yang 艳/Yan 勇/Yong 军/Jun 杰/Jie 涛/Tao",
    "王/Wang 李/Li 张/Zhang 刘/Liu 陈/Chen 杨/Yang 赵/Zhao 黄/Huang 周/Zhou 吴/Wu 徐/Xu 孙/Sun 胡/Hu 朱/Zhu 高/Gao 林/Lin 何/He",
)
ACCENTED = (
    "Søren/Soren Łukasz/Lukasz Zoë/Zoe Jürgen/Juergen/Jurgen Björn/Bjorn Şebnem/Sebnem Đorđe/Djordje Ángel/Angel",
    "Müller/Mueller/Muller Ørsted/Orsted/Oersted Wałęsa/Walesa Großmann/Grossmann Yılmaz/Yilmaz Núñez/Nunez Çelik/Celik"
    " Jørgensen/Jorgensen Kovačević/Kovacevic Håkansson/Hakansson Dvořák/Dvorak Ștefănescu/Stefanescu",
)
SCRIPTS = [tuple([name.split("/") for name in names.split()] for names in script) for script in (RUSSIAN, GREEK, JAPANESE, CHINESE, ACCENTED)]
SHARES = (0, 0, 0, 0, 1, 1, 2, 3, 4, 4)


def scripts(count: int = 2500) -> Iterator[tuple[Row, str]]:
    """A row in the own script and one in Latin letters for two people in three, and for the others one of the two."""
    lot = Lot("scripts")
    for person in range(count):
        given_names, family_names = SCRIPTS[lot.of(SHARES)]
        (own_given, *given), (own_family, *family_name) = lot.of(given_names), lot.of(family_names)
        own_home, born, email = home(lot), lot.day(1940, 2005), mailbox(lot, given[0])
        ways = lot.of(((True, False), (True, False), (True,), (False,)) if person % 3 == 0 else ((True, False),))
        for is_own in ways:
            has_moved = lot.has(0.3)
            row = own_home | (home(lot) if has_moved else {}) | {
                "given_name": own_given if is_own else lot.of(given),
                "family_name": own_family if is_own else lot.of(family_name),
                # Of those who moved, nothing else would be known again.
                "birthdate": born.isoformat() if has_moved else birthdate(lot, born),
                "email": email if lot.has(0.35) else "",
            }
            if not has_moved and lot.has(0.4):
                row["phone"] = ""
            yield row, str(person)
