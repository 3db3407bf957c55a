"""Clients that note AWS's request ids, what the deployment is, and asking a person before anything costs or changes."""

import sys
import time

import botocore.exceptions
import botocore.session

from .record import NotTried

KINDS = {
    "invoke": "invokes the functions directly (fractions of a cent)",
    "start": "starts runs of the state machine (cents)",
    "concurrency": "sets the worker's reserved concurrency to 1 and back (runs in that minute are slower)",
}


class Cloud:
    """The operation account as the caller's credentials see it."""

    def __init__(self, region, stack, agreed):
        self.session = botocore.session.Session()
        self.region, self.stack, self.agreed, self.calls = region, stack, set(agreed), []
        self.session.register("after-call", self._note)
        self.clients = {}

    def _note(self, model, parsed, **_):
        self.calls.append((model.name, parsed.get("ResponseMetadata", {}).get("RequestId", "none")))

    def client(self, service):
        if service not in self.clients:
            self.clients[service] = self.session.create_client(service, self.region)
        return self.clients[service]

    def call(self, service, operation, **parameters):
        """The answer, or NotTried where this identity may not call."""
        try:
            return getattr(self.client(service), operation)(**parameters)
        except botocore.exceptions.ClientError as error:
            raise NotTried(f"{operation}: {error.response['Error'].get('Code')}") from error
        except (botocore.exceptions.BotoCoreError, AttributeError) as error:
            raise NotTried(f"{operation}: {type(error).__name__}") from error

    def code(self, service, operation, **parameters):
        """The error code that a call ends with, or None where it succeeds."""
        try:
            getattr(self.client(service), operation)(**parameters)
        except botocore.exceptions.ClientError as error:
            return error.response["Error"].get("Code")
        return None

    def consent(self, kind):
        """Asks once for each kind of cost or change; no answer is a no."""
        if kind in self.agreed:
            return
        question = f"This {KINDS[kind]}. Go on? [y/N] "
        if not sys.stdin.isatty() or input(question).strip().lower() not in ("y", "yes"):
            raise NotTried(f"no consent: it {KINDS[kind]}")
        self.agreed.add(kind)

    def outputs(self):
        """The stack's outputs by name."""
        stacks = self.call("cloudformation", "describe_stacks", StackName=self.stack)["Stacks"]
        return {output["OutputKey"]: output["OutputValue"] for output in stacks[0].get("Outputs", [])}

    def parameters(self):
        """The stack's parameters by name; those that CloudFormation hides are left out."""
        stacks = self.call("cloudformation", "describe_stacks", StackName=self.stack)["Stacks"]
        given = {parameter["ParameterKey"]: parameter["ParameterValue"] for parameter in stacks[0].get("Parameters", [])}
        given.pop("ExternalId", None)
        return given


def wait_for(look, seconds=900, every=2):
    """What `look` returns once it is something, or NotTried after `seconds`."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = look()
        if found:
            return found
        time.sleep(every)
    raise NotTried(f"it did not end within {seconds} s")
