"""Clients of a stack under chaos: each writes down what it was told, and repeats what it was not told."""

import http.client
import json
import random
import subprocess
import threading
import time
import urllib.error
import urllib.request
from datetime import datetime, timedelta, timezone

import zoo
from protocol_state import partition_of
from resp import RedisError

try:
    import boto3
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError, ClientError
except ImportError:
    # Without the SDK, the same calls are made as it makes them.
    boto3 = None


class Ledger:
    """What clients were told, a line each, as `waitable audit --accepted` reads it."""

    def __init__(self, path):
        self.file = open(path, "w")
        self.lock = threading.Lock()
        self.counts = {}

    def add(self, kind, answer):
        with self.lock:
            self.file.write(json.dumps(answer) + "\n")
            self.counts[kind] = self.counts.get(kind, 0) + 1

    def close(self):
        self.file.close()


class Clients:
    def __init__(self, stack, seed, ledger, rate):
        self.stack, self.seed, self.ledger, self.rate = stack, seed, ledger, rate
        self.ended, self.refused = threading.Event(), 0
        self.threads = []
        self.paused = set()
        self.started = []

    def run(self):
        bodies = [self.http, self.batch, self.sdk, self.by_hand, self.operate, self.activity, self.callbacks]
        for number, body in enumerate(bodies):
            thread = threading.Thread(target=self._guarded, args=(body, random.Random(self.seed * 100 + number)))
            thread.daemon = True
            thread.start()
            self.threads.append(thread)

    def _guarded(self, body, choices):
        number = 0
        while not self.ended.is_set():
            number += 1
            try:
                body(choices, number)
            except (OSError, ConnectionError, ValueError, RedisError, urllib.error.URLError, subprocess.SubprocessError):
                # The stack is being broken: what was not acknowledged is not promised.
                self.ended.wait(0.1)

    def end(self):
        """Ends those that start and operate; those that answer go on until `stop`."""
        self.ended.set()
        for thread in self.threads:
            thread.join(20)

    # HTTP

    def post(self, path, body, headers=(), timeout=5):
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        request = urllib.request.Request(self.stack.url + path, data=data, headers=dict(headers), method="POST")
        try:
            with urllib.request.urlopen(request, timeout=timeout) as response:
                return response.status, response.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()
        except http.client.IncompleteRead as error:
            # What a batch has answered before it was torn is as good as any answer.
            return 0, error.partial
        except http.client.HTTPException as error:
            raise ConnectionError(str(error)) from error

    def call(self, operation, body, timeout=5):
        status, text = self.post("/", body, {
            "X-Amz-Target": f"AWSStepFunctions.{operation}", "Content-Type": "application/x-amz-json-1.0"}, timeout)
        return status, json.loads(text or b"{}")

    @staticmethod
    def item(choices, name):
        moment = datetime.now(timezone.utc) + timedelta(milliseconds=choices.randrange(-500, 4_000))
        text = moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"
        return {"Id": name, "StartTimestamp": text}

    def until_told(self, send):
        """Repeats a call until it is answered for good; each time the same."""
        for _ in range(100):
            try:
                status, answer = send()
                if 0 < status < 500:
                    return status, answer
            except (OSError, ConnectionError, ValueError):
                pass
            if self.ended.wait(0.2):
                return None, None
        return None, None

    def http(self, choices, number):
        item = self.item(choices, f"http-{number}")
        status, answer = self.until_told(lambda: self.post("/", item))
        if status == 200:
            self.ledger.add("http", json.loads(answer) | {"StartTimestamp": item["StartTimestamp"]})
            self.started.append(item["Id"])
        elif status:
            self.refused += 1
        self.ended.wait(1 / self.rate)

    def batch(self, choices, number):
        items = {f"batch-{number}-{n}": self.item(choices, f"batch-{number}-{n}") for n in range(20)}
        left = dict(items)
        while left and not self.ended.is_set():
            body = "\n".join(json.dumps(item) for item in left.values()).encode()
            try:
                _, text = self.post("/items", body, {"Content-Type": "application/x-ndjson"}, 10)
            except (OSError, ConnectionError):
                self.ended.wait(0.2)
                continue
            for line in text.split(b"\n"):
                try:
                    answer = json.loads(line)
                except ValueError:
                    continue
                if answer.get("Id") in left and "code" not in answer:
                    item = left.pop(answer["Id"])
                    self.ledger.add("batch", answer | {"StartTimestamp": item["StartTimestamp"]})
            self.ended.wait(0.1)
        self.ended.wait(10 / self.rate)

    def sdk(self, choices, number):
        name = choices.choice([name for name in zoo.MACHINES if name != "child"])
        body = {"stateMachineArn": f"{zoo.ARN}:stateMachine:{name}", "name": f"sdk-{number}",
                "input": json.dumps({"items": list(range(choices.randrange(1, 5))), "number": number})}
        if number == 1:
            self.create()
        status, answer = self.until_told(lambda: self.start_execution(body))
        if status == 200:
            self.ledger.add("sdk", answer | {"input": body["input"]})
        elif status:
            self.refused += 1
        self.ended.wait(2 / self.rate)

    def start_execution(self, body):
        if boto3 is None:
            return self.call("StartExecution", body)
        client = boto3.client(
            "stepfunctions", endpoint_url=self.stack.url, region_name="us-east-1", aws_access_key_id="chaos",
            aws_secret_access_key="chaos",
            config=Config(connect_timeout=2, read_timeout=5, retries={"total_max_attempts": 2}))
        try:
            answer = client.start_execution(**body)
        except ClientError as error:
            return error.response["ResponseMetadata"]["HTTPStatusCode"], None
        except BotoCoreError as error:
            raise OSError(str(error)) from error
        finally:
            client.close()
        return 200, {"executionArn": answer["executionArn"], "startDate": round(answer["startDate"].timestamp(), 3)}

    def create(self):
        for activity in ["work"]:
            self.until_told(lambda: self.call("CreateActivity", {"name": activity}))
        for name, definition in zoo.MACHINES.items():
            self.until_told(lambda: self.call("CreateStateMachine", {
                "name": name, "definition": json.dumps(definition), "roleArn": zoo.ROLE}))

    def by_hand(self, choices, number):
        item = self.item(choices, f"hand-{number}")
        redis = self.stack.redis
        partition = partition_of(item["Id"], redis.partitions)
        for _ in range(20):
            words = ["redis-cli", "-p", str(redis.primary(partition)), "FCALL", "waitable_start", "1",
                     f"waitable:{{{partition}}}", json.dumps(item)]
            text = subprocess.run(words, capture_output=True, timeout=5).stdout.strip()
            if text.startswith(b"{") and self.is_safe(words[2]):
                self.ledger.add("redis-cli", json.loads(text) | {"StartTimestamp": item["StartTimestamp"]})
                break
            if self.ended.wait(0.3):
                break
        self.ended.wait(5 / self.rate)

    def is_safe(self, port):
        """Whether a start by hand counts as accepted: by a primary with a replica that it has to be on, once it is there."""
        if self.stack.redis.durability == "none":
            return True
        control = self.stack.connect(int(port))
        try:
            # A write of one's own, so that WAIT waits for all that was written before.
            control("SET", "waitable:{0}:durable", "1")
            return control("WAIT", 1, 500) >= 1
        finally:
            control.close()

    # Operators and those who answer

    def operate(self, choices, number):
        action = choices.choice(["cancel", "reschedule", "run-now", "redrive", "pause", "deploy", "stop"])
        known = self.started[-50:]
        if action == "pause":
            name = choices.choice(["waitable-stepfunction", "branches", "parent"])
            self.post(f"/state-machines/{name}/pause", {})
            self.ended.wait(choices.random())
            self.until_told(lambda: self.post(f"/state-machines/{name}/resume", {}))
        elif action == "deploy":
            name = choices.choice(list(zoo.MACHINES))
            definition = choices.choice([zoo.MACHINES[name], zoo.changed(name)])
            self.call("UpdateStateMachine", {
                "stateMachineArn": f"{zoo.ARN}:stateMachine:{name}", "definition": json.dumps(definition)})
        elif action == "stop":
            name = choices.choice([name for name in zoo.MACHINES if name != "child"])
            arn = f"{zoo.ARN}:execution:{name}:sdk-{max(1, number - choices.randrange(1, 10))}"
            self.call("StopExecution", {"executionArn": arn, "error": "Chaos"})
        elif known:
            body = {}
            if action == "reschedule":
                body = {"StartTimestamp": self.item(choices, "")["StartTimestamp"]}
            self.post(f"/items/{choices.choice(known)}/{action}", body)
        self.ended.wait(2 / self.rate)

    def activity(self, choices, number):
        status, task = self.call(
            "GetActivityTask", {"activityArn": f"{zoo.ARN}:activity:work", "workerName": "chaos"}, timeout=8)
        if status == 200 and task.get("taskToken"):
            self.answer(choices, task["taskToken"])

    def callbacks(self, choices, number):
        redis = self.stack.control(partition_of("chaos", self.stack.redis.partitions))
        partition = partition_of("chaos", self.stack.redis.partitions)
        last = "0"
        try:
            while not self.ended.is_set():
                stream = f"waitable:{{{partition}}}:stream:chaos"
                found = redis("XREAD", "COUNT", 10, "BLOCK", 500, "STREAMS", stream, last)
                for entry, words in (found[0][1] if found else []):
                    last = entry
                    fields = dict(zip(words[::2], words[1::2]))
                    self.answer(choices, json.loads(fields[b"MessageBody"])["token"])
        finally:
            redis.close()

    def answer(self, choices, token):
        turn = choices.random()
        if turn < 0.6:
            body = {"taskToken": token, "output": '{"done":true}'}
            self.call("SendTaskSuccess", body)
            if turn < 0.1:
                self.call("SendTaskSuccess", body)
        elif turn < 0.85:
            self.call("SendTaskFailure", {"taskToken": token, "error": "Chaos"})
