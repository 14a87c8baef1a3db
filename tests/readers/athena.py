"""Run a query of Athena's on a version, with DuckDB, in tables like those of the template.

    athena.py TEMPLATE json|parquet QUERY

The folder that it runs in has the version in `out`. The query, and the query of the view, are read as Athena's SQL and
written as DuckDB's. DuckDB reads files with the columns and types that the template gives to Glue.
"""

import glob
import json
import sys

import duckdb
import sqlglot
from sqlglot import exp

FOLDERS = {
    "json": ("out/{}/*.jsonl.zst", "read_json({files}, columns = {columns}, format = 'newline_delimited')"),
    "parquet": ("out/parquet/{}/*.parquet", "(SELECT {casts} FROM read_parquet({files}))"),
}


def chosen(value, form: str):
    """What the template says for a format."""
    if isinstance(value, dict) and "Fn::If" in value:
        _, parquet, lines = value["Fn::If"]
        return parquet if form == "parquet" else lines
    return value


def duckdb_type(hive: str) -> str:
    return exp.DataType.build(hive, dialect="hive").sql("duckdb")


def table(inputs: dict, form: str) -> str:
    """The statement that makes a table of Glue in DuckDB."""
    name = inputs["Name"]
    pattern, source = FOLDERS[form]
    files = glob.glob(pattern.format(name))
    columns = {column["Name"]: duckdb_type(column["Type"]) for column in chosen(inputs["StorageDescriptor"]["Columns"], form)}
    casts = ", ".join(f'"{column}"::{kind} AS "{column}"' for column, kind in columns.items())
    return f"CREATE VIEW {name} AS SELECT * FROM " + source.format(files=files, columns=columns, casts=casts)


def view(inputs: dict, form: str) -> str:
    """The statement that makes a view of Athena in DuckDB."""
    text, values = inputs["ViewOriginalText"]["Fn::Sub"][1]["Encoded"]["Fn::Base64"]["Fn::Sub"]
    query = json.loads(text.replace("${Account}", chosen(values["Account"], form)))["originalSql"]
    return f"CREATE VIEW {inputs['Name']} AS {transpiled(query)}"


def transpiled(query: str) -> str:
    (statement,) = sqlglot.transpile(query, read="athena", write="duckdb")
    return statement


def main(template: str, form: str, query: str) -> None:
    with open(template, encoding="utf-8") as file:
        resources = json.load(file)["Resources"].values()
    inputs = [one["Properties"]["TableInput"] for one in resources if one["Type"] == "AWS::Glue::Table"]
    database = duckdb.connect()
    # Of the user, who joins it to the crosswalk.
    database.sql("SET TimeZone = 'UTC'; CREATE TABLE orders AS SELECT 17 AS id, 'a7' AS customer")
    database.sql("CREATE SCHEMA onefold; SET search_path = 'onefold,main'")
    for one in sorted(inputs, key=lambda one: one["TableType"]):
        database.sql(view(one, form) if one["TableType"] == "VIRTUAL_VIEW" else table(one, form))
    for row in database.sql(transpiled(query)).fetchall():
        print(*row, sep=" | ")


main(*sys.argv[1:])
