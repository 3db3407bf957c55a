"""Deploy, update, run and delete as the README says, against the emulator.

Does what a new user does and nothing besides: the make targets with an AWS CLI, an empty account and a filled dist/.
Says by name which resource types the emulator does not have.
"""

import datetime
import json
import os
import re
import shlex
import subprocess
import sys

from emulator import ROOT, Emulator, wait_for

NOT_EMULATED = {
    "operator": ["AWS::Chatbot::SlackChannelConfiguration"],
    "management": ["AWS::CloudFormation::StackSet", "AWS::Organizations::ResourcePolicy"],
}


class User:
    """Someone with an AWS CLI and credentials."""

    def __init__(self, endpoint):
        self.environment = {
            "PATH": f"{ROOT / '.venv/awscli/bin'}:{os.environ['PATH']}",
            "HOME": os.environ.get("HOME", "/"),
            "AWS_ENDPOINT_URL": endpoint,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_REGION": "eu-west-1",
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

    def aws(self, *arguments):
        ran = subprocess.run(
            ["aws", *arguments, "--region", "eu-west-1", "--output", "json"],
            env=self.environment, text=True, capture_output=True, check=False,
        )
        if ran.returncode != 0:
            sys.exit(f"aws {shlex.join(arguments)}: {ran.stderr}")
        return json.loads(ran.stdout) if ran.stdout.strip() else None

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


def trial(user):
    names_all(user.make("deploy", fails=True), ["CODE_BUCKET=", "ORGANIZATION_ID=", "EXTERNAL_ID="])
    named = ["OPERATION_ACCOUNT_ID=", "WORKER_ROLE_ARN=", "ORGANIZATION_ID=", "EXTERNAL_ID=", "TEMPLATE_BUCKET=", "TARGETS="]
    names_all(user.make("deploy-management", fails=True), named)
    step("what is missing is said at once, before anything starts")

    organization = user.aws("organizations", "describe-organization")["Organization"]["Id"]
    deploy = ["deploy", "CODE_BUCKET=trial-code", f"ORGANIZATION_ID={organization}", "EXTERNAL_ID=trial-external-id"]
    printed = user.make(*deploy, "PARAMETERS=TargetRegions=eu-west-1")
    outputs = user.outputs("org-operator")
    machine = outputs["StateMachineArn"]
    step("make deploy: the operation account's stack is there")

    # The command that it prints, with the two values that a person fills in.
    command = re.search(r"make (deploy-management.*?)TEMPLATE_BUCKET=", printed, re.DOTALL)
    arguments = shlex.split(command.group(1).replace("\\\n", " "))
    management = [*arguments, "TEMPLATE_BUCKET=trial-templates"]
    own = user.make(*management, "TARGETS=none", "PARAMETERS=IncludeManagementAccount=true")
    expect("OwnMemberRolesStack" in own, own)
    step("make deploy-management, as make deploy prints it: the management account has its member role")

    request = {"Accounts": {"IncludeManagementAccount": True}}
    result = user.run(machine, request)
    expect(result.get("Status") == "COMPLETE" and result.get("Targets") == 1, f"the first run: {result}")
    step("a run ends COMPLETE")

    soon = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=20)
    schedule = f"'ScheduleExpression=at({soon:%Y-%m-%dT%H:%M:%S})'"
    user.make(*deploy, f"PARAMETERS=TargetRegions=eu-west-1,us-east-1 {schedule}")
    for function in ("FanoutFunction", "WorkerFunction", "ResultHandlerFunction"):
        versions = user.versions(outputs[function])
        expect(versions == ["1", "2"], f"after an update {function} has the versions {versions}")
    result = user.run(machine, request)
    expect(result.get("Targets") == 2, f"the run after the update: {result}")
    step("an update reaches the next run; the versions before it stay")

    def scheduled():
        listed = user.aws("stepfunctions", "list-executions", "--state-machine-arn", machine)["executions"]
        return len(listed) > 2 and listed

    started = wait_for("the scheduled execution", scheduled, 90)
    execution = user.aws("stepfunctions", "describe-execution", "--execution-arn", started[0]["executionArn"])
    expect(execution["input"] == "{}", f"the schedule's input: {execution['input']}")
    step("the schedule's own target and input start an execution")

    slack = "PARAMETERS=SlackWorkspaceId=T0123456789 SlackChannelId=C0123456789"
    names_all(user.make(*deploy, slack, fails=True), NOT_EMULATED["operator"])
    elsewhere = [*management, "OPERATION_ACCOUNT_ID=111111111111", "TARGETS=r-ab12,ou-ab12-cdefgh34"]
    names_all(user.make(*elsewhere, fails=True), NOT_EMULATED["management"])
    for template, types in NOT_EMULATED.items():
        step(f"not emulated, held to CloudFormation's schemas only: {', '.join(types)} of {template}.yaml")

    user.make("undeploy-management")
    said = user.make("undeploy")
    names_all(said, [outputs["ResultsBucket"], "trial-code"])
    buckets = {bucket["Name"] for bucket in user.aws("s3api", "list-buckets")["Buckets"]}
    expect(outputs["ResultsBucket"] in buckets, "undeploy deleted the results")
    stacks = user.aws("cloudformation", "describe-stacks")["Stacks"]
    left = [stack["StackName"] for stack in stacks if stack["StackStatus"] != "DELETE_COMPLETE"]
    expect(not left, f"undeploy left the stacks {left}")
    step("make undeploy-management, make undeploy: the stacks are gone, the results stay and are named")


def main():
    print("deploying as a new user would, against the emulator")
    with Emulator() as emulator:
        trial(User(emulator.endpoint))
    return 0


sys.exit(main())
