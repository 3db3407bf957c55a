"""The management account's part of the deployment trial: the delegation policy, the StackSet, and the blocks by hand."""

import json
import re
import shlex
import subprocess

from emulator import ROOT
from front import STAND_IN, statement
from trial_user import REGION, expect, names_all, step

NOT_EMULATED = ["AWS::CloudFormation::StackSet", "AWS::Organizations::ResourcePolicy"]
TARGETS = "TARGETS=r-ab12,ou-ab12-cdefgh34"


def printed_command(printed):
    """The command for the management account, with the two values that a person fills in."""
    command = re.search(r"make (deploy-management.*?)TEMPLATE_BUCKET=", printed, re.DOTALL)
    return [*shlex.split(command.group(1).replace("\\\n", " ")), "TEMPLATE_BUCKET=trial-templates", "TARGETS=none"]


def trial(user, front, management):
    elsewhere = [*management, "OPERATION_ACCOUNT_ID=222222222222", TARGETS]
    names_all(user.lacks("management.yaml"), NOT_EMULATED)
    step(f"not emulated, held to CloudFormation's schemas only: {', '.join(NOT_EMULATED)} of management.yaml")
    stack_set(user, front, [*management, TARGETS])
    delegation(user, front, management, elsewhere)


def instance(account, detail, reason=""):
    status = "CURRENT" if detail == "SUCCEEDED" else "OUTDATED"
    return {"Account": account, "Region": "eu-west-1", "Status": status, "DetailedStatus": detail, "StatusReason": reason}


def stack_set(user, front, command):
    """A StackSet whose stack is there, whatever its instances are."""
    front.replaced["AWS::CloudFormation::StackSet"] = STAND_IN
    front.instances = []
    names_all(user.make(*command, fails=True), ["has reached no account", "activate-organizations-access"])
    front.instances = [
        instance("111111111111", "SUCCEEDED"),
        instance("333333333333", "SKIPPED_SUSPENDED_ACCOUNT"),
        instance("444444444444", "FAILED", "operation-readonly already exists"),
    ]
    said = user.make(*command, fails=True)
    names_all(said, ["1 of 2 accounts", "444444444444", "FAILED", "operation-readonly already exists"])
    expect("111111111111" not in said and "333333333333" not in said, f"an account that needs nothing is named:\n{said}")
    front.instances.pop()
    names_all(user.make(*command), ["The member roles are in 1 accounts"])
    del front.replaced["AWS::CloudFormation::StackSet"]
    step("a StackSet that reached nobody, or not everybody, is no success, and says who lacks the role")


def reader(user, front, management):
    """A person's role enters beside the worker: with the external id, and alone. To the emulator no other account is one of
    the organization, so it is in this one."""
    iam, sts = user.client("iam"), user.client("sts")
    arns = {name: role_that_may_assume(iam, name) for name in ("Audit", "Another")}
    user.make(*management, f"PARAMETERS=IncludeManagementAccount=true ReaderPrincipalArn={arns['Audit']}")
    external_id = user.parameters("org-operator-management")["ExternalId"]
    audit, another = (assumed(sts, arn) for arn in arns.values())
    entered = enter(user, front, audit, ExternalId=external_id)
    expect(entered == "", f"the reader cannot enter: {entered}")
    for session, given, who in [
        (audit, {}, "the reader without the external id"),
        (audit, {"ExternalId": "wrong"}, "the reader with another external id"),
        (another, {"ExternalId": external_id}, "another role of the same account"),
    ]:
        refused = enter(user, front, session, **given)
        expect(refused == "AccessDenied", f"{who}: {refused or 'entered'}")
    user.make(*management, "PARAMETERS=ReaderPrincipalArn=")
    expect(enter(user, front, audit, ExternalId=external_id) == "AccessDenied", "the reader enters after it was taken away")
    step("ReaderPrincipalArn enters the member roles with the external id, and nobody else does")


def role_that_may_assume(iam, name):
    anyone = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}
    everything = {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"}
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=policy(anyone))["Role"]
    iam.put_role_policy(RoleName=name, PolicyName="assume", PolicyDocument=policy(everything))
    return role["Arn"]


def policy(statement):
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def assumed(sts, arn, **given):
    answer = sts.assume_role(RoleArn=arn, RoleSessionName="trial", **given)["Credentials"]
    return {
        "aws_access_key_id": answer["AccessKeyId"],
        "aws_secret_access_key": answer["SecretAccessKey"],
        "aws_session_token": answer["SessionToken"],
    }


def enter(user, front, session, **given):
    """The error code of assuming the member role, or an empty string."""
    sts = user.session.create_client("sts", REGION, endpoint_url=front.endpoint, **session)
    try:
        assumed(sts, "arn:aws:iam::000000000000:role/operation-readonly", **given)
    except sts.exceptions.ClientError as error:
        return error.response["Error"]["Code"]
    return ""


def delegation(user, front, management, elsewhere):
    """One policy for the organization: of ours alone, of others too."""
    ours, others = statement("OrgOperatorReadsTheOrganization"), statement("BackupTeam")
    front.policy = {"Statement": [ours]}
    names_all(user.make(*elsewhere, fails=True), ["nothing was deployed", "DelegateOrganization=false"])
    front.policy = {"Statement": [ours, others]}
    front.made_by_stack = True
    names_all(user.make(*elsewhere, fails=True), ["nothing was deployed", "BackupTeam", "DelegateOrganization=false"])
    names_all(user.make("undeploy-management"), ["BackupTeam", "OrgOperatorReadsTheOrganization"])
    expect(front.policy == {"Statement": [ours, others]}, "undeploy took another team's statement away")
    front.made_by_stack = False
    user.make(*management)
    front.policy, front.made_by_stack = {"Statement": [ours]}, True
    user.make("undeploy-management")
    expect(front.policy is None, "undeploy left a policy that has nobody else's statement")
    front.made_by_stack = False
    step("a delegation policy with statements of others is neither overwritten nor deleted; one of ours alone is deleted")


def blocks():
    """The document's own blocks by hand."""
    document = (ROOT / "docs" / "deploy.md").read_text(encoding="utf-8")
    section = document.split("## By hand", 1)[1].split("\n## ", 1)[0]
    found = re.findall(r"^```sh\n(.*?)^```", section, re.DOTALL | re.MULTILINE)
    expect(len(found) == 5, f"docs/deploy.md has {len(found)} blocks by hand, not 5")
    return found


def by_hand(user, organization, request):
    """The document's own blocks, with the variables that it names."""
    deploy, observability, management, back_management, back = blocks()
    shared = {"ORGANIZATION_ID": organization, "EXTERNAL_ID": "by-hand"}
    user.shell(deploy, CODE_BUCKET="by-hand-code", **shared)
    outputs = user.outputs("org-operator")
    result = user.run(outputs["StateMachineArn"], request | {"Regions": ["eu-west-1"]})[1]
    expect(result.get("Targets") == 1, f"the stack of operator.yaml alone: {result}")
    user.shell(observability, CODE_BUCKET="by-hand-code")
    expect(user.parameters("org-operator-observability")["WorkerFunction"] == outputs["WorkerFunction"], "the alarms watch another")
    given = shared | {
        "TEMPLATE_BUCKET": "by-hand-templates",
        "WORKER_ROLE_ARN": outputs["ReadOnlyWorkerRoleArn"],
        "OPERATION_ACCOUNT_ID": "000000000000",
        # No StackSet and no delegation: the emulator has neither.
        "TARGETS": " DelegateOrganization=false IncludeManagementAccount=true",
    }
    key = member_roles_where_the_emulator_looks(user)
    user.shell(management, **given)
    user.client("s3").head_object(Bucket="by-hand-templates", Key=f"org-operator/{key}")
    address = user.parameters("org-operator-management")["MemberRolesTemplateUrl"]
    expect(address == f"https://by-hand-templates.s3.eu-west-1.amazonaws.com/org-operator/{key}", address)
    result = user.run(outputs["StateMachineArn"], request | {"Regions": ["eu-west-1"]})[1]
    expect(result.get("Status") == "COMPLETE", f"the run by hand: {result}")
    # Where nothing has changed, nothing is changed, and nothing fails.
    user.shell(deploy, CODE_BUCKET="by-hand-code", **shared)
    user.shell(observability, CODE_BUCKET="by-hand-code")
    user.shell(back_management)
    user.shell(back)
    expect(not user.stacks(), f"by hand back again left the stacks {user.stacks()}")
    step("by hand, the blocks as they stand in docs/deploy.md: operator.yaml alone, then the rest, and back again")


def member_roles_where_the_emulator_looks(user):
    """The emulator takes the first folder of an address for the bucket, wherever the bucket stands."""
    template = (ROOT / "cloudformation" / "member-roles.yaml").read_bytes()
    number = subprocess.run(["cksum"], input=template, capture_output=True, check=True).stdout.split()[0].decode()
    key = f"{number}/member-roles.yaml"
    s3 = user.client("s3")
    s3.create_bucket(Bucket="org-operator", CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_object(Bucket="org-operator", Key=key, Body=template)
    return key
