"""Writes the files of this folder with other tools, and next to each the rows as the tool itself reads them back.

    python3 make.py      # needs duckdb, polars, pandas and pyarrow; README.md says which versions wrote what is here
"""

import datetime
import decimal
import json
import math
import uuid
from pathlib import Path

import duckdb
import pandas
import polars
import pyarrow
import pyarrow.parquet

HERE = Path(__file__).parent
UTC = datetime.timezone.utc

PEOPLE = [
    # id, name, email, born, changed, pay, tags, city
    (1, "Anna Weber", "anna@gmx.de", "1931-12-14", "2023-06-07T18:16:00.123456", "1234.50", ["art", "film"], "Garmisch"),
    (2, "José Núñez", "jose@correo.es", "1999-02-28", "1969-12-31T23:59:59", "-0.05", [], "A Coruña"),
    (3, 'Jane "JJ" O’Neil', "jj@mail.ie", None, "2024-02-29T00:00:00", None, None, "Dublin; North"),
    (4, "Zoë, Ltd.", None, "2000-01-01", "2024-12-31T12:00:00.5", "99999999.99", ["a;b", 'q"uote'], "line one\nline two"),
    (5, "Łukasz €", "l@x.pl", "1970-01-01", "2001-09-09T01:46:40", "0.00", ["x"], None),
]


def people(tags_as_text=False, windows=False):
    rows = []
    for number, name, email, born, changed, pay, tags, city in PEOPLE:
        if windows:
            name = name.replace("Ł", "L")
        rows.append({
            "id": number,
            "name": name,
            "email": email,
            "born": born and datetime.date.fromisoformat(born),
            "changed": datetime.datetime.fromisoformat(changed),
            "pay": pay and decimal.Decimal(pay),
            "tags": "|".join(tags) if tags_as_text and tags is not None else tags,
            "city": city,
        })
    return rows


SQL = """
    SELECT * FROM (VALUES
    (1, 'Anna Weber', 'anna@gmx.de', DATE '1931-12-14', TIMESTAMP '2023-06-07 18:16:00.123456', 1234.50::DECIMAL(10,2), ['art','film'], 'Garmisch'),
    (2, 'José Núñez', 'jose@correo.es', DATE '1999-02-28', TIMESTAMP '1969-12-31 23:59:59', -0.05::DECIMAL(10,2), []::VARCHAR[], 'A Coruña'),
    (3, 'Jane "JJ" O’Neil', 'jj@mail.ie', NULL, TIMESTAMP '2024-02-29 00:00:00', NULL, NULL, 'Dublin; North'),
    (4, 'Zoë, Ltd.', NULL, DATE '2000-01-01', TIMESTAMP '2024-12-31 12:00:00.5', 99999999.99::DECIMAL(10,2), ['a;b', 'q"uote'], 'line one' || chr(10) || 'line two'),
    (5, 'Łukasz €', 'l@x.pl', DATE '1970-01-01', TIMESTAMP '2001-09-09 01:46:40', 0.00::DECIMAL(10,2), ['x'], NULL)
    ) AS people(id, name, email, born, changed, pay, tags, city)"""

# Every type that DuckDB has and JSON can show.
TYPES_SQL = """
    SELECT n::INTEGER AS id,
        (n % 2 = 0) AS bool, (n - 3)::TINYINT AS i8, (n * -300)::SMALLINT AS i16, (n * 4000000000 - 9000000000)::BIGINT AS i64,
        (n * 50)::UTINYINT AS u8, (n * 10000)::USMALLINT AS u16, 4294967295::UINTEGER AS u32,
        CASE n WHEN 1 THEN 18446744073709551615 ELSE n END::UBIGINT AS u64,
        (n / 3)::FLOAT AS f32, CASE n WHEN 2 THEN 'nan'::DOUBLE WHEN 3 THEN 1e300 ELSE n / 7 END AS f64,
        (n * 7)::DECIMAL(4,0) AS d4, (n * -1.005)::DECIMAL(9,3) AS d9, (n * 12345.678)::DECIMAL(18,6) AS d18,
        (n * 1000000000000.25)::DECIMAL(30,4) AS d30,
        DATE '1600-01-01' + (n * 100000)::INTEGER AS day, TIME '13:37:00.25' + to_seconds(n) AS clock,
        TIMESTAMP_MS '2020-02-29 10:00:00.125' AS ms, TIMESTAMP '1901-01-01 00:00:00.000001' + to_hours(n) AS us,
        TIMESTAMP_NS '2030-06-15 23:59:59.123456789' AS ns, TIMESTAMPTZ '2020-01-01 00:00:00+02:00' AS tz,
        CASE n WHEN 1 THEN NULL ELSE '00000000-0000-0000-0000-00000000ab0' || n END::UUID AS uuid,
        CASE n WHEN 1 THEN 'new' ELSE 'old' END::ENUM('old', 'new') AS enum, '{"a": [1, "x"]}'::JSON AS json,
        'text ' || n AS text, CASE n WHEN 3 THEN NULL ELSE {'a': n, 'b': {'c': 'deep ' || n, 'd': [n, NULL]}} END AS nested,
        [{'k': n, 'v': 'x'}, NULL, {'k': NULL, 'v': 'y'}] AS structs, [[n], [], NULL, [n, n]] AS lists,
        MAP {'one': n, 'two': NULL} AS map
    FROM range(1, 5) AS numbers(n)"""


def shown(value):
    """A value as JSON shows it: dates in ISO 8601, timestamps in RFC 3339 and UTC, what is no number as null."""
    match value:
        case datetime.datetime():
            if value.tzinfo is not None:
                value = value.astimezone(UTC).replace(tzinfo=None)
            return trimmed(value.isoformat()) + "Z"
        case datetime.time():
            return trimmed(value.isoformat())
        case datetime.date():
            return value.isoformat()
        case decimal.Decimal():
            return float(value)
        case float() if not math.isfinite(value):
            return None
        case uuid.UUID():
            return str(value)
        case bytes():
            return value.decode()
        case dict():
            return {name: shown(member) for name, member in value.items()}
        case list() | tuple():
            return [shown(element) for element in value]
    return value


def trimmed(text):
    return text.rstrip("0").rstrip(".") if "." in text else text


def write_rows(name, rows):
    lines = (json.dumps(shown(row), ensure_ascii=False) for row in rows)
    (HERE / f"{name}.rows").write_text("".join(line + "\n" for line in lines))


def duckdb_rows(database, query):
    answer = database.sql(query)
    return [dict(zip(answer.columns, row)) for row in answer.fetchall()]


def write_duckdb():
    database = duckdb.connect()
    database.sql("SET TimeZone = 'UTC'")
    for name, query, options in [
        ("duckdb-snappy.parquet", SQL, "FORMAT parquet, COMPRESSION snappy"),
        ("duckdb-zstd.parquet", SQL, "FORMAT parquet, COMPRESSION zstd"),
        ("duckdb-gzip.parquet", SQL, "FORMAT parquet, COMPRESSION gzip"),
        ("duckdb-plain-v2.parquet", SQL, "FORMAT parquet, COMPRESSION uncompressed, PARQUET_VERSION v2"),
        ("duckdb-types.parquet", TYPES_SQL, "FORMAT parquet, COMPRESSION zstd"),
        ("duckdb.csv", SQL, "FORMAT csv, DELIMITER ';', HEADER"),
        ("duckdb.tsv", SQL, "FORMAT csv, DELIMITER '\t', HEADER"),
        ("duckdb.json", SQL, "FORMAT json, ARRAY true"),
        ("duckdb.jsonl.gz", SQL, "FORMAT json, COMPRESSION gzip"),
    ]:
        database.sql(f"COPY ({query}) TO '{HERE / name}' ({options})")
        if name.endswith(".parquet"):
            # Python's times end at microseconds; DuckDB shows the rest as text.
            shown_as = "REPLACE (replace(ns::VARCHAR, ' ', 'T') || 'Z' AS ns)" if "types" in name else ""
            rows = duckdb_rows(database, f"SELECT * {shown_as} FROM read_parquet('{HERE / name}')")
        elif ".json" in name:
            rows = duckdb_rows(database, f"SELECT * FROM read_json('{HERE / name}')")
        else:
            delimiter = "\t" if name.endswith(".tsv") else ";"
            rows = duckdb_rows(database, f"SELECT * FROM read_csv('{HERE / name}', delim = '{delimiter}', quote = '\"', header = true, types = {{'tags': 'VARCHAR[]'}})")
        write_rows(name, rows)


def write_polars():
    frame = polars.DataFrame(people(), schema_overrides={"pay": polars.Decimal(10, 2)})
    for name, codec in [("polars-zstd.parquet", "zstd"), ("polars-snappy.parquet", "snappy"), ("polars-plain.parquet", "uncompressed")]:
        frame.write_parquet(HERE / name, compression=codec, row_group_size=2, use_pyarrow=False)
        write_rows(name, polars.read_parquet(HERE / name).to_dicts())
    frame.write_json(HERE / "polars.json")
    write_rows("polars.json", polars.read_json(HERE / "polars.json").to_dicts())
    flat = polars.DataFrame(people(tags_as_text=True))
    flat.write_csv(HERE / "polars-bom.csv", include_bom=True, separator="|", quote_style="always")
    write_rows("polars-bom.csv", polars.read_csv(HERE / "polars-bom.csv", separator="|", try_parse_dates=True).to_dicts())


def write_pandas():
    frame = pandas.DataFrame(people())
    frame.to_parquet(HERE / "pandas.parquet", engine="pyarrow", row_group_size=3, index=False)
    write_rows("pandas.parquet", pyarrow.parquet.read_table(HERE / "pandas.parquet").to_pylist())
    # What Spark and Hive used to write.
    pyarrow.parquet.write_table(
        pyarrow.Table.from_pylist(people()), HERE / "pyarrow-int96.parquet", use_deprecated_int96_timestamps=True, version="1.0",
        compression="none", use_dictionary=False, data_page_version="1.0",
    )
    table = pyarrow.parquet.read_table(HERE / "pyarrow-int96.parquet", coerce_int96_timestamp_unit="ms")
    write_rows("pyarrow-int96.parquet", table.to_pylist())
    flat = pandas.DataFrame(people(tags_as_text=True, windows=True))
    flat.to_csv(HERE / "pandas-windows-1252.csv", sep=";", index=False, encoding="cp1252", lineterminator="\r\n")
    back = pandas.read_csv(HERE / "pandas-windows-1252.csv", sep=";", encoding="cp1252", dtype=str, keep_default_na=False, lineterminator=None)
    write_rows("pandas-windows-1252.csv", [{name: value or None for name, value in row.items()} for row in back.to_dict("records")])
    frame.to_json(HERE / "pandas.json", orient="records", date_format="iso", force_ascii=True, indent=2)
    write_rows("pandas.json", json.loads((HERE / "pandas.json").read_text()))


if __name__ == "__main__":
    write_duckdb()
    write_polars()
    write_pandas()
    for module in (duckdb, polars, pandas, pyarrow):
        print(module.__name__, module.__version__)
