"""The first sentence of a documentation that is HTML, as plain text."""

import html
import re

LONGEST = 120


def sentence(documentation):
    """At most `LONGEST` characters; empty where there is no documentation."""
    text = html.unescape(re.sub(r"<[^>]+>", " ", documentation or ""))
    text = re.sub(r" ([,.;:)])", r"\1", " ".join(text.split()))
    first = re.match(r"(.+?[.!?])(?= [A-Z(]|$)", text)
    found = first.group(1) if first else text
    return found if len(found) <= LONGEST else found[:LONGEST].rsplit(" ", 1)[0] + " …"
