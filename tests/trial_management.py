"""The management account's part of the deployment trial: the delegation policy, the StackSet, and the blocks by hand."""

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
