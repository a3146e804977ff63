"""Redis over a socket: a client for the scripts that prove things."""

import os
import socket
import subprocess
import tempfile
import time


class RedisError(Exception):
    """An error reply."""


class Redis:
    """One connection. Replies are bytes, integers, None, lists, and RedisError as a value within lists."""

    def __init__(self, address, timeout=10):
        family = socket.AF_UNIX if isinstance(address, str) else socket.AF_INET
        self.socket = socket.socket(family, socket.SOCK_STREAM)
        self.socket.settimeout(timeout)
        self.socket.connect(address)
        self.file = self.socket.makefile("rb")

    def close(self):
        self.file.close()
        self.socket.close()

    @staticmethod
    def encode(words):
        parts = [b"*%d\r\n" % len(words)]
        for word in words:
            if not isinstance(word, bytes):
                word = str(word).encode()
            parts.append(b"$%d\r\n%s\r\n" % (len(word), word))
        return b"".join(parts)

    def send(self, *commands):
        self.socket.sendall(b"".join(self.encode(words) for words in commands))

    def read(self):
        line = self.file.readline()
        if not line.endswith(b"\r\n"):
            raise ConnectionError("the connection has ended")
        kind, rest = line[:1], line[1:-2]
        if kind == b"+":
            return rest
        if kind == b"-":
            return RedisError(rest.decode())
        if kind == b":":
            return int(rest)
        if kind == b"$":
            if rest == b"-1":
                return None
            text = self.file.read(int(rest) + 2)
            if len(text) < int(rest) + 2:
                raise ConnectionError("the connection has ended")
            return text[:-2]
        if kind == b"*":
            return None if rest == b"-1" else [self.read() for _ in range(int(rest))]
        raise ConnectionError(f"no reply: {line!r}")

    def pipeline(self, *commands):
        self.send(*commands)
        return [self.read() for _ in commands]

    def __call__(self, *words):
        reply = self.pipeline(words)[0]
        if isinstance(reply, RedisError):
            raise reply
        return reply


class Server:
    """A redis-server of its own on a Unix socket, which loses everything when it ends."""

    def __init__(self, *options):
        self.folder = tempfile.mkdtemp(prefix="waitable-proof-")
        self.socket = os.path.join(self.folder, "redis.sock")
        words = ["redis-server", "--port", "0", "--unixsocket", self.socket, "--save", "", "--dir", self.folder]
        self.process = subprocess.Popen(words + list(options), stdout=subprocess.DEVNULL)
        for _ in range(500):
            try:
                self.connect()("PING")
                return
            except (OSError, ConnectionError):
                time.sleep(0.01)
        raise RuntimeError("redis-server does not answer")

    def connect(self):
        return Redis(self.socket)

    def stop(self):
        self.process.kill()
        self.process.wait()
        subprocess.run(["rm", "-rf", self.folder], check=True)
