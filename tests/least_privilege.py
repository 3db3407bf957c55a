"""Each action that a function's role, or the member role, allows is needed: without it a run fails and says so.

That the actions are enough is shown by the same runs with the roles as they are. The emulator enforces IAM for what
functions call. Every call that the functions can make is held to the roles by tests/tests/least_privilege.rs, and what the
state machine and the schedule do to theirs.
"""

import json
import re
import sys
import time

import botocore.session
from emulator import ROOT, Emulator, wait_for

sys.path.insert(0, str(ROOT / "scripts"))

from templates import actions, chosen, read

REGION = "eu-west-1"
OPERATION = "public-ips"
# What no run on the emulator can show to be needed, and why it is there. A service stands for all its actions.
NOT_SHOWN = {
    "kms": "only with KmsKeyArn, and the emulator enforces no key policies",
    "xray": "only with Tracing, and by Lambda itself",
    "logs:CreateLogStream": "the emulator writes the functions' logs itself",
    "logs:PutLogEvents": "the emulator writes the functions' logs itself",
    "s3:AbortMultipartUpload": "only where an upload fails half-way",
    "s3:ListBucket": "without it S3 says AccessDenied in the place of NoSuchKey",
    "sns:Publish": "only with ReportLinkHours; without it the state machine publishes, as `make deploy-trial` shows",
    "account:ListRegions": "the emulator lets everyone call it",
}
# Roles of services that the emulator runs without asking for a role.
NOT_ENFORCED = ["StateMachineRole", "ScheduleRole"]


def shown(action):
    return action not in NOT_SHOWN and action.split(":")[0] not in NOT_SHOWN


class Cloud:
    """Clients for the accounts of an emulator."""

    def __init__(self, endpoint):
        self.endpoint = endpoint
        self.session = botocore.session.Session()

    def client(self, service, account="test"):
        return self.session.create_client(
            service, REGION, endpoint_url=self.endpoint, aws_access_key_id=account, aws_secret_access_key="test"
        )


def template(name):
    return (ROOT / "cloudformation" / name).read_text(encoding="utf-8")


def deploy(cloud, account, stack, name, parameters):
    client = cloud.client("cloudformation", account)
    given = [{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()]
    client.create_stack(
        StackName=stack, TemplateBody=template(name), Parameters=given, Capabilities=["CAPABILITY_NAMED_IAM"]
    )

    def created():
        described = client.describe_stacks(StackName=stack)["Stacks"][0]
        if described["StackStatus"] == "CREATE_IN_PROGRESS":
            return None
        return described if described["StackStatus"] == "CREATE_COMPLETE" else sys.exit(str(described))

    outputs = wait_for(stack, created, 60).get("Outputs", [])
    return {output["OutputKey"]: output["OutputValue"] for output in outputs}


class Trial:
    """An organization of two accounts, one of them without a member role, and the product."""

    def __init__(self, cloud):
        self.cloud = cloud
        self.number = 0
        organizations = cloud.client("organizations")
        organization = organizations.describe_organization()["Organization"]["Id"]
        root = organizations.list_roots()["Roots"][0]["Id"]
        self.unit = organizations.create_organizational_unit(ParentId=root, Name="Unit")["OrganizationalUnit"]["Id"]
        self.member, self.closed_off = [self.account(organizations, name) for name in ("member", "without-role")]
        organizations.move_account(AccountId=self.member, SourceParentId=root, DestinationParentId=self.unit)
        organizations.tag_resource(ResourceId=self.member, Tags=[{"Key": "team", "Value": "payments"}])
        cloud.client("ec2", self.member).allocate_address(Domain="vpc")
        s3 = cloud.client("s3")
        s3.create_bucket(Bucket="code", CreateBucketConfiguration={"LocationConstraint": REGION})
        for package in ("fanout.zip", "worker.zip", "result-handler.zip", "org-operator.asl.json"):
            s3.put_object(Bucket="code", Key=package, Body=(ROOT / "dist" / package).read_bytes())
        shared = {"OrganizationId": organization, "ExternalId": "trial"}
        given = {"CodeBucket": "code", "TargetRegions": REGION} | shared
        self.outputs = deploy(cloud, "test", "org-operator", "operator.yaml", given)
        worker = {"ReadOnlyWorkerRoleArn": self.outputs["ReadOnlyWorkerRoleArn"]}
        deploy(cloud, self.member, "member-roles", "member-roles.yaml", worker | shared)
        both = {"Accounts": {"Include": [self.member, self.closed_off]}}
        self.resumable, first = self.run(both)
        expect('"Status": "PARTIAL"' in first and '"Records": 1' in first, f"the first run: {first}")

    def account(self, organizations, name):
        status = organizations.create_account(Email=f"{name}@example.com", AccountName=name)
        return status["CreateAccountStatus"]["AccountId"]

    def role(self, function):
        configuration = self.cloud.client("lambda").get_function_configuration(FunctionName=self.outputs[function])
        return configuration["Role"].rsplit("/", 1)[-1]

    def named_role(self, logical):
        client = self.cloud.client("cloudformation")
        described = client.describe_stack_resource(StackName="org-operator", LogicalResourceId=logical)
        return described["StackResourceDetail"]["PhysicalResourceId"]

    def run(self, request):
        """A run's name, and all that it says: output, error, cause and coverage."""
        self.number += 1
        name = f"run-{self.number}"
        states = self.cloud.client("stepfunctions")
        arn = states.start_execution(
            stateMachineArn=self.outputs["StateMachineArn"],
            name=name,
            input=json.dumps({"Operation": OPERATION} | request),
        )["executionArn"]

        def ended():
            execution = states.describe_execution(executionArn=arn)
            return execution if execution["status"] != "RUNNING" else None

        execution = wait_for(name, ended, 120)
        said = [execution.get(field, "") for field in ("output", "error", "cause")]
        folder = request.get("ResumeRun", name)
        s3 = self.cloud.client("s3")
        try:
            key = f"runs/{OPERATION}/{folder}/coverage.csv"
            said.append(s3.get_object(Bucket=self.outputs["ResultsBucket"], Key=key)["Body"].read().decode())
        except s3.exceptions.NoSuchKey:
            pass
        return name, "\n".join(said)

    def everything(self):
        """What runs say that use every way through the functions."""
        chosen = {"OrganizationalUnits": [self.unit], "Tags": {"team": "payments"}}
        _, whole = self.run({"Accounts": chosen})
        _, resumed = self.run({"ResumeRun": self.resumable})
        # That one account has no role is no news.
        return "\n".join(line for line in f"{whole}\n{resumed}".splitlines() if self.closed_off not in line)


def declared():
    """The actions of the operation that runs; its page is generated from the catalogue."""
    page = (ROOT / "docs" / "operations" / f"{OPERATION}.md").read_text(encoding="utf-8")
    line = next(line for line in page.splitlines() if line.startswith("IAM actions: "))
    return set(re.findall(r"`([a-z0-9-]+:[A-Za-z]+)`", line))


def allowed_in(template, role):
    # Nothing is deployed here that changes anything.
    return actions(chosen(template["Resources"][role], "HasAdmin", 2), "", template)


def expect(holds, problem):
    if not holds:
        sys.exit(problem)


def deny(iam, role, action):
    statement = {"Effect": "Deny", "Action": action, "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_role_policy(RoleName=role, PolicyName="trial", PolicyDocument=document)


def main():
    operator = read("operator.yaml")
    members = read("member-roles.yaml")["Resources"]
    begun = time.monotonic()
    problems = []
    with Emulator() as emulator:
        trial = Trial(Cloud(emulator.endpoint))
        said = trial.everything()
        expect('"Status": "COMPLETE"' in said, f"with the roles as they are: {said}")
        expect("not authorized" not in said, f"with the roles as they are: {said}")
        iam, member_iam = trial.cloud.client("iam"), trial.cloud.client("iam", trial.member)
        member = actions(members["ReadOnlyRole"], "")
        roles = [
            (iam, trial.role("FanoutFunction"), allowed_in(operator, "FanoutRole")),
            (iam, trial.role("WorkerFunction"), allowed_in(operator, "WorkerRole")),
            (iam, trial.role("ResultHandlerFunction"), allowed_in(operator, "ResultHandlerRole")),
            (member_iam, "operation-readonly", [action for action in member if action in declared()]),
        ]
        for client, role, allowed in roles:
            for action in filter(shown, allowed):
                deny(client, role, action)
                said = trial.everything()
                client.delete_role_policy(RoleName=role, PolicyName="trial")
                if action in said and role in said and "not authorized" in said:
                    print(f"  {role}: {action} is needed, and a run without it names both", flush=True)
                else:
                    problems.append(f"{role} without {action}: no run names role and action:\n{said}")
        # Where that changes, their actions can be shown like the others'.
        machine = trial.named_role("StateMachineRole")
        deny(iam, machine, "*")
        said = trial.everything()
        if '"Status": "COMPLETE"' not in said:
            problems.append("the emulator enforces the state machine's role now: show that each of its actions is needed")
    named = {action for _, _, allowed in roles for action in allowed}
    known = named | {action.split(":")[0] for action in named}
    problems += [f"{action} is not shown, but no role has it" for action in NOT_SHOWN if action not in known]
    print(*problems, sep="\n")
    for action, reason in NOT_SHOWN.items():
        print(f"  not shown here: {action}: {reason}")
    print(f"  not tried here: {len(set(member) - declared())} actions of operation-readonly that {OPERATION} does not need")
    print(f"  not enforced here: {' and '.join(NOT_ENFORCED)}, held to the definition by tests/tests/least_privilege.rs")
    print(f"took {time.monotonic() - begun:.0f} s")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
