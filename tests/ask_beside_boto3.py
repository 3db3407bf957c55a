"""Read-only calls over the five protocols, through `org-operator ask --raw` and through boto3, value by value.

Both ask moto and ministack as the session of the member role, in two accounts: one has something of everything, the other
one next to nothing, so that calls that name a thing are refused there. A refusal is compared by its code and message.
`ask_calls.py` has the calls, and what differs on purpose.
"""

import base64
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

from ask_calls import ADDED, CALLS, DIFFERENT, NOT_ASKED, SESSION
from botocore.exceptions import ClientError
from botocore.parsers import ResponseParserError
from emulator import Emulator, Moto
from organization import REGION, Organization
from truth_seeds import seed

FEWEST = 60
PROTOCOLS = {"ec2", "query", "json 1.0", "json 1.1", "rest-json", "rest-xml"}
KINDS = {"moto": Moto, "ministack": Emulator}
# Where a global service's calls go, and the Region that such a call's target has.
HOMES = {"iam": "us-east-1", "route53": "us-east-1", "cloudfront": "us-east-1"}
GLOBAL = "global"


Outcome = collections.namedtuple("Outcome", ["protocol", "paged", "refused", "differences"])


def protocol(client):
    model = client.meta.service_model
    name = model.resolved_protocol
    return f"json {model.metadata['jsonVersion']}" if name == "json" else name


def plain(value):
    """A value of boto3 as the command writes it."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items() if key != "ResponseMetadata"}
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, datetime.datetime):
        return timestamp(value)
    if hasattr(value, "read"):
        value = value.read()
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value


def timestamp(value):
    text = value.astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%f")
    return text.rstrip("0").rstrip(".") + "Z"


def filled(value, made):
    """An input with the names of what was made."""
    return json.loads(re.sub(r"\{(\w+)\}", lambda found: made.get(found[1], found[0]), json.dumps(value)))


def method(client, call):
    return next(name for name, operation in client.meta.method_to_api_mapping.items() if operation == call)


def by_boto3(member, service, call, given):
    """The pages, or the code and message of a refusal."""
    client = member.client(service, HOMES.get(service, REGION))
    name = method(client, call)
    try:
        if client.can_paginate(name):
            return [plain(page) for page in client.get_paginator(name).paginate(**given)]
        return [plain(getattr(client, name)(**given))]
    except ClientError as error:
        return refusal(error.response["Error"])
    except ResponseParserError as error:
        return f"boto3 cannot read it: {error}"


def refusal(error):
    return f"{error['Code']}: {error.get('Message', '')}"


def by_command(organization, folder, service, call, given):
    """What was answered in each account: pages, or the message of a failure."""
    where = [] if service in HOMES else ["--regions", REGION]
    words = ["--input", json.dumps(given)] if given else []
    folder.mkdir()
    ended = organization.asked(folder, "ask", service, call, "--raw", *words, *where)
    if ended.returncode not in (0, 3):
        return {member.account: f"exit code {ended.returncode}: {ended.stderr.strip()}" for member in organization.members}
    lines = [json.loads(line) for line in ended.stdout.splitlines()]
    answers = {line["AccountId"]: line["Pages"] for line in lines}
    with next(folder.rglob("coverage.csv")).open(encoding="utf-8", newline="") as coverage:
        failed = {row["account_id"]: row["message"] for row in csv.DictReader(coverage) if row["status"] != "SUCCEEDED"}
    regions = {line["Region"] for line in lines}
    assert regions <= {GLOBAL if service in HOMES else REGION}, regions
    return answers | failed


def differences(mine, theirs, path=""):
    """Where the command's value is another one than boto3's."""
    if isinstance(mine, dict) and isinstance(theirs, dict):
        names = sorted(mine.keys() | theirs.keys())
        return [line for name in names for line in differences(mine.get(name), theirs.get(name), f"{path}.{name}")]
    if isinstance(mine, list) and isinstance(theirs, list) and len(mine) == len(theirs):
        pairs = enumerate(zip(mine, theirs))
        return [line for index, pair in pairs for line in differences(*pair, f"{path}[{index}]")]
    if path.endswith("PolicyDocument") and isinstance(theirs, dict):
        # boto3 reads IAM's policies; the command gives their text.
        return differences(json.loads(mine), theirs, path)
    same = mine == theirs and type(mine) is type(theirs)
    return [] if same or same_moment(mine, theirs) else [f"{path}: {short(mine)}, boto3 has {short(theirs)}"]


def same_moment(mine, theirs):
    """Whether both are one moment to the microsecond: of a finer one the command cuts what boto3 rounds."""
    try:
        moments = [datetime.datetime.fromisoformat(text.removesuffix("Z")) for text in (mine, theirs)]
    except (AttributeError, TypeError, ValueError):
        return False
    return abs(moments[0] - moments[1]) <= datetime.timedelta(microseconds=1)


def short(value):
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) < 120 else f"{text[:120]}…"


def compared(organization, folder, number, made):
    """A call's protocol, whether it came in pages, its refusals, and its differences in both accounts."""
    service, call, *given = CALLS[number]
    given = filled(given[0], made) if given else {}
    answers = by_command(organization, folder / str(number), service, call, given)
    found, refused, paged = [], 0, False
    for member in organization.members:
        theirs = by_boto3(member, service, call, given)
        mine = answers.get(member.account, "no answer")
        if isinstance(theirs, str) and isinstance(mine, str):
            refused += 1
            mine, theirs = (re.sub(SESSION, r"\1", text) for text in (re.sub(ADDED, "", mine), theirs))
        paged |= isinstance(theirs, list) and len(theirs) > 1
        lines = differences(mine, theirs, f"{organization.kind}: {service} {call}, {member.account}: ")
        found += [line for line in lines if not on_purpose(organization.kind, service, call, line)]
    spoken = protocol(organization.members[0].client(service, HOMES.get(service, REGION)))
    return Outcome(spoken, paged, refused, found)


def on_purpose(kind, service, call, line):
    return any(re.search(pattern, line) for pattern, _ in DIFFERENT.get((service, call), []))


def asked(kind):
    """The outcome of all calls on one emulator."""
    with KINDS[kind]() as emulator, tempfile.TemporaryDirectory() as folder:
        organization = Organization(kind, emulator.endpoint)
        made, wrong = seed(organization.members[0])
        numbers = [number for number, call in enumerate(CALLS) if (kind, *call[:2]) not in NOT_ASKED]
        for service in {CALLS[number][0] for number in numbers}:
            for member in organization.members:
                member.client(service, HOMES.get(service, REGION))
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            run = lambda number: compared(organization, pathlib.Path(folder), number, made)
            return list(pool.map(run, numbers)), wrong


def main():
    begun = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        outcomes = dict(zip(KINDS, pool.map(asked, KINDS)))
    problems = []
    for kind, (calls, wrong) in outcomes.items():
        problems += wrong + [line for call in calls for line in call.differences]
        counted = collections.Counter(call.protocol for call in calls)
        told = ", ".join(f"{name} {number}" for name, number in sorted(counted.items()))
        refused, paged = sum(call.refused for call in calls), sum(call.paged for call in calls)
        print(f"  {kind}: {len(calls)} calls in 2 accounts ({told}), {paged} in several pages, {refused} refusals")
        problems += [f"{kind}: no call of {name}" for name in sorted(PROTOCOLS - counted.keys())]
        problems += [f"{kind}: only {len(calls)} calls"] if len(calls) < FEWEST else []
    for (service, call), reasons in DIFFERENT.items():
        print(*(f"  not compared: {service} {call}: {reason}" for _, reason in reasons), sep="\n")
    print(*problems, sep="\n")
    print(f"took {time.monotonic() - begun:.0f} s")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
