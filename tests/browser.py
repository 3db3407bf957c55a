"""The report in a real browser: opens pages from files, looks at every view, and compares what they show with the data.

    browser.py BINARIES      BINARIES has the command, the simulated AWS, and examples/sample, which writes a page about
                             a made-up run

Needs the system's Chromium (CHROMIUM names another one) and what requirements-browser.txt lists.
"""

import csv
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import browser_run
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

VIEWS = ["Verdict", "Coverage", "Failures", "Changes", "Rows", "Topology"]
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
         "--disable-sync", "--no-first-run"]
PORTAL = "https://example.awsapps.com/start"
SMALL, LARGE = (12, 17, 60), (10_000, 17, 100_000)


def expect(holds, what):
    if not holds:
        raise SystemExit(f"browser: {what}")


def written(sample, folder, size):
    page = Path(folder) / f"report-{size[0]}.html"
    with page.open("wb") as out:
        subprocess.run([sample, *map(str, size)], stdout=out, check=True, timeout=120)
    return page


class Opened:
    """A page in the browser, with everything that it complained of or asked for."""

    def __init__(self, browser, path, scheme):
        self.page = browser.new_page(viewport={"width": 1280, "height": 850}, color_scheme=scheme)
        self.complaints, self.requests = [], []
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("dialog", lambda dialog: self.complaints.append(f"a dialog: {dialog.message}"))
        self.page.on("request", lambda request: self.requests.append(request.url))
        begun = time.monotonic()
        self.page.goto(path.as_uri())
        self.page.wait_for_selector("[role=tab]")
        self.seconds = time.monotonic() - begun

    def show(self, view):
        self.page.click(f"#tab{VIEWS.index(view)}")
        self.page.wait_for_selector(f"#view{VIEWS.index(view)}:not([hidden])")

    def column(self, name):
        """The lines of a column that are in sight."""
        names = self.page.eval_on_selector_all(".heads button", "heads => heads.map(h => h.textContent.split(' ')[0])")
        return self.page.locator(".sheet pre").nth(names.index(name)).text_content().split("\n")

    def sort(self, name):
        self.milliseconds(SORT.format(name))

    def filter(self, text):
        self.milliseconds(FILTER.format(text))

    def download(self):
        """The rows that are shown, as the page's own CSV has them."""
        with self.page.expect_download() as download:
            self.page.click("text=Download CSV")
        with Path(download.value.path()).open(encoding="utf-8", newline="") as file:
            return list(csv.reader(file))

    def milliseconds(self, script):
        return self.page.evaluate(f"(() => {{ const t = performance.now(); {script}; return performance.now() - t }})()")

    def quiet(self):
        expect(not self.complaints, f"the browser complains: {self.complaints}")
        expect(len(self.requests) == 1, f"the page asks for {self.requests[1:]}")
        expect(self.page.title() == "org-operator report", f"the title became {self.page.title()!r}")


SORT = "[...document.querySelectorAll('.heads button')].find(b => b.textContent.startsWith('{}')).click()"
FILTER = "const i = document.querySelector('input[type=search]'); i.value = '{}'; i.oninput()"


def rows_are_right(opened):
    opened.show("Rows")
    unsorted = opened.column("route_table_id")
    opened.sort("route_table_id")
    first = opened.column("route_table_id")
    expect(first == sorted(first) and first != unsorted, "rows are not sorted by the column that was clicked")
    opened.filter("10.2.0.0/16")
    found = opened.column("destination")
    expect(found and set(found) == {"10.2.0.0/16"}, f"the filter shows {found[:3]}")
    rows = opened.download()
    expect(rows[0][:4] == ["account_id", "account_name", "region", "vpc_id"], f"the CSV begins with {rows[0]}")
    expect(all(not cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row), "a formula")
    opened.filter("")


def the_map_speaks(opened):
    opened.show("Coverage")
    opened.page.focus("[role=application]")
    for _ in range(3):
        opened.page.keyboard.press("ArrowDown")
    words = opened.page.inner_text(".words")
    expect("SUCCEEDED" in words or "FAILED" in words or "SKIPPED" in words, f"a cell says {words!r}")


def the_tree_opens(opened):
    opened.show("Topology")
    opened.page.focus("[role=tree]")
    deepest = "lines => Math.max(...lines.map(line => Number(line.getAttribute('aria-level'))))"
    before = opened.page.eval_on_selector_all("[role=treeitem]", deepest)
    for key in ("ArrowDown", "ArrowRight", "ArrowDown", "ArrowRight"):
        opened.page.keyboard.press(key)
    after = opened.page.eval_on_selector_all("[role=treeitem]", deepest)
    expect(after == before + 2, f"the tree opens from level {before} to {after}")


def accessible(opened):
    serious = [violation for violation in Axe().run(opened.page).response["violations"]
               if violation["impact"] in ("serious", "critical")]
    told = [(v["id"], [node["html"][:120] for node in v["nodes"]][:3]) for v in serious]
    expect(not serious, f"axe finds {told}")


def small(browser, path, scheme):
    opened = Opened(browser, path, scheme)
    verdict = opened.page.inner_text("#view0")
    for told in ("af-south-1", "2 × in Accounts.Exclude", "(5 expected)"):
        expect(told in verdict, f"the verdict does not say {told!r}")
    opened.show("Failures")
    last = opened.page.locator("#view2 section").last
    expect("FAILED (expected)" in last.inner_text() and "by contract <b>" in last.inner_text(), "what is expected is not last")
    expect("update the StackSet" in opened.page.inner_text("#view2"), "a failure does not say what to do")
    opened.show("Changes")
    expect("12 added" in opened.page.inner_text("#view3"), "the changes are not counted")
    the_map_speaks(opened)
    rows_are_right(opened)
    the_tree_opens(opened)
    for view in VIEWS:
        opened.show(view)
        accessible(opened)
    expect("<script>" in opened.page.evaluate("data.accounts[1].name"), "the sample's names are not hostile")
    opened.quiet()
    print(f"{path.name} ({scheme}): every view, accessible, no request, no complaint")
    opened.page.close()


def large(browser, path):
    opened = Opened(browser, path, "light")
    rows_are_right(opened)
    nodes = opened.page.evaluate("document.querySelectorAll('*').length")
    sort = min(opened.milliseconds(SORT.format("route_table_id")) for _ in range(3))
    megabytes = path.stat().st_size / 1e6
    print(f"{path.name}: {megabytes:.1f} MB, open {opened.seconds:.2f} s, sort {sort:.0f} ms, {nodes} nodes")
    expect(nodes < 200, f"{nodes} nodes")
    expect(megabytes < 10, f"{megabytes} MB")
    the_map_speaks(opened)
    the_tree_opens(opened)
    opened.quiet()
    opened.page.close()


def real(browser, binaries, folder):
    """The page of a run of the command shows what the run's files have."""
    run = browser_run.made(binaries, folder)
    opened = Opened(browser, run / "report.html", "light")
    found = list(browser_run.differences(opened, run))
    expect(not found, f"the report of {run} differs: {found}")
    the_map_speaks(opened)
    the_tree_opens(opened)
    for view in VIEWS:
        opened.show(view)
    opened.quiet()
    through_a_portal(browser, binaries, folder, run)
    rows = opened.page.evaluate("rowCount()")
    cells = opened.page.evaluate("data.cells.status.length")
    print(f"a run's report.html: {rows} rows and {cells} targets as in its files, no request, no complaint")
    opened.page.close()


def through_a_portal(browser, binaries, folder, run):
    """The links of a page that is made for a portal open there, in the right account."""
    opened = Opened(browser, browser_run.reported(binaries, folder, run, PORTAL), "light")
    opened.show("Rows")
    first = opened.page.evaluate("text => linked(text, 0).getAttribute('href')", opened.column("vpc_id")[0])
    account = opened.page.evaluate("data.accounts[data.rows.account[0]].id")
    wanted = f"{PORTAL}#/console?account_id={account}&destination=https%3A%2F%2F"
    expect(first.startswith(wanted), f"with a portal the first link is {first}")
    opened.quiet()
    opened.page.close()


def main():
    browser_path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    expect(browser_path, "there is no Chromium: install it (Debian: apt install chromium), or name one by CHROMIUM=")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=browser_path, args=QUIET)
        binaries = Path(sys.argv[1])
        real(browser, binaries, Path(folder) / "runs")
        pages = [written(binaries / "examples" / "sample", folder, size) for size in (SMALL, LARGE)]
        for scheme in ("light", "dark"):
            small(browser, pages[0], scheme)
        large(browser, pages[1])
        browser.close()


if __name__ == "__main__":
    main()
