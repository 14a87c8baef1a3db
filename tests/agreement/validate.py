"""Validate TOML files against a JSON Schema, which comes on standard input. Prints every fault, a line each."""

import json
import sys
import tomllib

from jsonschema import Draft7Validator

schema = json.load(sys.stdin)
Draft7Validator.check_schema(schema)
for name in sys.argv[1:]:
    with open(name, "rb") as file:
        for error in Draft7Validator(schema).iter_errors(tomllib.load(file)):
            print(f"{name}: {error.json_path}: {error.message}")
