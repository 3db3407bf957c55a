"""`make deploy`, `make deploy-management`, and what takes them back. docs/deploy.md has the same calls for typing by hand."""

import os
import pathlib
import sys

from deployment import management, operator
from deployment.aws import AwsError
from deployment.inputs import Refused

COMMANDS = {
    "operator": operator.deploy,
    "management": management.deploy,
    "undo-operator": operator.undeploy,
    "undo-management": management.undeploy,
}


def main(given):
    if len(given) != 1 or given[0] not in COMMANDS:
        print(f"one of: {', '.join(COMMANDS)}", file=sys.stderr)
        return 2
    os.chdir(pathlib.Path(__file__).resolve().parent.parent)
    try:
        # False: it was done, and what came of it is not whole.
        return 1 if COMMANDS[given[0]]() is False else 0
    except Refused as refused:
        print("nothing was deployed:", *(f"  {line}" for line in refused.lines), sep="\n", file=sys.stderr)
        return 2
    except AwsError as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
