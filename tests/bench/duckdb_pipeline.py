"""The benchmark's job in DuckDB, in one process, as an expert would write it.

    duckdb_pipeline.py --data DIR --out OUT

This is a peer that Onefold is measured against, so it is tuned: insertion order is not preserved, scipy finds the
connected components, and the four customers in five that have one account only are not aggregated.
README.md states the job's rules and the shape of the customers in OUT/customers/.
"""

from pathlib import Path

import duckdb
import numpy as np

import job

PARTS = 32

NORMALISERS = r"""
-- Trim; the first letter upper case, the rest lower case.
CREATE MACRO normal_name(name) AS upper(trim(name)[1:1]) || lower(trim(name)[2:]);

-- One spelling for each mailbox, or null when the text is no e-mail address.
CREATE MACRO email_untagged(email) AS
  replace(regexp_replace(lower(trim(email)), '\+[^@]*@', '@'), '@googlemail.com', '@gmail.com');
CREATE MACRO email_undotted(email) AS
  CASE WHEN ends_with(email, '@gmail.com') THEN replace(email[:-11], '.', '') || '@gmail.com' ELSE email END;
CREATE MACRO email_or_null(email) AS
  CASE WHEN regexp_full_match(email, '[^@\s]+@[^@\s]+\.[a-z]{2,}') THEN email END;
CREATE MACRO normal_email(email) AS email_or_null(email_undotted(email_untagged(email)));

-- Calling code and digits, or null when there are not 8 to 15 of them.
CREATE MACRO calling_code(country) AS
  CASE country WHEN 'DE' THEN '49' WHEN 'FR' THEN '33' WHEN 'GB' THEN '44' ELSE '1' END;
CREATE MACRO phone_digits(phone) AS regexp_replace(replace(phone, '(0)', ''), '[^0-9]', '', 'g');
CREATE MACRO phone_called(digits, is_international, country) AS
  CASE WHEN is_international THEN digits
       WHEN starts_with(digits, '00') THEN digits[3:]
       WHEN starts_with(digits, '0') THEN calling_code(country) || digits[2:]
       ELSE calling_code(country) || digits END;
CREATE MACRO phone_or_null(number) AS CASE WHEN length(number) BETWEEN 8 AND 15 THEN number END;
CREATE MACRO normal_phone(phone, country) AS
  phone_or_null(phone_called(phone_digits(phone), starts_with(trim(phone), '+'), country));

-- A name in one piece is "First Last" or "Last, First".
CREATE MACRO first_of(name) AS
  CASE WHEN contains(name, ',') THEN split_part(name, ',', 2) ELSE split_part(trim(name), ' ', 1) END;
CREATE MACRO after_first_space(name) AS CASE WHEN contains(name, ' ') THEN name[strpos(name, ' ') + 1:] END;
CREATE MACRO last_of(name) AS
  CASE WHEN contains(name, ',') THEN split_part(name, ',', 1) ELSE after_first_space(trim(name)) END;

-- "The latest wins" needs one total order of accounts: by time, then the source's trust, then the id. The three are
-- packed into one integer, because sorting and comparing one integer is what both engines do fastest.
CREATE MACRO account_order(time_s, trust, id) AS (time_s << 32) | (trust::BIGINT << 30) | id;
CREATE MACRO order_time(account_order) AS
  strftime(make_timestamp((account_order >> 32) * 1000000), '%Y-%m-%dT%H:%M:%SZ');
"""

CRM_ACCOUNTS = """
SELECT 'crm:' || id AS uid,
       account_order(coalesce(epoch(updatedAt)::BIGINT, 0), 0, id) AS account_order,
       normal_name(firstName) AS given_name,
       normal_name(lastName) AS family_name,
       normal_email(email) AS email,
       normal_phone(phone, country) AS phone_number,
       birthDate AS birthdate,
       street AS street_address,
       city AS locality,
       zip AS postal_code,
       country,
       NULL::VARCHAR[] AS interests
FROM read_json('{landing}/crm/*.jsonl', format = 'newline_delimited', ignore_errors = true, columns = {{
  id: 'BIGINT', firstName: 'VARCHAR', lastName: 'VARCHAR', email: 'VARCHAR', phone: 'VARCHAR', birthDate: 'VARCHAR',
  street: 'VARCHAR', city: 'VARCHAR', zip: 'VARCHAR', country: 'VARCHAR', updatedAt: 'TIMESTAMP'}})
WHERE id IS NOT NULL
"""

SHOP_ACCOUNTS = """
SELECT 'shop:' || customer_id,
       account_order(created // 1000, 2, customer_id),
       normal_name(first_of(name)),
       normal_name(last_of(name)),
       normal_email(contact.email),
       normal_phone(contact.mobile, address.country),
       NULL,
       address.line1,
       address.city,
       address.postcode,
       address.country,
       interests
FROM read_json('{landing}/shop/*.jsonl', format = 'newline_delimited', ignore_errors = true, columns = {{
  customer_id: 'BIGINT', name: 'VARCHAR', contact: 'STRUCT(email VARCHAR, mobile VARCHAR)',
  address: 'STRUCT(line1 VARCHAR, city VARCHAR, postcode VARCHAR, country VARCHAR)', created: 'BIGINT',
  interests: 'VARCHAR[]'}})
WHERE customer_id IS NOT NULL
"""

NEWSLETTER_ACCOUNTS = """
SELECT 'newsletter:' || sid,
       account_order(epoch(subscribed_at)::BIGINT, 1, sid),
       normal_name(first),
       normal_name(last),
       normal_email(email),
       NULL,
       NULL,
       NULL,
       NULL,
       nullif(zip, ''),
       NULL,
       string_split(nullif(interests, ''), ';')
FROM read_csv('{landing}/newsletter/*.csv', header = true, ignore_errors = true, auto_detect = false,
  delim = ',', quote = '"', escape = '"', columns = {{
  sid: 'BIGINT', email: 'VARCHAR', first: 'VARCHAR', last: 'VARCHAR', zip: 'VARCHAR', interests: 'VARCHAR',
  subscribed_at: 'DATE'}})
WHERE sid IS NOT NULL
"""

TRANSLATE = """
CREATE TABLE account AS
SELECT row_number() OVER () - 1 AS row, a.*, gender.gender, location.lat AS latitude, location.lon AS longitude
FROM ({accounts}) a
LEFT JOIN read_csv('{reference}/gender.csv') gender USING (given_name)
LEFT JOIN read_csv('{reference}/zip3.csv', types = {{zip3: 'VARCHAR'}}) location ON location.zip3 = a.postal_code[:3]
"""

DROP_JUNK_KEY = """
UPDATE account SET {key} = NULL WHERE {key} IN (
  SELECT {key} FROM account WHERE {key} IS NOT NULL GROUP BY {key} HAVING count(*) > {limit})
"""

STAR_OF_KEY = """
SELECT row, first FROM (SELECT row, min(row) OVER (PARTITION BY {key}) AS first FROM account WHERE {key} IS NOT NULL)
WHERE row <> first
"""

MERGE_AND_WRITE = """
COPY (
  WITH clustered AS NOT MATERIALIZED (SELECT * FROM account JOIN label USING (row))
  SELECT uid AS customer_id,
         [uid] AS uids,
         {fields},
         CASE WHEN email IS NULL THEN [] ELSE [email] END AS emails,
         CASE WHEN phone_number IS NULL THEN [] ELSE [phone_number] END AS phone_numbers,
         coalesce(list_sort(list_distinct(interests)), []) AS interests,
         order_time(account_order) AS updated_at,
         hash(cluster) % {parts} AS part
  FROM clustered WHERE size = 1
  UNION ALL
  SELECT min(uid),
         list_sort(list(uid)),
         {latest_fields},
         coalesce(list_sort(list_distinct(list(email) FILTER (email IS NOT NULL))), []),
         coalesce(list_sort(list_distinct(list(phone_number) FILTER (phone_number IS NOT NULL))), []),
         coalesce(list_sort(list_distinct(flatten(list(interests)))), []),
         order_time(max(account_order)),
         hash(cluster) % {parts}
  FROM clustered WHERE size > 1 GROUP BY cluster
) TO '{folder}' (FORMAT json, PARTITION_BY (part), COMPRESSION zstd, OVERWRITE true)
"""


def connect(out: Path) -> duckdb.DuckDBPyConnection:
    """A database in memory that spills to OUT when it must."""
    database = duckdb.connect()
    database.execute("SET preserve_insertion_order = false")
    database.execute("SET enable_progress_bar = false")
    database.execute(f"SET temp_directory = '{out / '.tmp'}'")
    database.execute(NORMALISERS)
    return database


def translate(database: duckdb.DuckDBPyConnection, data: Path) -> int:
    """Make the table of all accounts in one shape, enriched; return how many there are."""
    sources = (CRM_ACCOUNTS, SHOP_ACCOUNTS, NEWSLETTER_ACCOUNTS)
    accounts = "UNION ALL".join(source.format(landing=data / "landing") for source in sources)
    database.execute(TRANSLATE.format(accounts=accounts, reference=data / "reference"))
    return database.execute("SELECT count(*) FROM account").fetchone()[0]


def drop_junk_keys(database: duckdb.DuckDBPyConnection) -> None:
    """A key value that too many accounts share is nobody's contact detail: null it."""
    for key in job.MATCH_KEYS:
        database.execute(DROP_JUNK_KEY.format(key=key, limit=job.MAX_ACCOUNTS_PER_KEY))


def cluster(database: duckdb.DuckDBPyConnection, accounts: int) -> None:
    """Make the table of each account's cluster (a connected component over the shared keys) and its size."""
    stars = "UNION ALL".join(STAR_OF_KEY.format(key=key) for key in job.MATCH_KEYS)
    edges = database.execute(stars).fetchnumpy()
    labels = job.components(edges["row"], edges["first"], accounts)
    sizes = np.bincount(labels)[labels]
    database.register("labels", {"row": np.arange(accounts), "cluster": labels, "size": sizes})
    database.execute("CREATE TABLE label AS SELECT * FROM labels")


def merge_and_write(database: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Fold each cluster into a customer (latest value of each field) and write compressed JSON Lines, in parts."""
    latest_fields = ", ".join(f"arg_max({field}, account_order)" for field in job.LATEST_FIELDS)
    statement = MERGE_AND_WRITE.format(
        fields=", ".join(job.LATEST_FIELDS), latest_fields=latest_fields, parts=PARTS, folder=folder
    )
    database.execute(statement)


def main() -> None:
    data, out = job.paths(__doc__)
    out.mkdir(parents=True)
    lap = job.laps()

    database = connect(out)
    accounts = translate(database, data)
    lap(f"translated {accounts} accounts")
    drop_junk_keys(database)
    lap("dropped junk keys")
    cluster(database, accounts)
    lap("clustered")
    merge_and_write(database, out / "customers")
    lap("merged and written")


if __name__ == "__main__":
    main()
