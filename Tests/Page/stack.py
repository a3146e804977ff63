"""A private stack for tests of the page: a Redis, an ingest and a worker of the debug build on free ports, and a browser."""

import json
import os
import pathlib
import subprocess
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from datetime import datetime, timedelta, timezone

from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service

ROOT = pathlib.Path(__file__).resolve().parents[2]

# Waits, then does what its input says: succeeds, fails with an error, or runs branches and iterations.
ORDER = {
    "Comment": "An order",
    "StartAt": "WaitForMoment",
    "States": {
        "WaitForMoment": {"Type": "Wait", "TimestampPath": "$.at", "Next": "Check"},
        "Check": {
            "Type": "Choice",
            "Choices": [
                {"Variable": "$.total", "NumericGreaterThan": 1000, "Next": "TooMuch"},
                {"Variable": "$.total", "NumericLessThan": 0, "Next": "Negative"},
            ],
            "Default": "Prepare",
        },
        "Prepare": {
            "Type": "Parallel",
            "Branches": [
                {"StartAt": "Reserve", "States": {"Reserve": {"Type": "Pass", "End": True}}},
                {"StartAt": "Print", "States": {"Print": {"Type": "Wait", "Seconds": 1, "End": True}}},
            ],
            "ResultPath": "$.prepared",
            "Next": "EachLine",
        },
        "EachLine": {
            "Type": "Map",
            "ItemsPath": "$.lines",
            "ItemProcessor": {"StartAt": "PackLine", "States": {"PackLine": {"Type": "Pass", "End": True}}},
            "ResultPath": None,
            "Next": "Ship",
        },
        "Ship": {"Type": "Succeed"},
        "TooMuch": {"Type": "Fail", "Error": "OrderTooLarge", "Cause": "The total is over 1000: ask for a signature."},
        "Negative": {"Type": "Fail", "Error": "NegativeTotal", "Cause": "A total below zero cannot be shipped."},
    },
}


def free_port():
    return int(subprocess.check_output([ROOT / "scripts/free-port"]))


def iso(**ahead):
    return (datetime.now(timezone.utc) + timedelta(**ahead)).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def wait_for(what, condition, seconds=15):
    """Waits until a condition holds, and gives its value; says what it waited for where it never does."""
    end = time.monotonic() + seconds
    problem = None
    while time.monotonic() < end:
        try:
            value = condition()
            if value:
                return value
        except Exception as error:  # what is not there yet may be there soon
            problem = error
        time.sleep(0.05)
    raise AssertionError(f"{what}: not within {seconds} s" + (f" ({problem!r})"[:600] if problem else ""))


class Stack:
    """Redis, ingest and worker. `environment`: settings of the ingest."""

    def __init__(self, environment=None, token=""):
        self.folder = tempfile.TemporaryDirectory()
        self.processes = {}
        self.token = token
        self.redis_port = free_port()
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.environment = environment or {}
        self.waitable = os.environ.get("WAITABLE") or str(ROOT / ".build/debug/waitable")
        self.start_redis()
        self.start_ingest()
        self.start_worker()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for name in ["worker", "ingest", "redis"]:
            self.stop(name)
        self.folder.cleanup()

    def start(self, name, command, environment=None):
        with open(f"{self.folder.name}/{name}.log", "ab") as log:
            self.processes[name] = subprocess.Popen(
                command,
                stdout=log,
                stderr=log,
                cwd=ROOT,
                env={
                    **os.environ,
                    "WAITABLE_REDIS_URL": f"redis://127.0.0.1:{self.redis_port}",
                    "WAITABLE_LEASE_MS": "2000",
                    **(environment or {}),
                },
            )

    def start_redis(self):
        self.start(
            "redis",
            ["redis-server", "--port", str(self.redis_port), "--bind", "127.0.0.1", "--save", "", "--dir", self.folder.name],
        )

    def start_ingest(self):
        self.start("ingest", [self.waitable, "ingest"], {"WAITABLE_PORT": str(self.port), **self.environment})
        wait_for("ingest is ready", lambda: urllib.request.urlopen(self.url + "/readyz"), 30)

    def start_worker(self):
        self.start("worker", [self.waitable, "worker"])

    def stop(self, name, kill=False):
        process = self.processes.pop(name, None)
        if process is None:
            return 0
        begun = time.monotonic()
        process.kill() if kill else process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        return time.monotonic() - begun

    def log(self, name):
        return pathlib.Path(f"{self.folder.name}/{name}.log").read_text(errors="replace")[-3000:]

    def call(self, path, body=None, headers=None, token=None):
        """A request; gives status, headers and the body as text."""
        headers = {"Content-Type": "application/json", **(headers or {})}
        token = self.token if token is None else token
        if token:
            headers["Authorization"] = f"Bearer {token}"
        data = None if body is None else (body if isinstance(body, bytes) else json.dumps(body).encode())
        request = urllib.request.Request(self.url + path, data=data, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, answer.headers, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.headers, error.read().decode()

    def ok(self, path, body=None, headers=None):
        status, _, text = self.call(path, body, headers)
        assert status == 200, (path, status, text)
        return json.loads(text)

    def aws(self, operation, body):
        return self.ok("/", body, {"X-Amz-Target": f"AWSStepFunctions.{operation}"})

    def start_item(self, item, **ahead):
        return self.ok("/", {"Id": item, "StartTimestamp": iso(**ahead)})

    def create_machine(self, name, definition):
        return self.aws(
            "CreateStateMachine",
            {"name": name, "definition": json.dumps(definition), "roleArn": "arn:aws:iam::000000000000:role/test"},
        )["stateMachineArn"]

    def execute(self, arn, name, body):
        return self.aws("StartExecution", {"stateMachineArn": arn, "name": name, "input": json.dumps(body)})

    def status(self, item, machine=None):
        query = f"?stateMachine={machine}" if machine else ""
        return self.ok(f"/items/{urllib.parse.quote(item, safe='')}{query}")["status"]

    def command(self, *words):
        """A command of waitable on this Redis; its exit code."""
        environment = {**os.environ, "WAITABLE_REDIS_URL": f"redis://127.0.0.1:{self.redis_port}"}
        return subprocess.run([self.waitable, *words], capture_output=True, env=environment).returncode

    def redis(self, *words):
        return subprocess.run(
            ["redis-cli", "-p", str(self.redis_port), *words], capture_output=True, text=True, check=True
        ).stdout.strip()


def browser(width=1280, height=900, dark=False):
    """A headless Chromium."""
    options = Options()
    for argument in [
        "--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--hide-scrollbars",
        f"--window-size={width},{height}", "--force-device-scale-factor=1", "--lang=en",
    ]:
        options.add_argument(argument)
    if dark:
        options.add_argument("--blink-settings=preferredColorScheme=0")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    for path in ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"]:
        if os.path.exists(path):
            options.binary_location = path
            break
    driver = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))
    driver.set_page_load_timeout(30)
    driver.execute_cdp_cmd("Emulation.setTimezoneOverride", {"timezoneId": "Europe/Berlin"})
    driver.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600},
    )
    driver.execute_cdp_cmd(
        "Emulation.setEmulatedMedia",
        {"features": [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]},
    )
    return driver
