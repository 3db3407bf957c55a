"""A deployed change from its plan to its undo, on the emulator, with the templates, packages and roles as they are: planned, refused
without the admin worker, waiting for approval, rejected, approved by `org-operator approve`, applied by the admin worker, taken back.
"""

import csv
import json
import os
import subprocess
import sys
import tempfile

from emulator import ROOT, Emulator, wait_for
from least_privilege import REGION, Cloud, deploy, expect
from least_privilege_changes import OPERATION, opened
from organization import command

PACKAGES = ("fanout.zip", "worker.zip", "result-handler.zip", "org-operator.asl.json")
PORTS = {"Parameters": {"Ports": "22"}}


class Trial:
    """A member account with one open rule, and the product beside it."""

    def __init__(self, cloud, home):
        self.cloud, self.home, self.number = cloud, home, 0
        organizations = cloud.client("organizations")
        organization = organizations.describe_organization()["Organization"]["Id"]
        made = organizations.create_account(Email="member@example.com", AccountName="member")
        self.member = made["CreateAccountStatus"]["AccountId"]
        opened(cloud, self.member)
        s3 = cloud.client("s3")
        s3.create_bucket(Bucket="code", CreateBucketConfiguration={"LocationConstraint": REGION})
        for package in PACKAGES:
            s3.put_object(Bucket="code", Key=package, Body=(ROOT / "dist" / package).read_bytes())
        shared = {"OrganizationId": organization, "ExternalId": "trial"}
        given = {"CodeBucket": "code", "TargetRegions": REGION, "EnableAdminOperations": "true"} | shared
        self.outputs = deploy(cloud, "test", "org-operator", "operator.yaml", given)
        roles = {f"{kind}WorkerRoleArn": self.outputs[f"{kind}WorkerRoleArn"] for kind in ("ReadOnly", "Admin")}
        deploy(cloud, self.member, "member-roles", "member-roles.yaml", roles | shared)

    def start(self, request):
        """A run's id and its execution."""
        self.number += 1
        name, states = f"run-{self.number}", self.cloud.client("stepfunctions")
        given = json.dumps({"Operation": OPERATION} | request)
        started = states.start_execution(stateMachineArn=self.outputs["StateMachineArn"], name=name, input=given)
        return name, started["executionArn"]

    def ended(self, execution):
        states = self.cloud.client("stepfunctions")

        def over():
            said = states.describe_execution(executionArn=execution)
            return said if said["status"] != "RUNNING" else None

        return wait_for(execution, over, 90)

    def waits(self, run):
        """Returns once the run waits for approval."""
        key = {"Run": {"S": run}, "Entry": {"S": "approval"}}
        ledger = self.cloud.client("dynamodb")
        wait_for(f"{run}'s question", lambda: ledger.get_item(TableName=self.outputs["LedgerTable"], Key=key).get("Item"), 60)

    def typed(self, *words):
        """`org-operator` with the deployment's outputs."""
        environment = {"PATH": os.environ["PATH"], "HOME": self.home, "AWS_ENDPOINT_URL": self.cloud.endpoint, "AWS_REGION": REGION}
        environment |= {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
        environment |= {"ORG_OPERATOR_STATE_MACHINE_ARN": self.outputs["StateMachineArn"]}
        environment |= {"ORG_OPERATOR_LEDGER_TABLE": self.outputs["LedgerTable"]}
        ended = subprocess.run(
            [command(), *words], env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False
        )
        expect(ended.returncode == 0, f"{words}: {ended.stderr}")
        return ended.stdout + ended.stderr

    def outcomes(self, run):
        """The outcomes of the run's rows, with what is said of each."""
        key = f"runs/{OPERATION}/{run}/applied.csv"
        body = self.cloud.client("s3").get_object(Bucket=self.outputs["ResultsBucket"], Key=key)["Body"].read().decode()
        return [row["outcome"] for row in csv.DictReader(body.splitlines())], body

    def rules(self):
        """The rules of the whole internet, without their ids."""
        found = self.cloud.client("ec2", self.member).describe_security_group_rules()["SecurityGroupRules"]
        ingress = [rule for rule in found if not rule["IsEgress"] and rule.get("CidrIpv4") == "0.0.0.0/0"]
        return [(rule["FromPort"], rule.get("Description"), rule.get("Tags")) for rule in ingress]

    def changed(self, request, answer, action="close"):
        """A run that waits, is answered, and ends; its outcomes."""
        run, execution = self.start({"Apply": True} | request)
        self.waits(run)
        shown = self.typed(*answer[:1], run, *answer[1:])
        expect(f"({action} 1), in 1 targets" in shown, f"{answer}: {shown}")
        said = self.ended(execution)
        expect(said["status"] == "SUCCEEDED", f"{request}: {said}")
        return run, *self.outcomes(run)


def trial(cloud, home):
    deployed = Trial(cloud, home)
    first = deployed.rules()
    expect(len(first) == 1, f"the seed is {first}")
    plan, execution = deployed.start(PORTS)
    expect(json.loads(deployed.ended(execution).get("output", "{}")).get("Status") == "COMPLETE", "the plan is not complete")
    print("  a deployed run of the operation is a plan")
    _, execution = deployed.start({"Apply": True, "PlanRun": "nothing"})
    refused = deployed.ended(execution)
    expect(refused["status"] == "FAILED" and "PlanRun" in refused["cause"], f"an unknown plan: {refused}")
    _, execution = deployed.start({"Apply": True, "PlanRun": plan, "Approval": False})
    refused = deployed.ended(execution)
    expect(refused["status"] == "FAILED" and "Approval" in refused["cause"], f"without approval: {refused}")
    print("  an unknown plan, and a request that wants no approval, are refused, naming the field")
    _, outcomes, said = deployed.changed({"PlanRun": plan}, ["reject", "--reason", "not now"])
    expect(outcomes == ["HELD"] and deployed.rules() == first, f"rejected: {said}")
    print("  rejected, every row is HELD and nothing is changed")
    applied, outcomes, said = deployed.changed({"PlanRun": plan}, ["approve", "--confirm", OPERATION])
    expect(outcomes == ["APPLIED"] and not deployed.rules(), f"approved: {said}, {deployed.rules()}")
    print("  approved, the admin worker changes what was planned")
    _, outcomes, said = deployed.changed({"Undo": applied}, ["approve", "--confirm", OPERATION], "open")
    expect(outcomes == ["APPLIED"] and deployed.rules() == first, f"taken back: {said}, {deployed.rules()}, not {first}")
    print("  taken back, it is as it was")


def main():
    with Emulator() as emulator, tempfile.TemporaryDirectory() as home:
        trial(Cloud(emulator.endpoint), home)
    return 0


if __name__ == "__main__":
    sys.exit(main())
