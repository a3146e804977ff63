"""The faults of chaos: each breaks something for a moment, and mends it."""

import contextlib
import signal
import time

from resp import RedisError


def processes(stack, choices):
    return stack.programs[choices.choice(stack.struck)]


def network(stack, choices):
    return stack.proxies[choices.choice(sorted(stack.proxies))]


def kill(stack, choices):
    program = processes(stack, choices)
    program.send(signal.SIGKILL)
    return program.name


def terminate(stack, choices):
    program = processes(stack, choices)
    program.send(signal.SIGTERM)
    return program.name


def stop(stack, choices):
    program = processes(stack, choices)
    program.send(signal.SIGSTOP)
    # A worker that stops for longer than its lease is fenced.
    time.sleep(choices.choice([0.2, 1, 3]))
    program.send(signal.SIGCONT)
    return program.name


def cut(stack, choices):
    network(stack, choices).cut()


def delay(stack, choices):
    proxy = network(stack, choices)
    proxy.delay[choices.choice(["up", "down"])] = choices.choice([0.05, 0.3])
    time.sleep(1)
    proxy.heal()


def swallow(stack, choices):
    """Black holes: one direction, or both, which is a connection that is half open."""
    proxy = network(stack, choices)
    for direction in choices.choice([["up"], ["down"], ["up", "down"]]):
        proxy.swallows[direction] = True
    time.sleep(choices.choice([0.3, 2]))
    proxy.heal()


def truncate(stack, choices):
    proxy = network(stack, choices)
    proxy.truncates = True
    time.sleep(0.3)
    proxy.heal()


def refuse(stack, choices):
    proxy = network(stack, choices)
    proxy.refuses = True
    proxy.cut()
    time.sleep(choices.choice([0.2, 1]))
    proxy.heal()


def on_redis(*commands, undo=(), seconds=1.0):
    """A fault that commands make and others undo."""
    def fault(stack, choices):
        port = choices.choice(stack.redis.primaries())
        control = stack.connect(port)
        try:
            for words in commands:
                control.pipeline(words)
            time.sleep(seconds)
        finally:
            mend(stack, port, control, undo)
    return fault


def mend(stack, port, control, undo):
    """Sends commands until they are carried out: on the first connection while it lives, since there may be no room for another."""
    for _ in range(300):
        try:
            control = control or stack.connect(port)
            replies = [control.pipeline(words)[0] for words in undo]
            if not any(isinstance(reply, RedisError) for reply in replies):
                control.close()
                return
        except (OSError, ConnectionError):
            control = None
        time.sleep(0.1)
    raise RuntimeError(f"the fault could not be mended: {undo}")


def busy(stack, choices):
    """A script of somebody else that does not end."""
    port = choices.choice(stack.redis.primaries())
    control = stack.connect(port)
    control.send(("EVAL", "while true do end", 0))
    time.sleep(0.8)
    other = stack.connect(port)
    other.pipeline(("SCRIPT", "KILL"))
    other.close()
    control.close()


def misconf(stack, choices):
    """A snapshot that cannot be written: Redis refuses writes after it."""
    folder = stack.redis.folder / "occupied.rdb"
    folder.mkdir(exist_ok=True)
    (folder / "file").touch()
    on_redis(
        ("CONFIG", "SET", "dbfilename", "occupied.rdb"), ("CONFIG", "SET", "save", "3600 1"), ("BGSAVE",),
        undo=[("CONFIG", "SET", "save", ""), ("CONFIG", "SET", "dbfilename", "dump.rdb"), ("BGSAVE",)])(stack, choices)


def clock(stack, choices):
    stack.set_clock(choices.choice([-4, -2, 3, 20]))
    time.sleep(2)
    stack.set_clock(0)


def disk(stack, choices):
    """The disk of the append-only file is full: with fsync always Redis ends, and again whenever it is started."""
    file = stack.redis.folder / "occupied"
    try:
        with open(file, "wb", buffering=0) as occupied:
            for size in (1 << 20, 1 << 12):
                with contextlib.suppress(OSError):
                    while occupied.write(bytes(size)):
                        pass
        time.sleep(choices.choice([0.5, 2]))
    finally:
        file.unlink(missing_ok=True)


def failover(stack, choices):
    stack.redis.fail_over(choices)


def move_slot(stack, choices):
    stack.redis.move_slot(choices)


FAULTS = {
    "disk": disk, "failover": failover, "move-slot": move_slot,
    "kill": kill, "terminate": terminate, "stop": stop, "cut": cut, "delay": delay, "swallow": swallow,
    "truncate": truncate, "refuse": refuse, "busy": busy, "misconf": misconf, "clock": clock,
    "client-kill": on_redis(("CLIENT", "KILL", "TYPE", "normal"), seconds=0),
    "client-pause": on_redis(("CLIENT", "PAUSE", 700, "ALL"), seconds=0.8),
    "write-pause": on_redis(("CLIENT", "PAUSE", 700, "WRITE"), seconds=0.8),
    "function-flush": on_redis(("FUNCTION", "FLUSH"), seconds=0),
    "memory": on_redis(("CONFIG", "SET", "maxmemory", "1mb"), undo=[("CONFIG", "SET", "maxmemory", "0")]),
    "read-only": on_redis(("REPLICAOF", "127.0.0.1", "1"), undo=[("REPLICAOF", "NO", "ONE")]),
    "no-replicas": on_redis(
        ("CONFIG", "SET", "min-replicas-to-write", "1"), undo=[("CONFIG", "SET", "min-replicas-to-write", "0")]),
    "max-clients": on_redis(
        ("CONFIG", "SET", "maxclients", "2"), ("CLIENT", "KILL", "TYPE", "normal"),
        undo=[("CONFIG", "SET", "maxclients", "10000")]),
}
