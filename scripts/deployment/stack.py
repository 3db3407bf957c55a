"""A CloudFormation stack: what it is now, what stands in the way of a change, making, changing and deleting it."""

import dataclasses

from deployment import aws

# A stack whose first create failed has nothing that anybody uses, and takes no update. A delete that failed is like it.
FAILED = {"CREATE_FAILED", "ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "DELETE_FAILED"}
# Only a change set was made, which nobody has executed: the AWS CLI makes the stack as if it were not there.
NOT_YET = "REVIEW_IN_PROGRESS"
CANCELLED = "Resource creation cancelled"


@dataclasses.dataclass
class Stack:
    """A stack as CloudFormation describes it; `status` is empty where there is none."""

    name: str
    status: str = ""
    parameters: dict = dataclasses.field(default_factory=dict)
    outputs: dict = dataclasses.field(default_factory=dict)

    @property
    def exists(self):
        return bool(self.status)

    @property
    def failed(self):
        return self.status in FAILED

    def obstacle(self, replace_failed):
        """Why the stack can be neither made nor changed now; empty where it can."""
        if self.failed and not replace_failed:
            return (
                f"the stack {self.name} is {self.status}: its last create or delete failed, and CloudFormation takes no update"
                f" of it.{reasons(self.name)}\n    Mend the cause. Then REPLACE_FAILED=1 deletes what is left of it and makes it anew"
            )
        if self.status == "UPDATE_ROLLBACK_FAILED":
            return f"the stack {self.name} is {self.status}: aws cloudformation continue-update-rollback --stack-name {self.name}"
        if self.status.endswith("_IN_PROGRESS") and self.status != NOT_YET:
            return f"the stack {self.name} is {self.status}: wait until that has ended"
        return ""


def read(name):
    """The stack as it is now."""
    try:
        described = aws.look("cloudformation", "describe-stacks", "--stack-name", name)["Stacks"][0]
    except aws.AwsError as error:
        # CloudFormation has no code of its own for a stack that is not there; the AWS CLI reads the words too.
        if error.code == "ValidationError" and "does not exist" in str(error):
            return Stack(name)
        raise
    parameters = {one["ParameterKey"]: one["ParameterValue"] for one in described.get("Parameters", [])}
    outputs = {one["OutputKey"]: one["OutputValue"] for one in described.get("Outputs", [])}
    return Stack(name, described["StackStatus"], parameters, outputs)


def first_failures(events):
    """The resources that failed in the last operation, oldest first; `events` are newest first, as CloudFormation has them.

    What was only cancelled because of another one is left out."""
    failures = []
    for event in events:
        if event["ResourceStatus"].endswith("_FAILED") and not is_stack(event):
            failures.append((event["LogicalResourceId"], event.get("ResourceStatusReason", "no reason given")))
        if is_stack(event) and event["ResourceStatus"] in ("CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS", "DELETE_IN_PROGRESS"):
            if failures:
                break
    return [(name, reason) for name, reason in reversed(failures) if CANCELLED not in reason]


def is_stack(event):
    return event.get("PhysicalResourceId") == event.get("StackId")


def reasons(name):
    """What failed in the stack's last operation, as lines; empty where nobody knows."""
    try:
        events = aws.look("cloudformation", "describe-stack-events", "--stack-name", name)["StackEvents"]
    except aws.AwsError as error:
        return f"\n    Why could not be read: {error}"
    return "".join(f"\n    {logical}: {reason}" for logical, reason in first_failures(events)[:5])


def delete(name):
    """Deletes the stack and waits until it is gone."""
    aws.change("cloudformation", "delete-stack", "--stack-name", name)
    try:
        aws.change("cloudformation", "wait", "stack-delete-complete", "--stack-name", name)
    except aws.AwsError as error:
        raise aws.AwsError(f"the stack {name} could not be deleted.{reasons(name)}") from error


def deploy(stack, template, bucket, parameters):
    """Makes or changes the stack, by a template that goes through S3.

    A stack that is left from a failed create is deleted first: the caller has asked for consent."""
    if stack.failed:
        delete(stack.name)
    overrides = [f"{name}={value}" for name, value in parameters.items()]
    try:
        aws.change(
            "cloudformation", "deploy", "--stack-name", stack.name, "--template-file", f"cloudformation/{template}",
            "--s3-bucket", bucket, "--s3-prefix", "org-operator/templates", "--no-fail-on-empty-changeset",
            "--capabilities", "CAPABILITY_NAMED_IAM", "--parameter-overrides", *overrides,
        )  # fmt: skip
    except aws.AwsError as error:
        now = read(stack.name)
        left = "\nMend the cause, then the same command with REPLACE_FAILED=1 deletes it and makes it anew." if now.failed else ""
        state = f"is {now.status}" if now.exists else "was not made"
        raise aws.AwsError(f"the stack {stack.name} {state}.{reasons(stack.name) if now.exists else ''}{left}") from error
