"""Where each service is called: botocore's own resolver, asked for every partition and Region."""

from collections import Counter

from botocore.endpoint_provider import EndpointProvider
from botocore.exceptions import BotoCoreError

import botocore_data

# No rule set says it, and each Region has a host that looks like its own: AWS documents that they live in one Region.
ONLY_REGION = {"globalaccelerator": {"aws": "us-west-2"}, "route53domains": {"aws": "us-east-1"}}


def regions():
    """The Regions by partition; `aws-global` and the like are none."""
    named = {one["id"]: one["regions"] for one in botocore_data.partitions()["partitions"]}
    return {partition: sorted(r for r in found if not r.endswith("-global")) for partition, found in sorted(named.items())}


class Resolver:
    """A service's endpoints."""

    def __init__(self, service, model):
        self.service, self.prefix = service, model["metadata"]["endpointPrefix"]
        self.rules = botocore_data.rule_set(service)
        self.provider = EndpointProvider(self.rules, botocore_data.partitions())
        self.found = {}

    def hosts(self, context):
        """The hosts by partition, for an operation's static context parameters."""
        key = repr(sorted(context.items()))
        if key not in self.found:
            self.found[key] = {p: one for p, found in regions().items() if (one := self.partition(p, found, context))}
        return self.found[key]

    def partition(self, partition, names, context):
        resolved = {region: self.resolve(region, context) for region in names}
        resolved = {region: one for region, one in resolved.items() if one}
        if not resolved:
            return None
        common = Counter(tuple(template(region, one)) for region, one in resolved.items()).most_common(1)[0][0]
        out = {"h": trimmed(common)}
        special = {r: trimmed(literal(r, one)) for r, one in resolved.items() if literal(r, one) != literal(r, filled(r, common))}
        if special:
            out["x"] = special
        if (listed := self.listed(partition)) is not None:
            out["l"] = listed
        if only := ONLY_REGION.get(self.service, {}).get(partition):
            out["only"] = only
        return out

    def resolve(self, region, context):
        """The host, signing Region and signing name; None where the rules have no endpoint."""
        given = {"Region": region, "UseDualStack": False, "UseFIPS": False}
        defaults = {name: one["default"] for name, one in self.rules["parameters"].items() if "default" in one}
        try:
            endpoint = self.provider.resolve_endpoint(**{**defaults, **given, **context})
        except BotoCoreError:
            return None
        scheme = (endpoint.properties.get("authSchemes") or [{}])[0]
        return (endpoint.url.removeprefix("https://"), scheme.get("signingRegion"), scheme.get("signingName"))

    def listed(self, partition):
        """The Regions of the partition in which botocore's list of endpoints has the service; None where it has none of it."""
        entry = botocore_data.listed_endpoints().get(partition, {}).get("services", {}).get(self.prefix)
        if entry is None:
            return None
        return sorted(set(entry.get("endpoints", {})) & set(regions()[partition]))


def template(region, endpoint):
    host, signing_region, name = endpoint
    return host.replace(region, "{r}"), None if signing_region == region else signing_region, name


def filled(region, endpoint):
    return (endpoint[0].replace("{r}", region), *endpoint[1:])


def literal(region, endpoint):
    return endpoint[0], endpoint[1] or region, endpoint[2]


def trimmed(endpoint):
    out = list(endpoint)
    while out[-1] is None:
        out.pop()
    return out
