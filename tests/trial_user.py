"""Someone with a shell, an AWS CLI and credentials, who deploys as docs/deploy.md says."""

import json
import os
import shlex
import subprocess
import sys
import time

import botocore.session
from emulator import ROOT, wait_for

REGION = "eu-west-1"


def expect(holds, problem):
    if not holds:
        sys.exit(problem)


began = time.monotonic()


def step(text):
    """Says what has been shown, and after how many seconds."""
    print(f"  {time.monotonic() - began:4.0f} s  {text}", flush=True)


def names_all(output, names):
    for name in names:
        expect(name in output, f"{name} is not named in:\n{output}")


def in_order(output, names):
    """The names stand in the output, one after the other."""
    places = [output.find(name) for name in names]
    expect(-1 not in places and places == sorted(places), f"{names} do not come in this order in:\n{output}")


class User:
    session = botocore.session.Session()

    def __init__(self, endpoint, account="test"):
        self.environment = {
            "PATH": f"{ROOT / '.venv/awscli/bin'}:{os.environ['PATH']}",
            "HOME": os.environ.get("HOME", "/"),
            "AWS_ENDPOINT_URL": endpoint,
            "AWS_ACCESS_KEY_ID": account,
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_PAGER": "",
            # What `make test` has in dist/ is unoptimized, as the emulator runs it.
            "ALLOW_UNOPTIMIZED": "1",
        }

    def make(self, *arguments, fails=False, **variables):
        command = ["make", "--no-print-directory", *arguments]
        return self.run_in_root(command, shlex.join(command), fails, variables)

    def shell(self, block, **variables):
        """A block of docs/deploy.md, as someone types it who stops where a line fails."""
        return self.run_in_root(["bash", "-euo", "pipefail", "-c", block], block, False, variables)

    def run_in_root(self, command, words, fails, variables):
        ran = subprocess.run(
            command, cwd=ROOT, env=self.environment | variables, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
        )  # fmt: skip
        expect((ran.returncode != 0) == fails, f"{words}\nexit {ran.returncode}\n{ran.stdout}")
        return ran.stdout

    def client(self, service):
        """For looking at what came of it, and for what somebody else has done."""
        return self.session.create_client(
            service, REGION, endpoint_url=self.environment["AWS_ENDPOINT_URL"],
            aws_access_key_id=self.environment["AWS_ACCESS_KEY_ID"], aws_secret_access_key="test",
        )  # fmt: skip

    def run(self, machine, request):
        """An execution's ARN and its output."""
        states = self.client("stepfunctions")
        arn = states.start_execution(stateMachineArn=machine, input=json.dumps(request))["executionArn"]

        def ended():
            execution = states.describe_execution(executionArn=arn)
            return execution if execution["status"] != "RUNNING" else None

        return arn, json.loads(wait_for("the execution", ended, 60).get("output") or "{}")

    def states_entered(self, arn):
        events = self.client("stepfunctions").get_execution_history(executionArn=arn)["events"]
        return [event["stateEnteredEventDetails"]["name"] for event in events if "stateEnteredEventDetails" in event]

    def stack(self, name):
        return self.client("cloudformation").describe_stacks(StackName=name)["Stacks"][0]

    def outputs(self, stack):
        return {output["OutputKey"]: output["OutputValue"] for output in self.stack(stack)["Outputs"]}

    def parameters(self, stack):
        return {given["ParameterKey"]: given["ParameterValue"] for given in self.stack(stack)["Parameters"]}

    def stacks(self):
        listed = self.client("cloudformation").describe_stacks()["Stacks"]
        return [stack["StackName"] for stack in listed if stack["StackStatus"] != "DELETE_COMPLETE"]

    def lacks(self, template):
        """What the emulator says about the types of a template that it does not have."""
        body = (ROOT / "cloudformation" / template).read_text(encoding="utf-8")
        client = self.client("cloudformation")
        try:
            client.validate_template(TemplateBody=body)
        except client.exceptions.ClientError as error:
            return str(error)
        return ""

    def buckets(self):
        return {bucket["Name"] for bucket in self.client("s3").list_buckets()["Buckets"]}

    def roles(self):
        return {role["RoleName"] for role in self.client("iam").list_roles()["Roles"]}

    def versions(self, function):
        listed = self.client("lambda").list_versions_by_function(FunctionName=function)["Versions"]
        return [version["Version"] for version in listed if version["Version"] != "$LATEST"]
