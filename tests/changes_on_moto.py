"""`close-open-ingress` on moto, step by step: plan, refusals, apply, apply again, undo, each read back by boto3.

moto, not ministack: that one gives all ranges of a permission the same rule id, and revokes them together.
"""

import csv
import json
import pathlib
import sys
import tempfile
import time

from emulator import Moto
from organization import REGION, Organization

NAME = "close-open-ingress"
WORLD = "0.0.0.0/0"
# What is open on port 22 to the whole internet, and nothing else, is closed.
CLOSED = {("tcp", 22, WORLD, "ssh"), ("tcp", 22, "::/0", "ssh over IPv6")}


class Failed(Exception):
    """Something is not as it must be."""


def must(holds, what):
    if not holds:
        raise Failed(what)


def permission(port, to=None, *, cidr=WORLD, text="", protocol="tcp"):
    """One range of addresses on one range of ports."""
    ranges = (
        {"Ipv6Ranges": [{"CidrIpv6": cidr, "Description": text}]}
        if ":" in cidr
        else {"IpRanges": [{"CidrIp": cidr, "Description": text}]}
    )
    return {"IpProtocol": protocol, "FromPort": port, "ToPort": to or port} | ranges


def fill(member):
    """A group with rules that are closed, and others that are not; and one that is kept."""
    ec2 = member.filling("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    group = ec2.create_security_group(GroupName="web", Description="web", VpcId=vpc)["GroupId"]
    tags = [{"ResourceType": "security-group-rule", "Tags": [{"Key": "team", "Value": "web"}]}]
    for given in (permission(22, text="ssh"), permission(22, cidr="::/0", text="ssh over IPv6")):
        ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[given], TagSpecifications=tags)
    others = [permission(443, text="web"), permission(22, cidr="10.0.0.0/8", text="inside"), permission(0, 65535, text="wide")]
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=others)
    kept = ec2.create_security_group(GroupName="kept", Description="kept", VpcId=vpc)["GroupId"]
    ec2.create_tags(Resources=[kept], Tags=[{"Key": "keep-open", "Value": "yes"}])
    ec2.authorize_security_group_ingress(GroupId=kept, IpPermissions=[permission(22, text="bastion")])
    return group, kept


def rules(member, groups):
    """The ingress rules of the groups, without their ids, as boto3 reads them."""
    found = member.filling("ec2").describe_security_group_rules(Filters=[{"Name": "group-id", "Values": list(groups)}])
    ingress = [rule for rule in found["SecurityGroupRules"] if not rule["IsEgress"]]
    return sorted(
        (
            rule["GroupId"],
            rule["IpProtocol"],
            rule["FromPort"],
            rule["ToPort"],
            rule.get("CidrIpv4") or rule.get("CidrIpv6"),
            rule.get("Description", ""),
            json.dumps({tag["Key"]: tag["Value"] for tag in rule.get("Tags", [])}, sort_keys=True),
        )
        for rule in ingress
    )


class Trial:
    """The command on an organization whose two accounts have the same rules."""

    def __init__(self, organization, folder):
        self.organization, self.folder = organization, pathlib.Path(folder)
        self.groups = {member: fill(member) for member in organization.members}
        self.first = self.rules()

    def rules(self):
        return {member.account: rules(member, groups) for member, groups in self.groups.items()}

    def run(self, *words, code=0):
        ended = self.organization.asked(self.folder, "run", *words)
        must(ended.returncode == code, f"{words}: exit code {ended.returncode}, not {code}: {ended.stderr}")
        return ended

    def runs(self):
        return {folder.name for folder in (self.folder / "runs" / NAME).iterdir() if folder.is_dir()}

    def new(self, *words, code=0):
        """The folder of the run that the words make."""
        before = self.runs() if (self.folder / "runs" / NAME).exists() else set()
        self.run(*words, code=code)
        (made,) = self.runs() - before
        return self.folder / "runs" / NAME / made

    def changed(self, *words, code=0):
        """The outcomes of a run that changes something."""
        folder = self.new(*words, "--confirm", NAME, code=code)
        with (folder / "applied.csv").open(encoding="utf-8", newline="") as rows:
            return folder, list(csv.DictReader(rows))


def planned(trial):
    """A plan changes nothing, and has a row for every rule of the internet on the port."""
    words = ["--operation", NAME, "--regions", REGION, "--param", "Ports=22", "--param", "KeepTag=keep-open"]
    folder = trial.new(*words)
    must(trial.rules() == trial.first, "a plan changed something")
    rows = [json.loads(line) for line in (folder / "plan.jsonl").read_text().splitlines()]
    actions = sorted((row["Action"], row["Before"]["Description"]) for row in rows)
    mine = [("close", "ssh"), ("close", "ssh over IPv6"), ("skip", "bastion"), ("skip", "wide")]
    must(actions == sorted(mine * 2), f"the plan's rows are {actions}")
    must((folder / "plan.csv").exists(), "there is no plan.csv")
    return folder.name


def refused(trial, plan):
    """Without the exact confirmation, and for limits and accounts that do not fit, nothing begins."""
    before = trial.runs()
    apply = ["--apply", "--plan-run", plan]
    cases = [
        ([*apply], "give --confirm"),
        ([*apply, "--confirm", "yes"], "not `close-open-ingress`"),
        ([*apply, "--confirm", NAME, "--max-changes", "3"], "MaxChanges: got 3"),
        ([*apply, "--confirm", NAME, "--account", trial.organization.members[0].account], "Accounts.Include"),
        ([*apply, "--confirm", NAME, "--operation", "public-ips"], "allowed: a plan of public-ips"),
        (["--apply", "--plan-run", "nothing", "--confirm", NAME], "PlanRun"),
        (["--undo", plan, "--confirm", NAME], "allowed: a run that applied"),
    ]
    for words, text in cases:
        ended = trial.run(*words, code=2)
        must(text in ended.stderr, f"{words}: `{text}` is not in {ended.stderr}")
    must(trial.runs() == before, "a refused run left a folder")
    must(trial.rules() == trial.first, "a refused run changed something")


def protected(trial, plan):
    """A protected account and a protected tag hold their rows."""
    account = trial.organization.members[0].account
    words = ["--apply", "--plan-run", plan, "--protect-account", account, "--protect-tag", "team"]
    _, rows = trial.changed(*words, code=3)
    must({row["outcome"] for row in rows} == {"HELD"}, f"not all rows are HELD: {rows}")
    must(trial.rules() == trial.first, "a protected account was changed")


def canary(trial, plan):
    """The first account is changed, the second one only once the run is resumed; nothing else is."""
    folder, rows = trial.changed("--apply", "--plan-run", plan, "--canary", "1", code=3)
    outcomes = sorted(row["outcome"] for row in rows)
    must(outcomes == ["APPLIED", "APPLIED", "HELD", "HELD"], f"the canary's outcomes are {outcomes}")
    must(len({row["account_id"] for row in rows if row["outcome"] == "APPLIED"}) == 1, "two accounts were changed")
    trial.run("--resume", folder.name, "--confirm", NAME)
    with (folder / "applied.csv").open(encoding="utf-8", newline="") as text:
        rows = list(csv.DictReader(text))
    must([row["outcome"] for row in rows] == ["APPLIED"] * 4, f"after resuming: {rows}")
    must(all(row["request_id"] for row in rows), "a change has no request id")
    closed(trial)
    return folder.name


def closed(trial):
    for account, first in trial.first.items():
        left = [rule for rule in first if (rule[1], rule[2], *rule[4:6]) not in CLOSED]
        must(len(first) - len(left) == len(CLOSED), "the seed lacks a rule to close")
        must(trial.rules()[account] == left, f"{account}: not exactly the plan's rows are closed")


def again(trial, plan):
    """A second run of the plan finds everything done."""
    _, rows = trial.changed("--apply", "--plan-run", plan)
    must({row["outcome"] for row in rows} == {"ALREADY"}, f"not all rows are ALREADY: {rows}")
    closed(trial)


def changed_since(trial):
    """A rule that somebody changed after the plan is left alone."""
    member, (group, _) = next(iter(trial.groups.items()))
    words = ["--operation", NAME, "--regions", REGION, "--param", "Ports=22", "--account", member.account]
    plan = trial.new(*words).name
    ec2 = member.filling("ec2")
    found = ec2.describe_security_group_rules(Filters=[{"Name": "group-id", "Values": [group]}])["SecurityGroupRules"]
    (rule,) = [rule for rule in found if rule.get("CidrIpv6") and not rule["IsEgress"]]
    ec2.create_tags(Resources=[rule["SecurityGroupRuleId"]], Tags=[{"Key": "ticket", "Value": "4711"}])
    before = trial.rules()
    folder, rows = trial.changed("--apply", "--plan-run", plan, code=3)
    outcomes = {row["key"]: row["outcome"] for row in rows}
    must(outcomes[rule["SecurityGroupRuleId"]] == "CHANGED_SINCE_PLAN", f"the outcomes are {outcomes}")
    must(sorted(outcomes.values()) == ["APPLIED", "APPLIED", "CHANGED_SINCE_PLAN"], f"the outcomes are {outcomes}")
    trial.changed("--undo", folder.name)
    must(trial.rules() == before, "undo did not bring back what was there")


def undone(trial, applied):
    """Undo brings the rules back with their descriptions and tags, and can itself be taken back."""
    folder, rows = trial.changed("--undo", applied)
    must({row["outcome"] for row in rows} == {"APPLIED"}, f"undo: {rows}")
    must(trial.rules() == trial.first, f"undo did not restore: {trial.rules()}, not {trial.first}")
    _, rows = trial.changed("--undo", applied)
    must({row["outcome"] for row in rows} == {"ALREADY"}, f"undo again: {rows}")
    _, rows = trial.changed("--undo", folder.name)
    must({row["outcome"] for row in rows} == {"APPLIED"}, f"undo of the undo: {rows}")
    closed(trial)
    return folder.name


def main():
    begun = time.monotonic()
    with Moto() as emulator, tempfile.TemporaryDirectory() as folder:
        trial = Trial(Organization("moto", emulator.endpoint), folder)
        try:
            plan = planned(trial)
            refused(trial, plan)
            protected(trial, plan)
            applied = canary(trial, plan)
            again(trial, plan)
            undone(trial, applied)
            trial.changed("--undo", applied)
            changed_since(trial)
        except Failed as failed:
            print(failed)
            return 1
    print(f"plan, refusals, guards, apply, ALREADY, CHANGED_SINCE_PLAN, undo: as they must be, {time.monotonic() - begun:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
