"""botocore's protocol vectors and the XML answers that it recorded, out of its source distribution.

Each vector gets its model as crates/models reads it; the recorded answers are for the models that are there. Called with the folder of the distribution and the file to write. Vectors that botocore's own tests leave out are left
out here, and those of CBOR, which org-operator does not speak; nothing else is.
"""

import json
import sys
import tarfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).with_name("models")))

import compact  # noqa: E402

VECTORS = "/tests/unit/protocols/"
RECORDED = "/tests/unit/response_parsing/xml/"
IGNORED = "protocol-tests-ignore-list"


def files(distribution, parent, suffix):
    """The files with that suffix below a folder of the distribution, by their names there."""
    with tarfile.open(distribution) as archive:
        for member in archive.getmembers():
            _, found, name = member.name.partition(parent)
            if found and name.endswith(suffix):
                yield name.removesuffix(suffix), archive.extractfile(member).read().decode()


def is_ignored(ignored, name, suite, case):
    """Whether botocore's own tests leave a case out."""
    direction, protocol = name.split("/")[-2:]
    rules = (ignored["general"].get(direction, {}), ignored["protocols"].get(protocol, {}).get(direction, {}))
    return any(suite in rule.get("suites", ()) or case in rule.get("cases", ()) for rule in rules)


def uniform(value):
    """The same, its XML namespaces written as in every model: some vectors have them as bare text."""
    if isinstance(value, list):
        return [uniform(one) for one in value]
    if not isinstance(value, dict):
        return value
    out = {key: uniform(one) for key, one in value.items()}
    if isinstance(out.get("xmlNamespace"), str):
        out["xmlNamespace"] = {"uri": out["xmlNamespace"]}
    return out


def service(suite, given):
    """The model of one operation, in the form of crates/models."""
    metadata = {"serviceId": "Vectors", "endpointPrefix": "vectors", "apiVersion": "2026-01-01", **suite["metadata"]}
    operation = {**given, "http": {"method": "POST", "requestUri": "/", **given.get("http", {})}}
    shapes = dict(suite["shapes"])
    # Old vectors say at the reference what models say at the shape.
    for reference in (given.get("input"), given.get("output")):
        if reference and "payload" in reference:
            shapes[reference["shape"]] = {**shapes[reference["shape"]], "payload": reference["payload"]}
    model = {"metadata": metadata, "shapes": shapes, "operations": {given["name"]: operation}}
    return compact.service(uniform(model), [given["name"]])


def vector(name, place, suite, case):
    """One case with its model."""
    given = {"name": "OperationName", **case["given"]}
    # botocore's tests put the wrapper in, which these models leave out.
    if suite["metadata"]["protocol"] == "query" and given.get("output"):
        members = suite["shapes"][given["output"]["shape"]].get("members")
        wrapper = {"resultWrapper": f"{given['name']}Result"} if members else {}
        given["output"] = {**given["output"], **wrapper}
    told = {key: case[key] for key in ("params", "serialized", "response", "result", "error", "errorCode", "errorMessage") if key in case}
    return {"place": f"{name} {place}", "id": case.get("id", ""), "name": given["name"], "service": service(suite, given), **told}


def vectors(distribution):
    found = {name: json.loads(text) for name, text in files(distribution, VECTORS, ".json")}
    ignored = found.pop(IGNORED)
    for name, suites in sorted(found.items()):
        for number, suite in enumerate(suites):
            if compact.protocol(suite["metadata"]) is None:
                continue
            for index, case in enumerate(suite["cases"]):
                is_case = "params" in case or "response" in case
                if is_case and not is_ignored(ignored, name, suite["description"], case.get("id")):
                    yield vector(name, f"{number}:{index}", suite, case)


def recorded(distribution):
    """Recorded answers, named `service-operation-name`, each with what botocore reads of it."""
    expected = dict(files(distribution, RECORDED, ".json"))
    for name, body in sorted(files(distribution, RECORDED, ".xml")):
        folder, _, call = name.partition("/")
        service, _, operation = call.partition("#")[0].partition("-")
        status = 400 if folder == "errors" else 200
        yield {
            "place": name, "service": service, "operation": operation, "status": status, "body": body,
            "expected": json.loads(expected[name]),
        }


def main(folder, out):
    (distribution,) = Path(folder).glob("botocore-*.tar.gz")
    made = {"vectors": list(vectors(distribution)), "recorded": list(recorded(distribution))}
    Path(out).write_text(json.dumps(made))
    print(", ".join(f"{len(found)} {name}" for name, found in made.items()), "of", distribution.name)


if __name__ == "__main__":
    main(*sys.argv[1:])
