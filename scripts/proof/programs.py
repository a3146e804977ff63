"""Processes that are started again when they end."""

import atexit
import signal
import subprocess
import threading
import time
from pathlib import Path


def free_port():
    return int(subprocess.check_output([Path(__file__).parent.parent / "free-port"]))


class Program:
    """A process that is started again when it ends, until it is told to end."""

    def __init__(self, name, words, environment, log):
        self.name, self.words, self.environment, self.log = name, words, environment, log
        self.lock = threading.Lock()
        self.process, self.wanted, self.starts, self.rests_until = None, True, 0, 0.0
        # Whatever becomes of the script.
        atexit.register(self.kill)
        self.start()

    def start(self):
        with self.lock:
            if not self.wanted or time.monotonic() < self.rests_until or (self.process and self.process.poll() is None):
                return
            self.starts += 1
            self.process = subprocess.Popen(
                self.words, env=self.environment, stdout=self.log, stderr=self.log, stdin=subprocess.DEVNULL)

    def send(self, number):
        with self.lock:
            if self.process.poll() is None:
                self.process.send_signal(number)

    def kill_for(self, seconds):
        """Kills it, and starts it again only later."""
        self.rests_until = time.monotonic() + seconds
        self.send(signal.SIGKILL)

    def stop_for(self, seconds):
        """Stops it, and has it go on later."""
        self.send(signal.SIGSTOP)
        threading.Timer(seconds, self.send, [signal.SIGCONT]).start()

    def kill(self):
        with self.lock:
            self.wanted = False
            if self.process.poll() is None:
                self.process.kill()
                self.process.wait()

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
