"""`tag-resources` on moto, step by step: plan, apply, apply again, a change in between, undo, each read back by boto3.

moto, not ministack: that one refuses to tag a volume by the tagging API.
"""

import csv
import json
import pathlib
import sys
import tempfile
import time

from changes_on_moto import Failed, must
from emulator import Moto
from organization import REGION, Organization

NAME = "tag-resources"
FIRST = {"a": {"team": "web"}, "b": {"team": "web", "Owner": "data"}, "c": {"team": "web", "Owner": "web", "Stage": "test"}}
TAGS = ["--operation", NAME, "--regions", REGION, "--param", "Tags=Owner=web,Stage=test", "--param", "ResourceTypes=ec2:volume"]


def fill(member):
    """Volumes with some of the tags, by a name that is no tag."""
    ec2 = member.filling("ec2")
    made = {}
    for name, tags in FIRST.items():
        given = [{"ResourceType": "volume", "Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}]
        made[name] = ec2.create_volume(AvailabilityZone=f"{REGION}a", Size=1, TagSpecifications=given)["VolumeId"]
    return made


class Trial:
    """The command on an organization whose accounts have the same volumes."""

    def __init__(self, organization, folder):
        self.organization, self.folder = organization, pathlib.Path(folder)
        self.volumes = {member: fill(member) for member in organization.members}

    def tags(self, member):
        """The tags of a member's volumes, as boto3 reads them."""
        ids = {volume: name for name, volume in self.volumes[member].items()}
        found = member.filling("ec2").describe_volumes(VolumeIds=list(ids))["Volumes"]
        return {ids[one["VolumeId"]]: {tag["Key"]: tag["Value"] for tag in one.get("Tags", [])} for one in found}

    def must_be(self, expected, what):
        for member in self.volumes:
            must(self.tags(member) == expected, f"{what}: {self.tags(member)}, not {expected}")

    def run(self, *words, code=0):
        """The folder of the run that the words make."""
        runs = self.folder / "runs" / NAME
        before = set(runs.iterdir()) if runs.exists() else set()
        ended = self.organization.asked(self.folder, "run", *words)
        must(ended.returncode == code, f"{words}: exit code {ended.returncode}, not {code}: {ended.stderr}")
        (made,) = {one for one in runs.iterdir() if one.is_dir()} - before
        return made

    def changed(self, *words, code=0):
        """The folder and the outcomes, each once, of a run that changes something."""
        folder = self.run(*words, "--confirm", NAME, code=code)
        with (folder / "applied.csv").open(encoding="utf-8", newline="") as rows:
            return folder, list(csv.DictReader(rows))


def planned(trial, *more):
    """The run of a plan, and its rows as key and action, those of each account the same."""
    folder = trial.run(*TAGS, *more)
    trial.must_be(FIRST, "a plan changed something")
    rows = [json.loads(line) for line in (folder / "plan.jsonl").read_text().splitlines()]
    return folder.name, sorted((row["Key"].rsplit(" ", 1)[1], row["Action"]) for row in rows)


def outcomes(rows):
    return {row["outcome"] for row in rows}


def absent_keys(trial):
    """Absent keys are set, others are left; again is ALREADY; undo takes exactly those away."""
    plan, rows = planned(trial)
    mine = [("Owner", "skip"), ("Owner", "tag ec2"), ("Stage", "tag ec2"), ("Stage", "tag ec2")]
    must(rows == sorted(mine * len(trial.volumes)), f"the plan's rows are {rows}")
    applied, rows = trial.changed("--apply", "--plan-run", plan)
    must(outcomes(rows) == {"APPLIED"}, f"apply: {rows}")
    full = {name: {"Owner": "web", "Stage": "test"} | tags for name, tags in FIRST.items()}
    trial.must_be(full, "apply")
    _, rows = trial.changed("--apply", "--plan-run", plan)
    must(outcomes(rows) == {"ALREADY"}, f"apply again: {rows}")
    _, rows = trial.changed("--undo", applied.name)
    must(outcomes(rows) == {"APPLIED"}, f"undo: {rows}")
    trial.must_be(FIRST, "undo")


def overwritten(trial):
    """Another value is set only when asked for, and undo sets it back."""
    plan, rows = planned(trial, "--param", "Overwrite=true")
    must(not any(action == "skip" for _, action in rows), f"a row is skipped: {rows}")
    applied, _ = trial.changed("--apply", "--plan-run", plan)
    trial.must_be({name: {"team": "web", "Owner": "web", "Stage": "test"} for name in FIRST}, "overwriting")
    trial.changed("--undo", applied.name)
    trial.must_be(FIRST, "undo of overwriting")


def protected(trial):
    """A protected tag on the resource holds its rows."""
    plan, _ = planned(trial)
    _, rows = trial.changed("--apply", "--plan-run", plan, "--protect-tag", "team", code=3)
    must(outcomes(rows) == {"HELD"}, f"not all rows are HELD: {rows}")
    trial.must_be(FIRST, "a protected resource was tagged")


def changed_since(trial):
    """A tag that somebody set after the plan is left alone."""
    plan, _ = planned(trial)
    member, volumes = next(iter(trial.volumes.items()))
    member.filling("ec2").create_tags(Resources=[volumes["a"]], Tags=[{"Key": "Owner", "Value": "somebody"}])
    _, rows = trial.changed("--apply", "--plan-run", plan, code=3)
    left = [row for row in rows if row["outcome"] == "CHANGED_SINCE_PLAN"]
    must([row["key"].split("/")[1] for row in left] == [f"{volumes['a']} Owner"], f"the outcomes are {rows}")
    must(trial.tags(member)["a"]["Owner"] == "somebody", "a tag that changed since the plan was overwritten")


def main():
    begun = time.monotonic()
    with Moto() as emulator, tempfile.TemporaryDirectory() as folder:
        trial = Trial(Organization("moto", emulator.endpoint), folder)
        try:
            absent_keys(trial)
            overwritten(trial)
            protected(trial)
            changed_since(trial)
        except Failed as failed:
            print(failed)
            return 1
    print(f"tags: plan, apply, ALREADY, undo, overwriting, CHANGED_SINCE_PLAN: as they must be, {time.monotonic() - begun:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
