"""Starting runs and reading what they leave behind."""

import csv
import io
import json
import time

from .cloud import wait_for
from .record import NotTried


class Runs:
    """Runs of the deployed state machine."""

    def __init__(self, cloud, outputs):
        self.cloud = cloud
        self.machine, self.bucket = outputs["StateMachineArn"], outputs["ResultsBucket"]
        self.number, self.last = 0, None

    def run(self, request):
        """Starts a run and returns its description when it has ended."""
        self.cloud.consent("start")
        self.number += 1
        name = f"first-run-{int(time.time())}-{self.number}"
        started = self.cloud.call("stepfunctions", "start_execution", stateMachineArn=self.machine, name=name,
                                  input=json.dumps(request))
        arn = started["executionArn"]

        def ended():
            described = self.cloud.call("stepfunctions", "describe_execution", executionArn=arn)
            return described if described["status"] != "RUNNING" else None

        described = wait_for(ended)
        described["name"] = name
        return described

    def answer(self, request):
        """The output of a run that succeeded, and its name."""
        described = self.run(request)
        if described["status"] != "SUCCEEDED":
            raise NotTried(f"the run ended {described['status']}: {described.get('error')}")
        self.last = described["name"]
        return json.loads(described["output"]), described["name"]

    def artifact(self, run, name, operation="internet-routes"):
        key = f"runs/{operation}/{run}/{name}"
        return self.cloud.call("s3", "get_object", Bucket=self.bucket, Key=key)["Body"].read().decode("utf-8")

    def coverage(self, run):
        return list(csv.DictReader(io.StringIO(self.artifact(run, "coverage.csv"))))

    def events(self, arn):
        """The types of the execution's events."""
        history = self.cloud.call("stepfunctions", "get_execution_history", executionArn=arn)
        return [event["type"] for event in history["events"]]
