"""Where each service is called: botocore's own resolver, asked for every partition and Region."""

from collections import Counter

from botocore.endpoint_provider import EndpointProvider
from botocore.exceptions import BotoCoreError

import botocore_data

# Services of the whole account whose hosts look regional: no rule set says that they live in one Region, AWS's documentation does.
ONLY_REGION = {
    "cost-optimization-hub": {"aws": "us-east-1"},
    "cur": {"aws": "us-east-1", "aws-cn": "cn-northwest-1"},
    "globalaccelerator": {"aws": "us-west-2"},
    "health": {"aws": "us-east-1", "aws-cn": "cn-northwest-1", "aws-us-gov": "us-gov-west-1"},
    "marketplace-agreement": {"aws": "us-east-1"},
    "marketplace-catalog": {"aws": "us-east-1"},
    "marketplace-entitlement": {"aws": "us-east-1"},
    "route53-recovery-readiness": {"aws": "us-west-2"},
    "route53domains": {"aws": "us-east-1"},
}
# Input members that rules look at. A plain bucket in a path does not change the host; a key-value store's ARN does.
SAMPLES = {
    ("s3", "Bucket"): {"Bucket": "bucket", "ForcePathStyle": True},
    ("cloudfront-keyvaluestore", "KvsARN"): {"KvsARN": "arn:aws:cloudfront::123456789012:key-value-store/id"},
}


def regions():
    """The Regions by partition; `aws-global` and the like are none."""
    named = {one["id"]: one["regions"] for one in botocore_data.partitions()["partitions"]}
    return {partition: sorted(r for r in found if not r.endswith("-global")) for partition, found in sorted(named.items())}


def unlisted_regions():
    """The Regions by partition that botocore's list of endpoints does not have, so that it says nothing of them."""
    listed = botocore_data.listed_endpoints()
    said = {partition: set(one["regions"]) for partition, one in listed.items()}
    return {partition: sorted(set(found) - said.get(partition, set())) for partition, found in regions().items()}


class OtherSignature(Exception):
    """An endpoint takes no Signature Version 4."""


class Resolver:
    """A service's endpoints."""

    def __init__(self, service, model):
        metadata = model["metadata"]
        self.service, self.prefix, self.shapes = service, metadata["endpointPrefix"], model["shapes"]
        self.signing_name = metadata.get("signingName") or self.prefix
        self.rules = botocore_data.rule_set(service)
        self.provider = EndpointProvider(self.rules, botocore_data.partitions())
        self.found = {}

    def hosts(self, operation):
        """An operation's hosts by partition."""
        context = self.context(operation)
        key = repr(sorted(context.items()))
        if key not in self.found:
            self.found[key] = self.partitions(context)
        return self.found[key]

    def context(self, operation):
        """What the rules are told of an operation: what is fixed for it, and a sample of what its input says."""
        inputs = self.shapes[operation["input"]["shape"]].get("members", {}) if "input" in operation else {}
        out = {}
        for member in inputs.values():
            out |= SAMPLES.get((self.service, member.get("contextParam", {}).get("name")), {})
        return out | {name: one["value"] for name, one in operation.get("staticContextParams", {}).items()}

    def partitions(self, context):
        resolved = {p: {region: self.resolve(region, found, context) for region in found} for p, found in regions().items()}
        everywhere = is_global(resolved["aws"])
        return {p: self.partition(p, found, everywhere) for p, found in resolved.items() if any(found.values())}

    def resolve(self, region, partition, context):
        """The host, signing Region and signing name; None where the rules have none that goes with the Regions of the partition."""
        given = {"Region": region, "UseDualStack": False, "UseFIPS": False}
        defaults = {name: one["default"] for name, one in self.rules["parameters"].items() if "default" in one}
        try:
            endpoint = self.provider.resolve_endpoint(**{**defaults, **given, **context})
        except BotoCoreError:
            return None
        offered = endpoint.properties.get("authSchemes") or [{"name": "sigv4"}]
        scheme = next((one for one in offered if one["name"] == "sigv4"), None)
        if scheme is None:
            raise OtherSignature(self.service)
        name, signing_region = scheme.get("signingName"), scheme.get("signingRegion") or region
        if signing_region not in partition:
            return None
        host = endpoint.url.removeprefix("https://").split("/")[0]
        return host, signing_region, name if name != self.signing_name else None

    def partition(self, partition, found, is_global_in_aws):
        """A partition's hosts: what most Regions have, and what others have."""
        resolved = {region: one for region, one in found.items() if one}
        absent = sorted(set(found) - set(resolved))
        if is_global(resolved) or (is_global_in_aws and len(resolved) == 1):
            common, special = next(iter(resolved.values())), {}
        else:
            forms = {region: template(region, one) for region, one in resolved.items()}
            common = Counter(forms.values()).most_common(1)[0][0]
            special = {region: trimmed(resolved[region]) for region, form in forms.items() if form != common}
        out = {"h": trimmed(common)}
        if special:
            out["x"] = special
        if absent:
            out["no"] = absent
        if (listed := self.listed(partition)) is not None:
            out["l"] = listed
        if only := ONLY_REGION.get(self.service, {}).get(partition):
            out["only"] = only
        return out

    def listed(self, partition):
        """The Regions of the partition in which botocore's list of endpoints has the service; None where it is in no list."""
        lists = {p: one["services"].get(self.prefix) for p, one in botocore_data.listed_endpoints().items()}
        if not any(lists.values()):
            return None
        entry = lists.get(partition) or {}
        return sorted(set(entry.get("endpoints", {})) & set(regions()[partition]))


def is_global(resolved):
    """Whether all Regions of a partition have one endpoint."""
    return len(set(resolved.values())) == 1 and None not in resolved.values() and len(resolved) > 1


def template(region, endpoint):
    host, signing_region, name = endpoint
    return host.replace(region, "{r}"), None if signing_region == region else signing_region, name


def trimmed(endpoint):
    out = list(endpoint)
    while out[-1] is None:
        out.pop()
    return out
