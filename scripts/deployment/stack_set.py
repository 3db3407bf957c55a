"""How far the StackSet of the member roles has come. Its stack is CREATE_COMPLETE even where every account failed, because
one account that fails must not stop the others."""

from deployment import aws

# An account that is closed runs nothing, and no run asks it.
SUSPENDED = "SKIPPED_SUSPENDED_ACCOUNT"


def instances(name):
    return aws.look("cloudformation", "list-stack-instances", "--stack-set-name", name)["Summaries"]


def detail(instance):
    return instance.get("StackInstanceStatus", {}).get("DetailedStatus", "")


def is_reached(instance):
    return instance["Status"] == "CURRENT" and detail(instance) in ("SUCCEEDED", "")


def unreached(summaries):
    """The instances whose account has no member role, or not this one."""
    return [one for one in summaries if not is_reached(one) and detail(one) != SUSPENDED]


def line(instance):
    status = detail(instance) or instance["Status"]
    return f"  {instance['Account']} in {instance['Region']}: {status}: {instance.get('StatusReason') or 'no reason given'}"


def report(name, summaries):
    """What to tell a person, and whether every account was reached."""
    missing = unreached(summaries)
    reached = sum(map(is_reached, summaries))
    if missing:
        return [
            f"The StackSet {name} has reached {reached} of {reached + len(missing)} accounts. Not these:",
            *map(line, missing),
            'Targets there will be FAILED AssumeRoleDenied: docs/runbook.md, "A half-deployed StackSet".',
        ], False
    if not reached:
        return [
            f"The StackSet {name} has reached no account. Are there active accounts under TARGETS, other than the management"
            " account, and is trusted access on (aws cloudformation activate-organizations-access)?"
        ], False
    return [f"The member roles are in {reached} accounts, by the StackSet {name}."], True
