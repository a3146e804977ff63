"""A stack on loopback for chaos: Redis servers that keep their data, ingest and workers; with one Redis behind proxies."""

import os
import shutil
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

from programs import Program, free_port
from proxy import Proxy
from resp import Redis
from topologies import TOPOLOGIES, until


def shifted_clock(folder):
    """Builds the library that moves a process's clock; None where there is no C compiler."""
    compiler = next((name for name in ("cc", "clang", "gcc") if shutil.which(name)), None)
    if compiler is None or sys.platform != "linux":
        return None
    library = folder / "shifted_clock.so"
    source = Path(__file__).with_name("shifted_clock.c")
    subprocess.run([compiler, "-shared", "-fPIC", "-O2", "-o", library, source], check=True)
    return str(library)


class Stack:
    """Some Redis, one ingest and some workers. With one Redis each process has a proxy of its own to it, unless told otherwise."""

    def __init__(self, waitable, topology, fsync, moves_clock, has_disk, workers=2, is_proxied=True, settings=None):
        self.folder = Path(tempfile.mkdtemp(prefix="waitable-chaos-"))
        self.log = open(self.folder / "log", "ab")
        self.port = free_port()
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
        self.stopped = threading.Event()
        self.programs, self.proxies = {}, {}
        self.redis = TOPOLOGIES[topology](self.folder, fsync, self.log, redis_environment, has_disk)
        self.programs |= self.redis.programs
        # What faults strike.
        self.struck = [name for name in self.programs if not name.startswith("sentinel")]
        common = environment | {
            "WAITABLE_LOG_LEVEL": "warning", "WAITABLE_LEASE_MS": "2000", "WAITABLE_REDIS_URL": self.redis.url,
            "WAITABLE_PARTITIONS": str(self.redis.partitions), "WAITABLE_DURABILITY": self.redis.durability,
        } | (settings or {})
        self.environment = common
        for name in ["ingest"] + [f"worker{n}" for n in range(1, workers + 1)]:
            own = dict(common)
            if topology == "single" and is_proxied:
                self.proxies[name] = Proxy(self.redis.port)
                own["WAITABLE_REDIS_URL"] = f"redis://127.0.0.1:{self.proxies[name].port}"
            if name == "ingest":
                own["WAITABLE_PORT"] = str(self.port)
            elif name == "worker2" and library:
                own |= {"LD_PRELOAD": library, "SHIFTED_CLOCK": str(self.worker_clock)}
            self.programs[name] = Program(name, [waitable, name.rstrip("0123456789")], own, self.log)
            self.struck.append(name)
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self._supervise, daemon=True).start()

    def _supervise(self):
        while not self.stopped.wait(0.2):
            for program in self.programs.values():
                program.start()

    def connect(self, port):
        """A connection to a server of Redis that no fault is between."""
        return Redis(("127.0.0.1", port), timeout=5)

    def control(self, partition=0):
        """The same to the primary of a partition."""
        return self.connect(self.redis.primary(partition))

    def wait_for_redis(self, seconds=30):
        for partition in range(self.redis.partitions):
            def answers(partition=partition):
                control = self.control(partition)
                try:
                    return control("PING")
                finally:
                    control.close()
            until(answers, "redis-server", seconds)

    def set_clock(self, seconds):
        """Moves the clock of Redis against the true one."""
        # Of one width, so that it is never read half written.
        with open(self.clock, "r+") as file:
            file.write(f"{seconds:+03d}\n")

    def stop(self, keeps):
        self.stopped.set()
        codes = {name: self.programs[name].end() for name in reversed(list(self.programs))}
        self.log.close()
        self.redis.clean(keeps)
        if not keeps:
            shutil.rmtree(self.folder)
        return codes
