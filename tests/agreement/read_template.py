"""Print a CloudFormation template as JSON, its short forms (!Ref, !Sub, …) as CloudFormation's long ones."""

import json
import sys

import yaml


class Loader(yaml.SafeLoader):
    """Knows the short forms, whatever they are called."""


def long_form(loader: Loader, name: str, node: yaml.Node) -> dict:
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)
    return {name if name in ("Ref", "Condition") else f"Fn::{name}": value}


Loader.add_multi_constructor("!", long_form)
with open(sys.argv[1], encoding="utf-8") as template:
    json.dump(yaml.load(template, Loader), sys.stdout, default=str)
