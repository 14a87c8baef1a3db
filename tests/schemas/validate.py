"""Tells which lines of standard input do not fit a JSON Schema: `validate.py change < lines` prints their numbers.

A second argument names the folder of the schema; without it, that is the folder of this file.
"""

import json
import pathlib
import sys

from jsonschema import Draft202012Validator
from referencing import Registry, Resource

folder = pathlib.Path(sys.argv[2]) if len(sys.argv) > 2 else pathlib.Path(__file__).parent
schemas = {path.name: json.loads(path.read_text()) for path in sorted(folder.glob("*.schema.json"))}
registry = Registry().with_resources((name, Resource.from_contents(schema)) for name, schema in schemas.items())
for schema in schemas.values():
    Draft202012Validator.check_schema(schema)
validator = Draft202012Validator(schemas[f"{sys.argv[1]}.schema.json"], registry=registry)
for number, line in enumerate(sys.stdin):
    if not validator.is_valid(json.loads(line)):
        print(number)
