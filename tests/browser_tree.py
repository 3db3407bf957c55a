"""The topology in a browser: its tree, and the lists beside it. Opening pages is browser_opened.py's."""

import re

from browser_opened import accessible, expect

# Each connection once, although both of its sides tell of it; what one side does not see is taken from the other.
LISTS = {
    "peerings": """▾ VPC peerings  (3)
▾ pcx-1  active  (2)
· 111111111111 Hub  xx-made-1  vpc-1
· 222222222222 <b>Shop</b>  xx-made-2  vpc-2
▾ pcx-2  active  (2)
· 111111111111 Hub  xx-made-1  vpc-1
· 999999999999  xx-made-1  vpc-9
▾ pcx-3  pending-acceptance  (2)
· 333333333333 </script>\ufffd  xx-made-1  vpc-3
· 222222222222 <b>Shop</b>  xx-made-1  vpc-4""",
    "gateways": """▾ transit gateways  (1)
▾ tgw-1  us-gov-west-1  (2)
· tgw-attach-1  vpc  vpc-1  111111111111 Hub  available
· tgw-attach-2  vpc  vpc-2  222222222222 <b>Shop</b>  available""",
}
CONSOLES = {"peerings": ("requester_vpc", "https://xx-made-1.console.aws.amazon.com/"),
            "gateways": ("resource_id", "https://us-gov-west-1.console.amazonaws-us-gov.com/")}


def the_tree_opens(opened):
    opened.show("Topology")
    opened.page.focus("#topology")
    opened.page.keyboard.press("End")
    before = tree_lines(opened)
    for key in ("Home", "ArrowRight", "ArrowRight", "ArrowRight"):
        opened.page.keyboard.press(key)
    lines = tree_lines(opened)
    at = next(line for line in lines if line["current"])
    expect(len(lines) > len(before) and at["level"] > 2 and at["id"] == active(opened), f"the tree opens at {at}")
    opened.page.keyboard.press("ArrowLeft")
    expect(next(line for line in tree_lines(opened) if line["current"])["level"] == at["level"] - 1, "left does not go up")


def active(opened):
    return opened.page.get_attribute("#topology", "aria-activedescendant")


def tree_lines(opened):
    """The lines of the topology in sight; `records` is the number that each has."""
    lines = opened.page.eval_on_selector_all("#topology [role=treeitem]", """lines => lines.map(line => ({
        level: Number(line.getAttribute("aria-level")), text: line.textContent, id: line.id,
        expanded: line.getAttribute("aria-expanded"), current: line.getAttribute("aria-selected") === "true" }))""")
    number = re.compile(r"\(([\d,]+)( records? in [\d,]+ accounts?)?\)$")
    return [{**line, "records": int(number.search(line["text"])[1].replace(",", ""))} for line in lines]


def counts_add_up(opened):
    """Opens everything, and holds each line's number to the sum of those below it."""
    opened.show("Topology")
    opened.page.evaluate("document.querySelector('#topology').style.height = '40000px'")
    opened.page.focus("#topology")
    opened.page.keyboard.press("Home")
    for _ in range(2_000):
        line = next(line for line in tree_lines(opened) if line["current"])
        if line["expanded"] == "false":
            opened.page.keyboard.press("Enter")
        opened.page.keyboard.press("ArrowDown")
        if next(line for line in tree_lines(opened) if line["current"])["id"] == line["id"]:
            break
    lines = tree_lines(opened)
    sums = [0] * 20
    for line in reversed(lines):
        level = line["level"]
        expect(line["expanded"] is None or sums[level + 1] == line["records"], f"{line} is not the sum {sums[level + 1]}")
        sums[level + 1] = 0
        sums[level] += line["records"]
    return lines


def units_are_nested(lines):
    """The sample's units: two within each other, one with accounts of its own, one whose name is hostile, one unknown."""
    told = [(line["level"], line["text"][2:]) for line in lines if "accounts)" in line["text"]]
    wanted = [(1, "organization  (60 records in 12 accounts)"), (2, "(no unit known)  (10 records in 2 accounts)"),
              (2, "Root  (50 records in 10 accounts)"), (3, "Sandbox  (10 records in 2 accounts)"),
              (3, "Workloads  (40 records in 8 accounts)"), (4, "<b>Test  (10 records in 2 accounts)"), (4, "Production  (30 records in 6 accounts)"),
              (5, "Payments  (15 records in 3 accounts)")]
    expect(told == wanted, f"the units are {told}")


def connections(looking, path, wanted, console):
    """The list beside the tree has each thing once, and opens and closes like the tree; links lead to the partition's console."""
    opened = looking.open(path)
    opened.show("Rows")
    column, address = console
    link = opened.page.evaluate("text => linked(text, 0).getAttribute('href')", opened.column(column)[0])
    expect(link.startswith(address), f"the first link is {link}")
    opened.show("Topology")
    lines = opened.page.locator("#list0 [role=treeitem]").all_text_contents()
    expect("\n".join(lines) == wanted, f"the list of {path.name} is {lines}")
    opened.page.focus("#list0")
    for key in ("ArrowDown", "ArrowLeft"):
        opened.page.keyboard.press(key)
    expect(opened.page.locator("#list0 [aria-level='3']").count() < wanted.count("·"), "an item of the list does not close")
    accessible(opened)
    opened.quiet()
    opened.close()
