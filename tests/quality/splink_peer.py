"""What Splink makes of accounts that Onefold normalised, set up as a careful user would.

    splink_peer.py ACCOUNTS OUT

ACCOUNTS are the lines of accounts that `quality` writes; OUT becomes a table of accounts and customers. A value of an
e-mail address or a phone that more than 25 accounts share is left out, as a user who looks at the data would do.
"""

import argparse
import json
import logging
import sys
import warnings
from pathlib import Path

import duckdb
import pyarrow as pa
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

THRESHOLD = 0.95
SHARED_MOST = 25
ADDRESS = {"street": "street_address", "city": "locality", "postal_code": "postal_code"}
COLUMNS = ["given_name", "family_name", "birthdate", "email", "phone_number", "street", "city", "postal_code", "ssn"]


def rows_of(path: Path) -> pa.Table:
    """The accounts as a table of texts."""
    columns: dict[str, list] = {name: [] for name in ["unique_id", *COLUMNS]}
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            account = json.loads(line)
            address = account.get("address") or {}
            columns["unique_id"].append(account["ref"])
            for name in COLUMNS:
                value = address.get(ADDRESS[name]) if name in ADDRESS else account.get(name)
                value = value[0] if isinstance(value, list) and value else value
                columns[name].append(value.lower() if isinstance(value, str) and value else None)
    return pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()})


def comparison(name: str):
    """How a careful user compares a column."""
    if name in ("given_name", "family_name"):
        return cl.NameComparison(name).configure(term_frequency_adjustments=True)
    if name == "birthdate":
        return cl.DateOfBirthComparison(name, input_is_string=True)
    if name == "email":
        return cl.EmailComparison(name)
    if name == "street":
        return cl.JaroWinklerAtThresholds(name, [0.92, 0.8])
    if name == "city":
        return cl.JaroWinklerAtThresholds(name, [0.92]).configure(term_frequency_adjustments=True)
    return cl.DamerauLevenshteinAtThresholds(name, 1)


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
# A rule is only trusted to find persons where hardly anything else agrees in it.
CERTAIN = [["email"], ["phone_number"], ["ssn"], ["given_name", "birthdate"], ["family_name", "birthdate"]]
# What each training is blocked by; a column that is in all of them would never be learnt.
TRAININGS = [["given_name", "family_name"], ["birthdate"], ["email"], ["phone_number"]]


def link(rows: pa.Table) -> list[tuple[str, str]]:
    """The customer of each account."""
    connection = duckdb.connect()
    connection.execute("SET threads = 2").fetchall()
    connection.execute("SET enable_progress_bar = false").fetchall()
    connection.register("read", rows)
    connection.execute("CREATE TABLE accounts AS SELECT * FROM read").fetchall()
    for name in ("email", "phone_number"):
        shared = f"SELECT {name} FROM accounts GROUP BY {name} HAVING count(*) > {SHARED_MOST}"
        connection.execute(f"UPDATE accounts SET {name} = NULL WHERE {name} IN ({shared})").fetchall()
    [counted] = connection.execute(f"SELECT {', '.join(f'count({name})' for name in COLUMNS)} FROM accounts").fetchall()
    known = [name for name, count in zip(COLUMNS, counted, strict=True) if count]

    def of_known(rules: list[list[str]]) -> list:
        return [block_on(*rule) for rule in rules if set(rule) <= set(known)]

    settings = SettingsCreator(
        link_type="dedupe_only",
        blocking_rules_to_generate_predictions=of_known(BLOCKS),
        comparisons=[comparison(name) for name in known],
        retain_matching_columns=False,
        retain_intermediate_calculation_columns=False,
    )
    api = DuckDBAPI(connection=connection)
    linker = Linker(api.register("accounts"), settings, log_level=logging.ERROR)
    linker.training.estimate_probability_two_random_records_match(of_known(CERTAIN), recall=0.8)
    linker.training.estimate_u_using_random_sampling(max_pairs=2e6, seed=1)
    for rule in of_known(TRAININGS):
        linker.training.estimate_parameters_using_expectation_maximisation(rule)
    pairs = linker.inference.predict(threshold_match_probability=THRESHOLD)
    clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(pairs, THRESHOLD)
    return connection.execute(f"SELECT unique_id, cluster_id FROM {clusters.physical_name}").fetchall()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("accounts", type=Path)
    parser.add_argument("out", type=Path)
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    found = link(rows_of(options.accounts))
    with options.out.open("w", encoding="utf-8") as out:
        out.write("account,customer\n")
        out.writelines(f"{account},{customer}\n" for account, customer in found)
    print(f"{len(found)} accounts", file=sys.stderr)


if __name__ == "__main__":
    main()
