"""A steady load of items, and what became of each of them."""

import http.client
import json
import queue
import threading
import time
from datetime import datetime, timezone

MACHINE = "waitable-stepfunction"
TICK = 0.1  # seconds: what is to be started within it goes in one batch


class Load:
    """Starts items by batches, each again and again until it is acknowledged; and reads from Redis when each has closed.

    An item's Id is the instant (ms) at which it is due, and a number.
    """

    def __init__(self, stack, senders=4):
        self.stack, self.lock = stack, threading.Lock()
        self.batches, self.ended = queue.Queue(), threading.Event()
        self.number, self.repeats = 0, 0
        # What was asked for and not seen closed; of these, what was acknowledged.
        self.open, self.acknowledged = {}, set()
        # (when, lateness in ms) of what has closed.
        self.closed, self.early = [], 0
        self.threads = [threading.Thread(target=self._send, daemon=True) for _ in range(senders)]
        self.threads.append(threading.Thread(target=self._read, daemon=True))
        for thread in self.threads:
            thread.start()

    def add(self, count, first, last):
        """Asks for items that are due so many seconds from now."""
        now = time.time()
        items = []
        with self.lock:
            for n in range(count):
                moment = int((now + first + (last - first) * n / count) * 1000)
                name = f"{moment}-{self.number}"
                self.number += 1
                self.open[name] = moment
                items.append(name)
        self.batches.put(items)

    def run(self, rate, seconds):
        """Asks for so many items a second, each due one to five seconds later; on an open schedule, whatever the stack does."""
        begun, asked = time.monotonic(), 0
        while (passed := time.monotonic() - begun) < seconds:
            wanted = int(rate * (passed + TICK))
            if wanted > asked:
                self.add(wanted - asked, 1, 5)
                asked = wanted
            time.sleep(max(0, begun + passed + TICK - time.monotonic()))

    def capacity(self, seconds):
        """How many items a second start and close, where there are always enough of them."""
        begun, marks = time.monotonic(), []
        while time.monotonic() - begun < seconds:
            while len(self.open) < 8_000:
                self.add(500, 0.2, 0.7)
            marks.append((time.monotonic(), len(self.closed)))
            time.sleep(0.05)
        half = marks[len(marks) // 3]
        return (marks[-1][1] - half[1]) / (marks[-1][0] - half[0])

    def drain(self, seconds):
        """Waits until all have closed. Returns those that were acknowledged and have not."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and (self.open or not self.batches.empty()):
            time.sleep(0.1)
        self.ended.set()
        for thread in self.threads:
            thread.join(10)
        return sorted(set(self.open) & self.acknowledged)

    # Starts

    def _send(self):
        connection = None
        while not self.ended.is_set():
            try:
                left = set(self.batches.get(timeout=0.2))
            except queue.Empty:
                continue
            while left and not self.ended.is_set():
                body = "".join(self._line(name) for name in left)
                try:
                    connection = connection or http.client.HTTPConnection("127.0.0.1", self.stack.port, timeout=10)
                    connection.request("POST", "/items", body, {"Content-Type": "application/x-ndjson"})
                    text = connection.getresponse().read()
                except http.client.IncompleteRead as torn:
                    text, connection = torn.partial, None
                except (OSError, http.client.HTTPException):
                    text, connection = b"", None
                left -= self._acknowledge(text)
                if left:
                    self.repeats += 1
                    self.ended.wait(0.1)

    def _line(self, name):
        moment = int(name.split("-")[0])
        text = datetime.fromtimestamp(moment // 1000, timezone.utc).strftime("%Y-%m-%dT%H:%M:%S")
        return f'{{"Id":"{name}","StartTimestamp":"{text}.{moment % 1000:03d}Z"}}\n'

    def _acknowledge(self, text):
        told = set()
        for line in text.split(b"\n"):
            try:
                answer = json.loads(line)
            except ValueError:
                continue
            # One that has closed and left already is as good as acknowledged.
            if "Id" in answer and "code" not in answer:
                told.add(answer["Id"])
        with self.lock:
            self.acknowledged |= told & self.open.keys()
        return told

    # Ends

    def _read(self):
        connection, last = None, "0"
        key = "waitable:{0}:closed"
        while not self.ended.wait(0.2):
            try:
                connection = connection or self.stack.control()
                found = connection("ZRANGEBYSCORE", key, last, "+inf", "WITHSCORES", "LIMIT", 0, 20_000)
            except Exception:  # noqa: BLE001: a fault is at Redis
                connection = None
                continue
            now = time.time()
            with self.lock:
                for member, score in zip(found[::2], found[1::2]):
                    name = member.decode().split(":", 1)[1]
                    due = self.open.pop(name, None)
                    if due is None:
                        continue
                    self.acknowledged.discard(name)
                    late = float(score) - due
                    self.early += late < 0
                    self.closed.append((now, late))
            if found:
                # Others of the same instant may come yet.
                last = found[-1].decode()
