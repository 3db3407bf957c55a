"""Least privilege of each operation: its session has exactly the declared actions, which `catalogue_truth.py` shows to be
enough, and here without any one of them the answer says so, wherever the emulator enforces the action.
"""

import json
import subprocess

from organization import ROLE, command

# ministack lets everybody call these.
NOT_ENFORCED = {"lambda:ListFunctionUrlConfigs"}


def declared(operation):
    """The IAM actions that an operation names."""
    shown = subprocess.run([command(), "operations", "show", operation, "--json"], capture_output=True, check=True)
    return json.loads(shown.stdout)["Actions"]


def denied(member, action):
    statement = {"Effect": "Deny", "Action": action, "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    member.filling("iam").put_role_policy(RoleName=ROLE, PolicyName="trial", PolicyDocument=document)


def allowed(member):
    member.filling("iam").delete_role_policy(RoleName=ROLE, PolicyName="trial")


def says(rows, failed, action):
    """Whether the answer names the action, or has the refusal in a cell."""
    cells = (cell for row in rows for cell in row.values())
    return "not authorized" in failed and action in failed or "denied" in cells


def say_nothing(member, folder, operation, run):
    """The declared actions without which the answer does not tell that one is missing."""
    silent = []
    for action in declared(operation):
        denied(member, action)
        rows, failed = run(folder / f"{operation}-{action.replace(':', '-')}")
        allowed(member)
        if not says(rows, failed, action):
            silent.append(action)
    return silent


def problems(silent):
    """What is wrong, where `silent` has the actions that were taken away unnoticed, by operation."""
    unnoticed = {action for actions in silent.values() for action in actions}
    for operation, actions in silent.items():
        yield from (f"{operation} without {action}: nothing is said" for action in actions if action not in NOT_ENFORCED)
    yield from (f"{action} is enforced now: take it out of NOT_ENFORCED" for action in sorted(NOT_ENFORCED - unnoticed))
