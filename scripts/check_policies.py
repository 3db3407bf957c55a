"""Hold the templates' roles and policies to what security.md promises."""

import json

from templates import actions, chosen, nodes, on_aws, references, resources

# These services have one name in every partition: IAM in China refuses lambda.amazonaws.com.cn (aws-cdk#2198), and the CDK
# calls `<service>.amazonaws.com` right everywhere (aws-cdk-lib/region-info, default.ts). CloudWatch Logs is otherwise.
SERVICES = {"lambda.amazonaws.com", "states.amazonaws.com", "scheduler.amazonaws.com", "chatbot.amazonaws.com"}
# The services whose linked roles a change makes: `iam:AWSServiceName` is the same in every partition.
LINKED = {"agentless.inspector2.amazonaws.com", "inspector2.amazonaws.com", "securityhub.amazonaws.com"}
# So are `iam:PassedToService` and `aws:CalledVia` of the service that a change gives a role to.
PASSED = {"cloudformation.amazonaws.com"}


def of_template(file, template):
    for check in (check_trust, check_emulator):
        yield from check(file, template)


def check_trust(file, template):
    """No role trusts a whole service or account without a condition that names whose call it is."""
    for name, role in resources(template, "AWS::IAM::Role").items():
        for statement in role["Properties"]["AssumeRolePolicyDocument"]["Statement"]:
            service = statement["Principal"].get("Service")
            if service and service not in SERVICES:
                yield f"{file}: {name} trusts {service}: is that its name in every partition?"
            # Lambda passes no source account; the function's own role is passed by the one who makes it.
            if service == "lambda.amazonaws.com":
                continue
            keys = set(statement.get("Condition", {}).get("StringEquals", {}))
            wanted = {"aws:SourceAccount"} if service else {"sts:ExternalId", "aws:PrincipalOrgID"}
            if not wanted <= keys:
                yield f"{file}: {name} trusts {statement['Principal']} without {wanted - keys}"


def check_emulator(file, template):
    """What makes room for emulators is not there in an account of AWS."""
    emulator = template.get("Conditions", {}).get("OnEmulator")
    wanted = {"Fn::Or": [{"Fn::Equals": [{"Ref": "AWS::AccountId"}, no]} for no in ("000000000000", "AWS::AccountId")]}
    if emulator not in (None, wanted):
        yield f"{file}: OnEmulator holds in an account that AWS may have"
    text = json.dumps(on_aws(template["Resources"]))
    for loose in ("IfExists", "127.0.0.0/8", "OnEmulator"):
        if loose in text:
            yield f"{file}: {loose} without OnEmulator would loosen a policy on AWS"
    for node in nodes(on_aws(template["Resources"])):
        statement = node if isinstance(node, dict) else {}
        if statement.get("Action") == "sts:AssumeRole" and "Resource" in statement:
            if "aws:ResourceOrgID" not in statement.get("Condition", {}).get("StringEquals", {}):
                yield f"{file}: a worker may assume roles of other organizations"


def check_state_machine_log(operator):
    """Without the permission to log, Step Functions refuses a state machine that names a log group."""
    machine = operator["Resources"]["StateMachine"]["Properties"]["LoggingConfiguration"]
    if "StateMachineLogGroup" in references(chosen(machine, "HasStateMachineLog", 2))[0]:
        yield "operator.yaml: with StateMachineLogLevel OFF there is a log destination"
    logs = actions(chosen(operator["Resources"]["StateMachineRole"], "HasStateMachineLog", 2), "logs")
    if logs:
        yield f"operator.yaml: with StateMachineLogLevel OFF the state machine may {logs}"
