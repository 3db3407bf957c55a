"""Hold the templates to each other and to what a person needs in order to use them.

What holds them to the Rust code is in tests/tests/drift.rs. Each check says what is wrong and what to do.
"""

import hashlib
import json
import pathlib
import re
import sys

import yaml

FOLDER = pathlib.Path(__file__).parent.parent / "cloudformation"
# CloudFormation takes no longer template in a call; a longer one must go by S3.
LONGEST = 51_200
# The functions refer to these, but not in a way that makes another release of them.
NOT_A_RELEASE = {
    "Release": "is the release itself",
    "WorkerReservedConcurrency": "belongs to the function, not to its versions",
    "AdminWorkerRole": "has a fixed name",
    "FanoutLogGroup": "has a fixed name",
    "WorkerLogGroup": "has a fixed name",
    "AdminWorkerLogGroup": "has a fixed name",
    "ResultHandlerLogGroup": "has a fixed name",
    "WorkerVersion": "follows from the release",
    "AdminWorkerVersion": "follows from the release",
}

problems = []


def expect(holds, problem):
    if not holds:
        problems.append(problem)


class Loader(yaml.SafeLoader):
    """YAML with CloudFormation's short functions."""


def function(loader, tag, node):
    name = tag if tag in ("Ref", "Condition") else f"Fn::{tag}"
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
        return {name: value.split(".", 1) if tag == "GetAtt" else value}
    if isinstance(node, yaml.SequenceNode):
        return {name: loader.construct_sequence(node, deep=True)}
    return {name: loader.construct_mapping(node, deep=True)}


Loader.add_multi_constructor("!", function)


def nodes(value):
    yield value
    children = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for child in children:
        yield from nodes(child)


def chosen(value, condition, branch):
    """The value with one branch of each If of the condition."""
    if isinstance(value, dict):
        if list(value) == ["Fn::If"] and value["Fn::If"][0] == condition:
            return chosen(value["Fn::If"][branch], condition, branch)
        return {name: chosen(child, condition, branch) for name, child in value.items()}
    if isinstance(value, list):
        return [chosen(child, condition, branch) for child in value]
    return value


def on_aws(value):
    """What AWS makes of it: nothing that is there for an emulator only."""
    return chosen(value, "OnEmulator", 2)


def references(value):
    """The names that a value refers to, and the conditions that choose within it."""
    names, conditions = set(), set()
    for node in nodes(value):
        if not isinstance(node, dict) or len(node) != 1:
            continue
        name, argument = next(iter(node.items()))
        if name == "Ref":
            names.add(argument)
        elif name == "Fn::GetAtt":
            names.add(argument[0])
        elif name == "Fn::Sub":
            text = argument if isinstance(argument, str) else argument[0]
            names.update(found.split(".")[0] for found in re.findall(r"\$\{([^!}]+)\}", text))
        elif name == "Fn::If":
            conditions.add(argument[0])
    return {name for name in names if not name.startswith("AWS::")}, conditions


def resources(template, kind):
    return {name: it for name, it in template["Resources"].items() if it["Type"] == kind}


def check_parameters(file, template):
    interface = template["Metadata"]["AWS::CloudFormation::Interface"]
    grouped = [name for group in interface["ParameterGroups"] for name in group["Parameters"]]
    names = list(template["Parameters"])
    expect(sorted(grouped) == sorted(names), f"{file}: each parameter stands in one group: {set(grouped) ^ set(names)}")
    labelled = set(interface["ParameterLabels"])
    expect(labelled == set(names), f"{file}: each parameter has a label: {labelled ^ set(names)}")
    for name, parameter in template["Parameters"].items():
        expect("Description" in parameter, f"{file}: {name} has no Description")
        expect("ConstraintDescription" in parameter, f"{file}: {name} has no ConstraintDescription")
        limits = {"AllowedPattern", "AllowedValues", "MinValue"} & set(parameter)
        expect(limits, f"{file}: {name} takes anything: give it an AllowedPattern")
        if "AllowedPattern" in parameter and "Default" in parameter:
            matches = re.fullmatch(parameter["AllowedPattern"], str(parameter["Default"]))
            expect(matches, f"{file}: the default of {name} is not what its own pattern allows")


def check_text(file, text):
    expect(len(text.encode()) < LONGEST, f"{file}: {len(text.encode())} bytes; CloudFormation takes {LONGEST}")
    code = [line.split("#")[0] for line in text.splitlines() if "ConstraintDescription:" not in line]
    expect(not any("arn:aws:" in line for line in code), f"{file}: names a partition: write ${{AWS::Partition}}")


def check_suppressions(file, template):
    for name, resource in template["Resources"].items():
        for skip in resource.get("Metadata", {}).get("checkov", {}).get("skip", []):
            said = len(skip.get("comment", "")) > 20
            expect(said, f"{file}: {name} suppresses {skip['id']} without saying why")


def check_release(operator):
    functions = resources(operator, "AWS::Lambda::Function")
    content = operator["Resources"]["Release"]["Properties"]["Content"]
    released, _ = references(content)
    used, conditions = references([it["Properties"] for it in functions.values()])
    for condition in conditions:
        used |= references(operator["Conditions"][condition])[0]
    missing = used - released - set(NOT_A_RELEASE)
    expect(not missing, f"operator.yaml: a change of {missing} would not reach the functions: add it to Release")
    properties = {name: it["Properties"] for name, it in sorted(functions.items())}
    # What the functions take out of a mapping changes them too.
    properties["Mappings"] = operator.get("Mappings", {})
    digest = hashlib.sha256(json.dumps(properties, sort_keys=True).encode()).hexdigest()[:12]
    first = content["Fn::Sub"].splitlines()[0]
    expect(
        first == f"Functions {digest}",
        "operator.yaml: a function's properties changed, so this is another release:"
        f" write `Functions {digest}` as the first line of Release's Content",
    )
    for name in functions:
        version = operator["Resources"].get(name.replace("Function", "Version"), {})
        said = version.get("Properties", {}).get("Description") == {"Fn::Sub": "release ${Release}"}
        expect(said, f"operator.yaml: {name} has no published version of the release")
        kept = version.get("UpdateReplacePolicy") == "Retain"
        expect(kept, f"operator.yaml: running executions need the old version of {name}: Retain it")


def actions(resource, service):
    """The actions of a role's policies, those of one service; of all where it is empty. Whatever a condition may add
    is among them."""
    statements = [node for node in nodes(resource["Properties"]["Policies"]) if isinstance(node, dict) and "Action" in node]
    named = [statement["Action"] for statement in statements]
    flat = [action for one in named for action in (one if isinstance(one, list) else [one])]
    return sorted(action for action in flat if action.startswith(f"{service}:" if service else ""))


def check_management(management, operator, member_roles):
    delegation = management["Resources"]["Delegation"]["Properties"]["Content"]["Statement"]
    delegated = sorted(action for statement in delegation for action in statement["Action"])
    fanout = actions(operator["Resources"]["FanoutRole"], "organizations")
    expect(delegated == fanout, f"management.yaml delegates {delegated}, but operator.yaml's Fanout may call {fanout}")
    stack_set = management["Resources"]["MemberRoles"]["Properties"]
    stack = management["Resources"]["OwnMemberRoles"]["Properties"]
    same = stack_set["TemplateURL"] == stack["TemplateURL"]
    expect(same, "management.yaml: the StackSet and the stack take their template from two places")
    by_stack_set = {entry["ParameterKey"]: entry["ParameterValue"] for entry in stack_set["Parameters"]}
    expect(by_stack_set == stack["Parameters"], "management.yaml: the StackSet and the stack have other parameters")
    for name, parameter in member_roles["Parameters"].items():
        expect(by_stack_set.get(name) == {"Ref": name}, f"management.yaml does not pass {name} on to member-roles.yaml")
        ours = management["Parameters"].get(name, {})
        pattern = ours.get("AllowedPattern") == parameter["AllowedPattern"]
        expect(pattern, f"management.yaml: {name} allows something else than in member-roles.yaml")
    extra = set(by_stack_set) - set(member_roles["Parameters"])
    expect(not extra, f"management.yaml: member-roles.yaml has no parameter {extra}")


def check_trust(file, template):
    """No role trusts a whole service or account without a condition that names whose call it is."""
    for name, role in resources(template, "AWS::IAM::Role").items():
        for statement in role["Properties"]["AssumeRolePolicyDocument"]["Statement"]:
            principal = statement["Principal"]
            # Lambda passes no source account; the function's own role is passed by the one who makes it.
            if principal.get("Service") == "lambda.amazonaws.com":
                continue
            keys = set(statement.get("Condition", {}).get("StringEquals", {}))
            wanted = {"aws:SourceAccount"} if "Service" in principal else {"sts:ExternalId", "aws:PrincipalOrgID"}
            expect(wanted <= keys, f"{file}: {name} trusts {principal} without {wanted - keys}")


def check_emulator(file, template):
    """What makes room for emulators is not there in an account of AWS."""
    emulator = template["Conditions"].get("OnEmulator")
    wanted = {"Fn::Or": [{"Fn::Equals": [{"Ref": "AWS::AccountId"}, no]} for no in ("000000000000", "AWS::AccountId")]}
    expect(emulator in (None, wanted), f"{file}: OnEmulator holds in an account that AWS may have")
    text = json.dumps(on_aws(template["Resources"]))
    for loose in ("IfExists", "127.0.0.0/8", "OnEmulator"):
        expect(loose not in text, f"{file}: {loose} without OnEmulator would loosen a policy on AWS")
    for node in nodes(on_aws(template["Resources"])):
        statement = node if isinstance(node, dict) else {}
        if statement.get("Action") == "sts:AssumeRole" and "Resource" in statement:
            organization = statement.get("Condition", {}).get("StringEquals", {})
            expect("aws:ResourceOrgID" in organization, f"{file}: a worker may assume roles of other organizations")


def check_state_machine_log(operator):
    """Without the permission to log, Step Functions refuses a state machine that names a log group."""
    machine = operator["Resources"]["StateMachine"]["Properties"]["LoggingConfiguration"]
    off = references(chosen(machine, "HasStateMachineLog", 2))[0]
    expect("StateMachineLogGroup" not in off, "operator.yaml: with StateMachineLogLevel OFF there is a log destination")
    logs = actions(chosen(operator["Resources"]["StateMachineRole"], "HasStateMachineLog", 2), "logs")
    expect(not logs, f"operator.yaml: with StateMachineLogLevel OFF the state machine may {logs}")


def check_slack(operator):
    """No partition but aws has the type, so nothing of it may be made there."""
    condition = json.dumps(operator["Conditions"]["HasSlack"])
    expect('{"Fn::Equals": [{"Ref": "AWS::Partition"}, "aws"]}' in condition, "operator.yaml: HasSlack in every partition")


def check_runbook(operator):
    page = FOLDER.parent / "docs" / "operations.md"
    text = page.read_text(encoding="utf-8") if page.exists() else ""
    for name in resources(operator, "AWS::CloudWatch::Alarm"):
        expect(f"`{name}`" in text, f"docs/runbook.md does not say what to do about {name}")


def main():
    templates = {}
    for path in sorted(FOLDER.glob("*.yaml")):
        text = path.read_text(encoding="utf-8")
        templates[path.stem] = template = yaml.load(text, Loader)
        check_text(path.name, text)
        check_parameters(path.name, template)
        check_suppressions(path.name, template)
        check_trust(path.name, template)
        check_emulator(path.name, template)
    check_release(templates["operator"])
    check_management(templates["management"], templates["operator"], templates["member-roles"])
    check_state_machine_log(templates["operator"])
    check_slack(templates["operator"])
    check_runbook(templates["operator"])
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
