"""The words the generator makes people, addresses and junk from."""

WOMEN = (
    "Anna Maria Julia Laura Sarah Lena Katharina Elisabeth Margaret Jennifer Patricia Linda Susan Jessica Emily "
    "Sophie Camille Chloé Emma Olivia Charlotte Amelia Isabella Victoria Zoë Christina Rebecca Deborah Barbara "
    "Dorothy Helen Monika Petra Sabine Ursula Brigitte Nathalie Isabelle Sandrine Valérie Heather Amanda Stephanie "
    "Melissa Nicole Angela Rachel Kathleen Élodie Ruth"
).split()

MEN = (
    "James Robert John Michael William David Richard Joseph Thomas Charles Christopher Daniel Matthew Anthony Steven "
    "Andrew Kenneth Joshua Kevin Brian George Edward Ronald Timothy Jason Jeffrey Ryan Jacob Nicholas Jonathan Stefan "
    "Jürgen Klaus Wolfgang Hans Peter Martin Günther Andreas Pierre Jean François Antoine Hugo Lucas Benjamin Samuel "
    "Gregory Alexander Raymond"
).split()

NICKNAMES = {
    "Katharina": "Kathi",
    "Elisabeth": "Lisa",
    "Margaret": "Peggy",
    "Jennifer": "Jenny",
    "Patricia": "Patty",
    "Susan": "Sue",
    "Jessica": "Jess",
    "Isabella": "Bella",
    "Victoria": "Vicky",
    "Christina": "Tina",
    "Rebecca": "Becky",
    "Deborah": "Debbie",
    "Barbara": "Barb",
    "Stephanie": "Steffi",
    "Nicole": "Nicki",
    "Angela": "Angie",
    "Kathleen": "Kathy",
    "James": "Jim",
    "Robert": "Bob",
    "Michael": "Mike",
    "William": "Bill",
    "David": "Dave",
    "Richard": "Rick",
    "Joseph": "Joe",
    "Thomas": "Tom",
    "Charles": "Chuck",
    "Christopher": "Chris",
    "Daniel": "Dan",
    "Matthew": "Matt",
    "Anthony": "Tony",
    "Steven": "Steve",
    "Andrew": "Andy",
    "Kenneth": "Ken",
    "Joshua": "Josh",
    "Edward": "Ed",
    "Ronald": "Ron",
    "Timothy": "Tim",
    "Jeffrey": "Jeff",
    "Nicholas": "Nick",
    "Jonathan": "Jon",
    "Wolfgang": "Wolf",
    "Benjamin": "Ben",
    "Samuel": "Sam",
    "Gregory": "Greg",
    "Alexander": "Alex",
}

_SURNAME_STEMS = (
    "Smith Miller Müller Schmidt Meyer Brown Jones Wilson Martin Bernard Dubois Durand Moreau Weber Wagner Becker "
    "Hoffmann Koch Richter Klein Wolf Braun Taylor Davies Evans Walker Wright Green Hall Wood Clarke Baker Carter "
    "Cooper Ward Turner Hill Morris Petit Leroy Roux Simon Laurent Garcia Martinez Lopez Lange Krause Vogel Schäfer "
    "Böhm Stein Peters"
).split()
_SURNAME_ENDINGS = ("", "son", "mann", "berg", "ford", "well", "stein", "er", "ton", "feld", "bach", "wood")
SURNAMES = [stem + ending for stem in _SURNAME_STEMS for ending in _SURNAME_ENDINGS]

# Each mail domain as often as people have it.
MAIL_DOMAINS = (
    ["gmail.com"] * 35
    + ["gmx.de", "web.de", "yahoo.com", "hotmail.com", "outlook.com"] * 9
    + ["orange.fr", "t-online.de", "free.fr", "icloud.com"] * 4
    + ["btinternet.com", "aol.com"] * 2
)
MAIL_TAGS = ("shop", "news", "promo", "x")

COUNTRIES = ("DE", "FR", "GB", "US")
COUNTRY_SHARES = (0.40, 0.15, 0.20, 0.25)
CALLING_CODES = {"DE": "49", "FR": "33", "GB": "44", "US": "1"}
# The first digits of valid numbers, and how many digits follow.
MOBILE_RANGES = {"DE": ("151", 8), "FR": ("61", 7), "GB": ("741", 7), "US": ("212", 7)}

CITIES = (
    "Berlin Hamburg München Köln Frankfurt Stuttgart Leipzig Dresden Hannover Bremen Paris Lyon Marseille Toulouse "
    "Nice Nantes London Leeds Bristol Glasgow Manchester York Boston Chicago Houston Denver Seattle Austin Portland "
    "Atlanta Dallas Miami"
).split()
STREETS = (
    "Main Church Park Oak High Station Mill School Garden Lake River Hill Forest Market Bridge Castle Rose Linden "
    "Maple Elm Queen King Abbey Victoria Albert Spring Meadow North South West"
).split()
INTERESTS = (
    "sports music travel books cooking garden cars photo art film gaming fashion tech health finance kids pets diy "
    "wine hiking cycling running yoga news"
).split()

# What systems hold when they hold nothing. Half of it is null.
EMPTY_EMAILS = ("", "n/a", "-", "unknown", None, None, None, None)
EMPTY_PHONES = ("", "n/a", "-", "0", None, None, None, None)

# Placeholders that look like an address or a number, the common ones first: they match thousands of strangers.
JUNK_EMAILS = (
    "noreply@example.com",
    "none@none.com",
    "test@test.com",
    "info@company.com",
    "na@na.com",
    "customer@shop.example",
    "no@email.com",
    "a@a.com",
)
JUNK_PHONES = ("0000000000", "1111111111", "9999999999", "1234567890", "+49 000 0000000", "0123456789")
