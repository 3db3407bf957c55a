"""`make deploy`: the operation account's stacks. operator.yaml first, then what hangs on its outputs: alarms and dashboard,
and a Slack channel and tables for SQL where they are asked for."""

import hashlib
import pathlib
import secrets

import package
from deployment import aws, bucket, parameters, regions, stack
from deployment.inputs import Inputs

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
DIST = ROOT / "dist"
PACKAGED = ["fanout.zip", "result-handler.zip", "worker.zip", "org-operator.asl.json"]
SLACK = ["SlackWorkspaceId", "SlackChannelId"]
# The first says whether there is to be a stack, the other is a parameter of its template.
ANALYTICS = ["Analytics", "BytesScannedLimit"]
# Parameters of operator.yaml that have a variable of their own.
VARIABLES = {
    "CodeBucket": "CODE_BUCKET",
    "CodePrefix": "CODE_PREFIX",
    "Architecture": "ARCH",
    "OrganizationId": "ORGANIZATION_ID",
    "ExternalId": "EXTERNAL_ID",
}


class Stacks:
    """The stacks as they are now."""

    def __init__(self, name):
        self.operator = stack.read(name)
        self.observability = stack.read(f"{name}-observability")
        self.slack = stack.read(f"{name}-slack")
        self.analytics = stack.read(f"{name}-analytics")

    def all(self):
        return [self.operator, self.observability, self.slack, self.analytics]


def read_inputs(inputs, stacks):
    """Everything that is given, or kept from the stack."""
    now = stacks.operator.parameters
    for name, variable in VARIABLES.items():
        # Other packages go into another folder.
        if name not in ("CodePrefix", "Architecture"):
            inputs.keep(variable, now.get(name))
    # It is no secret, but nobody else should have the same by chance.
    inputs.keep("EXTERNAL_ID", secrets.token_hex(16))
    inputs.need_bucket("CODE_BUCKET", "an S3 bucket of this account and Region for the packages; it is made where it is not there")
    inputs.need("ORGANIZATION_ID", "o-..., from: aws organizations describe-organization --query Organization.Id")
    inputs.need("EXTERNAL_ID", "2 to 1,224 characters; it may be left out")
    inputs.refuse_another_external_id(now.get("ExternalId"))
    inputs.read_parameters([*parameters.of_template("operator.yaml"), *SLACK, *ANALYTICS], VARIABLES)


def package_problems(inputs):
    """Why what is in dist/ is not to be deployed."""
    missing = [f"dist/{name}  from: make package" for name in PACKAGED if not (DIST / name).is_file()]
    build = package.read_build(DIST)
    if missing or not build:
        return missing or ["dist/build  says what the packages were built for; from: make package"]
    machine, unoptimized = build
    if machine != inputs["ARCH"]:
        return [f"ARCH={machine}  dist/ was made for it, not for {inputs['ARCH']}"]
    if unoptimized and not inputs.says("ALLOW_UNOPTIMIZED"):
        return ["optimized packages  dist/ has those of tests, slow and 20 times as large: make package. Else ALLOW_UNOPTIMIZED=1"]
    return package.problems_of_folder(DIST, machine, unoptimized)


def wanted_slack(inputs, stacks):
    """The Slack parameters as they are to be: those that are given, else those of the stack."""
    return {name: inputs.parameters.get(name, stacks.slack.parameters.get(name, "")) for name in SLACK}


def slack_problems(slack, region):
    given = [value for value in slack.values() if value]
    if len(given) == 1:
        return ["PARAMETERS=  SlackWorkspaceId and SlackChannelId are given together, or neither is"]
    if given and regions.partition(region) != "aws":
        return [f"no Slack channel: the partition {regions.partition(region)} lacks AWS's chat client"]
    return []


def wants_analytics(inputs, stacks):
    """Whether there is to be SQL: as it is said, else as it is now."""
    return inputs.parameters.get("Analytics", "true" if stacks.analytics.exists else "false")


def analytics_problems(given, wanted):
    if wanted not in ("true", "false"):
        return [f"PARAMETERS=  Analytics is true or false, not {wanted}"]
    if "BytesScannedLimit" in given and wanted == "false":
        return ["PARAMETERS=  BytesScannedLimit is for Analytics=true"]
    return []


def obstacles(stacks, inputs):
    found = (one.obstacle(inputs.says("REPLACE_FAILED")) for one in stacks)
    return [obstacle for obstacle in found if obstacle]


def folder(inputs):
    """Other packages, another folder: CloudFormation sees an update only by its name."""
    if inputs["CODE_PREFIX"]:
        return inputs["CODE_PREFIX"]
    content = b"".join((DIST / name).read_bytes() for name in PACKAGED)
    return f"org-operator/{hashlib.sha256(content).hexdigest()[:12]}"


def upload(inputs, account, prefix):
    name = inputs["CODE_BUCKET"]
    bucket.ensure(name, account)
    # A folder of a person's choice may have other packages in it.
    there = set() if inputs["CODE_PREFIX"] else bucket.keys(name, account, prefix)
    for file in PACKAGED:
        if f"{prefix}/{file}" not in there:
            bucket.put(name, account, f"{prefix}/{file}", f"dist/{file}")


def deploy_operator(inputs, stacks, prefix):
    given = {name: inputs[variable] for name, variable in VARIABLES.items()} | {"CodePrefix": prefix}
    more = parameters.among(inputs.parameters, parameters.of_template("operator.yaml"))
    stack.deploy(stacks.operator, "operator.yaml", inputs["CODE_BUCKET"], given | more)
    return stack.read(stacks.operator.name)


def from_operator(template, operator):
    """What a template takes from the stack of operator.yaml: its outputs, and its parameters of the same names."""
    known = operator.parameters | operator.outputs
    return {name: known.get(name, "") for name in parameters.of_template(template)}


def deploy_observability(inputs, stacks, operator):
    given = from_operator("observability.yaml", operator)
    stack.deploy(stacks.observability, "observability.yaml", inputs["CODE_BUCKET"], given)


def deploy_slack(inputs, stacks, operator, slack):
    if all(slack.values()):
        given = from_operator("slack.yaml", operator) | slack
        stack.deploy(stacks.slack, "slack.yaml", inputs["CODE_BUCKET"], given)
    elif stacks.slack.exists:
        stack.delete(stacks.slack.name)


def deploy_analytics(inputs, stacks, operator, wanted):
    if wanted == "true":
        now = stacks.analytics.parameters | inputs.parameters
        own = {name: now[name] for name in ANALYTICS if name in now and name != "Analytics"}
        given = from_operator("analytics.yaml", operator)
        given.pop("BytesScannedLimit")
        stack.deploy(stacks.analytics, "analytics.yaml", inputs["CODE_BUCKET"], given | own)
    elif stacks.analytics.exists:
        stack.delete(stacks.analytics.name)


def deploy():
    inputs = Inputs()
    inputs.need_cli()
    region = inputs.need_region()
    inputs.refuse_opt_in_region(region)
    stacks = Stacks(inputs["STACK"])
    read_inputs(inputs, stacks)
    slack = wanted_slack(inputs, stacks)
    analytics = wants_analytics(inputs, stacks)
    inputs.problems += slack_problems(slack, region) + analytics_problems(inputs.parameters, analytics)
    inputs.problems += package_problems(inputs) + obstacles(stacks.all(), inputs)
    inputs.refuse()
    account, prefix = aws.account(), folder(inputs)
    upload(inputs, account, prefix)
    operator = deploy_operator(inputs, stacks, prefix)
    deploy_observability(inputs, stacks, operator)
    deploy_slack(inputs, stacks, operator, slack)
    deploy_analytics(inputs, stacks, operator, analytics)
    print("\nOutputs:", *(f"  {name}\t{value}" for name, value in operator.outputs.items()), sep="\n")
    print(what_next(inputs, operator, account, region))


def for_members(operator):
    """What member-roles.yaml takes besides where a deployment changes something."""
    admin = operator.outputs.get("AdminWorkerRoleArn")
    given = {name: operator.parameters.get(name) for name in ("StackServiceRoleName", "StackNamePrefix")}
    return [f"{name}={value}" for name, value in ({"AdminWorkerRoleArn": admin} | given).items() if admin and value]


def what_next(inputs, operator, account, region):
    outputs, members = operator.outputs, for_members(operator)
    change = " CHANGE_EXTERNAL_ID=1" if inputs["CHANGE_EXTERNAL_ID"] else ""
    more = f' \\\n    PARAMETERS="{" ".join(members)}"' if members else ""
    return f"""
Next, with credentials of the management account, in {region}:

  make deploy-management OPERATION_ACCOUNT_ID={account} \\
    WORKER_ROLE_ARN={outputs["ReadOnlyWorkerRoleArn"]} \\
    ORGANIZATION_ID={inputs["ORGANIZATION_ID"]} EXTERNAL_ID={inputs["EXTERNAL_ID"]}{change}{more} \\
    TEMPLATE_BUCKET=<a bucket of the management account> TARGETS=<r-... or ou-..., separated by commas>

Then start a run:

  aws stepfunctions start-execution --state-machine-arn {outputs["StateMachineArn"]} --input '{{}}'"""


def undeploy():
    """The stacks in the opposite order."""
    inputs = Inputs()
    inputs.need_cli()
    inputs.need_region()
    stacks = Stacks(inputs["STACK"])
    there = [one for one in reversed(stacks.all()) if one.exists]
    for one in there:
        stack.delete(one.name)
    print(what_stays(stacks) if there else f"there is no stack {inputs['STACK']}, nor one that hangs on it: nothing was done")


def what_stays(stacks):
    results, code = stacks.operator.outputs.get("ResultsBucket"), stacks.operator.parameters.get("CodeBucket")
    queries = stacks.analytics.outputs.get("QueryResultsBucket")
    lines = ["", "What stays:"]
    if results:
        lines.append(f"  s3://{results}  the artifacts of all runs, in all versions. To delete them: empty the bucket in the")
        lines.append(f"    console, then aws s3 rb s3://{results}")
    if queries:
        lines.append(f"  s3://{queries}  what queries returned in the last 30 days: aws s3 rb --force s3://{queries}")
    if code:
        lines.append(f"  s3://{code}/org-operator/  packages and templates: aws s3 rm --recursive s3://{code}/org-operator/")
    lines.append("  Ledger, logs, queue, alarms and dashboard are gone. Member roles: make undeploy-management, with credentials")
    lines.append("  of the management account.")
    return "\n".join(lines)
