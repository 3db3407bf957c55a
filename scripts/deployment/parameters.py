"""The stacks' parameters: which template has which, and those that a person gives in PARAMETERS."""

import difflib
import pathlib
import re
import shlex

FOLDER = pathlib.Path(__file__).resolve().parent.parent.parent / "cloudformation"


def of_template(name):
    """The names of a template's parameters. A person who deploys has no YAML reader; `make lint` holds this one to it."""
    text = (FOLDER / name).read_text(encoding="utf-8")
    section = re.search(r"^Parameters:\n(.*?)^\S", text, re.DOTALL | re.MULTILINE)
    return re.findall(r"^  (\w+):$", section.group(1), re.MULTILINE) if section else []


def read(text):
    """What stands in PARAMETERS, as a person writes it in a shell: TargetRegions=eu-west-1 'ScheduleExpression=rate(1 day)'.

    Returns the values by name, and what is wrong with it."""
    try:
        words = shlex.split(text)
    except ValueError as error:
        return {}, [f"PARAMETERS=  cannot be read ({error}): {text}"]
    given = dict(word.split("=", 1) for word in words if "=" in word)
    wrong = [f"PARAMETERS=  {word}: must be Name=Value" for word in words if "=" not in word]
    return given, wrong


def unknown(names, allowed):
    """A line for each name that is not allowed, with the nearest that is."""
    return [f"PARAMETERS=  there is no parameter {name}{nearest(name, allowed)}" for name in names if name not in allowed]


def nearest(name, allowed):
    found = difflib.get_close_matches(name, allowed, 1)
    return f"; did you mean {found[0]}?" if found else f"; there are {', '.join(sorted(allowed))}"


def among(given, names):
    return {name: value for name, value in given.items() if name in names}
