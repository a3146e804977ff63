"""A stack on loopback for chaos: a redis-server that keeps its data, ingest and workers behind proxies."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from proxy import Proxy
from resp import Redis, RedisError


def free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def shifted_clock(folder):
    """Builds the library that moves a process's clock; None where there is no C compiler."""
    compiler = next((name for name in ("cc", "clang", "gcc") if shutil.which(name)), None)
    if compiler is None or sys.platform != "linux":
        return None
    library = folder / "shifted_clock.so"
    source = Path(__file__).with_name("shifted_clock.c")
    subprocess.run([compiler, "-shared", "-fPIC", "-O2", "-o", library, source], check=True)
    return str(library)


class Program:
    """A process that is started again when it ends, until it is told to end."""

    def __init__(self, name, words, environment, log):
        self.name, self.words, self.environment, self.log = name, words, environment, log
        self.lock = threading.Lock()
        self.process, self.wanted, self.starts = None, True, 0
        self.start()

    def start(self):
        with self.lock:
            if not self.wanted or (self.process and self.process.poll() is None):
                return
            self.starts += 1
            self.process = subprocess.Popen(
                self.words, env=self.environment, stdout=self.log, stderr=self.log, stdin=subprocess.DEVNULL)

    def send(self, number):
        with self.lock:
            if self.process.poll() is None:
                self.process.send_signal(number)

    def end(self, timeout=20):
        """Ends it for good. Returns its exit code; None where it had to be killed."""
        with self.lock:
            self.wanted = False
        self.send(signal.SIGCONT)
        self.send(signal.SIGTERM)
        try:
            return self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            return None


class Stack:
    """One Redis, one ingest and some workers. `clients` go to ingest; each process has a proxy of its own to Redis."""

    def __init__(self, waitable, fsync, moves_clock, workers=2):
        self.folder = Path(tempfile.mkdtemp(prefix="waitable-chaos-"))
        self.log = open(self.folder / "log", "ab")
        self.redis_port, self.port = free_port(), free_port()
        environment = dict(os.environ)
        redis_environment = dict(environment)
        self.clock, self.worker_clock = self.folder / "clock", self.folder / "worker-clock"
        self.clock.write_text("+00\n")
        # A worker's own clock decides nothing.
        self.worker_clock.write_text("-37\n")
        library = shifted_clock(self.folder) if moves_clock else None
        self.moves_clock = library is not None
        if library:
            redis_environment |= {"LD_PRELOAD": library, "SHIFTED_CLOCK": str(self.clock)}
        self.redis = Program("redis", [
            "redis-server", "--port", str(self.redis_port), "--bind", "127.0.0.1", "--dir", str(self.folder),
            "--save", "", "--appendonly", "yes", "--appendfsync", fsync, "--busy-reply-threshold", "200",
            "--enable-protected-configs", "local",
        ], redis_environment, self.log)
        self.wait_for_redis()
        self.proxies = {name: Proxy(self.redis_port) for name in ["ingest"] + [f"worker{n}" for n in range(1, workers + 1)]}
        self.programs = {"redis": self.redis}
        common = environment | {"WAITABLE_LOG_LEVEL": "warning", "WAITABLE_LEASE_MS": "2000"}
        for name, proxy in self.proxies.items():
            own = common | {"WAITABLE_REDIS_URL": f"redis://127.0.0.1:{proxy.port}"}
            if name == "ingest":
                own["WAITABLE_PORT"] = str(self.port)
            elif name == "worker2" and library:
                own |= {"LD_PRELOAD": library, "SHIFTED_CLOCK": str(self.worker_clock)}
            self.programs[name] = Program(name, [waitable, name.rstrip("0123456789")], own, self.log)
        self.url = f"http://127.0.0.1:{self.port}"
        self.stopped = threading.Event()
        threading.Thread(target=self._supervise, daemon=True).start()

    def _supervise(self):
        while not self.stopped.wait(0.2):
            for program in self.programs.values():
                program.start()

    def control(self):
        """A connection to Redis that no fault is between."""
        return Redis(("127.0.0.1", self.redis_port), timeout=5)

    def wait_for_redis(self, seconds=30):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                control = self.control()
                reply = control.pipeline(("PING",))[0]
                control.close()
                if not isinstance(reply, RedisError):
                    return
            except (OSError, ConnectionError):
                pass
            time.sleep(0.05)
        raise RuntimeError("redis-server does not answer")

    def set_clock(self, seconds):
        """Moves the clock of Redis against the true one."""
        # Of one width, so that it is never read half written.
        with open(self.clock, "r+") as file:
            file.write(f"{seconds:+03d}\n")

    def stop(self, keeps):
        self.stopped.set()
        codes = {name: self.programs[name].end() for name in reversed(list(self.programs))}
        self.log.close()
        if not keeps:
            shutil.rmtree(self.folder)
        return codes
