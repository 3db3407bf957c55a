"""The one delegation policy of the organization, which other teams may use too."""

import json

from deployment import aws
from deployment.inputs import Refused

OURS = "OrgOperatorReadsTheOrganization"
BY_HAND = f"say PARAMETERS=DelegateOrganization=false, and let the policy have management.yaml's statement {OURS}"


def read():
    """The policy, or an empty string where there is none."""
    try:
        return aws.look("organizations", "describe-resource-policy")["ResourcePolicy"]["Content"]
    except aws.AwsError as error:
        if error.code == "ResourcePolicyNotFoundException":
            return ""
        raise


def others(policy):
    """The names of the statements in it that are not ours."""
    statements = json.loads(policy or "{}").get("Statement", [])
    statements = statements if isinstance(statements, list) else [statements]
    names = [statement.get("Sid", "one without Sid") for statement in statements]
    return [name for name in names if name != OURS]


def is_of_stack(name):
    try:
        aws.look("cloudformation", "describe-stack-resource", "--stack-name", name, "--logical-resource-id", "Delegation")
    except aws.AwsError:
        return False
    return True


def refuse_others(stack):
    """CloudFormation makes the policy only where there is none, but an update writes it whole, over what others added."""
    try:
        policy = read()
    except aws.AwsError as error:
        # Where there is one, CloudFormation refuses to make another.
        if not is_of_stack(stack):
            return
        raise Refused(
            [f"the organization's delegation policy cannot be read, so an update could overwrite statements of others: {error}"]
        ) from error
    if not policy:
        return
    names = ", ".join(others(policy))
    if names:
        raise Refused([f"the organization has one delegation policy, and it has statements of others ({names}): {BY_HAND}"])
    if not is_of_stack(stack):
        raise Refused([
            "the organization has a delegation policy with our statement only, which another stack made or left: delete it"
            f" (aws organizations delete-resource-policy), or {BY_HAND}"
        ])  # fmt: skip


def take_back():
    """Deletes the policy where it has our statement only. Returns why it was left, or an empty string."""
    try:
        policy = read()
    except aws.AwsError as error:
        return f"it could not be read: {error}"
    names = ", ".join(others(policy))
    if names:
        return f"it has statements of others: {names}"
    if policy:
        aws.change("organizations", "delete-resource-policy")
    return ""
