"""A service's model of botocore -> the compact one that crates/models reads: only what calling it takes."""

import json

KINDS = {
    "structure": "S", "list": "L", "map": "M", "string": "s", "character": "s", "integer": "i", "long": "i",
    "bigInteger": "i", "float": "f", "double": "f", "bigDecimal": "f", "boolean": "b", "blob": "B", "timestamp": "t",
}
LOCATIONS = {"uri": "u", "querystring": "q", "header": "h", "headers": "H", "statusCode": "c"}
PROTOCOLS = ("ec2", "query", "json", "rest-json", "rest-xml")
METADATA = {
    "apiVersion": "v", "serviceId": "id", "endpointPrefix": "ep", "signingName": "sn", "targetPrefix": "tp", "jsonVersion": "jv",
}


def protocol(metadata):
    """The protocol by which the service is spoken to; None where it has none that org-operator speaks."""
    offered = metadata.get("protocols") or [metadata["protocol"]]
    return next((one for one in offered if one in PROTOCOLS), None)


class Shapes:
    """The shapes that operations use, each put in once. Scalars that are alike are one shape."""

    def __init__(self, shapes, is_xml):
        self.source, self.is_xml = shapes, is_xml
        self.out, self.places, self.scalars = [], {}, {}

    def reference(self, reference):
        """A use of a shape. As in botocore, what the reference says goes before what the shape says."""
        said = {**self.source[reference["shape"]], **reference}
        out = {"s": self.place(reference["shape"])}
        if said.get("location") in LOCATIONS:
            out["l"] = LOCATIONS[said["location"]]
        for name, short in (("locationName", "n"), ("queryName", "Q"), ("timestampFormat", "ts")):
            if said.get(name) is not None:
                out[short] = said[name]
        for name, short in (("flattened", "f"), ("xmlAttribute", "a"), ("jsonvalue", "jv"), ("idempotencyToken", "it")):
            if said.get(name):
                out[short] = True
        if self.is_xml and said.get("xmlNamespace"):
            out["ns"] = [said["xmlNamespace"]["uri"], said["xmlNamespace"].get("prefix")]
        return out

    def place(self, name):
        """The place of a shape among those that are written."""
        if name not in self.places:
            shape = self.source[name]
            if KINDS[shape["type"]] in "SLM":
                self.places[name] = len(self.out)
                self.out.append(out := {})
                out.update(self.container(shape))
            else:
                self.places[name] = self.scalar(name, shape)
        return self.places[name]

    def scalar(self, name, shape):
        out = {"t": KINDS[shape["type"]]}
        if shape.get("enum"):
            out["e"] = shape["enum"]
        if shape.get("sensitive"):
            out["x"] = True
        if out["t"] == "i":
            out |= {short: int(shape[bound]) for bound, short in (("min", "mn"), ("max", "mx")) if bound in shape}
        if name == "policyDocumentType":
            out["pe"] = True
        key = json.dumps(out, sort_keys=True)
        if key not in self.scalars:
            self.scalars[key] = len(self.out)
            self.out.append(out)
        return self.scalars[key]

    def container(self, shape):
        if shape.get("document"):
            return {"t": "D"}
        out = {"t": KINDS[shape["type"]]}
        if out["t"] == "S":
            out |= self.structure(shape)
        elif out["t"] == "L":
            out["i"] = self.reference(shape["member"])
        else:
            out |= {"k": self.reference(shape["key"]), "v": self.reference(shape["value"])}
        if shape.get("sensitive"):
            out["x"] = True
        return out

    def structure(self, shape):
        out = {"m": {name: self.reference(member) for name, member in shape.get("members", {}).items()}}
        if shape.get("required"):
            out["r"] = shape["required"]
        if shape.get("payload"):
            out["p"] = shape["payload"]
        if shape.get("union"):
            out["u"] = True
        return out


def operation(source, shapes):
    """One operation, with its input and output."""
    out = {}
    http = source["http"]
    if (http["method"], http["requestUri"]) != ("POST", "/"):
        out["h"] = [http["method"], http["requestUri"]]
    for name, short in (("input", "i"), ("output", "o")):
        if source.get(name):
            out[short] = shapes.reference(source[name])
    if source.get("output", {}).get("resultWrapper"):
        out["w"] = source["output"]["resultWrapper"]
    if source.get("endpoint", {}).get("hostPrefix"):
        out["hp"] = source["endpoint"]["hostPrefix"]
    if source.get("deprecated"):
        out["dp"] = True
    return out


def service(model, names):
    """The compact model of a service with the operations of `names`."""
    metadata = model["metadata"]
    out = {short: metadata[name] for name, short in METADATA.items() if metadata.get(name)}
    out["p"] = protocol(metadata)
    if "awsQueryCompatible" in metadata:
        out["qc"] = True
    shapes = Shapes(model["shapes"], out["p"] == "rest-xml")
    out["ops"] = {name: operation(model["operations"][name], shapes) for name in sorted(names)}
    out["shapes"] = shapes.out
    return out
