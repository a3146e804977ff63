"""The Redis servers of a stack: one, one with a replica and sentinels, or a cluster."""

import atexit
import shutil
import subprocess
import sys
import time

from programs import Program, free_port
from protocol_state import partition_of
from resp import Redis, RedisError

# Faults that need what only some of them have; all others can be had with each.
NEEDS = {
    "single": {"cut", "delay", "swallow", "truncate", "refuse", "clock", "disk", "read-only", "no-replicas", "misconf"},
    "sentinel": {"failover"},
    "cluster": {"failover", "move-slot"},
}
DISK = 128  # MiB of the file system for an append-only file


def faults_of(topology, faults):
    """The faults that can be had with a topology."""
    special = set().union(*NEEDS.values())
    return sorted(name for name in faults if name not in special or name in NEEDS[topology])


def ask(port, *words, timeout=5):
    connection = Redis(("127.0.0.1", port), timeout=timeout)
    try:
        return connection(*words)
    finally:
        connection.close()


def until(body, what, seconds=30):
    """Waits until something holds, whatever fails meanwhile."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if found := body():
                return found
        except (OSError, ConnectionError, RedisError):
            pass
        time.sleep(0.05)
    raise TimeoutError(f"{what}: not within {seconds} s")


class Single:
    """One server. It can have a small file system of its own, where root may make one."""

    partitions = 1
    durability = "none"

    def __init__(self, folder, fsync, log, environment, has_disk):
        self.port = free_port()
        self.folder = folder / "redis"
        self.folder.mkdir()
        self.has_disk = has_disk and sys.platform == "linux" and subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={DISK}m", "waitable-chaos", self.folder], capture_output=True).returncode == 0
        atexit.register(self.clean, False)
        self.programs = {"redis": server("redis", self.port, self.folder, fsync, log, environment)}
        until(lambda: ask(self.port, "PING"), "redis-server")

    @property
    def url(self):
        return f"redis://127.0.0.1:{self.port}"

    def primary(self, partition=0):
        return self.port

    def primaries(self):
        return [self.port]

    def settle(self):
        pass

    def clean(self, keeps):
        if not self.has_disk:
            return
        self.has_disk = False
        if keeps:
            shutil.copytree(self.folder, self.folder.with_name("redis-kept"))
        subprocess.run(["umount", self.folder], check=False)


class Sentinel:
    """A primary, a replica of it, and three sentinels. A start is acknowledged once the replica has it."""

    partitions = 1
    durability = "replicas=1"
    name = "chaos"

    def __init__(self, folder, fsync, log, environment, has_disk):
        self.ports, self.programs, self.has_disk = [free_port(), free_port()], {}, False
        for number, port in enumerate(self.ports):
            own = folder / f"redis{number}"
            own.mkdir()
            # Sentinels write down who is the primary: a restart goes by that.
            file = own / "redis.conf"
            file.write_text(f"replicaof 127.0.0.1 {self.ports[0]}\n" if number else "")
            name = f"redis{number}"
            self.programs[name] = server(name, port, own, fsync, log, environment, file)
        until(lambda: b"master_link_status:up" in ask(self.ports[1], "INFO", "replication"), "the replica")
        self.sentinels = [free_port() for _ in range(3)]
        for number, port in enumerate(self.sentinels):
            own = folder / f"sentinel{number}"
            own.mkdir()
            file = own / "sentinel.conf"
            file.write_text(
                f"port {port}\nbind 127.0.0.1\ndir {own}\n"
                f"sentinel monitor {self.name} 127.0.0.1 {self.ports[0]} 2\n"
                f"sentinel down-after-milliseconds {self.name} 1000\n"
                f"sentinel failover-timeout {self.name} 4000\n")
            name = f"sentinel{number}"
            self.programs[name] = Program(name, ["redis-server", str(file), "--sentinel"], environment, log)
        for port in self.sentinels:
            until(lambda port=port: ask(port, "SENTINEL", "CKQUORUM", self.name).startswith(b"OK 3"), "the sentinels")
            until(lambda port=port: ask(port, "SENTINEL", "REPLICAS", self.name), "the sentinels")

    @property
    def url(self):
        return "redis-sentinel://" + ",".join(f"127.0.0.1:{port}" for port in self.sentinels) + f"/{self.name}"

    def primary(self, partition=0):
        return int(ask(self.sentinels[0], "SENTINEL", "GET-MASTER-ADDR-BY-NAME", self.name)[1])

    def primaries(self):
        return [self.primary()]

    def settle(self):
        """Waits for the replica: until then no start is acknowledged, and no ingest starts."""
        until(lambda: b"connected_slaves:1" in ask(self.primary(), "INFO", "replication"), "the replica", 60)

    def fail_over(self, choices):
        """The primary is away for longer than the sentinels wait, dead or only stopped."""
        primary = self.primary()
        program = self.programs[f"redis{self.ports.index(primary)}"]
        if choices.random() < 0.5:
            program.kill_for(4)
        else:
            program.stop_for(4)
        until(lambda: self.primary() != primary, "the failover")

    def clean(self, keeps):
        pass


class Cluster:
    """Three primaries, each with a replica; four partitions. Failovers are those that lose nothing, as no start can be confirmed."""

    partitions = 4
    durability = "none"

    def __init__(self, folder, fsync, log, environment, has_disk, primaries=3, replicas=True, timeout=8000):
        self.has_disk = False
        self.ports = [free_port() for _ in range(primaries * (2 if replicas else 1))]
        buses = [free_port() for _ in self.ports]
        self.programs = {}
        for number, (port, bus) in enumerate(zip(self.ports, buses)):
            own = folder / f"redis{number}"
            own.mkdir()
            # A process that is killed is back before its replica takes over.
            self.programs[f"redis{number}"] = server(
                f"redis{number}", port, own, fsync, log, environment, None, "--cluster-enabled", "yes",
                "--cluster-port", str(bus), "--cluster-node-timeout", str(timeout), "--cluster-replica-validity-factor", "0",
                "--cluster-allow-replica-migration", "no", "--cluster-require-full-coverage", "no")
        for number, port in enumerate(self.ports):
            until(lambda port=port: ask(port, "PING"), "redis-server")
            ask(port, "CLUSTER", "SET-CONFIG-EPOCH", number + 1)
        for number, port in enumerate(self.ports[:primaries]):
            ask(port, "CLUSTER", "ADDSLOTSRANGE", number * 16_384 // primaries, (number + 1) * 16_384 // primaries - 1)
        for port, bus in zip(self.ports[1:], buses[1:]):
            ask(self.ports[0], "CLUSTER", "MEET", "127.0.0.1", port, bus)
        ids = [ask(port, "CLUSTER", "MYID") for port in self.ports]
        for replica, primary in zip(self.ports[primaries:], ids):
            until(lambda: ask(replica, "CLUSTER", "REPLICATE", primary) == b"OK", "the replica")
        for port in self.ports:
            until(lambda port=port: b"cluster_state:ok" in ask(port, "CLUSTER", "INFO"), "the cluster")
        for replica in self.ports[primaries:]:
            until(lambda: b"master_link_status:up" in ask(replica, "INFO", "replication"), "the replica")

    @property
    def url(self):
        return "redis-cluster://" + ",".join(f"127.0.0.1:{port}" for port in self.ports[:3])

    def slots(self):
        """(first slot, last slot, port of the primary) of all."""
        for port in self.ports:
            try:
                return [(slots[0], slots[1], slots[2][1]) for slots in ask(port, "CLUSTER", "SLOTS")]
            except (OSError, ConnectionError, RedisError):
                continue
        raise ConnectionError("no node of the cluster answers")

    def slot(self, partition):
        return partition_of(str(partition), 16_384)

    def primary(self, partition=0):
        return next(port for first, last, port in self.slots() if first <= self.slot(partition) <= last)

    def primaries(self):
        return sorted({port for _, _, port in self.slots()})

    def settle(self):
        pass

    def fail_over(self, choices):
        """A replica takes over in agreement with its primary."""
        replicas = [port for port in self.ports if port not in self.primaries()]
        replica = choices.choice(replicas)
        ask(replica, "CLUSTER", "FAILOVER")
        until(lambda: replica in self.primaries(), "the failover", 10)

    def move_slot(self, choices):
        """The slot of a partition goes to another node, while it is used."""
        partition = choices.randrange(self.partitions)
        slot, source = self.slot(partition), self.primary(partition)
        target = choices.choice([port for port in self.primaries() if port != source])
        ids = {port: ask(port, "CLUSTER", "MYID") for port in (source, target)}
        ask(target, "CLUSTER", "SETSLOT", slot, "IMPORTING", ids[source])
        ask(source, "CLUSTER", "SETSLOT", slot, "MIGRATING", ids[target])
        try:
            until(lambda: self.move_keys(slot, source, target), "the slot's move", 20)
            for port in [target, source]:
                until(lambda port=port: ask(port, "CLUSTER", "SETSLOT", slot, "NODE", ids[target]) == b"OK", "its end")
        except TimeoutError as error:
            raise RuntimeError(f"slot {slot} is neither here nor there") from error

    @staticmethod
    def move_keys(slot, source, target):
        keys = ask(source, "CLUSTER", "GETKEYSINSLOT", slot, 100)
        if keys:
            ask(source, "MIGRATE", "127.0.0.1", target, "", 0, 5000, "REPLACE", "KEYS", *keys)
        return not keys

    def clean(self, keeps):
        pass


def server(name, port, folder, fsync, log, environment, file=None, *options):
    words = ["redis-server"] + ([str(file)] if file else [])
    return Program(name, words + [
        "--port", str(port), "--bind", "127.0.0.1", "--dir", str(folder), "--save", "", "--appendonly", "yes",
        "--appendfsync", fsync, "--busy-reply-threshold", "200", "--enable-protected-configs", "local",
        "--auto-aof-rewrite-min-size", "16mb", "--repl-diskless-sync-delay", "0", "--repl-ping-replica-period", "1",
        *options,
    ], environment, log)


TOPOLOGIES = {"single": Single, "sentinel": Sentinel, "cluster": Cluster}
