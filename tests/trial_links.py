"""The link that opens a report without signing in: by choice, in the message, and nowhere else."""

import json
import re
import urllib.error
import urllib.parse
import urllib.request

from emulator import wait_for
from trial_user import expect, step

QUEUE = "links"


def trial(user, outputs, request):
    queue = subscribed(user, outputs)
    plain = told(user, queue, outputs, request)[1]
    expect("X-Amz-" not in plain, f"nobody asked for a link, and here it is:\n{plain}")
    user.make("deploy", "PARAMETERS=ReportLinkHours=2 TargetRegions=eu-west-1")
    arn, message = told(user, queue, outputs, request)
    opens(message)
    kept_nowhere(user, outputs, arn, message)
    step("ReportLinkHours: a link in the message opens the report without signing in, and stands nowhere else")
    refused(user, queue, outputs, request)
    step("where the message with the link is refused, the state machine sends the one without")
    user.make("deploy", "PARAMETERS=ReportLinkHours=0")
    expect("X-Amz-" not in told(user, queue, outputs, request)[1], "a link that was given up")


def subscribed(user, outputs):
    """A queue that gets what the topic gets."""
    sqs, topic = user.client("sqs"), outputs["NotificationTopicArn"]
    url = sqs.create_queue(QueueName=QUEUE)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    statement = {
        "Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage", "Resource": arn,
        "Condition": {"ArnEquals": {"aws:SourceArn": topic}},
    }  # fmt: skip
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    user.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    return url


def told(user, queue, outputs, request):
    """A run's ARN, and the one message about it."""
    arn, result = user.run(outputs["StateMachineArn"], request)
    expect(result.get("Status") == "COMPLETE", f"the run: {result}")
    expect("Notification" not in result, f"the output has the notification: {result}")
    sqs = user.client("sqs")

    def received():
        return sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages")

    messages = wait_for("a message about the run", received, 20)
    expect(len(messages) == 1, f"{len(messages)} messages about one run: {messages}")
    sqs.delete_message(QueueUrl=queue, ReceiptHandle=messages[0]["ReceiptHandle"])
    return arn, json.loads(messages[0]["Body"])["Message"]


def link(message):
    found = re.findall(r"^  internet-routes: (http\S+)$", message, re.MULTILINE)
    expect(len(found) == 1, f"the links are {found} in:\n{message}")
    return found[0]


def opens(message):
    """Whoever has the link reads the report, and no other file."""
    address = urllib.parse.urlsplit(link(message))
    expect(urllib.parse.parse_qs(address.query)["X-Amz-Expires"] == ["7200"], f"how long the link is valid: {address}")
    with urllib.request.urlopen(address.geturl(), timeout=10) as answer:
        page = answer.read().decode()
    expect("<title>org-operator report</title>" in page, f"behind the link is {page[:300]}")
    other = address._replace(path=address.path.replace("report.html", "coverage.csv"))
    try:
        urllib.request.urlopen(other.geturl(), timeout=10).close()
        expect(False, "the link opens other files, too")
    except urllib.error.HTTPError as error:
        expect(error.code == 403, f"another file with the link's signature: {error}")


def kept_nowhere(user, outputs, arn, message):
    signature = urllib.parse.parse_qs(urllib.parse.urlsplit(link(message)).query)["X-Amz-Signature"][0]
    history = user.client("stepfunctions").get_execution_history(executionArn=arn, maxResults=1000)["events"]
    expect(len(history) > 5, f"the history is {history}")
    places = {"the execution's history": str(history), **files(user, outputs), **logs(user), "the ledger": ledger(user, outputs)}
    expect(any("report.html" in name for name in places) and any("/aws/lambda/" in name for name in places), f"{list(places)}")
    expect("report.html" in places["the execution's history"], "the history has no result")
    for name, text in places.items():
        expect(signature not in text and "X-Amz-Signature" not in text, f"the link stands in {name}")


def files(user, outputs):
    s3, bucket = user.client("s3"), outputs["ResultsBucket"]
    keys = [one["Key"] for one in s3.list_objects_v2(Bucket=bucket)["Contents"]]
    return {key: s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode("utf-8", "replace") for key in keys}


def logs(user):
    client = user.client("logs")
    groups = [group["logGroupName"] for group in client.describe_log_groups()["logGroups"]]
    return {group: str(client.filter_log_events(logGroupName=group)["events"]) for group in groups}


def ledger(user, outputs):
    return str(user.client("dynamodb").scan(TableName=outputs["LedgerTable"])["Items"])


def refused(user, queue, outputs, request):
    """Without the permission to publish there is a message all the same."""
    iam = user.client("iam")
    function = user.client("lambda").get_function_configuration(FunctionName=outputs["ResultHandlerFunction"])
    role = function["Role"].rsplit("/", 1)[-1]
    statement = {"Effect": "Deny", "Action": "sns:Publish", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_role_policy(RoleName=role, PolicyName="trial", PolicyDocument=document)
    message = told(user, queue, outputs, request)[1]
    iam.delete_role_policy(RoleName=role, PolicyName="trial")
    expect("X-Amz-" not in message and "report.html" in message, f"without the permission it says:\n{message}")
