"""Which operations are read-only, and which of those cannot be called."""

import re

import compact
from hosts import OtherSignature

# Names that say that nothing is changed. AWS's flags go before them: `GetFederationToken` is flagged as a write.
READS = re.compile(r"(Describe|List|Get|BatchGet|BatchDescribe|Search|Lookup|Head)[A-Z]")
# Names that mostly say so: only where the reference lists the operation's actions and flags none, or the model says read-only.
PERHAPS = re.compile(
    r"(AdminGet|AdminList|BatchCheck|BatchIs|BatchRead|Check|Count|Discover|Filter|Is|Preview|Query|Resolve|Scan|Select|Simulate"
    r"|TransactGet|Validate|View)([A-Z]|$)|(Search|Lookup)$"
)
OWN_ENDPOINT = {
    "apigatewaymanagementapi", "cloudsearchdomain", "iot-data", "iot-jobs-data", "kinesis-video-archived-media",
    "kinesis-video-media", "kinesis-video-signaling", "mediastore-data", "neptunedata", "route53-recovery-cluster",
}
# The rules of its endpoints take an account or a bucket of another kind from the input of every operation.
HOST_FROM_INPUT = {"s3control"}
SIGNATURES = {"v2": "sig-v2", "bearer": "bearer"}


def verdicts(service, model, reference, resolver):
    """Every operation that reads by its name: None where it can be called, or else why it cannot."""
    out = {}
    for name, source in sorted(model["operations"].items()):
        if not (READS.match(name) or PERHAPS.match(name)):
            continue
        actions = reference.actions(service, resolver.signing_name, name)
        if any(reference.is_flagged(action) for action in actions):
            out[name] = "write"
        elif READS.match(name) or source.get("readonly") or are_reads(actions, reference):
            out[name] = obstacle(service, model, source, resolver)
    return out


def are_reads(actions, reference):
    return bool(actions) and all(reference.is_known(action) for action in actions)


def obstacle(service, model, source, resolver):
    """Why an operation cannot be called; None where it can."""
    signature = SIGNATURES.get(model["metadata"].get("signatureVersion"))
    if service in OWN_ENDPOINT:
        return "own-endpoint"
    if signature:
        return signature
    if source.get("authtype") == "none":
        return "unsigned"
    if source.get("endpointdiscovery", {}).get("required"):
        return "endpoint-discovery"
    if service in HOST_FROM_INPUT or "{" in source.get("endpoint", {}).get("hostPrefix", ""):
        return "host-from-input"
    if streams(model["shapes"], source):
        return "stream"
    if source.get("httpChecksumRequired") or source.get("httpChecksum", {}).get("requestChecksumRequired"):
        raise SystemExit(f"{service} {source['name']} wants a checksum of its request, which nobody makes yet")
    try:
        return None if resolver.hosts(source) else "host-from-input"
    except OtherSignature:
        return "sig-v4a"


def streams(shapes, source):
    """Whether the input or the answer is a stream of bytes or events."""
    for end in ("input", "output"):
        members = shapes[source[end]["shape"]].get("members", {}) if source.get(end) else {}
        for member in members.values():
            said = {**shapes[member["shape"]], **member}
            if said.get("streaming") or said.get("eventstream"):
                return True
    return False


def service_obstacle(model):
    """Why nothing of a service can be called; None where its protocol is spoken."""
    return None if compact.protocol(model["metadata"]) else "cbor-only"
