"""botocore's data directory: the services in it, their newest API versions, and the files of one."""

import gzip
import json
from functools import cache
from pathlib import Path

import botocore

DATA = Path(botocore.__file__).parent / "data"


def services():
    """The names of all services, sorted."""
    return sorted(path.name for path in DATA.iterdir() if path.is_dir())


@cache
def directory(service):
    """The directory of a service's newest API version."""
    return max(path for path in (DATA / service).iterdir() if path.is_dir())


def read(path):
    """A JSON file that may be compressed; None where there is no such file."""
    packed = path.with_name(path.name + ".gz")
    if packed.exists():
        return json.loads(gzip.decompress(packed.read_bytes()))
    return json.loads(path.read_bytes()) if path.exists() else None


def model(service):
    """A service's model, as botocore has it."""
    return read(directory(service) / "service-2.json")


def rule_set(service):
    """The rules by which a service's endpoints are resolved; None where it has none."""
    return read(directory(service) / "endpoint-rule-set-1.json")


def paginators(service):
    """The published paginators of a service, by operation."""
    base = read(directory(service) / "paginators-1.json") or {}
    extra = read(directory(service) / "paginators-1.sdk-extras.json") or {}
    found = dict(base.get("pagination", {}))
    for operation, more in extra.get("merge", {}).get("pagination", {}).items():
        found[operation] = {**found.get(operation, {}), **more}
    return found


@cache
def partitions():
    """botocore's partitions, as its resolver takes them."""
    return read(DATA / "partitions.json")


@cache
def listed_endpoints():
    """botocore's older list of endpoints by partition: the only one that says which Regions have a service."""
    return {one["partition"]: one for one in read(DATA / "endpoints.json")["partitions"]}
