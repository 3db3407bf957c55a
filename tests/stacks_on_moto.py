"""`cloudformation-stack` on moto, in two accounts, each step read back by boto3: plan, drop, create, no change, update, refused
removal, failed update, and undo of each.

What moto cannot show: it executes a change set at once, brings nothing back after a failure, and answers the failure itself to
ExecuteChangeSet. Updates that take their time and stacks that roll back are the simulation's (`tests/tests/changes_of_stacks.rs`).
"""

import csv
import json
import pathlib
import sys
import tempfile
import time

import botocore.exceptions
from changes_on_moto import Failed, must
from emulator import Moto
from organization import REGION, Organization, session

NAME = "cloudformation-stack"
STACK = "baseline"
TOPIC = {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": {"Ref": "Name"}}}
OTHER_TOPIC = {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "other"}}
QUEUE = {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "jobs"}}
# A bucket that another account has.
TAKEN = {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "taken"}}


def template(**resources):
    parameters = {"Name": {"Type": "String", "Default": "alarms"}}
    return json.dumps({"Parameters": parameters, "Resources": {"Topic": TOPIC} | resources})


class Trial:
    """The command on an organization of two accounts."""

    def __init__(self, organization, folder):
        self.organization, self.folder = organization, pathlib.Path(folder)

    def run(self, *words, code=0):
        ended = self.organization.asked(self.folder, "run", *words)
        must(ended.returncode == code, f"{words}: exit code {ended.returncode}, not {code}: {ended.stderr}")
        return ended

    def runs(self):
        folder = self.folder / "runs" / NAME
        return {found.name for found in folder.iterdir() if found.is_dir()} if folder.exists() else set()

    def new(self, *words, code=0):
        """The folder of the run that the words make."""
        before = self.runs()
        ended = self.organization.asked(self.folder, "run", *words, "--confirm", NAME)
        (made,) = self.runs() - before
        folder = self.folder / "runs" / NAME / made
        if ended.returncode != code:
            outcomes = folder / "applied.csv"
            said = outcomes.read_text(encoding="utf-8") if outcomes.exists() else ended.stderr
            raise Failed(f"{words}: exit code {ended.returncode}, not {code}: {said}")
        must("--drop" not in words or "--undo" not in ended.stderr, f"what is dropped has no undo: {ended.stderr}")
        return folder

    def plan(self, body, *more):
        """The run's id and the rows of a plan of the template."""
        words = ["--operation", NAME, "--regions", REGION, "--param", f"StackName={STACK}", "--param", "ServiceRole=deployer"]
        folder = self.new(*words, "--param", f"TemplateBody={body}", *more)
        rows = [json.loads(line) for line in (folder / "plan.jsonl").read_text().splitlines()]
        must(len(rows) == len(self.organization.members), f"not a row for each account: {rows}")
        return folder.name, rows

    def changed(self, *words, code=0):
        """The run's id, and the outcomes of a run that changes something."""
        folder = self.new(*words, code=code)
        with (folder / "applied.csv").open(encoding="utf-8", newline="") as rows:
            return folder.name, list(csv.DictReader(rows))

    def applied(self, plan, outcome="APPLIED"):
        run, rows = self.changed("--apply", "--plan-run", plan, code=0 if outcome in ("APPLIED", "ALREADY") else 3)
        must({row["outcome"] for row in rows} == {outcome}, f"not all rows are {outcome}: {rows}")
        return run, rows

    def stacks(self):
        """The state and the resources of each account's stack, as boto3 reads them."""
        return [stack(member) for member in self.organization.members]

    def are(self, state, *resources):
        found = self.stacks()
        must(found == [(state, sorted(resources))] * len(found), f"the stacks are {found}, not {state} with {resources}")


def stack(member):
    client = member.filling("cloudformation")
    try:
        (found,) = client.describe_stacks(StackName=STACK)["Stacks"]
    except botocore.exceptions.ClientError:
        return None, []
    if found["StackStatus"] == "REVIEW_IN_PROGRESS":
        return found["StackStatus"], []
    resources = client.describe_stack_resources(StackName=STACK)["StackResources"]
    return found["StackStatus"], sorted(resource["LogicalResourceId"] for resource in resources)


def topics(member):
    return [topic["TopicArn"].split(":")[-1] for topic in member.filling("sns").list_topics()["Topics"]]


def actions(rows):
    return {row["Action"] for row in rows}


def unconfirmed(trial):
    """A plan that writes is not begun without the operation's name."""
    words = ["--operation", NAME, "--regions", REGION, "--param", f"StackName={STACK}", "--param", "ServiceRole=deployer"]
    ended = trial.run(*words, "--param", f"TemplateBody={template()}", code=2)
    must(f"give --confirm {NAME}" in ended.stderr, ended.stderr)
    trial.are(None)


def dropped(trial):
    """A plan leaves a change set and an empty stack, and dropping it removes both."""
    plan, rows = trial.plan(template())
    must(actions(rows) == {"create"}, f"the plan's rows are {rows}")
    trial.are("REVIEW_IN_PROGRESS")
    _, rows = trial.changed("--drop", plan)
    must({row["outcome"] for row in rows} == {"APPLIED"}, f"drop: {rows}")
    trial.are(None)
    sets = [member.filling("cloudformation").list_change_sets(StackName=STACK)["Summaries"] for member in trial.organization.members]
    must(not any(sets), f"a dropped plan left {sets}")
    _, rows = trial.changed("--drop", plan)
    must({row["outcome"] for row in rows} == {"ALREADY"}, f"drop again: {rows}")
    trial.applied(plan, "CHANGED_SINCE_PLAN")
    trial.are(None)


def created(trial):
    """Applying creates the stack, and does so once; its undo deletes it."""
    plan, _ = trial.plan(template())
    run, rows = trial.applied(plan)
    must(all(row["request_id"] for row in rows), "a change has no request id")
    trial.are("CREATE_COMPLETE", "Topic")
    trial.applied(plan, "ALREADY")
    _, rows = trial.changed("--undo", run)
    must({row["outcome"] for row in rows} == {"APPLIED"}, f"undo of a creation: {rows}")
    trial.are(None)
    must(not any(topics(member) for member in trial.organization.members), "a deleted stack left its topic")
    trial.applied(trial.plan(template())[0])
    trial.are("CREATE_COMPLETE", "Topic")


def unchanged(trial):
    """A template that changes nothing leaves no row to apply, and no change set."""
    _, rows = trial.plan(template())
    must(actions(rows) == {"skip"}, f"the plan's rows are {rows}")
    must(all(row["Reason"].startswith("NO_CHANGE") for row in rows), f"the reasons are {rows}")
    trial.are("CREATE_COMPLETE", "Topic")


def updated(trial):
    """An update lists its resources; undo brings back template and parameters."""
    plan, rows = trial.plan(template(Other=OTHER_TOPIC))
    listed = [[change["Type"] for change in row["After"]["Changes"]] for row in rows]
    must(listed == [["AWS::SNS::Topic"]] * len(rows), f"the changes are {listed}")
    run, _ = trial.applied(plan)
    trial.are("UPDATE_COMPLETE", "Topic", "Other")
    _, rows = trial.changed("--undo", run)
    must({row["outcome"] for row in rows} == {"APPLIED"}, f"undo of an update: {rows}")
    trial.are("UPDATE_COMPLETE", "Topic")
    _, rows = trial.changed("--undo", run)
    must({row["outcome"] for row in rows} == {"ALREADY"}, f"undo again: {rows}")


def removal(trial):
    """A queue that would be removed is refused in plan and undo, and removed where that is allowed."""
    run, _ = trial.applied(trial.plan(template(Queue=QUEUE))[0])
    trial.are("UPDATE_COMPLETE", "Topic", "Queue")
    _, rows = trial.changed("--undo", run, code=3)
    must(all("would remove AWS::SQS::Queue Queue" in row["message"] for row in rows), f"undo: {rows}")
    _, rows = trial.plan(template())
    must(actions(rows) == {"skip"}, f"the plan's rows are {rows}")
    must(all("remove AWS::SQS::Queue Queue" in row["Reason"] for row in rows), f"the reasons are {rows}")
    trial.are("UPDATE_COMPLETE", "Topic", "Queue")
    trial.applied(trial.plan(template(), "--param", "AllowReplacement=true")[0])
    trial.are("UPDATE_COMPLETE", "Topic")


def changed_since(trial):
    """A stack that somebody updated after the plan is left alone."""
    plan, _ = trial.plan(template(Other=OTHER_TOPIC))
    for member in trial.organization.members:
        member.filling("cloudformation").update_stack(StackName=STACK, TemplateBody=template(Third=OTHER_TOPIC))
    trial.applied(plan, "CHANGED_SINCE_PLAN")
    trial.are("UPDATE_COMPLETE", "Topic", "Third")


def failed(trial):
    """A failure is FAILED, with the reason that CloudFormation gives."""
    place = {"LocationConstraint": REGION}
    trial.organization.of(session("test"), "s3", REGION).create_bucket(Bucket="taken", CreateBucketConfiguration=place)
    _, rows = trial.applied(trial.plan(template(Third=OTHER_TOPIC, Bucket=TAKEN))[0], "FAILED")
    reasons = [row["message"] for row in rows]
    must(all("bucket name is not available" in reason for reason in reasons), f"the reasons are {reasons}")


STEPS = [unconfirmed, dropped, created, unchanged, updated, removal, changed_since, failed]


def main():
    begun = time.monotonic()
    with Moto() as emulator, tempfile.TemporaryDirectory() as folder:
        trial = Trial(Organization("moto", emulator.endpoint), folder)
        for step in STEPS:
            try:
                step(trial)
            except Failed as failed_step:
                print(f"{step.__name__}: {failed_step}")
                return 1
    names = ", ".join(step.__name__ for step in STEPS)
    print(f"{names}: as they must be, {time.monotonic() - begun:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
