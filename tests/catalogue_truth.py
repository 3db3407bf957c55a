"""The catalogue's operations on the emulators, row by row beside what boto3 says is there.

`truth_seeds.py` makes something to find in one account, beside it what must not be found, and leaves the other account
empty. `truth_rows.py` says with boto3 which rows that means. An operation that finds nothing at all shows nothing, so it
fails; where no emulator answers its calls, it stands in UNANSWERED.
"""

import collections
import concurrent.futures
import csv
import datetime
import json
import pathlib
import re
import sys
import tempfile
import time

import truth_actions
import truth_ec2
import truth_rows
from emulator import ROOT, Emulator, Moto
from organization import REGION, Organization
from truth_seeds import seed

KINDS = {"moto": Moto, "ministack": Emulator}
FILES = ROOT / "crates/operations/catalogue"
YARDSTICK = ROOT / "crates/definition/tests/files"
GLOBAL = {
    "account-summary", "cloudfront-distributions", "hosted-zones", "iam-credential-report", "iam-role-trusts", "saml-providers",
}

# In the order of their weight: what must not be in the rows, by its name in truth_seeds.py or as it is written.
OPERATIONS = {
    "lambda-functions": ["never to be shown"],
    "open-security-groups": ["closed", "10.0.0.0/8"],
    "unattached-ebs-volumes": ["attached"],
    "cloudfront-distributions": [],
    "public-endpoints": ["internal", "never-to-be-shown"],
    "account-summary": [],
    "inspector-status": [],
    "missing-tags": ["first_bucket"],
    "vpcs": [],
    "fsx-backups": [],
    "unused-nat-gateways": ["used_nat"],
    "s3-buckets": ["other_bucket"],
    "ec2-instances": ["terminated"],
    "rds-instances": ["never-to-be-shown"],
    "iam-role-trusts": ["role/own", "role/service"],
    "cloudformation-stacks": [],
    "vpc-peerings": [],
    "saml-providers": [],
    "default-vpcs": ["vpc"],
    "iam-credential-report": [],
    "cloudtrail-trails": ["trail/there"],
    "guardduty-detectors": [],
    "vpc-flow-logs": ["vpc"],
    "acm-certificates": [],
    "config-recorders": [],
    "kms-keys": [],
    "public-amis": ["private_image"],
    "hosted-zones": [],
    "idle-load-balancers": [],
    "old-ebs-snapshots": [],
    "secrets": ["never to be shown"],
    "unused-security-groups": ["open"],
    "gp2-volumes": ["gp3"],
    "log-groups-without-retention": ["/kept/a/week"],
    "ssm-unmanaged-instances": ["stopped", "terminated"],
    "transit-gateway-attachments": [],
}
# What a run sets, where the operation must be told something or would find nothing on the seeds' first day.
PARAMETERS = {"missing-tags": ['Keys=["team"]'], "old-ebs-snapshots": ["MinAgeDays=0"]}
# No emulator answers these: tests of crates/operations replay answers instead.
UNANSWERED = {
    "security-hub-standards": "neither has GetEnabledStandards",
    "ec2-account-defaults": "neither has all of its calls",
    "eks-clusters": "neither has DescribeClusterVersions",
    "public-ebs-snapshots": "both ignore RestorableByUserIds",
}
# Where an emulator is wrong, or lacks a call; the other one shows the operation.
PACKAGE = "moto wants a package that tests/requirements-tests.txt leaves out"
WRONG = {
    ("moto", "public-endpoints"): PACKAGE,
    ("moto", "cloudformation-stacks"): PACKAGE,
    ("moto", "inspector-status"): "moto lacks GetDelegatedAdminAccount",
    ("moto", "ssm-unmanaged-instances"): "moto lacks DescribeInstanceInformation",
    ("ministack", "fsx-backups"): "ministack has no FSx",
    ("ministack", "guardduty-detectors"): "ministack has no GuardDuty",
    ("ministack", "public-amis"): "ministack lacks CreateImage",
    ("ministack", "transit-gateway-attachments"): "ministack lacks DescribeTransitGatewayAttachments",
}
# The name of what is no operation: each one without each of its actions.
LEAST = "least privilege"
# What an emulator asks for besides the calls' own actions.
MORE_ACTIONS = {("ministack", "public-endpoints"): ["lambda:GetFunction"]}
# What keeps an operation from the wrong set: without it, its rows must differ from the truth on one emulator at least. The
# emulators' own defaults are right of ListCertificates and managed resources: test_catalogue.py holds those to their inputs.
MENDS = {
    "secrets": ("IncludePlannedDeletion = true", "IncludePlannedDeletion = false"),
    "cloudtrail-trails": ("trailList[?HomeRegion == $region]", "trailList[]"),
    "open-security-groups": ("!IsEgress && ", ""),
    "unattached-ebs-volumes": ("State == 'available'", "State != 'available'"),
    "kms-keys": ("KeyManager == 'CUSTOMER'", "KeyState == 'Enabled'"),
    "guardduty-detectors": ('when_empty = { status = "NOT_ENABLED" }', ""),
    "config-recorders": ('when_empty = { recording = "false" }', ""),
    "unused-nat-gateways": ('"$All || !$routes"', '"$All || !$All"'),
    "iam-role-trusts": ("!$OnlyForeign || difference", "$OnlyForeign || difference"),
}


def text(value):
    """A value of boto3 as a cell."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return ";".join(sorted(map(text, value)))
    if isinstance(value, datetime.datetime):
        written = value.astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%f")
        return written.rstrip("0").rstrip(".") + "Z"
    return str(value)


def whole(cell):
    """A cell, of a moment without the fraction: of a fine one the command cuts what boto3 rounds."""
    return re.sub(r"(T\d\d:\d\d:\d\d)\.\d+Z$", r"\1Z", cell)


def run(organization, folder, *words):
    """The rows of a run, and what it says of targets that failed."""
    folder.mkdir()
    ended = organization.asked(folder, "run", *words, "--format", "json")
    if ended.returncode:
        coverage = next(folder.rglob("coverage.csv"), None)
        told = list(csv.DictReader(coverage.open(encoding="utf-8", newline=""))) if coverage else []
        failed = sorted({row["message"] for row in told if row["message"]})
        return [], f"exit code {ended.returncode}: {' '.join(failed) or ended.stderr.strip()}"
    return json.loads(ended.stdout), ""


def named(organization, folder, operation, *more_words):
    """What `run --operation` finds in the Region, or once per account; `folder` is made for it."""
    words = [word for given in PARAMETERS.get(operation, []) for word in ("--param", given)]
    where = [] if operation in GLOBAL else ["--regions", REGION]
    more = MORE_ACTIONS.get((organization.kind, operation))
    what = ["--file", copied(FILES, operation, folder.parent, more)] if more else ["--operation", operation]
    return run(organization, folder, *what, *where, *words, *more_words)


def truth_of(operation):
    name = operation.replace("-", "_")
    return getattr(truth_ec2, name, None) or getattr(truth_rows, name)


def differences(rows, truth):
    """What one side has and the other one has not, in the columns that the truth names."""
    columns = sorted({name for row in truth for name in row})
    missing = [name for name in columns if rows and name not in rows[0]]
    if missing:
        return [f"no column {name}" for name in missing]
    mine = collections.Counter(tuple(whole(row[name]) for name in columns) for row in rows)
    theirs = collections.Counter(tuple(whole(text(row.get(name))) for name in columns) for row in truth)
    lines = [f"only here {dict(zip(columns, row))}" for row in mine - theirs]
    lines += [f"only boto3 {dict(zip(columns, row))}" for row in theirs - mine]
    return lines[:5] + ([f"and {len(lines) - 5} more"] if len(lines) > 5 else [])


def shown(organization, folder, operation, made):
    """The rows of an operation, and what is wrong with them."""
    rows, failed = named(organization, folder / operation, operation)
    if failed:
        return rows, [failed]
    truths = truth_of(operation)
    wrong = []
    for member in organization.members:
        try:
            truth = list(truths(member))
        except Exception as error:
            wrong.append(f"boto3: {error!r}")
            continue
        mine = [row for row in rows if row["account_id"] == member.account]
        wrong += differences(mine, truth)
    cells = {cell for row in rows if row["account_id"] == made["account"] for cell in row.values()}
    for name in OPERATIONS[operation]:
        unwanted = made.get(name, name)
        part = name not in made
        wrong += [f"{name} must not be there: {cell}" for cell in cells if cell == unwanted or part and name in cell]
    return rows, wrong + ([] if cells else ["nothing was found"])


def mended(organization, folder, operation):
    """Whether the rows are others than boto3's without what the operation does against its trap; None where it does not run."""
    file = pathlib.Path(copied(FILES, operation, folder))
    source = file.read_text(encoding="utf-8")
    without = source.replace(*MENDS[operation], 1)
    if without == source:
        sys.exit(f"{operation} has no {MENDS[operation][0]}: mend MENDS")
    file.write_text(without, encoding="utf-8")
    where = [] if operation in GLOBAL else ["--regions", REGION]
    rows, failed = run(organization, folder / f"{operation}-without", "--file", str(file), *where)
    if failed.startswith("exit code 2"):
        sys.exit(f"{operation} without its mend: {failed}")
    truths = truth_of(operation)
    of = {member: [row for row in rows if row["account_id"] == member.account] for member in organization.members}
    return not failed and any(differences(mine, list(truths(member))) for member, mine in of.items())


def copied(source, name, folder, actions=()):
    """A copy of a file under another name, since a file may not have a built-in operation's, and with more actions."""
    text = (source / f"{name}.toml").read_text(encoding="utf-8")
    more = f"\nactions = {json.dumps(list(actions))}" if actions else ""
    copy = folder / f"{name}.toml"
    copy.write_text(text.replace(f'name = "{name}"', f'name = "{name}-file"{more}', 1), encoding="utf-8")
    return str(copy)


def yardstick(organization, folder, name):
    """A file's rows, and how they differ from those of the built-in operation."""
    typed, failed = run(organization, folder / f"{name}-typed", "--operation", name, "--regions", REGION)
    rows, wrong = run(organization, folder / f"{name}-file", "--file", copied(YARDSTICK, name, folder), "--regions", REGION)
    told = [text for text in (failed, wrong) if text] or ([] if rows else ["nothing was found"])
    return rows, told + ([] if rows == typed else [f"typed {typed}, file {rows}"])


def on(kind):
    """The outcome of every operation on one emulator: its rows and what is wrong."""
    with KINDS[kind]() as emulator, tempfile.TemporaryDirectory() as place:
        organization, folder = Organization(kind, emulator.endpoint), pathlib.Path(place)
        made, wrong = seed(organization.members[0])
        outcomes = {"seeds": ([], wrong)} if wrong else {}
        for operation in OPERATIONS:
            if (kind, operation) not in WRONG:
                outcomes[operation] = shown(organization, folder, operation, made)
        for operation in MENDS:
            if (kind, operation) not in WRONG and mended(organization, folder, operation):
                outcomes[f"{operation} without its mend"] = [], []
        for name in ("internet-routes", "public-ips"):
            outcomes[f"{name} as a file"] = yardstick(organization, folder, name)
        if kind == "ministack":
            outcomes[LEAST] = [], list(least_privilege(organization, folder))
        return outcomes


def least_privilege(organization, folder):
    """What is wrong where each operation is asked without each of its actions; moto refuses nothing."""
    member = organization.members[0]
    silent = {}
    for operation in (name for name in OPERATIONS if ("ministack", name) not in WRONG):
        def asked(place, operation=operation):
            return named(organization, place, operation, "--account", member.account)

        silent[operation] = truth_actions.say_nothing(member, folder, operation, asked)
    return truth_actions.problems(silent)


def main():
    begun = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        outcomes = dict(zip(KINDS, pool.map(on, KINDS)))
    print("| operation | emulator | rows | result |", "|---|---|---|---|", sep="\n")
    problems = []
    shown_by = collections.Counter(name for found in outcomes.values() for name in found)
    problems += [f"{name}: no emulator shows what its mend is for" for name in MENDS if not shown_by[f"{name} without its mend"]]
    rest = (name for found in outcomes.values() for name in found if not name.endswith(" mend") and name != LEAST)
    for operation in dict.fromkeys([*OPERATIONS, *rest]):
        for kind, found in outcomes.items():
            if (kind, operation) in WRONG:
                print(f"| {operation} | {kind} | | not compared: {WRONG[kind, operation]} |")
                continue
            rows, wrong = found.get(operation, ([], []))
            problems += [f"{kind}: {operation}: {line}" for line in wrong]
            print(f"| {operation} | {kind} | {len(rows)} | {'differs' if wrong else 'as boto3 says'} |")
    for operation, reason in UNANSWERED.items():
        print(f"| {operation} | | | not compared: {reason} |")
    known = {file.stem for file in FILES.glob("*.toml")}
    problems += [f"{name} is not compared" for name in sorted(known - OPERATIONS.keys() - UNANSWERED.keys())]
    problems += [f"{name} is nowhere compared" for name in OPERATIONS if all((kind, name) in WRONG for kind in KINDS)]
    problems += outcomes["ministack"][LEAST][1]
    told = ", ".join(sorted(truth_actions.NOT_ENFORCED))
    print(f"on ministack each says so without any one of its actions, but for {told}, which it lets everybody call")
    print(f"without its mend each of these differs: {', '.join(MENDS)}")
    print(*problems, sep="\n")
    print(f"took {time.monotonic() - begun:.0f} s")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
