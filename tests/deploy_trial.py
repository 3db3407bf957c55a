"""Deploy, update, run and delete as the README says, against the emulator.

Does what a new user does and nothing besides: the make targets, and then the README's own blocks by hand, with an AWS
CLI, an empty account and a filled dist/. Says by name which resource types the emulator does not have; what else it
lacks is answered by front.py.
"""

import datetime
import json
import os
import re
import shlex
import subprocess
import sys

from emulator import ROOT, Emulator, wait_for
from front import Front, statement

NOT_EMULATED = {
    "operator": ["AWS::Chatbot::SlackChannelConfiguration"],
    "management": ["AWS::CloudFormation::StackSet", "AWS::Organizations::ResourcePolicy"],
}


class User:
    """Someone with an AWS CLI and credentials."""

    def __init__(self, endpoint, account="test"):
        self.environment = {
            "PATH": f"{ROOT / '.venv/awscli/bin'}:{os.environ['PATH']}",
            "HOME": os.environ.get("HOME", "/"),
            "AWS_ENDPOINT_URL": endpoint,
            "AWS_ACCESS_KEY_ID": account,
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_REGION": "eu-west-1",
            "AWS_DEFAULT_REGION": "eu-west-1",
            "AWS_PAGER": "",
        }

    def make(self, *arguments, fails=False):
        ran = subprocess.run(
            ["make", "--no-print-directory", *arguments],
            cwd=ROOT, env=self.environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
        )
        if (ran.returncode != 0) != fails:
            sys.exit(f"make {shlex.join(arguments)}: exit {ran.returncode}\n{ran.stdout}")
        return ran.stdout

    def shell(self, block, **variables):
        """A block of the README, as someone types it who stops where a line fails."""
        ran = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", block],
            cwd=ROOT, env=self.environment | variables, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
        )
        expect(ran.returncode == 0, f"{block}\nexit {ran.returncode}\n{ran.stdout}")
        return ran.stdout

    def aws(self, *arguments):
        ran = subprocess.run(
            ["aws", *arguments, "--region", "eu-west-1", "--output", "json"],
            env=self.environment, text=True, capture_output=True, check=False,
        )
        if ran.returncode != 0:
            sys.exit(f"aws {shlex.join(arguments)}: {ran.stderr}")
        return json.loads(ran.stdout) if ran.stdout.lstrip().startswith("{") else None

    def run(self, machine, request):
        start = ["stepfunctions", "start-execution", "--state-machine-arn", machine, "--input", json.dumps(request)]
        arn = self.aws(*start)["executionArn"]

        def ended():
            execution = self.aws("stepfunctions", "describe-execution", "--execution-arn", arn)
            return execution if execution["status"] != "RUNNING" else None

        return json.loads(wait_for("the execution", ended, 60).get("output") or "{}")

    def outputs(self, stack):
        described = self.aws("cloudformation", "describe-stacks", "--stack-name", stack)["Stacks"][0]
        return {output["OutputKey"]: output["OutputValue"] for output in described["Outputs"]}

    def parameters(self, stack):
        described = self.aws("cloudformation", "describe-stacks", "--stack-name", stack)["Stacks"][0]
        return {given["ParameterKey"]: given["ParameterValue"] for given in described["Parameters"]}

    def stacks(self):
        listed = self.aws("cloudformation", "describe-stacks")["Stacks"]
        return [stack["StackName"] for stack in listed if stack["StackStatus"] != "DELETE_COMPLETE"]

    def buckets(self):
        return {bucket["Name"] for bucket in self.aws("s3api", "list-buckets")["Buckets"]}

    def roles(self):
        return {role["RoleName"] for role in self.aws("iam", "list-roles")["Roles"]}

    def versions(self, function):
        listed = self.aws("lambda", "list-versions-by-function", "--function-name", function)["Versions"]
        return [version["Version"] for version in listed if version["Version"] != "$LATEST"]


def expect(holds, problem):
    if not holds:
        sys.exit(problem)


def step(text):
    print(f"  {text}", flush=True)


def names_all(output, names):
    for name in names:
        expect(name in output, f"{name} is not named in:\n{output}")


# What `make deploy` is given, and the run that shows whether it works.
REQUEST = {"Accounts": {"IncludeManagementAccount": True}}


def refusals(user):
    names_all(user.make("deploy", "CODE_BUCKET=YOUR-BUCKET", fails=True), ["CODE_BUCKET=", "ORGANIZATION_ID="])
    named = ["OPERATION_ACCOUNT_ID=", "WORKER_ROLE_ARN=", "ORGANIZATION_ID=", "EXTERNAL_ID=", "TEMPLATE_BUCKET=", "TARGETS="]
    names_all(user.make("deploy-management", fails=True), named)
    expect(not user.buckets() and not user.stacks(), "something was made before all was given")
    step("what is missing is said at once, before anything starts")


def foreign_bucket(user, front, organization):
    """Somebody has a bucket of that name and lets everyone use it, in order to give out code of their own."""
    stranger = User(front.endpoint, "111111111111")
    stranger.aws("s3api", "create-bucket", "--bucket", "foreign", "--create-bucket-configuration", "LocationConstraint=eu-west-1")
    everything = {"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": ["arn:aws:s3:::foreign", "arn:aws:s3:::foreign/*"]}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [everything]})
    stranger.aws("s3api", "delete-public-access-block", "--bucket", "foreign")
    stranger.aws("s3api", "put-bucket-policy", "--bucket", "foreign", "--policy", policy)
    user.aws("s3api", "head-bucket", "--bucket", "foreign")
    front.owners["foreign"] = "111111111111"
    said = user.make("deploy", "CODE_BUCKET=foreign", f"ORGANIZATION_ID={organization}", fails=True)
    names_all(said, ["s3://foreign is not a bucket of account"])
    expect(not stranger.aws("s3api", "list-objects-v2", "--bucket", "foreign").get("Contents"), "packages lie in it")
    expect(not user.stacks(), "a stack was made from a foreign bucket")
    step("a bucket of another account is refused, even an open one")


def broken_stack(user, deploy):
    """What the emulator does not have, and that a stack which cannot be made leaves nothing."""
    slack = "PARAMETERS=SlackWorkspaceId=T0123456789 SlackChannelId=C0123456789"
    names_all(user.make(*deploy, "STACK=broken", slack, fails=True), NOT_EMULATED["operator"])
    expect(user.buckets() == {"trial-code"}, f"a stack that could not be made left buckets: {user.buckets()}")
    user.aws("cloudformation", "delete-stack", "--stack-name", "broken")
    step("a stack that cannot be made leaves no bucket behind")


def printed_command(printed):
    """The command for the management account, with the two values that a person fills in."""
    command = re.search(r"make (deploy-management.*?)TEMPLATE_BUCKET=", printed, re.DOTALL)
    return [*shlex.split(command.group(1).replace("\\\n", " ")), "TEMPLATE_BUCKET=trial-templates", "TARGETS=none"]


def expect_run(user, machine, targets):
    result = user.run(machine, REQUEST)
    expect(result.get("Status") == "COMPLETE" and result.get("Targets") == targets, f"the run: {result}")


def first_deployment(user, deploy):
    printed = user.make(*deploy, "PARAMETERS=TargetRegions=eu-west-1")
    outputs = user.outputs("org-operator")
    step("make deploy: the operation account's stack is there")
    management = printed_command(printed)
    own = user.make(*management, "PARAMETERS=IncludeManagementAccount=true")
    expect("OwnMemberRolesStack" in own, own)
    step("make deploy-management, as make deploy prints it: the management account has its member role")
    expect_run(user, outputs["StateMachineArn"], 1)
    step("a run ends COMPLETE")
    return outputs, management


def repeated(user, deploy, management):
    """The same commands again, with no more than a person remembers."""
    before = [user.parameters("org-operator"), user.parameters("org-operator-management")]
    user.make("deploy")
    user.make("deploy-management", "TEMPLATE_BUCKET=trial-templates", "TARGETS=none")
    after = [user.parameters("org-operator"), user.parameters("org-operator-management")]
    expect(before == after, f"the same commands changed {before} to {after}")
    another = "EXTERNAL_ID=another-external-id"
    names_all(user.make(*deploy, another, fails=True), ["CHANGE_EXTERNAL_ID=1"])
    names_all(user.make(*management, another, fails=True), ["CHANGE_EXTERNAL_ID=1"])
    expect(user.parameters("org-operator") == before[0], "a refused command changed the stack")
    step("the same commands again change nothing, and another external id is refused")


def updates(user, deploy, outputs):
    """Each stack with other parameters, member-roles.yaml among them."""
    given = ["EXTERNAL_ID=another-external-id", "CHANGE_EXTERNAL_ID=1", "PARAMETERS=EnableAdminOperations=true"]
    management = printed_command(user.make(*deploy, *given))
    expect("operation-admin" not in user.roles(), "there is an admin role that nobody asked for")
    user.make(*management)
    expect("operation-admin" in user.roles(), "the update of member-roles.yaml made no admin role")
    expect_run(user, outputs["StateMachineArn"], 1)
    step("another external id and an admin worker: all three stacks are updated, and a run ends COMPLETE")

    soon = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=20)
    schedule = f"'ScheduleExpression=at({soon:%Y-%m-%dT%H:%M:%S})'"
    user.make("deploy", f"PARAMETERS=TargetRegions=eu-west-1,us-east-1 StateMachineLogLevel=OFF {schedule}")
    for function in ("FanoutFunction", "WorkerFunction", "ResultHandlerFunction"):
        versions = user.versions(outputs[function])
        expect(versions == ["1", "2", "3"], f"after two updates {function} has the versions {versions}")
    expect_run(user, outputs["StateMachineArn"], 2)
    step("an update reaches the next run; the versions before it stay")

    machine = user.aws("stepfunctions", "describe-state-machine", "--state-machine-arn", outputs["StateMachineArn"])
    expect(not machine["loggingConfiguration"].get("destinations"), "it logs nothing, and yet has a destination")

    user.make("deploy", "PARAMETERS=TargetRegions=")
    fanout = user.aws("lambda", "get-function-configuration", "--function-name", outputs["FanoutFunction"])
    regions = fanout["Environment"]["Variables"]["TARGET_REGIONS"].split(",")
    expect(len(regions) == 17 and "eu-west-1" in regions, f"without TargetRegions it is {regions}")
    step("without TargetRegions it is the partition's own")

    def scheduled():
        listed = user.aws("stepfunctions", "list-executions", "--state-machine-arn", outputs["StateMachineArn"])["executions"]
        return len(listed) > 3 and listed

    arns = [execution["executionArn"] for execution in wait_for("the scheduled execution", scheduled, 90)]
    inputs = [user.aws("stepfunctions", "describe-execution", "--execution-arn", arn)["input"] for arn in arns]
    expect("{}" in inputs, f"the schedule's input is among {inputs}")
    step("the schedule's own target and input start an execution")
    return management


def delegation(user, front, management):
    """One policy for the organization: of ours alone, of others too."""
    elsewhere = [*management, "OPERATION_ACCOUNT_ID=222222222222", "TARGETS=r-ab12,ou-ab12-cdefgh34"]
    names_all(user.make(*elsewhere, fails=True), NOT_EMULATED["management"])
    for template, types in NOT_EMULATED.items():
        step(f"not emulated, held to CloudFormation's schemas only: {', '.join(types)} of {template}.yaml")

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


def undeployed(user, outputs):
    said = user.make("undeploy")
    names_all(said, [outputs["ResultsBucket"], "trial-code"])
    expect(outputs["ResultsBucket"] in user.buckets(), "undeploy deleted the results")
    expect(not user.stacks(), f"undeploy left the stacks {user.stacks()}")
    step("make undeploy-management, make undeploy: the stacks are gone, the results stay and are named")


def by_hand(user, organization):
    """The README's own blocks, with the variables that it names."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    section = readme.split("### By hand", 1)[1].split("\n## ", 1)[0]
    blocks = re.findall(r"^```sh\n(.*?)^```", section, re.DOTALL | re.MULTILINE)
    expect(len(blocks) == 4, f"the README has {len(blocks)} blocks by hand, not 4")
    deploy, management, back_management, back = blocks
    shared = {"ORGANIZATION_ID": organization, "EXTERNAL_ID": "by-hand"}
    user.shell(deploy, CODE_BUCKET="by-hand-code", **shared)
    outputs = user.outputs("org-operator")
    given = shared | {
        "TEMPLATE_BUCKET": "by-hand-templates",
        "WORKER_ROLE_ARN": outputs["ReadOnlyWorkerRoleArn"],
        "OPERATION_ACCOUNT_ID": "000000000000",
        # No StackSet and no delegation: the emulator has neither.
        "TARGETS": " DelegateOrganization=false IncludeManagementAccount=true",
    }
    # The emulator takes the first folder of an address for the bucket, wherever the bucket stands.
    template = str(ROOT / "cloudformation" / "member-roles.yaml")
    number = subprocess.run(["cksum"], stdin=open(template, "rb"), capture_output=True, check=True).stdout.split()[0].decode()
    key = f"{number}/member-roles.yaml"
    user.aws("s3", "mb", "s3://org-operator")
    user.aws("s3api", "put-object", "--bucket", "org-operator", "--key", key, "--body", template)
    user.shell(management, **given)
    user.aws("s3api", "head-object", "--bucket", "by-hand-templates", "--key", f"org-operator/{key}")
    address = user.parameters("org-operator-management")["MemberRolesTemplateUrl"]
    expect(address == f"https://by-hand-templates.s3.eu-west-1.amazonaws.com/org-operator/{key}", address)
    result = user.run(outputs["StateMachineArn"], REQUEST | {"Regions": ["eu-west-1"]})
    expect(result.get("Status") == "COMPLETE", f"the run by hand: {result}")
    # Where nothing has changed, nothing is changed, and nothing fails.
    user.shell(deploy, CODE_BUCKET="by-hand-code", **shared)
    user.shell(back_management)
    user.shell(back)
    expect(not user.stacks(), f"by hand back again left the stacks {user.stacks()}")
    step("by hand, the README's blocks as they stand there: deployed, run, and back again")


def trial(user, front):
    organization = user.aws("organizations", "describe-organization")["Organization"]["Id"]
    deploy = ["deploy", "CODE_BUCKET=trial-code", f"ORGANIZATION_ID={organization}"]
    refusals(user)
    foreign_bucket(user, front, organization)
    broken_stack(user, deploy)
    outputs, management = first_deployment(user, deploy)
    repeated(user, deploy, management)
    delegation(user, front, updates(user, deploy, outputs))
    undeployed(user, outputs)
    by_hand(user, organization)


def main():
    print("deploying as a new user would, against the emulator")
    with Emulator() as emulator, Front(emulator.endpoint) as front:
        trial(User(front.endpoint), front)
    return 0


sys.exit(main())
