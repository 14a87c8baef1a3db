"""What Splink makes of accounts that Onefold normalised, set up as somebody would who knows Splink, with one setting for all sets.

    splink_peer.py ACCOUNTS OUT [--threshold 0.95]

ACCOUNTS are the lines of accounts that `quality` writes; OUT becomes a table of accounts and customers.

What was chosen, and why. "Guide" is Splink's documentation of 5.0; what was tried was judged by the truth, in Splink's favour:

* Names, birth date: the guide's own comparisons (NameComparison with term frequencies, DateOfBirthComparison). A comparison of
  both names at once (ForenameSurnameComparison) made F1 .973 instead of .992 of the benchmark's people.
* E-mail addresses: equal, equal before the @, one edit, two edits. EmailComparison takes addresses as near whose names are: it
  counts the names twice, and F1 was .932 of the benchmark's people. With Damerau-Levenshtein instead of Levenshtein F1 was
  .0008 greater for three and a half times the CPU.
* Names in other scripts and accents become ASCII before, as the guide has data cleaned. Without that F1 was .667 instead of .946.
* An e-mail address or a phone that more than 25 accounts share is left out, as somebody would who looks at the data.
* Prior: the guide's way, by rules that hardly ever join two people, of a recall of 80 %. With the whole name and the birth date
  in one rule nearly nothing was found in RLdata10000, where each row has a slip (F1 .03).
* u: from random pairs, with a seed. With 10 million pairs F1 was .0003 greater for twice the CPU.
* m: two sessions of EM, as in the guide's examples. Blocking one by the whole name instead of the given name and an initial made
  F1 .45 instead of .85 of RLdata10000. Further sessions by e-mail address or phone gave nothing. A session whose
  probabilities vanish is refused by Splink 5; then the m remain that Splink starts from, as in the guide's quick example.
* Blocking: many strict rules, as the guide has it. Six looser ones gave at most .0002 for twice the CPU. With millions of
  accounts the pairs of surname and city become too many, and somebody would leave that rule out.
* Threshold .95, as in the guide's examples. At the best of .5, .8, .9, .99 and .999 by the truth F1 is .0004 greater of the
  benchmark's people, .088 of RLdata10000, and no greater of families.
* One comparison for the whole of contact, as rows of families repeat it, made F1 .61 instead of .28 of families, but .993 instead
  of .999 of Febrl 3, so it is not a setting for all.
"""

import argparse
import logging
import sys
import warnings
from pathlib import Path

import duckdb
import pyarrow as pa
import splink.comparison_level_library as levels
import splink.comparison_library as comparisons
from anyascii import anyascii
from splink import ColumnExpression, DuckDBAPI, Linker, SettingsCreator, block_on

THRESHOLD = 0.95
SHARED_MOST = 25
RANDOM_PAIRS = 2e6
TRAINING_PAIRS = 2e6
RECALL = 0.8

# Where a column is in an account.
COLUMNS = {
    "given_name": "$.given_name",
    "family_name": "$.family_name",
    "honorific_suffix": "$.honorific_suffix",
    "birthdate": "$.birthdate",
    "email": "$.email",
    "phone_number": "$.phone_number",
    "street": "$.address.street_address",
    "city": "$.address.locality",
    "postal_code": "$.address.postal_code",
    "ssn": "$.ssn",
}
CONTACTS = ("email", "phone_number")
IN_ASCII = ("given_name", "family_name", "city")

# Pairs that agree in one of these are compared.
BLOCKS = [
    ["email"],
    ["phone_number"],
    ["ssn"],
    ["given_name", "family_name"],
    ["given_name", "birthdate"],
    ["family_name", "birthdate"],
    ["postal_code", "birthdate"],
    ["postal_code", "family_name"],
    ["postal_code", "given_name"],
    ["street", "city"],
    ["family_name", "city"],
]
# Rules that hardly ever join two people.
CERTAIN = [
    ["ssn"],
    ["email", "given_name"],
    ["phone_number", "given_name"],
    ["given_name", "birthdate"],
    ["family_name", "birthdate"],
]
# A session learns the columns that it is not blocked by.
TRAININGS = [["given_name", "substr(family_name, 1, 1)"], ["birthdate"]]


def read(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Make a table `accounts` of texts in lower case. Of a list, the first value counts."""

    def text(name: str, place: str) -> str:
        return f"nullif(lower(coalesce(line ->> '{place}[0]', line ->> '{place}')), '') AS {name}"

    texts = ", ".join(text(name, place) for name, place in COLUMNS.items())
    lines = f"read_json_objects('{path}', format = 'newline_delimited')"
    read_lines = f"SELECT json AS line FROM {lines}"
    connection.execute(
        f"CREATE TABLE accounts AS SELECT line ->> '$.ref' AS unique_id, {texts} FROM ({read_lines})"
    ).fetchall()


def clean(connection: duckdb.DuckDBPyConnection) -> None:
    """Bring other letters into ASCII, and leave out contacts that many share."""
    for name in IN_ASCII:
        found = connection.execute(
            f"SELECT DISTINCT {name} FROM accounts WHERE regexp_matches({name}, '[^\\x00-\\x7F]')"
        ).fetchall()
        written = [value for (value,) in found]
        connection.register("ascii", pa.table({"written": written, "letters": [anyascii(value).lower() for value in written]}))
        connection.execute(f"UPDATE accounts SET {name} = letters FROM ascii WHERE {name} = written").fetchall()
        connection.unregister("ascii")
    for name in CONTACTS:
        shared = f"SELECT {name} FROM accounts GROUP BY {name} HAVING count(*) > {SHARED_MOST}"
        connection.execute(f"UPDATE accounts SET {name} = NULL WHERE {name} IN ({shared})").fetchall()


def comparison(name: str):
    """How a column is compared."""
    if name in ("given_name", "family_name"):
        return comparisons.NameComparison(name).configure(term_frequency_adjustments=True)
    if name == "birthdate":
        return comparisons.DateOfBirthComparison(name, input_is_string=True)
    if name == "email":
        before_at = ColumnExpression(name).regex_extract("^[^@]+")
        return comparisons.CustomComparison(
            output_column_name=name,
            comparison_levels=[
                levels.NullLevel(name),
                levels.ExactMatchLevel(name),
                levels.ExactMatchLevel(before_at),
                levels.LevenshteinLevel(name, 1),
                levels.LevenshteinLevel(name, 2),
                levels.ElseLevel(),
            ],
        )
    if name == "street":
        return comparisons.JaroWinklerAtThresholds(name, [0.92, 0.8])
    if name == "city":
        return comparisons.JaroWinklerAtThresholds(name, [0.92]).configure(term_frequency_adjustments=True)
    if name == "honorific_suffix":
        return comparisons.ExactMatch(name)
    return comparisons.LevenshteinAtThresholds(name, 1)


def known_columns(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """The columns that have values."""
    counts = ", ".join(f"count({name})" for name in COLUMNS)
    [counted] = connection.execute(f"SELECT {counts} FROM accounts").fetchall()
    return [name for name, count in zip(COLUMNS, counted, strict=True) if count]


def train(linker: Linker, of_known) -> None:
    """Learn the model, in the order that Splink's documentation advises."""
    linker.training.estimate_probability_two_random_records_match(of_known(CERTAIN), recall=RECALL)
    linker.training.estimate_u_using_random_sampling(max_pairs=RANDOM_PAIRS, seed=1)
    for rule, name in zip(of_known(TRAININGS), TRAININGS, strict=False):
        try:
            linker.training.estimate_parameters_using_expectation_maximisation(rule, max_pairs=TRAINING_PAIRS)
        except ValueError as fault:
            print(f"the session by {name} was refused: {fault}", file=sys.stderr)


def link(connection: duckdb.DuckDBPyConnection, threshold: float) -> list[tuple[str, str]]:
    """The customer of each account."""
    known = known_columns(connection)

    def of_known(rules: list[list[str]]) -> list:
        has_columns = [rule for rule in rules if {part.removeprefix("substr(").split(",")[0] for part in rule} <= set(known)]
        return [block_on(*rule) for rule in has_columns]

    settings = SettingsCreator(
        link_type="dedupe_only",
        blocking_rules_to_generate_predictions=of_known(BLOCKS),
        comparisons=[comparison(name) for name in known],
        retain_matching_columns=False,
        retain_intermediate_calculation_columns=False,
    )
    api = DuckDBAPI(connection=connection)
    linker = Linker(api.register("accounts"), settings, log_level=logging.ERROR)
    train(linker, of_known)
    pairs = linker.inference.predict(threshold_match_probability=threshold)
    clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(pairs, threshold)
    return connection.execute(f"SELECT unique_id, cluster_id FROM {clusters.physical_name}").fetchall()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("accounts", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--threshold", type=float, default=THRESHOLD)
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    connection = duckdb.connect()
    connection.execute("SET threads = 2").fetchall()
    connection.execute("SET enable_progress_bar = false").fetchall()
    read(connection, options.accounts)
    clean(connection)
    found = link(connection, options.threshold)
    with options.out.open("w", encoding="utf-8") as out:
        out.write("account,customer\n")
        out.writelines(f"{account},{customer}\n" for account, customer in found)
    print(f"{len(found)} accounts", file=sys.stderr)


if __name__ == "__main__":
    main()
