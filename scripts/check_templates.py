"""Hold the templates to each other and to what a person needs in order to use them.

What their policies may say is in check_policies.py, what holds them to the Rust code in tests/tests/drift.rs. Each check yields
what is wrong and what to do.
"""

import hashlib
import json
import re
import sys

import check_policies
from deployment import operator, parameters
from templates import FOLDER, actions, nodes, parse, references, resources

# CloudFormation takes no longer template in a call; `make deploy` sends all of them by S3.
LONGEST = 51_200
# By S3 it takes a megabyte. These are longer than a call takes, so nobody can deploy them without a bucket.
BY_S3_ONLY = {"analytics.yaml": 1_000_000}
# The one that everything is added to keeps room to grow: a sixth of what a call takes.
LONGEST_OPERATOR = 42_500
# In the aws partition only: CloudFormation refuses a template with a type that the Region lacks, whatever its condition.
ONE_PARTITION_ONLY = {"AWS::Chatbot::SlackChannelConfiguration": "slack.yaml"}
# Of the linter's findings only this one is suppressed: OnEmulator compares with a pseudo parameter's name on purpose.
LINT_SUPPRESSED = {"operator.yaml": ["W1054"]}
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


def check_parameters(file, template):
    interface = template["Metadata"]["AWS::CloudFormation::Interface"]
    grouped = [name for group in interface["ParameterGroups"] for name in group["Parameters"]]
    names = list(template["Parameters"])
    if sorted(grouped) != sorted(names):
        yield f"{file}: each parameter stands in one group: {set(grouped) ^ set(names)}"
    if set(interface["ParameterLabels"]) != set(names):
        yield f"{file}: each parameter has a label: {set(interface['ParameterLabels']) ^ set(names)}"
    for name, parameter in template["Parameters"].items():
        yield from check_parameter(file, name, parameter)


def check_parameter(file, name, parameter):
    for field in ("Description", "ConstraintDescription"):
        if field not in parameter:
            yield f"{file}: {name} has no {field}"
    if not {"AllowedPattern", "AllowedValues", "MinValue"} & set(parameter):
        yield f"{file}: {name} takes anything: give it an AllowedPattern"
    if "AllowedPattern" in parameter and "Default" in parameter:
        if not re.fullmatch(parameter["AllowedPattern"], str(parameter["Default"])):
            yield f"{file}: the default of {name} is not what its own pattern allows"


def check_text(file, text):
    longest = LONGEST_OPERATOR if file == "operator.yaml" else BY_S3_ONLY.get(file, LONGEST)
    if len(text.encode()) > longest:
        yield f"{file}: {len(text.encode())} bytes; it may have {longest}"
    # What a person reads shows what an ARN looks like.
    code = [line.split("#")[0] for line in text.splitlines() if "ConstraintDescription:" not in line]
    for partition in re.findall(r"arn:(aws[a-z-]*):", "\n".join(code)):
        yield f"{file}: names the partition {partition}: write ${{AWS::Partition}}"
    for host in re.findall(r"[\w.${}:*-]*\.(?:amazonaws|c2s|sc2s|cloud\.adc-e|csp\.hci)\.[\w.*]+", "\n".join(code)):
        if host not in check_policies.SERVICES | check_policies.LINKED | check_policies.PASSED:
            yield f"{file}: names the host {host}: write ${{AWS::URLSuffix}}, or leave its end to a pattern"


def check_suppressions(file, template):
    for name, resource in template["Resources"].items():
        for skip in resource.get("Metadata", {}).get("checkov", {}).get("skip", []):
            if len(skip.get("comment", "")) <= 20:
                yield f"{file}: {name} suppresses {skip['id']} without saying why"
    suppressed = [node["cfn-lint"]["config"].get("ignore_checks") for node in nodes(template) if "cfn-lint" in dictionary(node)]
    if suppressed not in ([], [LINT_SUPPRESSED.get(file)]):
        yield f"{file}: suppresses {suppressed} of cfn-lint"


def dictionary(node):
    return node if isinstance(node, dict) else {}


def check_partitions(file, template):
    for name, resource in template["Resources"].items():
        only_in = ONE_PARTITION_ONLY.get(resource["Type"], file)
        if only_in != file:
            yield f"{file}: {name} is a {resource['Type']}, so no other partition takes this template: it belongs into {only_in}"


def check_release(template):
    functions = resources(template, "AWS::Lambda::Function")
    content = template["Resources"]["Release"]["Properties"]["Content"]
    released, _ = references(content)
    used, conditions = references([it["Properties"] for it in functions.values()])
    for condition in conditions:
        used |= references(template["Conditions"][condition])[0]
    missing = used - released - set(NOT_A_RELEASE)
    if missing:
        yield f"operator.yaml: a change of {missing} would not reach the functions: add it to Release"
    digest = digest_of_functions(template, functions)
    if content["Fn::Sub"].splitlines()[0] != f"Functions {digest}":
        yield (
            "operator.yaml: a function's properties changed, so this is another release:"
            f" write `Functions {digest}` as the first line of Release's Content"
        )
    for name in functions:
        yield from check_version(name, template["Resources"].get(name.replace("Function", "Version"), {}))


def digest_of_functions(template, functions):
    properties = {name: it["Properties"] for name, it in sorted(functions.items())}
    # What the functions take out of a mapping changes them too.
    properties["Mappings"] = template.get("Mappings", {})
    return hashlib.sha256(json.dumps(properties, sort_keys=True).encode()).hexdigest()[:12]


def check_version(name, version):
    if version.get("Properties", {}).get("Description") != {"Fn::Sub": "release ${Release}"}:
        yield f"operator.yaml: {name} has no published version of the release"
    if version.get("UpdateReplacePolicy") != "Retain":
        yield f"operator.yaml: running executions need the old version of {name}: Retain it"


def check_management(management, template, member_roles):
    delegation = management["Resources"]["Delegation"]["Properties"]["Content"]["Statement"]
    delegated = sorted(action for statement in delegation for action in statement["Action"])
    fanout = actions(template["Resources"]["FanoutRole"], "organizations")
    if delegated != fanout:
        yield f"management.yaml delegates {delegated}, but operator.yaml's Fanout may call {fanout}"
    stack_set = management["Resources"]["MemberRoles"]["Properties"]
    stack = management["Resources"]["OwnMemberRoles"]["Properties"]
    if stack_set["TemplateURL"] != stack["TemplateURL"]:
        yield "management.yaml: the StackSet and the stack take their template from two places"
    by_stack_set = {entry["ParameterKey"]: entry["ParameterValue"] for entry in stack_set["Parameters"]}
    if by_stack_set != stack["Parameters"]:
        yield "management.yaml: the StackSet and the stack have other parameters"
    for name, parameter in member_roles["Parameters"].items():
        if by_stack_set.get(name) != {"Ref": name}:
            yield f"management.yaml does not pass {name} on to member-roles.yaml"
        if management["Parameters"].get(name, {}).get("AllowedPattern") != parameter["AllowedPattern"]:
            yield f"management.yaml: {name} allows something else than in member-roles.yaml"
    extra = set(by_stack_set) - set(member_roles["Parameters"])
    if extra:
        yield f"management.yaml: member-roles.yaml has no parameter {extra}"


def check_passed_on(file, template, first):
    """`make deploy` gives these templates what the stack of operator.yaml has under the same names."""
    given = set(first["Outputs"]) | set(first["Parameters"]) | set(operator.SLACK) | set(operator.ANALYTICS)
    for name in set(template["Parameters"]) - given:
        yield f"{file}: nobody gives it {name}: operator.yaml has no output and no parameter of that name"


def check_analytics(template):
    """What a person pays for or sees of others is held by the workgroup, not by the person's client."""
    for name, group in resources(template, "AWS::Athena::WorkGroup").items():
        settings = group["Properties"]["WorkGroupConfiguration"]
        if settings.get("EnforceWorkGroupConfiguration") is not True:
            yield f"analytics.yaml: a client may pass over the settings of {name}"
        if "BytesScannedCutoffPerQuery" not in settings:
            yield f"analytics.yaml: a query in {name} may read without limit"
        if "EncryptionConfiguration" not in settings.get("ResultConfiguration", {}):
            yield f"analytics.yaml: results of queries in {name} are not encrypted"
    for name, table in resources(template, "AWS::Glue::Table").items():
        given = table["Properties"]["TableInput"]
        names = [column["Name"] for column in given["StorageDescriptor"]["Columns"] + given["PartitionKeys"]]
        if len(set(names)) < len(names):
            yield f"analytics.yaml: {name} has a column twice"
        for column in given["StorageDescriptor"]["Columns"]:
            if len(column["Comment"].encode()) > 255 or not re.fullmatch("[a-z0-9_]+", column["Name"]):
                yield f"analytics.yaml: {name} has the column {column['Name']}: Glue takes no such name or comment"


def check_reader(file, template):
    """`make deploy` reads the names of parameters without a reader of YAML."""
    if parameters.of_template(file) != list(template["Parameters"]):
        yield f"{file}: deployment/parameters.py reads {parameters.of_template(file)}"


def check_runbook(template):
    page = FOLDER.parent / "docs" / "runbook.md"
    text = page.read_text(encoding="utf-8")
    for name in resources(template, "AWS::CloudWatch::Alarm"):
        if f"`{name}`" not in text:
            yield f"docs/runbook.md does not say what to do about {name}"


def problems(texts):
    """What is wrong with the templates, by their files' names and texts."""
    templates = {file: parse(text) for file, text in texts.items()}
    for file, template in templates.items():
        yield from check_text(file, texts[file])
        for check in (check_parameters, check_suppressions, check_partitions, check_policies.of_template):
            yield from check(file, template)
    first = templates["operator.yaml"]
    yield from check_release(first)
    yield from check_policies.check_state_machine_log(first)
    yield from check_management(templates["management.yaml"], first, templates["member-roles.yaml"])
    for file in ("observability.yaml", "slack.yaml", "analytics.yaml"):
        yield from check_passed_on(file, templates[file], first)
    yield from check_runbook(templates["observability.yaml"])
    yield from check_analytics(templates["analytics.yaml"])


def read_all():
    return {path.name: path.read_text(encoding="utf-8") for path in sorted(FOLDER.glob("*.yaml"))}


def main():
    texts = read_all()
    found = list(problems(texts)) + [line for file, text in texts.items() for line in check_reader(file, parse(text))]
    for problem in found:
        print(problem, file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
