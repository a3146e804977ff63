"""A state of the protocol: all that Redis holds, and all that workers and deliverers hold."""

import hashlib
import re

EPOCH = 1_893_456_000_000  # the first instant of the search, ms
LEASE = 5_000
WAIT = 2_000
NEVER = (1 << 42) - 1

# Sets what Redis holds: ARGV is seconds, microseconds, then key, type, number of words, words.
RESTORE = """
redis.call('FLUSHDB')
redis.call('RPUSH', 'clock', ARGV[1], ARGV[2])
local i = 3
while i <= #ARGV do
  local key, kind, n = ARGV[i], ARGV[i + 1], tonumber(ARGV[i + 2])
  local command = ({hash = 'HSET', zset = 'ZADD', list = 'RPUSH', string = 'SET'})[kind]
  redis.call(command, key, unpack(ARGV, i + 3, i + 2 + n))
  i = i + 3 + n
end
"""

# Reads what Redis holds: key, type, words, for each in order.
SNAPSHOT = """
local keys, out = redis.call('KEYS', '*'), {}
table.sort(keys)
for _, key in ipairs(keys) do
  if key ~= 'clock' then
    local kind, words = redis.call('TYPE', key).ok, nil
    if kind == 'hash' then
      local flat, names, of = redis.call('HGETALL', key), {}, {}
      for i = 1, #flat, 2 do names[#names + 1], of[flat[i]] = flat[i], flat[i + 1] end
      table.sort(names)
      words = {}
      for _, name in ipairs(names) do words[#words + 1], words[#words + 2] = name, of[name] end
    elseif kind == 'zset' then
      words = redis.call('ZRANGE', key, 0, -1, 'WITHSCORES')
      for i = 1, #words, 2 do words[i], words[i + 1] = words[i + 1], words[i] end
    elseif kind == 'list' then words = redis.call('LRANGE', key, 0, -1)
    else words = {redis.call('GET', key)} end
    out[#out + 1], out[#out + 2], out[#out + 3] = key, kind, words
  end
end
return out
"""


class Violation(Exception):
    """An invariant that does not hold."""


def prefix(partition=0):
    return f"waitable:{{{partition}}}"


def partition_of(ident, count):
    """The partition of an id: CRC-16/XMODEM, as CLUSTER KEYSLOT has it."""
    total = 0
    for byte in ident.encode():
        total ^= byte << 8
        for _ in range(8):
            total = (total << 1 ^ 0x1021 if total & 0x8000 else total << 1) & 0xFFFF
    return total % 16_384 % count


def ident_in(partition, count):
    """An id that lies in a partition."""
    return next(name for name in map("e{}".format, range(1_000)) if partition_of(name, count) == partition)


def get(data, suffix, at=0):
    """A hash or sorted set as a dictionary, or a list, by the end of its key."""
    for key, kind, values in data:
        if key == (prefix(at) + suffix).encode():
            if kind == b"zset":
                return {values[i + 1].decode(): float(values[i]) for i in range(0, len(values), 2)}
            if kind == b"hash":
                return {values[i].decode(): values[i + 1].decode() for i in range(0, len(values), 2)}
            return list(values)
    return {}


def entries(data, family, at=0):
    """The keys of a family, by what follows it."""
    start = f"{prefix(at)}:{family}:".encode()
    return {key[len(start):].decode(): get(data, key[len(prefix(at)):].decode(), at)
            for key, _, _ in data if key.startswith(start)}


def texts(message, count):
    """The first words of a message: a list of texts in MessagePack."""
    place, found = {0xDC: 3, 0xDD: 5}.get(message[0], 1), []
    for _ in range(count):
        first = message[place]
        size = {0xD9: 1, 0xDA: 2, 0xDB: 4}.get(first, 0)
        length = int.from_bytes(message[place + 1:place + 1 + size], "big") if size else first & 0x1F
        place += 1 + size
        found.append(message[place:place + length].decode())
        place += length
    return found


class State:
    """Redis's contents and clock, what each worker and deliverer holds, what each party may still do, and who was told what."""

    __slots__ = ("data", "clock", "workers", "couriers", "left", "told")

    def __init__(self, data, clock, workers, couriers, left, told):
        self.data, self.clock, self.workers, self.couriers = data, clock, workers, couriers
        self.left, self.told = left, told

    def changed(self, **changes):
        values = {name: getattr(self, name) for name in self.__slots__}
        return State(**(values | changes))

    def digest(self):
        """The same for states that differ in nothing but the numbers of their leases and the names of the workers."""
        data = [entry for entry in self.data if not entry[0].endswith(b":sequence")]
        # Claims take turns by whether it is even.
        parities = [int(entry[2][0]) % 2 for entry in self.data if entry[0].endswith(b":sequence")]
        workers = sorted(repr(worker) for worker in self.workers)
        text = repr((data, self.clock, workers, self.couriers, sorted(self.left.items()), sorted(self.told), parities))
        tokens = sorted(set(re.findall(r"\d{13}\.\d+", text)), key=float)
        names = {}
        for token in tokens:
            names.setdefault(float(token), f"{int(float(token))}#{len(names)}")
        text = re.sub(r"\d{13}\.\d+", lambda match: names[float(match.group())], text)
        return hashlib.sha256(text.encode()).digest()
