"""Each action that `operation-admin` allows is needed: without it a run that applies or takes back says so, naming role and action.

The roles are member-roles.yaml's, on the emulator that enforces IAM; the command changes the account from this machine. The emulator
revokes all ranges of a permission at once, so the only rule here has a permission of its own. That the actions are enough is shown by
the same runs with the role as it is.
"""

import csv
import json
import os
import pathlib
import subprocess
import sys
import tempfile

from emulator import ROOT, Emulator
from least_privilege import REGION, Cloud, deny, deploy, expect
from organization import command, policy

sys.path.insert(0, str(ROOT / "scripts"))

from templates import actions, read

OPERATION = "close-open-ingress"
EXTERNAL_ID = "trial"
ROLE = "operation-admin"
# Which step shows that an action is needed.
NEEDED = {
    "apply": {"ec2:DescribeSecurityGroupRules", "ec2:DescribeSecurityGroups", "ec2:RevokeSecurityGroupIngress"},
    "undo": {"ec2:AuthorizeSecurityGroupIngress"},
}
# What the emulator lets everyone do, and why it is there.
NOT_SHOWN = {"ec2:CreateTags": "the emulator asks for it only where tags come by a call of their own, AWS with any call that has tags"}
# EC2's actions of other operations. Those of the other operations are taken away on the simulation, as all are:
# tests/tests/changes_deployed/least_privilege.rs.
OF_OTHERS = {"ec2:DeleteTags", "ec2:DescribeRegions"}


def opened(cloud, member):
    """A group with one rule for the whole internet, which has a description and a tag."""
    ec2 = cloud.client("ec2", member)
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    group = ec2.create_security_group(GroupName="web", Description="web", VpcId=vpc)["GroupId"]
    rule = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "0.0.0.0/0", "Description": "ssh"}]}
    tags = [{"ResourceType": "security-group-rule", "Tags": [{"Key": "team", "Value": "web"}]}]
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[rule], TagSpecifications=tags)


def identity(cloud):
    """A role of the management account that the member roles trust, and a session of it."""
    iam = cloud.client("iam")
    trusted = policy("sts:AssumeRole", None, Principal={"AWS": "arn:aws:iam::000000000000:root"})
    arn = iam.create_role(RoleName="operator", AssumeRolePolicyDocument=trusted)["Role"]["Arn"]
    needed = ["organizations:*", "sts:AssumeRole", "sts:GetCallerIdentity"]
    iam.put_role_policy(RoleName="operator", PolicyName="run", PolicyDocument=policy(needed, "*"))
    keys = cloud.client("sts").assume_role(RoleArn=arn, RoleSessionName="trial")["Credentials"]
    return arn, {
        "AWS_ACCESS_KEY_ID": keys["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": keys["SecretAccessKey"],
        "AWS_SESSION_TOKEN": keys["SessionToken"],
    }


class Trial:
    """A member account with both roles, and the command."""

    def __init__(self, cloud, folder):
        self.cloud, self.folder = cloud, pathlib.Path(folder)
        organizations = cloud.client("organizations")
        organization = organizations.describe_organization()["Organization"]["Id"]
        made = organizations.create_account(Email="member@example.com", AccountName="member")
        self.member = made["CreateAccountStatus"]["AccountId"]
        arn, self.keys = identity(cloud)
        given = {"ReadOnlyWorkerRoleArn": arn, "AdminWorkerRoleArn": arn, "ExternalId": EXTERNAL_ID, "OrganizationId": organization}
        deploy(cloud, self.member, "member-roles", "member-roles.yaml", given)
        opened(cloud, self.member)

    def run(self, *words):
        """The run's folder, and all that it says."""
        runs = self.folder / "runs" / OPERATION
        before = set(runs.iterdir()) if runs.exists() else set()
        clean = {"PATH": os.environ["PATH"], "HOME": str(self.folder), "AWS_ENDPOINT_URL": self.cloud.endpoint, "AWS_REGION": REGION}
        told = ["--external-id", EXTERNAL_ID, "--out", str(self.folder / "runs"), "--quiet"]
        ended = subprocess.run(
            [command(), "run", *words, *told],
            env=clean | self.keys,
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        made = [folder for folder in set(runs.iterdir()) - before if folder.is_dir()] if runs.exists() else []
        expect(len(made) == 1, f"{words}: {ended.stderr}")
        return made[0], ended.stderr

    def changed(self, *words):
        """The folder, and the outcome and error of the only row."""
        folder, said = self.run(*words, "--confirm", OPERATION)
        with (folder / "applied.csv").open(encoding="utf-8", newline="") as text:
            (row,) = csv.DictReader(text)
        return folder, row["outcome"], json.dumps(row) + said

    def without(self, iam, action, *words):
        """Whether a run without the action fails and says why."""
        deny(iam, ROLE, action)
        _, outcome, said = self.changed(*words)
        iam.delete_role_policy(RoleName=ROLE, PolicyName="trial")
        return outcome == "FAILED" and action in said and ROLE in said, f"without {action}: {outcome}: {said}"


def main():
    with Emulator() as emulator, tempfile.TemporaryDirectory() as folder:
        trial = Trial(Cloud(emulator.endpoint), folder)
        iam = trial.cloud.client("iam", trial.member)
        plan, _ = trial.run("--operation", OPERATION, "--regions", REGION, "--param", "Ports=22")
        problems, step = [], ["--apply", "--plan-run", plan.name]
        for kind, needed in NEEDED.items():
            for action in sorted(needed):
                said_so, problem = trial.without(iam, action, *step)
                if said_so:
                    print(f"  {ROLE}: {action} is needed to {kind}, and a run without it names both", flush=True)
                else:
                    problems.append(problem)
            done, outcome, said = trial.changed(*step)
            expect(outcome == "APPLIED", f"{kind} with the role as it is: {said}")
            step = ["--undo", done.name]
        allowed = set(actions(read("member-roles.yaml")["Resources"]["AdminRole"], ""))
        placed = set().union(NOT_SHOWN, *NEEDED.values())
        others = {action for action in allowed if not action.startswith("ec2:")} | OF_OTHERS
        unplaced = (allowed - others) ^ placed
        problems += [f"{action}: the role or this trial has it, the other has not" for action in sorted(unplaced)]
        print(*problems, sep="\n")
        for action, reason in NOT_SHOWN.items():
            print(f"  not shown here: {action}: {reason}")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
