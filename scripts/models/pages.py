"""How the pages of an operation are walked: as botocore publishes it, or else by tokens in input and answer.

Without the second, whoever asks would get the first page of hundreds of operations and take it for everything.
"""

import re

# Input members that take a token of the page before, and what else the name of its like in an answer can be.
INPUT = re.compile(r"(next_?|next_?page_?|page_?|pagination_?|continuation_?)?token|(next_?)?marker|position", re.IGNORECASE)
AS_NEXT = {
    "token": ("NextToken", "nextToken"), "pagetoken": ("NextPageToken", "nextPageToken"), "marker": ("NextMarker",),
    "continuationtoken": ("NextContinuationToken",),
}
# What no rule finds: the tokens are names of things, or there are several, or the last page repeats its token.
BY_HAND = {
    ("deadline", "SearchJobs"): {"in": ["itemOffset"], "out": ["nextItemOffset"]},
    ("deadline", "SearchSteps"): {"in": ["itemOffset"], "out": ["nextItemOffset"]},
    ("deadline", "SearchTasks"): {"in": ["itemOffset"], "out": ["nextItemOffset"]},
    ("deadline", "SearchWorkers"): {"in": ["itemOffset"], "out": ["nextItemOffset"]},
    ("dynamodb", "ListGlobalTables"): {"in": ["ExclusiveStartGlobalTableName"], "out": ["LastEvaluatedGlobalTableName"]},
    ("dynamodbstreams", "DescribeStream"): {
        "in": ["ExclusiveStartShardId"], "out": ["StreamDescription.LastEvaluatedShardId"]},
    ("dynamodbstreams", "ListStreams"): {"in": ["ExclusiveStartStreamArn"], "out": ["LastEvaluatedStreamArn"]},
    ("firehose", "ListDeliveryStreams"): {
        "in": ["ExclusiveStartDeliveryStreamName"], "out": ["DeliveryStreamNames[-1]"], "mr": "HasMoreDeliveryStreams"},
    ("firehose", "ListTagsForDeliveryStream"): {"in": ["ExclusiveStartTagKey"], "out": ["Tags[-1].Key"], "mr": "HasMoreTags"},
    ("kinesis", "ListTagsForStream"): {"in": ["ExclusiveStartTagKey"], "out": ["Tags[-1].Key"], "mr": "HasMoreTags"},
    ("kinesisanalytics", "ListApplications"): {
        "in": ["ExclusiveStartApplicationName"], "out": ["ApplicationSummaries[-1].ApplicationName"],
        "mr": "HasMoreApplications"},
    ("lightsail", "GetRelationalDatabaseLogEvents"): {"in": ["pageToken"], "out": ["nextForwardToken"], "er": True},
    ("logs", "GetLogEvents"): {"in": ["nextToken"], "out": ["nextForwardToken"], "er": True},
    ("route53", "ListGeoLocations"): {
        "in": ["StartContinentCode", "StartCountryCode", "StartSubdivisionCode"],
        "out": ["NextContinentCode", "NextCountryCode", "NextSubdivisionCode"], "mr": "IsTruncated"},
    ("route53", "ListHostedZonesByName"): {
        "in": ["DNSName", "HostedZoneId"], "out": ["NextDNSName", "NextHostedZoneId"], "mr": "IsTruncated"},
    ("route53", "ListTrafficPolicies"): {
        "in": ["TrafficPolicyIdMarker"], "out": ["TrafficPolicyIdMarker"], "mr": "IsTruncated"},
    ("route53", "ListTrafficPolicyInstances"): {
        "in": ["HostedZoneIdMarker", "TrafficPolicyInstanceNameMarker", "TrafficPolicyInstanceTypeMarker"],
        "out": ["HostedZoneIdMarker", "TrafficPolicyInstanceNameMarker", "TrafficPolicyInstanceTypeMarker"],
        "mr": "IsTruncated"},
    ("route53", "ListTrafficPolicyInstancesByHostedZone"): {
        "in": ["TrafficPolicyInstanceNameMarker", "TrafficPolicyInstanceTypeMarker"],
        "out": ["TrafficPolicyInstanceNameMarker", "TrafficPolicyInstanceTypeMarker"], "mr": "IsTruncated"},
    ("route53", "ListTrafficPolicyInstancesByPolicy"): {
        "in": ["HostedZoneIdMarker", "TrafficPolicyInstanceNameMarker", "TrafficPolicyInstanceTypeMarker"],
        "out": ["HostedZoneIdMarker", "TrafficPolicyInstanceNameMarker", "TrafficPolicyInstanceTypeMarker"],
        "mr": "IsTruncated"},
    ("route53", "ListTrafficPolicyVersions"): {
        "in": ["TrafficPolicyVersionMarker"], "out": ["TrafficPolicyVersionMarker"], "mr": "IsTruncated"},
}


def pages(service, name, published, model):
    """The pages of an operation; None where its answer is always whole."""
    if published:
        return of_paginator(published)
    shapes, source = model["shapes"], model["operations"][name]
    inputs, outputs = members(shapes, source.get("input")), members(shapes, source.get("output"))
    found = BY_HAND.get((service, name)) or derived(shapes, inputs, outputs)
    if found is None:
        return None
    check(found, inputs, f"{service} {name}")
    return {"rk": the_list(shapes, outputs), "dv": True, **found}


def members(shapes, reference):
    return shapes[reference["shape"]].get("members", {}) if reference else {}


def check(found, inputs, operation):
    """What is written by hand must go with the model of today."""
    missing = [name for name in found["in"] if name not in inputs]
    if missing or len(found["in"]) != len(found["out"]):
        raise SystemExit(f"the pages of {operation}: no input member {missing}, or not one token for each")


def many(value):
    return value if isinstance(value, list) else [value]


def of_paginator(published):
    out = {"in": many(published["input_token"]), "out": many(published["output_token"]), "rk": many(published["result_key"])}
    if published.get("limit_key"):
        out["lk"] = published["limit_key"]
    if published.get("more_results"):
        out["mr"] = published["more_results"]
    return out


def derived(shapes, inputs, outputs):
    """A token that is a text by name and type, in the input and in the answer or a structure of the answer."""
    for token in (name for name, member in inputs.items() if INPUT.fullmatch(name) and is_text(shapes, member)):
        # A bare `token` in an answer is mostly something else than a page's.
        names = (*AS_NEXT.get(token.lower(), ()), *(() if token.lower() == "token" else (token,)))
        if found := next((name for name in names if name in outputs), None):
            return {"in": [token], "out": [found]}
        if found := nested(shapes, outputs, names):
            return {"in": [token], "out": [found]}
    return None


def nested(shapes, outputs, names):
    """The path of a token that is in a structure of the answer."""
    for outer, member in outputs.items():
        inside = shapes[member["shape"]].get("members", {})
        if found := next((name for name in names if name in inside), None):
            return f"{outer}.{found}"
    return None


def is_text(shapes, member):
    return shapes[member["shape"]]["type"] == "string"


def the_list(shapes, outputs):
    """The one list of an answer; nothing where it has several or none."""
    lists = [name for name, member in outputs.items() if shapes[member["shape"]]["type"] == "list"]
    return lists if len(lists) == 1 else []
