"""The CloudFormation templates as data: their short functions as the long ones, and what a value refers to."""

import pathlib
import re

import yaml

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "cloudformation"


class Loader(yaml.SafeLoader):
    """YAML with CloudFormation's short functions."""


def function(loader, tag, node):
    name = tag if tag in ("Ref", "Condition") else f"Fn::{tag}"
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
        return {name: value.split(".", 1) if tag == "GetAtt" else value}
    if isinstance(node, yaml.SequenceNode):
        return {name: loader.construct_sequence(node, deep=True)}
    return {name: loader.construct_mapping(node, deep=True)}


Loader.add_multi_constructor("!", function)


def nodes(value):
    yield value
    children = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for child in children:
        yield from nodes(child)


def chosen(value, condition, branch):
    """The value with one branch of each If of the condition."""
    if isinstance(value, dict):
        if list(value) == ["Fn::If"] and value["Fn::If"][0] == condition:
            return chosen(value["Fn::If"][branch], condition, branch)
        return {name: chosen(child, condition, branch) for name, child in value.items()}
    if isinstance(value, list):
        return [chosen(child, condition, branch) for child in value]
    return value


def on_aws(value):
    """What AWS makes of it: nothing that is there for an emulator only."""
    return chosen(value, "OnEmulator", 2)


def references(value):
    """The names that a value refers to, and the conditions that choose within it."""
    names, conditions = set(), set()
    for node in nodes(value):
        if not isinstance(node, dict) or len(node) != 1:
            continue
        name, argument = next(iter(node.items()))
        if name == "Ref":
            names.add(argument)
        elif name == "Fn::GetAtt":
            names.add(argument[0])
        elif name == "Fn::Sub":
            text = argument if isinstance(argument, str) else argument[0]
            names.update(found.split(".")[0] for found in re.findall(r"\$\{([^!}]+)\}", text))
        elif name == "Fn::If":
            conditions.add(argument[0])
    return {name for name in names if not name.startswith("AWS::")}, conditions


def resources(template, kind):
    return {name: it for name, it in template["Resources"].items() if it["Type"] == kind}


def actions(role, service, template=None):
    """The actions that a role allows, those of one service; of all where it is empty. Whatever a condition may add is among
    them; so are those of the template's managed policies, where it is given."""
    attached = references(role["Properties"].get("ManagedPolicyArns", []))[0] if template else ()
    documents = [role["Properties"].get("Policies", []), *(template["Resources"][name]["Properties"] for name in attached)]
    statements = [node for node in nodes(documents) if isinstance(node, dict) and "Action" in node]
    named = [statement["Action"] for statement in statements]
    flat = [action for one in named for action in (one if isinstance(one, list) else [one])]
    return sorted(action for action in flat if action.startswith(f"{service}:" if service else ""))


def parse(text):
    return yaml.load(text, Loader)


def read(name):
    """A template by its file's name."""
    return parse((FOLDER / name).read_text(encoding="utf-8"))
