"""The browsers that the report is looked at in, and a page that is open in one. What is looked for is in browser.py.

Chromium and Firefox are the system's; CHROMIUM and FIREFOX name others. Playwright drives Firefox by WebDriver BiDi, as it
comes from Debian or Mozilla: a build of Playwright's own is not needed.
"""

import csv
import os
import shutil
import time
from contextlib import contextmanager
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe

VIEWS = ["Verdict", "Coverage", "Failures", "Changes", "Rows", "Topology"]
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
         "--disable-sync", "--no-first-run"]
# No preference of Firefox's asks anybody for anything; BiDi cannot set the colour scheme in every release of it.
SCHEMES = {"dark": 0, "light": 1}
SORT = "[...document.querySelectorAll('.heads button')].find(b => b.textContent.startsWith('{}')).click()"
FILTER = "const i = document.querySelector('input[type=search]'); i.value = '{}'; i.oninput()"
NAMES = {"Chromium": ("CHROMIUM", ["chromium", "google-chrome"], "chromium"),
         "Firefox": ("FIREFOX", ["firefox-esr", "firefox"], "firefox-esr")}


def expect(holds, what):
    if not holds:
        raise SystemExit(f"browser: {what}")


def installed():
    """The browsers of this machine, by name. One that is missing is told; in CI, nothing may be missing."""
    found = {}
    for name, (variable, programs, package) in NAMES.items():
        path = os.environ.get(variable) or next(filter(None, map(shutil.which, programs)), None)
        missing = f"there is no {name}: install it (Debian: apt install {package}), or name one by {variable}="
        expect(path or not os.environ.get("CI"), missing)
        if path:
            found[name] = path
        else:
            print(f"{name}: skipped: {missing}")
    expect(found, "there is no browser at all")
    return found


@contextmanager
def launched(driver, name, path, scheme, downloads):
    """The browser, in a colour scheme; what it saves is in `downloads`."""
    downloads.mkdir(exist_ok=True)
    if name == "Chromium":
        browser = driver.chromium.launch(executable_path=path, args=QUIET)
    else:
        preferences = {"layout.css.prefers-color-scheme.content-override": SCHEMES[scheme]}
        browser = driver.firefox.launch(channel="moz-firefox", executable_path=path, firefox_user_prefs=preferences,
                                        downloads_path=downloads)
    try:
        yield Looking(browser, name, scheme, downloads)
    finally:
        browser.close()


class Looking:
    """A browser that is running."""

    def __init__(self, browser, name, scheme, downloads):
        self.browser, self.name, self.scheme, self.downloads = browser, name, scheme, downloads

    def open(self, path, ready="[role=tab]"):
        return Opened(self, path, ready)

    def __str__(self):
        return f"{self.name} {self.browser.version}, {self.scheme}"


class Opened:
    """A page in the browser, with everything that it complained of or asked for."""

    def __init__(self, looking, path, ready):
        self.looking, self.own = looking, path.as_uri()
        self.page = looking.browser.new_page(viewport={"width": 1280, "height": 850}, color_scheme=looking.scheme)
        self.complaints, self.requests = [], []
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("dialog", lambda dialog: self.complaints.append(f"a dialog: {dialog.message}"))
        self.page.on("request", lambda request: self.requests.append(request.url))
        begun = time.monotonic()
        self.page.goto(self.own)
        self.page.wait_for_selector(ready)
        self.seconds = time.monotonic() - begun

    def show(self, view):
        self.page.click(f"#tab{VIEWS.index(view)}")
        self.page.wait_for_selector(f"#view{VIEWS.index(view)}:not([hidden])")

    def column(self, name):
        """The lines of a column that are in sight."""
        names = self.page.eval_on_selector_all(".heads button", "heads => heads.map(h => h.textContent.split(' ')[0])")
        return self.page.locator(".sheet pre").nth(names.index(name)).text_content().split("\n")

    def sort(self, name):
        return self.milliseconds(SORT.format(name))

    def filter(self, text):
        self.milliseconds(FILTER.format(text))

    def download(self):
        """The rows that are shown, as the page's own CSV has them."""
        with self.saved().open(encoding="utf-8", newline="") as file:
            return list(csv.reader(file))

    def saved(self):
        """The file that the page's button saves. BiDi tells the driver of no download that no navigation began, so
        Firefox's file is found where the driver has it put."""
        if self.looking.name == "Chromium":
            with self.page.expect_download() as download:
                self.page.click("text=Download CSV")
            return Path(download.value.path())
        known = set(self.looking.downloads.iterdir())
        self.page.click("text=Download CSV")
        for _ in range(500):
            new = set(self.looking.downloads.iterdir()) - known
            if len(new) == 1 and (file := new.pop()).read_bytes().endswith(b"\n"):
                return file
            self.page.wait_for_timeout(20)
        raise SystemExit(f"browser: nothing was saved: {new}")

    def milliseconds(self, script):
        return self.page.evaluate(f"(() => {{ const t = performance.now(); {script}; return performance.now() - t }})()")

    def asked(self):
        """What the page asked for, besides itself and what it made itself."""
        return [url for url in self.requests if url != self.own and not url.startswith("blob:")]

    def quiet(self, title="org-operator report"):
        expect(not self.complaints, f"the browser complains: {self.complaints}")
        expect(not self.asked(), f"the page asks for {self.asked()}")
        expect(self.page.title() == title, f"the title became {self.page.title()!r}")

    def close(self):
        self.page.close()


def accessible(opened):
    serious = [violation for violation in Axe().run(opened.page).response["violations"]
               if violation["impact"] in ("serious", "critical")]
    told = [(v["id"], [node["html"][:120] for node in v["nodes"]][:3]) for v in serious]
    expect(not serious, f"axe finds {told}")
