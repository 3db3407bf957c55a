"""`make deploy-management`: the management account's stack, with the delegation policy and the StackSet of the member roles."""

import os
import pathlib
import zlib

from deployment import aws, bucket, delegation, parameters, regions, stack, stack_set
from deployment.inputs import Inputs

MEMBER_ROLES = pathlib.Path("cloudformation/member-roles.yaml")
VARIABLES = {
    "OperationAccountId": "OPERATION_ACCOUNT_ID",
    "ReadOnlyWorkerRoleArn": "WORKER_ROLE_ARN",
    "OrganizationId": "ORGANIZATION_ID",
    "ExternalId": "EXTERNAL_ID",
    "TargetOrganizationalUnitIds": "TARGETS",
    "MemberRolesTemplateUrl": "TEMPLATE_BUCKET",
}


def read_inputs(inputs, now):
    for name in ("OperationAccountId", "ReadOnlyWorkerRoleArn", "OrganizationId", "ExternalId"):
        inputs.keep(VARIABLES[name], now.get(name))
    inputs.need("OPERATION_ACCOUNT_ID", "the account with operator.yaml; make deploy prints it")
    inputs.need("WORKER_ROLE_ARN", "operator.yaml's output ReadOnlyWorkerRoleArn; make deploy prints it")
    inputs.need("ORGANIZATION_ID", "o-..., as in make deploy")
    inputs.need("EXTERNAL_ID", "as in make deploy")
    inputs.need_bucket(
        "TEMPLATE_BUCKET", "an S3 bucket of the management account for the templates; it is made where it is not there"
    )
    inputs.need("TARGETS", "the root or OUs that get member roles, from: aws organizations list-roots; none for no StackSet")
    inputs.refuse_another_external_id(now.get("ExternalId"))
    inputs.read_parameters(parameters.of_template("management.yaml"), VARIABLES)


def delegates(inputs, now, account):
    """Whether the stack has the delegation policy: who said false once need not say it again."""
    if inputs.parameters.get("DelegateOrganization"):
        return inputs.parameters["DelegateOrganization"] != "false"
    # The management account needs no delegation to itself.
    if account == inputs["OPERATION_ACCOUNT_ID"]:
        return False
    same = now.get("OperationAccountId") == inputs["OPERATION_ACCOUNT_ID"]
    return not (same and now.get("DelegateOrganization") == "false")


def template_key():
    """Another template, another address: CloudFormation sees an update of the StackSet only by it."""
    return f"org-operator/{zlib.crc32(MEMBER_ROLES.read_bytes()):08x}/{MEMBER_ROLES.name}"


def deploy():
    inputs = Inputs()
    inputs.need_cli()
    region = inputs.need_region()
    inputs.refuse_opt_in_region(region)
    before = stack.read(inputs["MANAGEMENT_STACK"])
    read_inputs(inputs, before.parameters)
    inputs.problems += filter(None, [before.obstacle(inputs.says("REPLACE_FAILED"))])
    inputs.refuse()
    account = aws.account()
    delegating = delegates(inputs, before.parameters, account)
    if delegating:
        delegation.refuse_others(before.name)
    after = deploy_stack(inputs, before, account, region, delegating)
    print("\nOutputs:", *(f"  {name}\t{value}" for name, value in after.outputs.items()), sep="\n")
    return say_how_far(after)


def deploy_stack(inputs, before, account, region, delegating):
    name, key = inputs["TEMPLATE_BUCKET"], template_key()
    bucket.ensure(name, account)
    bucket.put(name, account, key, MEMBER_ROLES)
    given = {parameter: inputs[variable] for parameter, variable in VARIABLES.items()} | {
        "TargetOrganizationalUnitIds": "" if inputs["TARGETS"] == "none" else inputs["TARGETS"],
        "MemberRolesTemplateUrl": regions.object_address(name, key, region, os.environ.get("AWS_ENDPOINT_URL", "")),
        "DelegateOrganization": "true" if delegating else "false",
    }
    stack.deploy(before, "management.yaml", name, inputs.parameters | given)
    return stack.read(before.name)


def say_how_far(after):
    """Whether the StackSet has reached every account; there may be none."""
    name = after.outputs.get("MemberRolesStackSet")
    if not name:
        return True
    lines, whole = stack_set.report(name, stack_set.instances(name))
    print("", *lines, sep="\n")
    return whole


def undeploy():
    inputs = Inputs()
    inputs.need_cli()
    inputs.need_region()
    before = stack.read(inputs["MANAGEMENT_STACK"])
    if not before.exists:
        print(f"there is no stack {before.name}: nothing was done")
        return
    # The stack lets the policy be, for the sake of others: it is one for the whole organization.
    delegated = delegation.is_of_stack(before.name)
    stack.delete(before.name)
    left = delegation.take_back() if delegated else ""
    print("\nWhat stays: the templates in the bucket that was named in TEMPLATE_BUCKET. Member roles are gone.")
    if left:
        print(
            f"  And the organization's delegation policy, because {left}. It still lets the operation account list the\n"
            f"  organization: take the statement {delegation.OURS} out of it (aws organizations describe-resource-policy,\n"
            "  put-resource-policy)."
        )
