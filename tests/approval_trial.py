"""The approval of a run that changes something, on the emulator: the state machine's own states, and `org-operator approve` and
`reject`. Fanout, workers and result handler are stood in for, so that nothing but the question and its answers is tried.
"""

import json
import os
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile

import botocore.session
from emulator import ROOT, Emulator, wait_for
from organization import REGION, command, policy

OPERATION = "close-open-ingress"
TABLE = "ledger"
PLAN = {"Operation": OPERATION, "WorkItems": 2, "Targets": 5, "Changes": {"close": 7, "open": 1}, "ExpiresAt": 4_000_000_000}
KEYS = [("Run", "HASH"), ("Entry", "RANGE")]


def definition(plan, topic, table=TABLE, seconds=None):
    """The state machine with stand-ins for what the functions do."""
    text = (ROOT / "statemachine/org-operator.asl.json").read_text(encoding="utf-8")
    given = {"Partition": "aws", "LedgerTable": table, "ResultsBucket": "results", "NotificationTopic": topic}
    for name, value in given.items():
        text = text.replace(f"${{{name}}}", value)
    machine = json.loads(text)
    states = machine["States"]
    states["Fanout"] = {"Type": "Pass", "Result": plan, "Next": "AnyWorkItems"}
    states["WorkersMap"] = {"Type": "Pass", "Result": True, "ResultPath": "$.Worked", "Next": "ResultHandler"}
    states["ResultHandler"] = {"Type": "Pass", "End": True}
    if seconds:
        states["AwaitApproval"]["TimeoutSeconds"] = seconds
    return json.dumps(machine)


def expect(holds, problem):
    if not holds:
        sys.exit(problem)


class Trial:
    """A table, a topic with a queue behind it, and state machines over them."""

    def __init__(self, endpoint, home):
        self.endpoint, self.home, self.number = endpoint, home, 0
        self.session = botocore.session.Session()
        self.states, self.ledger = self.client("stepfunctions"), self.client("dynamodb")
        self.topic = self.client("sns").create_topic(Name="runs")["TopicArn"]
        self.sqs = self.client("sqs")
        self.queue = self.sqs.create_queue(QueueName="messages")["QueueUrl"]
        named = self.sqs.get_queue_attributes(QueueUrl=self.queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        allowed = policy("sqs:SendMessage", named, Principal="*")
        self.sqs.set_queue_attributes(QueueUrl=self.queue, Attributes={"Policy": allowed})
        self.client("sns").subscribe(TopicArn=self.topic, Protocol="sqs", Endpoint=named)
        self.ledger.create_table(
            TableName=TABLE,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name, _ in KEYS],
            KeySchema=[{"AttributeName": name, "KeyType": kind} for name, kind in KEYS],
        )
        trusted = policy("sts:AssumeRole", None, Principal={"Service": "states.amazonaws.com"})
        role = self.client("iam").create_role(RoleName="machine", AssumeRolePolicyDocument=trusted)
        self.role = role["Role"]["Arn"]

    def client(self, service):
        keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
        return self.session.create_client(service, REGION, endpoint_url=self.endpoint, **keys)

    def start(self, request, plan=None, topic=None, **given):
        """A run's id and its execution."""
        self.number += 1
        run = f"run-{self.number}"
        whole = {"Approval": True} | PLAN | {"RunId": run} | (plan or {})
        text = definition({name: value for name, value in whole.items() if value is not None}, topic or self.topic, **given)
        machine = self.states.create_state_machine(name=f"machine-{self.number}", definition=text, roleArn=self.role)
        self.machine = machine["stateMachineArn"]
        started = self.states.start_execution(stateMachineArn=self.machine, name=run, input=json.dumps(request))
        return run, started["executionArn"]

    def token(self, run):
        """The token with which the run waits."""

        def found():
            return self.ledger.get_item(TableName=TABLE, Key={"Run": {"S": run}, "Entry": {"S": "approval"}}).get("Item")

        return wait_for(f"the question of {run}", found, 20)["TaskToken"]["S"]

    def message(self):
        """The next message of the topic, or None."""
        got = self.sqs.receive_message(QueueUrl=self.queue, WaitTimeSeconds=1).get("Messages", [])
        for one in got:
            self.sqs.delete_message(QueueUrl=self.queue, ReceiptHandle=one["ReceiptHandle"])
            return json.loads(one["Body"])
        return None

    def ended(self, execution):
        """How the execution ended, and the names of the states that it was in."""

        def over():
            said = self.states.describe_execution(executionArn=execution)
            return said if said["status"] != "RUNNING" else None

        said = wait_for(execution, over, 30)
        events = self.states.get_execution_history(executionArn=execution, maxResults=1000)["events"]
        entered = [event["stateEnteredEventDetails"]["name"] for event in events if "stateEnteredEventDetails" in event]
        return said, json.loads(said.get("output") or "{}"), entered

    def typed(self, words, code):
        """What `org-operator` says; the options are those of the deployment."""
        clean = {"PATH": os.environ["PATH"], "HOME": self.home, "AWS_ENDPOINT_URL": self.endpoint, "AWS_REGION": "us-east-1"}
        clean |= {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
        clean |= {"ORG_OPERATOR_STATE_MACHINE_ARN": self.machine, "ORG_OPERATOR_LEDGER_TABLE": TABLE}
        ended = subprocess.run(
            [command(), *words], env=clean, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=30, check=False
        )
        expect(ended.returncode == code, f"{words}: exit code {ended.returncode}, not {code}: {ended.stderr}")
        return ended.stdout + ended.stderr


def approved(trial):
    """The message's own command, with the operation's name, lets the run go on; a second one comes too late."""
    run, execution = trial.start({"Operation": OPERATION, "Apply": True, "PlanRun": "plan-1"})
    token, message = trial.token(run), trial.message()
    expect(message["Subject"] == f"Approve run {run}?", f"the subject: {message}")
    for part in ("would change something (close 7, open 1) in", "5 targets of 2 accounts", f"s3://results/runs/{OPERATION}/plan-1/", "within 12 hours"):
        expect(part in message["Message"], f"`{part}` is not in: {message['Message']}")
    line = next(line for line in message["Message"].splitlines() if line.startswith("org-operator "))
    words = shlex.split(line)[1:]
    asked = trial.typed(words, 2)
    expect("give --confirm close-open-ingress" in asked and "plan-1 (close 7, open 1), in 5 targets" in asked, f"without a terminal: {asked}")
    expect("was not approved" in trial.typed([*words, "--confirm", "yes"], 2), "`yes` was taken for the operation's name")
    expect(trial.states.describe_execution(executionArn=execution)["status"] == "RUNNING", "it does not wait any more")
    said = trial.typed([*words, "--confirm", OPERATION], 0)
    expect(f"run {run} goes on" in said, said)
    _, output, entered = trial.ended(execution)
    expect(output.get("Worked") and "Rejected" not in output, f"after the approval: {output}")
    expect("AwaitApproval" in entered, f"it never waited: {entered}")
    again = trial.typed([*words, "--confirm", OPERATION], 2)
    expect("answered already" in again, f"a second answer: {again}")
    shown = json.dumps([output, message]) + asked + said + again
    expect(token not in shown, "the token shows in a message or an output")


def rejected(trial):
    """A person's no, and no answer, end the run before any worker starts."""
    run, execution = trial.start({"Apply": True, "Undo": "run-0"})
    trial.token(run)
    message = trial.message()["Message"]
    expect("take back" in message and "run-0/" in message, f"an undo's message: {message}")
    trial.typed(["reject", run, "--reason", "not now"], 0)
    _, output, entered = trial.ended(execution)
    expect(output.get("Rejected") is True and "WorkersMap" not in entered, f"rejected: {output}, {entered}")
    _, execution = trial.start({}, seconds=1)
    _, output, entered = trial.ended(execution)
    expect(output.get("Rejected") is True and "WorkersMap" not in entered, f"no answer: {output}, {entered}")
    expect(trial.message()["Subject"], "no message")
    expect("waits for no approval" in trial.typed(["approve", "unknown", "--confirm", OPERATION], 2), "an unknown run")


def not_asked(trial):
    """Without Approval, with false, and where nothing is left to do, nobody is asked."""
    for plan in ({"Approval": False}, {"Approval": None}, {"WorkItems": 0}):
        _, execution = trial.start({}, plan)
        said, _, entered = trial.ended(execution)
        expect(said["status"] == "SUCCEEDED" and "AskForApproval" not in entered, f"{plan}: {said}, {entered}")
    expect(trial.message() is None, "a message without a question")


def failing(trial):
    """A message that cannot be sent keeps nobody from answering; a question that cannot be kept ends the run."""
    run, execution = trial.start({}, topic=re.sub("runs$", "gone", trial.topic))
    trial.token(run)
    trial.typed(["approve", run, "--confirm", OPERATION], 0)
    _, output, _ = trial.ended(execution)
    expect(output.get("Worked"), f"without a topic: {output}")
    _, execution = trial.start({}, table="gone")
    said, _, entered = trial.ended(execution)
    expect(said["status"] == "FAILED" and "WorkersMap" not in entered, f"without a table: {said}, {entered}")
    expect("nothing was done in any account" in said["cause"], f"the cause: {said['cause']}")


def main():
    if not pathlib.Path(command()).exists():
        sys.exit("there is no org-operator: make build")
    with Emulator() as emulator, tempfile.TemporaryDirectory() as home:
        trial = Trial(emulator.endpoint, home)
        for part in (approved, rejected, not_asked, failing):
            part(trial)
            print(f"  {part.__doc__}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
