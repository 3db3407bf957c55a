"""Makes crates/models/data/models.pack from the installed botocore and AWS's service reference."""

import json
import sys
import zlib
from pathlib import Path

import botocore

import botocore_data
import compact
import hosts
import pages
import readonly
from reference import Reference, date

ROOT = Path(__file__).resolve().parents[2]
PACK = ROOT / "crates/models/data/models.pack"
# The day on which PyPI got the pinned version: no file of an installed botocore says it.
RELEASED = {"1.44.5": "2026-11-17"}
MAGIC = "org-operator models 1"


def released():
    return RELEASED[botocore.__version__]


def document(value):
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def service_document(service, model, reference, verdicts):
    """The compact model of a service, with pages, actions, hosts, and what cannot be called."""
    names = [name for name, why in verdicts.items() if why is None]
    out = compact.service(model, names)
    out["no"] = {name: why for name, why in verdicts.items() if why}
    resolver, published = hosts.Resolver(service, model), botocore_data.paginators(service)
    out["hosts"] = resolver.hosts({})
    for name in names:
        source, operation = model["operations"][name], out["ops"][name]
        if found := pages.pages(published.get(name), model, source):
            operation["pg"] = found
        signing_name = out.get("sn") or out["ep"]
        actions = reference.actions(service, signing_name, name)
        if actions != [f"{signing_name}:{name}"]:
            operation["ac"] = actions
        context = {key: one["value"] for key, one in source.get("staticContextParams", {}).items()}
        if (own := resolver.hosts(context)) != out["hosts"]:
            operation["hosts"] = own
    return out


def documents():
    """Every document of the pack by its name."""
    reference, out, unsupported = Reference(), {}, {}
    for service in botocore_data.services():
        model = botocore_data.model(service)
        if why := readonly.service_obstacle(model):
            unsupported[service] = why
            continue
        verdicts = readonly.verdicts(service, model, reference)
        reasons = set(verdicts.values())
        if None in reasons:
            out[service] = service_document(service, model, reference, verdicts)
        elif reasons:
            unsupported[service] = max(reasons - {"write"}, default="write")
    out["_common"] = {
        "botocore": botocore.__version__, "released": released(), "reference": date(),
        "partitions": hosts.regions(), "unsupported": unsupported,
    }
    return out


def pack(found):
    """The bytes of a pack: a line for people, an index, and deflated documents."""
    index, blob = {}, b""
    for name, value in sorted(found.items()):
        raw = document(value)
        deflated = zlib.compress(raw, 9)
        index[name] = [len(blob), len(deflated), len(raw)]
        blob += deflated
    title = f"{MAGIC}; from botocore {botocore.__version__} of {released()} and AWS's service reference of {date()}, by `make models`"
    return f"{title}\n".encode() + document(index) + b"\n" + blob


if __name__ == "__main__":
    made = pack(documents())
    if "--check" in sys.argv[1:]:
        sys.exit(0 if PACK.read_bytes() == made else "crates/models/data/models.pack is not what `make models` makes")
    PACK.write_bytes(made)
    print(f"{PACK.relative_to(ROOT)}: {len(made):,} bytes")
