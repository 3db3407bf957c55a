"""Makes crates/models/data/ from the installed botocore and AWS's service reference, or checks that it is what would be made."""

import json
import sys
import zlib
from collections import Counter
from importlib.metadata import distribution
from pathlib import Path

import botocore

import botocore_data
import changes
import compact
import hosts
import pages
import readonly
from reference import Reference, date
from sentence import sentence

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "crates/models/data"
# The day on which PyPI got the pinned version: nothing in an installed botocore says it.
RELEASED = {"1.44.5": "2026-11-17"}
MAGIC = "org-operator models 1"
NOTICE = """The models in models.pack and changes.pack are derived from botocore's, and changed: models.pack keeps the read-only operations,
changes.pack the few named in scripts/models/changes.py, both in another form.
The IAM actions in them are from AWS's service reference, by way of the crate cloudcover-aws (MIT).

"""


def released():
    version = botocore.__version__
    if version not in RELEASED:
        raise SystemExit(f"say in scripts/models/make.py on which day botocore {version} was released")
    return RELEASED[version]


def document(value):
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def reads_document(service, model, reference, resolver, verdicts):
    """The compact model of a service's reads, and why others cannot be called."""
    absent = {name: why for name, why in verdicts.items() if why}
    return service_document(service, model, reference, resolver, [name for name in verdicts if name not in absent], {"no": absent})


def service_document(service, model, reference, resolver, names, more):
    """The compact model of a service with the operations of `names`, their pages, actions and hosts, and with `more`."""
    out = compact.service(model, names) | more
    published = botocore_data.paginators(service)
    for name in names:
        source, operation = model["operations"][name], out["ops"][name]
        operation["d"] = sentence(source.get("documentation"))
        if found := pages.pages(service, name, published.get(name), model):
            operation["pg"] = found
        actions = reference.actions(service, resolver.signing_name, name)
        if actions != [f"{resolver.signing_name}:{name}"]:
            operation["ac"] = actions
    put_hosts(out, {name: resolver.hosts(model["operations"][name]) for name in names})
    return out


def put_hosts(out, found):
    """The hosts that most operations have, at the service; those of the others at each."""
    common = json.loads(Counter(json.dumps(one) for one in found.values()).most_common(1)[0][0])
    out["hosts"] = common
    for name, own in found.items():
        if own != common:
            out["ops"][name]["hosts"] = own


def documents():
    """Every document of the pack by its name."""
    reference, out, unsupported = Reference(), {}, {}
    for service in botocore_data.services():
        model = botocore_data.model(service)
        if why := readonly.service_obstacle(model):
            unsupported[service] = why
            continue
        resolver = hosts.Resolver(service, model)
        verdicts = readonly.verdicts(service, model, reference, resolver)
        reasons = sorted({why for why in verdicts.values() if why and why != "write"})
        if None in verdicts.values():
            out[service] = reads_document(service, model, reference, resolver, verdicts)
        else:
            unsupported[service] = reasons[0] if reasons else "nothing-to-read"
    out["_common"] = {
        "botocore": botocore.__version__, "released": released(), "reference": date(),
        "partitions": hosts.regions(), "unlisted": hosts.unlisted_regions(), "unsupported": unsupported,
    }
    return out


def change_documents():
    """Every document of the pack of calls that change something."""
    reference, out = Reference(), {}
    for service in changes.CALLS:
        model = botocore_data.model(service)
        resolver = hosts.Resolver(service, model)
        names = changes.names(service, model, reference, resolver)
        out[service] = service_document(service, model, reference, resolver, names, {})
    return out


def pack(found):
    """The bytes of a pack: a line for people, an index, and deflated documents."""
    index, blob = {}, b""
    for name, value in sorted(found.items()):
        raw = document(value)
        deflated = zlib.compress(raw, 9)
        index[name] = [len(blob), len(deflated), len(raw)]
        blob += deflated
    source = f"botocore {botocore.__version__} of {released()} and AWS's service reference of {date()}"
    return f"{MAGIC}; from {source}, by `make models`\n".encode() + document(index) + b"\n" + blob


def unpack(data):
    """The first line of a pack, and its documents inflated: what counts, however they were deflated."""
    title, index, blob = data.split(b"\n", 2)
    places = json.loads(index).items()
    return title, {name: zlib.decompress(blob[start:start + length]) for name, (start, length, _) in places}


def licence(name):
    """A text that comes with botocore."""
    found = next(one for one in distribution("botocore").files if one.name == name)
    return found.locate().read_bytes()


def files():
    """Everything that is made, by its name in the data directory."""
    notice = NOTICE.encode() + licence("NOTICE")
    packs = {"changes.pack": pack(change_documents()), "models.pack": pack(documents())}
    return {"LICENSE": licence("LICENSE.txt"), "NOTICE": notice} | packs


def differences(made):
    """What in the data directory is not what would be made."""
    other = []
    for name, data in made.items():
        found = (DATA / name).read_bytes()
        if name.endswith(".pack"):
            other += pack_differences(name, unpack(found), unpack(data))
        elif found != data:
            other.append(name)
    return other


def pack_differences(pack_name, found, made):
    """What differs between two packs: the first lines, and documents by name."""
    (title, old), (new_title, new) = found, made
    other = [] if title == new_title else [f"the first line of {pack_name}"]
    return other + [f"{name} in {pack_name}" for name in sorted(old.keys() | new.keys()) if old.get(name) != new.get(name)]


def main():
    made = files()
    if "--check" in sys.argv[1:]:
        if other := differences(made):
            raise SystemExit(f"crates/models/data is not what `make models` makes: {', '.join(other)}")
        print("crates/models/data: as `make models` makes it")
        return
    for name, data in made.items():
        (DATA / name).write_bytes(data)
        print(f"{(DATA / name).relative_to(ROOT)}: {len(data):,} bytes")


if __name__ == "__main__":
    main()
