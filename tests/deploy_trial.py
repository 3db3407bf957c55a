"""Deploy, update, run and delete as docs/deploy.md says, against the emulator.

Does what a new user does and nothing besides: the make targets, and then the document's own blocks by hand, with an AWS
CLI, an empty account and a filled dist/. What the emulator lacks is answered by front.py, and said by name. The management
account's part is in trial_management.py.
"""

import datetime
import json
import sys

import trial_links
import trial_management
from emulator import Emulator, wait_for
from front import FAILS, STAND_IN, Front
from trial_management import printed_command
from trial_user import User, expect, in_order, names_all, step

# The run that shows whether a deployment works.
REQUEST = {"Accounts": {"IncludeManagementAccount": True}}
SLACK = "SlackWorkspaceId=T0123456789 SlackChannelId=C0123456789"
NO_SLACK = "SlackWorkspaceId= SlackChannelId="
STACKS = ["org-operator", "org-operator-observability", "org-operator-slack"]
CHATBOT = "AWS::Chatbot::SlackChannelConfiguration"
SAVED_QUERY = "AWS::Athena::NamedQuery"


def refusals(user, deploy):
    names_all(user.make("deploy", "CODE_BUCKET=YOUR-BUCKET", fails=True), ["CODE_BUCKET=", "ORGANIZATION_ID="])
    named = ["OPERATION_ACCOUNT_ID=", "WORKER_ROLE_ARN=", "ORGANIZATION_ID=", "EXTERNAL_ID=", "TEMPLATE_BUCKET=", "TARGETS="]
    names_all(user.make("deploy-management", fails=True), named)
    names_all(user.make(*deploy, "ALLOW_UNOPTIMIZED=", fails=True), ["make package", "ALLOW_UNOPTIMIZED=1"])
    names_all(user.make(*deploy, "ARCH=arm64", fails=True), ["ARCH=x86_64"])
    wrong = user.make(*deploy, "PARAMETERS=TargetRegion=eu-west-1 ExternalId=abc SlackChannelId=C0123456789", fails=True)
    names_all(wrong, ["did you mean TargetRegions?", "EXTERNAL_ID=", "SlackWorkspaceId and SlackChannelId"])
    for command in (deploy, ["deploy-management"]):
        opt_in = {"AWS_REGION": "eu-south-1", "AWS_DEFAULT_REGION": "eu-south-1"}
        names_all(user.make(*command, fails=True, **opt_in), ["eu-south-1", "ALLOW_OPT_IN_REGION=1"])
    china = {"AWS_REGION": "cn-north-1", "AWS_DEFAULT_REGION": "cn-north-1"}
    names_all(user.make(*deploy, f"PARAMETERS={SLACK}", fails=True, **china), ["aws-cn", "chat client"])
    expect(not user.buckets() and not user.stacks(), "something was made before all was given")
    step("what is missing or wrong is said at once, before anything starts; so are an opt-in Region and unoptimized packages")


def foreign_bucket(user, front, organization):
    """Somebody has a bucket of that name and lets everyone use it, in order to give out code of their own."""
    theirs = User(front.endpoint, "111111111111").client("s3")
    theirs.create_bucket(Bucket="foreign", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    everything = {"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": ["arn:aws:s3:::foreign", "arn:aws:s3:::foreign/*"]}
    theirs.delete_public_access_block(Bucket="foreign")
    theirs.put_bucket_policy(Bucket="foreign", Policy=json.dumps({"Version": "2012-10-17", "Statement": [everything]}))
    user.client("s3").head_bucket(Bucket="foreign")
    front.owners["foreign"] = "111111111111"
    said = user.make("deploy", "CODE_BUCKET=foreign", f"ORGANIZATION_ID={organization}", fails=True)
    names_all(said, ["s3://foreign is not a bucket of account"])
    expect(not theirs.list_objects_v2(Bucket="foreign").get("Contents"), "packages lie in it")
    expect(not user.stacks(), "a stack was made from a foreign bucket")
    step("a bucket of another account is refused, even an open one")


def failed_first_create(user, front, deploy):
    front.replaced = {"AWS::DynamoDB::Table": FAILS}
    names_all(user.make(*deploy, fails=True), ["LedgerTable: ", "REPLACE_FAILED=1"])
    front.replaced = {}
    status = user.stack("org-operator")["StackStatus"]
    expect(status == "ROLLBACK_COMPLETE", f"the stack that could not be made is {status}")
    expect(user.buckets() == {"trial-code"}, f"a stack that could not be made left buckets: {user.buckets()}")
    again = user.make(*deploy, fails=True)
    names_all(again, ["nothing was deployed", status, "LedgerTable: ", "REPLACE_FAILED=1"])
    expect("An error occurred" not in again, f"CloudFormation's own words are no help:\n{again}")
    step("a first create that failed leaves no bucket, and the next command says why it failed")


def all_three(user, front, deploy):
    """Over what is left of the failed one, with a Slack channel, and back again."""
    expect(CHATBOT in user.lacks("slack.yaml"), "the emulator has a Slack channel now: try it")
    step(f"not emulated, held to CloudFormation's schema only: {CHATBOT} of slack.yaml")
    front.replaced = {CHATBOT: STAND_IN}
    said = user.make(*deploy, "REPLACE_FAILED=1", f"PARAMETERS={SLACK}")
    in_order(said, ["delete-stack --stack-name org-operator\n", *(f"deploy --stack-name {stack} " for stack in STACKS)])
    results = user.outputs("org-operator")["ResultsBucket"]
    said = user.make("undeploy")
    in_order(said, [f"delete-stack --stack-name {stack}\n" for stack in reversed(STACKS)])
    names_all(said, [results, "trial-code"])
    expect(results in user.buckets(), "undeploy deleted the results")
    expect(not user.stacks(), f"undeploy left the stacks {user.stacks()}")
    names_all(user.make("undeploy"), ["there is no stack org-operator"])
    step("by consent it is replaced; Slack comes after what it hangs on, and make undeploy goes the opposite way")


def reviewed_only(user):
    """Somebody made a change set and never executed it: CloudFormation has a stack without anything in it."""
    user.shell(
        "aws cloudformation deploy --stack-name org-operator --template-file cloudformation/member-roles.yaml"
        " --no-execute-changeset --capabilities CAPABILITY_NAMED_IAM --parameter-overrides ExternalId=abc"
        " OrganizationId=o-a1b2c3d4e5 ReadOnlyWorkerRoleArn=arn:aws:iam::111111111111:role/worker"
    )
    status = user.stack("org-operator")["StackStatus"]
    expect(status == "REVIEW_IN_PROGRESS", f"after a change set that nobody executed: {status}")


def expect_run(user, machine, targets):
    arn, result = user.run(machine, REQUEST)
    expect(result.get("Status") == "COMPLETE" and result.get("Targets") == targets, f"the run: {result}")
    return arn.rsplit(":", 1)[-1]


def first_deployment(user, front, deploy):
    reviewed_only(user)
    printed = user.make(*deploy, f"PARAMETERS=TargetRegions=eu-west-1 {SLACK}")
    outputs = user.outputs("org-operator")
    expect(user.stacks() == STACKS, f"the stacks: {user.stacks()}")
    topic = user.parameters("org-operator-slack")["NotificationTopicArn"]
    expect(topic == outputs["NotificationTopicArn"], f"Slack hears of {topic}")
    step("make deploy: the operation account's stacks are there, over a change set that nobody had executed")
    management = printed_command(printed)
    own = user.make(*management, "PARAMETERS=IncludeManagementAccount=true")
    expect("OwnMemberRolesStack" in own, own)
    step("make deploy-management, as make deploy prints it: the management account has its member role")
    run = expect_run(user, outputs["StateMachineArn"], 1)
    step("a run ends COMPLETE")
    nothing_left(user, outputs, run)
    sql(user, front, outputs, run)
    return outputs, management


def nothing_left(user, outputs, run):
    """The run's summary was lost, so there is something to write and nobody to ask."""
    summary = f"runs/internet-routes/{run}/summary.json"
    user.client("s3").delete_object(Bucket=outputs["ResultsBucket"], Key=summary)
    arn, result = user.run(outputs["StateMachineArn"], {"ResumeRun": run})
    expect(result.get("Status") == "COMPLETE", f"the resumed run: {result}")
    entered = user.states_entered(arn)
    expect("WorkersMap" not in entered and "ResultHandler" in entered, f"with nothing left to ask: {entered}")
    step("a resumed run with nothing left to ask starts no Map, and writes its artifacts")


def alarms(user, outputs):
    """What the alarms of the second stack watch is what the first one has."""
    listed = user.client("cloudwatch").describe_alarms()["MetricAlarms"]
    watched = {(one["MetricName"], one["Dimensions"][0]["Value"]) for one in listed}
    machine, worker = outputs["StateMachineArn"], outputs["WorkerFunction"]
    wanted = {(f"Executions{how}", machine) for how in ("Failed", "TimedOut", "Aborted")}
    wanted |= {("PartialRuns", "org-operator"), ("Throttles", worker), ("Errors", outputs["ResultHandlerFunction"])}
    expect(wanted <= watched, f"{wanted - watched} are not watched, but {watched}")
    told = {action for one in listed for action in one["AlarmActions"]}
    expect(told == {outputs["NotificationTopicArn"]}, f"the alarms tell {told}")
    return watched


def sql(user, front, outputs, run):
    """By choice, what SQL needs, over the files that the run left for it; and back again."""
    kept = user.client("s3").list_objects_v2(Bucket=outputs["ResultsBucket"], Prefix="tables/")["Contents"]
    days = {one["Key"].split("/")[2] for one in kept}
    names = {one["Key"].replace(day, "dt=") for one in kept for day in days}
    wanted = {f"tables/internet-routes/dt=/{run}.jsonl", f"tables/coverage/dt=/internet-routes-{run}.jsonl"}
    expect(wanted <= names, f"run and resumption left {names} for SQL")
    expect(SAVED_QUERY in user.lacks("analytics.yaml"), "the emulator has saved queries now: try them")
    step(f"not emulated, held to CloudFormation's schema only: {SAVED_QUERY} of analytics.yaml")
    front.replaced |= {SAVED_QUERY: STAND_IN}
    names_all(user.make("deploy", "PARAMETERS=Analytics=yes BytesScannedLimit=1", fails=True), ["Analytics is true or false"])
    user.make("deploy", "PARAMETERS=Analytics=true BytesScannedLimit=20000000")
    user.make("deploy")
    given = user.parameters("org-operator-analytics")
    expect(given["ResultsBucket"] == outputs["ResultsBucket"] and given["BytesScannedLimit"] == "20000000", f"SQL has {given}")
    group = user.client("athena").get_work_group(WorkGroup="org-operator")["WorkGroup"]["Configuration"]
    # The emulator keeps the text of the parameter; AWS has a number.
    expect(int(group["BytesScannedCutoffPerQuery"]) == 20_000_000, f"the workgroup: {group}")
    listed = user.client("glue").get_tables(DatabaseName="org_operator")["TableList"]
    places = {table["Name"]: table["StorageDescriptor"]["Location"] for table in listed}
    folder = f"s3://{outputs['ResultsBucket']}/tables"
    expect(places.get("internet_routes") == f"{folder}/internet-routes/" and places.get("coverage") == f"{folder}/coverage/", f"{places}")
    queries = user.outputs("org-operator-analytics")["QueryResultsBucket"]
    user.make("deploy", "PARAMETERS=Analytics=false")
    expect("org-operator-analytics" not in user.stacks() and queries in user.buckets(), "after Analytics=false")
    step("SQL is made by choice, over the tables of the run, stays through updates, and is given up without its results")


def repeated(user, deploy, management):
    """The same commands again, with no more than a person remembers."""
    names = [*STACKS, "org-operator-management"]
    before = [user.parameters(name) for name in names]
    user.make("deploy")
    user.make("deploy-management", "TEMPLATE_BUCKET=trial-templates", "TARGETS=none")
    after = [user.parameters(name) for name in names]
    expect(before == after, f"the same commands changed {before} to {after}")
    another = "EXTERNAL_ID=another-external-id"
    names_all(user.make(*deploy, another, fails=True), ["CHANGE_EXTERNAL_ID=1"])
    names_all(user.make(*management, another, fails=True), ["CHANGE_EXTERNAL_ID=1"])
    expect(user.parameters("org-operator") == before[0], "a refused command changed the stack")
    step("the same commands again change nothing, and another external id is refused")


def updates(user, deploy, outputs):
    """Each stack with other parameters, member-roles.yaml among them."""
    changing = "PARAMETERS=EnableAdminOperations=true StackServiceRoleName=ops/deployer StackNamePrefix=team-"
    given = ["EXTERNAL_ID=another-external-id", "CHANGE_EXTERNAL_ID=1", changing]
    management = printed_command(user.make(*deploy, *given))
    expect("operation-admin" not in user.roles(), "there is an admin role that nobody asked for")
    user.make(*management)
    expect("operation-admin" in user.roles(), "the update of member-roles.yaml made no admin role")
    bounded_stacks(user, outputs)
    expect_run(user, outputs["StateMachineArn"], 1)
    step("another external id and an admin worker: all stacks are updated, and a run ends COMPLETE")
    scheduled_update(user, outputs)
    user.make("deploy", f"PARAMETERS=TargetRegions= MemorySize=2048 {NO_SLACK}")
    fanout = user.client("lambda").get_function_configuration(FunctionName=outputs["FanoutFunction"])
    regions = fanout["Environment"]["Variables"]["TARGET_REGIONS"].split(",")
    expect(len(regions) == 34 and "eu-south-1" in regions, f"without TargetRegions it is {regions}")
    expect(fanout["MemorySize"] == 2048, f"MemorySize is {fanout['MemorySize']}")
    expect("org-operator-slack" not in user.stacks(), "the Slack channel stays after it was given up")
    step("without TargetRegions it is the partition's own; MemorySize reaches the functions; a Slack channel is given up")
    scheduled_start(user, outputs)
    return management


def bounded_stacks(user, outputs):
    """The role and the stacks reach the fanout, and the admin role's policy."""
    fanout = user.client("lambda").get_function_configuration(FunctionName=outputs["FanoutFunction"])
    variables = fanout["Environment"]["Variables"]
    given = variables["STACK_SERVICE_ROLE_NAME"], variables["STACK_NAME_PREFIX"]
    expect(given == ("ops/deployer", "team-"), f"the fanout has {given}")
    policy = user.client("iam").get_role_policy(RoleName="operation-admin", PolicyName="stacks")["PolicyDocument"]
    found = {(action, one["Resource"]) for one in policy["Statement"] for action in one["Action"] if one["Effect"] == "Allow"}
    passed = [resource for action, resource in found if action == "iam:PassRole"]
    expect(len(passed) == 1 and passed[0].endswith(":role/ops/deployer"), f"it may pass {passed}")
    executed = [resource for action, resource in found if action == "cloudformation:ExecuteChangeSet"]
    expect(len(executed) == 1 and executed[0].endswith(":stack/team-*"), f"it may execute change sets of {executed}")


def scheduled_update(user, outputs):
    soon = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=20)
    schedule = f"'ScheduleExpression=at({soon:%Y-%m-%dT%H:%M:%S})'"
    user.make("deploy", f"PARAMETERS=TargetRegions=eu-west-1,us-east-1 StateMachineLogLevel=OFF {schedule}")
    for function in ("FanoutFunction", "WorkerFunction", "ResultHandlerFunction"):
        versions = user.versions(outputs[function])
        expect(versions == ["1", "2", "3"], f"after two updates {function} has the versions {versions}")
    expect_run(user, outputs["StateMachineArn"], 2)
    step("an update reaches the next run; the versions before it stay")
    machine = user.client("stepfunctions").describe_state_machine(stateMachineArn=outputs["StateMachineArn"])
    expect(not machine["loggingConfiguration"].get("destinations"), "it logs nothing, and yet has a destination")
    queue = user.outputs("org-operator")["DeadLettersQueue"]
    expect(("ApproximateNumberOfMessagesVisible", queue) in alarms(user, outputs), "no alarm for the schedule's queue")
    step("alarms of the second stack watch what the first one has, the schedule too since it is there")


def scheduled_start(user, outputs):
    states = user.client("stepfunctions")

    # Whoever subscribes next would otherwise get a message about this run.
    def ended():
        listed = states.list_executions(stateMachineArn=outputs["StateMachineArn"])["executions"]
        over = [one["executionArn"] for one in listed if one["status"] != "RUNNING"]
        return any(states.describe_execution(executionArn=arn)["input"] == "{}" for arn in over)

    wait_for("the end of an execution with the schedule's input", ended, 90)
    step("the schedule's own target and input start an execution, and it ends")


def undeployed(user):
    user.make("undeploy")
    expect(not user.stacks(), f"undeploy left the stacks {user.stacks()}")
    step("make undeploy-management, make undeploy: the stacks are gone")


def trial(user, front):
    organization = user.client("organizations").describe_organization()["Organization"]["Id"]
    deploy = ["deploy", "CODE_BUCKET=trial-code", f"ORGANIZATION_ID={organization}"]
    refusals(user, deploy)
    foreign_bucket(user, front, organization)
    failed_first_create(user, front, deploy)
    all_three(user, front, deploy)
    outputs, management = first_deployment(user, front, deploy)
    alarms(user, outputs)
    trial_management.reader(user, front, management)
    repeated(user, deploy, management)
    management = updates(user, deploy, outputs)
    trial_links.trial(user, outputs, REQUEST)
    trial_management.trial(user, front, management)
    undeployed(user)
    trial_management.by_hand(user, organization, REQUEST)


def main():
    print("deploying as a new user would, against the emulator")
    with Emulator() as emulator, Front(emulator.endpoint) as front:
        trial(User(front.endpoint), front)
    return 0


if __name__ == "__main__":
    sys.exit(main())
