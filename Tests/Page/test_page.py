"""Drives the page in a real Chromium against a real stack: every view, every action, and what goes wrong.

Each test is a function whose name begins with test_; it gets a fresh stack. `python3 test_page.py NAME…` runs some of them.
"""

import contextlib
import json
import os
import pathlib
import sys
import tempfile
import time
import traceback
import urllib.parse

from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select

import axe
from stack import ORDER, Stack, browser, iso, wait_for

LINES = [{"sku": "A-1"}, {"sku": "B-7"}]
HOSTILE = "<img src=x onerror=\"window.hacked=1\"><script>window.hacked=1</script>'\"&amp;</pre>"

drivers = {}


def driver_for(width=1280, height=900, dark=False):
    """One browser for each size, which all tests share; each begins with an empty tab."""
    key = (width, height, dark)
    if key not in drivers:
        drivers[key] = browser(width, height, dark)
    return drivers[key]


class Page:
    """The page in a browser, in a user's words."""

    def __init__(self, stack, driver=None):
        self.stack = stack
        self.driver = driver or driver_for()

    def open(self, path, waits=True):
        self.driver.get(self.stack.page + path)
        if waits:
            wait_for(f"{path} is shown", lambda: self.driver.find_elements(By.CSS_SELECTOR, "main *") and not self.all(".skeleton"))
        return self

    def all(self, selector):
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def one(self, selector):
        return wait_for(selector, lambda: self.all(selector))[0]

    def text(self, selector="body"):
        return self.driver.execute_script("return document.querySelector(arguments[0])?.innerText ?? ''", selector)

    def says(self, words, selector="body", seconds=10):
        return wait_for(f"the page says {words!r}", lambda: words.lower() in self.text(selector).lower(), seconds)

    def button(self, words, within="body"):
        def find():
            for element in self.all(f"{within} button, {within} a.button"):
                if element.text.strip().rstrip("…") == words and element.is_displayed():
                    return element
            return None

        return wait_for(f"the button {words!r} in {within}", find)

    def has_button(self, words, within="body"):
        return any(element.text.strip().rstrip("…") == words for element in self.all(f"{within} button, {within} a.button"))

    def press(self, words, within="body"):
        """Presses a button; the page may have drawn it anew meanwhile."""
        wait_for(f"{words!r} is pressed", lambda: (self.button(words, within).click(), True)[1])

    def type(self, selector, words):
        field = self.one(selector)
        field.clear()
        field.send_keys(words)

    def figure(self, name):
        return self.text(f'[data-figure="{name}"]').replace(",", "")

    def problems(self):
        """What the browser complains of, but requests that were refused: that is what some tests want."""
        return [
            entry["message"]
            for entry in self.driver.get_log("browser")
            if entry["level"] == "SEVERE" and "Failed to load resource" not in entry["message"]
        ]


def machine_with(stack):
    return stack.create_machine("order", ORDER)


# Views


def test_every_view_is_shown_and_accessible(stack):
    order = machine_with(stack)
    stack.execute(order, "ok", {"at": iso(seconds=-1), "total": 5, "lines": LINES})
    stack.execute(order, "bad", {"at": iso(seconds=-1), "total": 5_000, "lines": LINES})
    stack.aws("CreateActivity", {"name": "packing"})
    stack.start_item("later", hours=2)
    wait_for("the order is done", lambda: stack.status("ok", "order") == "SUCCEEDED")
    views = {
        "/ui": "Nothing is late",
        "/ui/schedule?range=day": "In this range",
        "/ui/items": "later",
        "/ui/items?status=FAILED": "OrderTooLarge",
        "/ui/items/ok?stateMachine=order": "PackLine",
        "/ui/items/bad?stateMachine=order": "ask for a signature",
        "/ui/items/later": "WaitUntil",
        "/ui/items/nobody": "There is no item of this Id",
        "/ui/failures": "OrderTooLarge",
        "/ui/machines": "waitable-stepfunction",
        "/ui/machines/order": "NumericGreaterThan",
        "/ui/machines/none": "There is no state machine",
        "/ui/activities": "packing",
        "/ui/nothing": "There is nothing at this address",
    }
    for width, dark in [(1280, False), (1280, True), (390, False), (390, True)]:
        page = Page(stack, driver_for(width, 900 if width > 600 else 844, dark))
        for path, words in views.items():
            page.open(path).says(words)
            wide = page.driver.execute_script("return document.documentElement.scrollWidth")
            assert wide <= width, f"{path} is {wide} px wide where there are {width}"
            found = axe.violations(page.driver)
            assert not found, f"{path}, {width} px, {'dark' if dark else 'light'}: {found}"
            problems = page.problems()
            assert not problems, (path, problems)


def test_root_shows_the_page_to_a_browser(stack):
    page = Page(stack).open("/")
    page.says("Nothing is late")
    status, headers, text = stack.call("/")
    assert status == 200 and json.loads(text)["name"] == "waitable"


def test_graph_shows_what_happened(stack):
    order = machine_with(stack)
    stack.execute(order, "ok", {"at": iso(seconds=-1), "total": 5, "lines": LINES})
    wait_for("the order is done", lambda: stack.status("ok", "order") == "SUCCEEDED")
    page = Page(stack).open("/ui/items/ok?stateMachine=order")
    page.one(".graph .passed")
    states = page.driver.execute_script(
        "return Object.fromEntries([...document.querySelectorAll('.graph g.state')].map(g =>"
        " [g.querySelector('text').textContent, [g.classList.contains('passed'), g.querySelectorAll('text')[1].textContent]]))"
    )
    assert states["Ship"][0] and states["PackLine"][0] and not states["TooMuch"][0], states
    assert "×2" in states["PackLine"][1], states
    assert page.all(".graph .entered"), "times of entry"


# Live


def test_overview_is_live(stack):
    page = Page(stack).open("/ui")
    wait_for("nothing waits", lambda: page.figure("Waiting") == "0")
    stack.start_item("a", hours=1)
    begun = time.monotonic()
    wait_for("one waits", lambda: page.figure("Waiting") == "1", 3)
    assert time.monotonic() - begun < 2.0, "the overview is later than 2 s"


def test_overview_shows_the_doctor(stack):
    page = Page(stack).open("/ui")
    page.says("The doctor has not looked yet")
    stack.redis("ZADD", "waitable:{0}:closed", "5", "order:nobody")
    stack.command("doctor")
    page.says("Last word", seconds=3)
    page.says("listed-without-document 1")
    found = axe.violations(page.driver)
    assert not found, found


def test_overview_shows_partitions(stack_unused):
    with make_stack({"WAITABLE_PARTITIONS": "3"}) as stack:
        stack.start_item("a", hours=1)
        page = Page(stack).open("/ui")
        page.says("Oldest due for")
        rows = wait_for(
            "one is open",
            lambda: [
                rows
                for rows in [[row.text.split() for row in page.all("[aria-label='Table: Partitions'] tbody tr")]]
                if sum(int(row[1]) for row in rows) == 1
            ],
        )[0]
        assert sorted(row[0] for row in rows) == ["0", "1", "2"], rows
        found = axe.violations(page.driver)
        assert not found, found


def test_streams_are_shown(stack):
    publish = {
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage",
        "Parameters": {"QueueUrl": "https://queue/news", "MessageBody": HOSTILE},
        "End": True,
    }
    machine = stack.create_machine("publisher", {"StartAt": "P", "States": {"P": publish}})
    page = Page(stack).open("/ui/activities")
    page.says("There are no streams")
    for name in ["a", "b"]:
        stack.execute(machine, name, {})
    wait_for("both are published", lambda: stack.redis("XLEN", "waitable:{0}:stream:news") == "2")
    page.says("news", seconds=5)
    wait_for("both are counted", lambda: [row.text.split()[:2] for row in page.all("[aria-label='Table: Streams'] tbody tr")] == [["news", "2"]])
    found = axe.violations(page.driver)
    assert not found, found


def test_item_is_live(stack):
    stack.start_item("a", hours=1)
    page = Page(stack).open("/ui/items/a")
    page.says("Waiting", ".item-head")
    stack.ok("/items/a/run-now", {})
    wait_for("it is done", lambda: stack.status("a") == "SUCCEEDED")
    begun = time.monotonic()
    page.says("Succeeded", ".item-head", 3)
    assert time.monotonic() - begun < 2.0, "the item is later than 2 s"
    page.says("Rescheduled", ".timeline", 5)


def test_a_killed_worker_is_seen(stack):
    page = Page(stack).open("/ui")
    page.says("1 worker at work")
    stack.stop("worker", kill=True)
    stack.start_item("a", seconds=1)
    page.says("No worker has reported itself", ".verdict", 45)
    page.says("due, the oldest for", ".verdict", 10)
    stack.start_worker()
    page.says("Nothing is late", ".verdict", 15)


def test_a_stopped_redis_is_seen(stack):
    for path, words in [("/ui", "Nothing is late"), ("/ui/machines", "waitable-stepfunction")]:
        page = Page(stack).open(path)
        page.says(words)
        # What has been live once is told with when that was.
        wait_for("it is live", lambda: page.driver.execute_script("return import('/assets/events.js').then(m => m.connection.state)") == "live")
        stack.stop("redis")
        page.says("Redis does not answer", "#banner", 10)
        page.says("Last seen", "#banner")
        assert "stale" in page.one("body").get_attribute("class")
        stack.start_redis()
        wait_for("the banner is gone", lambda: not page.one("#banner").is_displayed(), 20)


def test_a_stopped_ingest_is_seen(stack):
    page = Page(stack).open("/ui")
    page.says("Nothing is late")
    took = stack.stop("ingest")
    assert took < 5, f"ingest took {took:.1f} s to stop with the page open"
    page.says("Connection lost", "#banner", 10)
    stack.start_ingest()
    wait_for("the banner is gone", lambda: not page.one("#banner").is_displayed(), 20)


# Actions


def test_actions_on_an_item(stack):
    stack.start_item("a", hours=1)
    page = Page(stack).open("/ui/items/a")
    page.press("Reschedule")
    page.driver.execute_script(
        "const input = document.querySelector('#moment'); input.value = '2037-01-02T03:04:05'; input.dispatchEvent(new Event('input'))"
    )
    page.press("Reschedule", "dialog")
    # 03:04:05 in Berlin, in winter.
    wait_for("it has the other moment", lambda: stack.ok("/items/a")["due"] == "2037-01-02T02:04:05.000Z")
    page.press("Cancel")
    page.type("#cause", "no longer wanted")
    page.press("Cancel it", "dialog")
    wait_for("it is cancelled", lambda: stack.status("a") == "ABORTED")
    assert stack.ok("/items/a")["cause"] == "no longer wanted"
    page.says("no longer wanted", ".cause")
    page.press("Redrive")
    page.press("Redrive", "dialog")
    wait_for("it waits again", lambda: stack.status("a") == "WAITING")
    page.press("Run now")
    page.press("Run now", "dialog")
    wait_for("it is done", lambda: stack.status("a") == "SUCCEEDED")
    page.says("Succeeded", ".item-head")
    assert not page.has_button("Cancel"), "what cannot be done is not offered"


def test_actions_on_many_items(stack):
    for number in range(5):
        stack.start_item(f"a{number}", hours=1)
    page = Page(stack).open("/ui/items?status=WAITING")
    boxes = page.all("tbody input[type=checkbox]")
    assert len(boxes) == 5
    boxes[0].click()
    boxes[1].click()
    page.says("2 chosen")
    page.press("Cancel", ".choice")
    page.says("2 items", "dialog")
    page.press("Cancel it", "dialog")
    page.says("2 done", "dialog")
    page.press("Close", "dialog")
    wait_for("three are left", lambda: len(page.all("tbody tr")) == 3)
    statuses = [stack.status(f"a{number}") for number in range(5)]
    assert sorted(statuses) == ["ABORTED"] * 2 + ["WAITING"] * 3, statuses


def test_redrive_all_of_a_kind(stack):
    order = machine_with(stack)
    for number in range(6):
        stack.execute(order, f"big{number}", {"at": iso(seconds=-1), "total": 9_999, "lines": LINES})
    stack.execute(order, "low", {"at": iso(seconds=-1), "total": -1, "lines": LINES})
    wait_for("they failed", lambda: len(stack.ok("/items?status=FAILED")["items"]) == 7)
    page = Page(stack).open("/ui/failures")
    cards = page.all(".failure")
    assert [card.find_element(By.CSS_SELECTOR, ".count").text for card in cards] in (["1", "6"], ["6", "1"])
    card = next(card for card in cards if "OrderTooLarge" in card.text)
    card.find_element(By.XPATH, ".//button[contains(., 'Redrive all')]").click()
    page.press("Redrive 6", "dialog")
    page.says("6 done", "dialog")
    page.press("Close", "dialog")
    wait_for(
        "six were redriven",
        lambda: sum(item.get("redriveCount", 0) for item in stack.ok("/items?stateMachine=order")["items"]) == 6,
    )


def test_start_and_deploy(stack):
    page = Page(stack).open("/ui/machines/waitable-stepfunction")
    page.press("Start")
    page.type("#start-id", "not an id")
    page.press("Start", "dialog")
    page.says("must have no spaces", "dialog")
    page.type("#start-id", "typed-1")
    page.press("Start", "dialog")
    page.says("typed-1", ".item-head")
    assert stack.status("typed-1") == "WAITING"

    page.open("/ui/machines")
    page.press("Deploy a new one")
    page.type("#deploy-name", "fresh")
    text = json.dumps({"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "Nowhere"}}}, indent=2)
    set_text = "const area = document.querySelector('#deploy-definition'); area.value = arguments[0]; area.dispatchEvent(new Event('input'))"
    page.driver.execute_script(set_text, text)
    page.press("Deploy", "dialog")
    page.says("Line 6", "dialog .problems")
    assert "fresh" not in json.dumps(stack.ok("/state-machines"))
    assert "6" in [element.get_attribute("textContent").strip() for element in page.all(".lines .bad")]
    page.driver.execute_script(set_text, text.replace('"Next": "Nowhere"', '"End": true'))
    page.press("Deploy", "dialog")
    page.says("fresh", "h1")
    assert "fresh" in json.dumps(stack.ok("/state-machines"))
    page.press("Edit and deploy")
    page.driver.execute_script(set_text, json.dumps({"StartAt": "B", "States": {"B": {"Type": "Succeed"}}}))
    page.press("Deploy", "dialog")
    wait_for("the graph has the new state", lambda: "B" in page.one(".graph").get_attribute("textContent"))
    page.press("Start")
    page.type("#start-input", "{")
    page.press("Start", "dialog")
    page.says("must be JSON", "dialog")
    page.type("#start-input", "{}")
    page.type("#start-id", "run-1")
    page.press("Start", "dialog")
    page.says("run-1", ".item-head")


def test_pause_and_resume(stack):
    page = Page(stack).open("/ui/machines/waitable-stepfunction")
    page.press("Pause")
    page.press("Pause", "dialog")
    page.says("Paused", "main")
    assert stack.ok("/state-machines")["stateMachines"][0]["paused"]
    page.press("Resume")
    wait_for("it is resumed", lambda: not stack.ok("/state-machines")["stateMachines"][0]["paused"])


def test_schedule_leads_to_its_items(stack):
    stack.start_item("soon", minutes=30, seconds=10)
    stack.start_item("later", hours=30)
    page = Page(stack).open("/ui/schedule?range=hour")
    page.one(".chart a.bar-link").click()
    page.says("soon", "table")
    assert "later" not in page.text("table")
    assert "dueFrom=" in page.driver.current_url and "dueTo=" in page.driver.current_url


def test_find_and_keys(stack):
    stack.start_item("needle", hours=1)
    page = Page(stack).open("/ui")
    body = page.one("body")
    body.send_keys("/")
    assert page.driver.switch_to.active_element.get_attribute("id") == "find-id"
    page.driver.switch_to.active_element.send_keys("needle", Keys.ENTER)
    page.says("needle", ".item-head")
    page.open("/ui")
    page.one("body").send_keys("g", "i")
    page.says("Items", "h1")
    page.one("body").send_keys("?")
    page.says("Find an item by its Id", "dialog")
    page.driver.switch_to.active_element.send_keys(Keys.ESCAPE)
    wait_for("the dialog is closed", lambda: not page.all("dialog"))
    page.driver.back()
    page.says("Nothing is late")
    # The first stop of the Tab key leads past the navigation.
    page.open("/ui/machines")
    page.one("body").send_keys(Keys.TAB)
    assert page.driver.switch_to.active_element.get_attribute("class") == "skip"


# Hostile texts and callers


def test_text_never_becomes_markup(stack):
    states = {HOSTILE[:60]: {"Type": "Fail", "Error": HOSTILE[:200], "Cause": HOSTILE * 3}}
    arn = stack.create_machine("hostile", {"Comment": HOSTILE, "StartAt": HOSTILE[:60], "States": states})
    stack.execute(arn, "victim", {HOSTILE: HOSTILE})
    stack.start_item("cancelled", hours=1)
    stack.ok("/items/cancelled/cancel", {"error": HOSTILE[:200], "cause": HOSTILE})
    wait_for("it has failed", lambda: stack.status("victim", "hostile") == "FAILED")
    page = Page(stack)
    hostile = urllib.parse.quote(HOSTILE, safe="")
    for path in [
        "/ui/items", f"/ui/items?error={urllib.parse.quote(HOSTILE[:200])}", "/ui/items/victim?stateMachine=hostile",
        "/ui/items/cancelled", "/ui/failures", "/ui/machines/hostile", "/ui/machines", f"/ui/items/{hostile}",
        f"/ui/machines/{hostile}", f"/ui/{hostile}", f"/ui/items?nextToken={hostile}", f"/ui/schedule?range={hostile}",
    ]:
        page.open(path)
        time.sleep(0.3)
        hacked, images, scripts = page.driver.execute_script(
            "return [window.hacked, document.querySelectorAll('main img').length, document.scripts.length]"
        )
        assert hacked is None and images == 0 and scripts == 1, (path, hacked, images, scripts)
        problems = page.problems()
        assert not problems, (path, problems)
    page.open("/ui/items/victim?stateMachine=hostile").says("onerror=", ".cause")


def test_inline_script_is_refused(stack):
    page = Page(stack).open("/ui")
    page.driver.execute_script(
        "const script = document.createElement('script');"
        "try { script.textContent = 'window.hacked = 1'; document.body.append(script); } catch (error) {}"
    )
    assert page.driver.execute_script("return window.hacked") is None
    page.driver.get_log("browser")


def test_tokens(stack_unused):
    import subprocess
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        tokens = {}
        waitable = os.environ.get("WAITABLE") or str(pathlib.Path(__file__).resolve().parents[2] / ".build/debug/waitable")
        lines = []
        for name, rights in [("reader", "read"), ("starter", "start"), ("all", "start,read,manage")]:
            made = json.loads(
                subprocess.check_output([waitable, "token", "create", "--name", name, "--rights", rights, "--json"])
            )
            tokens[name] = made["token"]
            lines.append(made["line"])
        path = pathlib.Path(folder) / "tokens"
        path.write_text("\n".join(lines) + "\n")
        path.chmod(0o600)
        with make_stack({"WAITABLE_TOKENS_FILE": str(path)}, tokens["all"]) as stack:
            stack.start_item("a", hours=1)
            page = Page(stack).open("/ui/items/a", waits=False)
            page.driver.execute_script("sessionStorage.clear()")
            page.open("/ui/items/a", waits=False).says("asks for a token")
            requests = page.driver.execute_script(
                "return performance.getEntriesByType('resource').map(entry => new URL(entry.name).pathname)"
            )
            assert [name for name in requests if not name.startswith("/assets/")] == ["/access"], requests
            page.type("#token", "waitable_wrong")
            page.press("Sign in")
            page.says("must hold a token that is known", ".sign-in")
            page.type("#token", tokens["reader"])
            page.press("Sign in")
            page.says("Waiting", ".item-head")
            for words in ["Cancel", "Run now", "Reschedule"]:
                assert not page.has_button(words), f"{words} is offered to a token that may only read"
            page.open("/ui/items")
            assert not page.all("input[type=checkbox]") and not page.has_button("Start an item")
            page.open("/ui/machines/waitable-stepfunction")
            assert not page.has_button("Pause") and not page.has_button("Start") and not page.has_button("Edit and deploy")
            kept = page.driver.execute_script("return [localStorage.length, document.cookie, sessionStorage.length]")
            assert kept == [0, "", 1], kept
            assert tokens["reader"] not in page.driver.current_url
            page.press("Sign out")
            page.says("asks for a token")
            page.type("#token", tokens["starter"])
            page.press("Sign in")
            page.says("This token may not read")
            page.press("Sign out")
            page.says("asks for a token")
            page.type("#token", tokens["all"])
            page.press("Sign in")
            page.open("/ui/items/a").button("Cancel")
            page.driver.execute_script("sessionStorage.clear()")


# Size


def test_a_hundred_thousand_items(stack):
    lines = [
        ('{"Id":"n-%06d","StartTimestamp":"2036-01-01T00:%02d:%02dZ"}' % (number, number // 60 % 60, number % 60)).encode()
        for number in range(100_000)
    ]
    for start in range(0, len(lines), 25_000):
        status, _, _ = stack.call("/items", b"\n".join(lines[start : start + 25_000]), {"Content-Type": "application/x-ndjson"})
        assert status == 200
    wait_for("all wait", lambda: stack.ok("/overview")["waiting"] == 100_000, 60)
    begun = time.monotonic()
    page = Page(stack).open("/ui/items?status=WAITING")
    first = time.monotonic() - begun
    seen = set()
    for _ in range(20):
        ids = [element.text for element in page.all("a.id")]
        assert len(ids) == 50, len(ids)
        assert not seen.intersection(ids), "an item comes twice"
        seen.update(ids)
        before = page.driver.current_url
        page.press("Next page")
        wait_for("the next page", lambda: page.driver.current_url != before and not page.all(".skeleton") and page.all("a.id"))
    nodes = page.driver.execute_script("return document.querySelectorAll('*').length")
    assert nodes < 2_000, f"{nodes} elements"
    # A page in the middle has an address of its own.
    ids = [element.text for element in page.all("a.id")]
    page.open(urllib.parse.urlparse(page.driver.current_url)._replace(scheme="", netloc="").geturl())
    assert [element.text for element in page.all("a.id")] == ids
    page.one("thead input[type=checkbox]").click()
    page.says("50 chosen")
    page.all(".choice .all button")[0].click()
    page.says("The first 10,000 are taken", "dialog", 60)
    page.press("Back", "dialog")
    page.open("/ui")
    wait_for("the overview shows them", lambda: page.figure("Waiting") == "100000")
    cost = cpu_share(stack)
    print(f"  first page after {first:.2f} s; with the overview open ingest uses {cost:.1f} % of a core")


def cpu_share(stack, seconds=5):
    ticks = os.sysconf("SC_CLK_TCK")
    process = stack.processes["ingest"].pid

    def used():
        fields = pathlib.Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / ticks

    before = used()
    time.sleep(seconds)
    return (used() - before) * 100 / seconds


# The runner


def make_stack(environment=None, token=""):
    stack = Stack(environment, token)
    stack.page = os.environ.get("PAGE_URL_OF", "{}").format(stack.url)
    return stack


def main():
    tests = {name: value for name, value in globals().items() if name.startswith("test_") and callable(value)}
    wanted = [name for name in tests if not sys.argv[1:] or any(word in name for word in sys.argv[1:])]
    failed = []
    begun = time.monotonic()
    try:
        for name in wanted:
            start = time.monotonic()
            needs_none = tests[name].__code__.co_varnames[0] == "stack_unused"
            stack = None
            try:
                with contextlib.nullcontext() if needs_none else make_stack() as stack:
                    try:
                        tests[name](stack)
                    except BaseException:
                        if stack:
                            print(stack.log("ingest"), file=sys.stderr)
                        raise
                print(f"passed  {name[5:].replace('_', ' ')} ({time.monotonic() - start:.1f} s)", flush=True)
            except Exception:
                failed.append(name)
                print(f"FAILED  {name[5:].replace('_', ' ')}\n{traceback.format_exc()}", flush=True)
                for index, driver in enumerate(drivers.values()):
                    with contextlib.suppress(Exception):
                        driver.save_screenshot(os.path.join(tempfile.gettempdir(), f"page-failure-{index}.png"))
    finally:
        for driver in drivers.values():
            with contextlib.suppress(Exception):
                driver.quit()
    print(f"test-page: {len(wanted) - len(failed)} of {len(wanted)} tests passed after {time.monotonic() - begun:.0f} s")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
