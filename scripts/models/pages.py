"""How the pages of an operation are walked: as botocore publishes it, or else by a token in input and answer."""

TOKENS = (
    "nexttoken", "next_token", "nextpagetoken", "marker", "nextmarker", "paginationtoken", "continuationtoken", "position",
)


def pages(published, model, source):
    """The pages of an operation of a model; None where its answer is always whole."""
    return of_paginator(published) if published else derived(model["shapes"], source)


def many(value):
    return value if isinstance(value, list) else [value]


def of_paginator(published):
    out = {"in": many(published["input_token"]), "out": many(published["output_token"]), "rk": many(published["result_key"])}
    if published.get("limit_key"):
        out["lk"] = published["limit_key"]
    if published.get("more_results"):
        out["mr"] = published["more_results"]
    return out


def derived(shapes, source):
    """A member that is a token by its name, in input and answer alike: without it rows would vanish silently."""
    members = [shapes[source[end]["shape"]].get("members", {}) if source.get(end) else {} for end in ("input", "output")]
    token = next((name for name in members[0] if name.lower() in TOKENS and name in members[1]), None)
    if token is None:
        return None
    lists = [name for name, member in members[1].items() if shapes[member["shape"]]["type"] == "list"]
    return {"in": [token], "out": [token], "rk": lists if len(lists) == 1 else [], "dv": True}
