"""The moves of the protocol: calls of the function library on a real Redis, whose clock the search sets, and faults."""

import json

from protocol_state import (
    EPOCH, LEASE, NEVER, RESTORE, SNAPSHOT, WAIT, State, Violation, entries, get, ident_in, prefix)
from protocol_worker import claimed
from resp import RedisError

# What there is in a world: the executions that clients start, the members that are put into `due` by hand, the partitions,
# and how often each move is made in one trace.
WORLDS = {
    "items": {
        "starts": ("m:a", "p:b"), "hand": None, "partitions": 1,
        "budget": {"start": 2, "repeat": 1, "stop": 1, "reschedule": 1, "redrive": 1, "pause": 1, "sweep": 1, "tick": 4,
                   "back": 1, "lost": 1, "crash": 1, "renew": 1, "release": 1},
    },
    "tasks": {
        "starts": ("t:a",), "hand": "b", "partitions": 1,
        "budget": {"start": 1, "repeat": 1, "hand": 1, "answer": 1, "again": 1, "stop": 1, "redrive": 1, "tick": 4,
                   "back": 1, "lost": 1, "crash": 1, "renew": 1, "release": 1, "pause": 1},
    },
    "apart": {
        "starts": ("q:" + ident_in(0, 2),), "hand": None, "partitions": 2,
        "budget": {"start": 1, "stop": 1, "redrive": 1, "tick": 3, "lost": 1, "crash": 1, "stale": 1, "sweep": 1,
                   "deliver": 8, "renew": 1},
    },
}


class Model:
    def __init__(self, server, text, world):
        self.redis = server.connect()
        self.redis("FUNCTION", "LOAD", text)
        self.restore = self.redis("SCRIPT", "LOAD", RESTORE)
        self.snapshot = self.redis("SCRIPT", "LOAD", SNAPSHOT)
        self.world = WORLDS[world]
        self.partitions = self.world["partitions"]
        self.child = ident_in(1, 2) if self.partitions == 2 else None
        self.calls = 0

    # Redis

    def fcall(self, name, *words, at=0):
        return ("FCALL", "waitable_" + name, 1, prefix(at), *words)

    def run(self, data, clock, *commands):
        """Runs commands on a state. Returns their replies and what Redis holds then."""
        words = [clock // 1000, clock % 1000 * 1000]
        for key, kind, values in data:
            words += [key, kind, len(values), *values]
        replies = self.redis.pipeline(
            ("EVALSHA", self.restore, 0, *words), *commands, ("EVALSHA", self.snapshot, 0))
        self.calls += len(commands)
        if isinstance(replies[0], RedisError) or isinstance(replies[-1], RedisError):
            raise replies[0] if isinstance(replies[0], RedisError) else replies[-1]
        flat = replies[-1]
        after = tuple((flat[i], flat[i + 1], tuple(flat[i + 2])) for i in range(0, len(flat), 3))
        return replies[1:-1], after

    def initial(self, budget):
        commands = []
        for at in range(self.partitions):
            commands += [self.fcall("deploy", name, "put", "h", "{}", '{"hash":"h"}', at=at) for name in "mpqtc"]
            commands.append(("HSET", f"{prefix(at)}:machines", ":default", "m"))
            if self.partitions > 1:
                commands.append(("HSET", f"{prefix(at)}:machines", ":partitions", self.partitions))
        _, data = self.run((), EPOCH, *commands)
        return State(data, EPOCH, ((), ()), (None, None), budget, frozenset())

    # Moves

    def moves(self, state):
        """The moves from a state: a name, and a function that returns the state after it."""
        yield from self.clients_moves(state)
        for at in range(self.partitions):
            yield from self.operators_moves(state, at)
        for seconds in (1, 6):
            if state.left.get("tick") and any(get(state.data, ":due", at) for at in range(self.partitions)):
                yield f"{seconds} s pass", lambda seconds=seconds: self.moved(state, seconds * 1000, "tick")
        if state.left.get("back"):
            yield "the clock is set back 4 s", lambda: self.moved(state, -4_000, "back")
        yield from self.workers_moves(state)
        if self.partitions > 1:
            for at in range(2):
                yield from self.couriers_moves(state, at)

    def clients_moves(self, state):
        left, documents = state.left, get(state.data, ":executions")
        for name in self.world["starts"]:
            if name not in documents and left.get("start"):
                yield f"start {name}", lambda name=name: self.start(state, name, "start")
            elif name in state.told and left.get("repeat"):
                yield f"start {name} again", lambda name=name: self.start(state, name, "repeat")
        if left.get("hand"):
            yield "an item is put there by hand", lambda: self.put(state)
        for budget, word in (("answer", ""), ("again", " again")):
            if left.get(budget) and "t:a" in documents and (budget == "answer" or not left["answer"]):
                # A redrive begins another task: who has the first one may answer it still.
                for task in (1, 2) if left.get("redrive") == 0 else (1,):
                    yield f"task {task} of t:a is answered{word}", lambda budget=budget, task=task: self.answer(
                        state, budget, task)

    def operators_moves(self, state, at):
        left = state.left
        documents, due = get(state.data, ":executions", at), get(state.data, ":due", at)
        for name, document in documents.items():
            if left.get("stop"):
                yield f"stop {name}", lambda name=name: self.call(state, "stop", "stop", name, "", at=at)
            if left.get("reschedule") and name[0] not in "pqt" and due.get(name, 0.5) % 1 == 0:
                for shift in (-WAIT, WAIT):
                    instant = state.clock + shift
                    yield f"reschedule {name} by {shift}", lambda name=name, instant=instant: self.call(
                        state, "reschedule", "reschedule", name, instant, at=at)
            redriven = "mt" if self.partitions == 1 else "c"
            if left.get("redrive") and name[0] in redriven and document.startswith('{"s":"A"'):
                yield f"redrive {name}", lambda name=name: self.call(state, "redrive", "redrive", name, at=at)
        if left.get("pause"):
            yield "pause m", lambda: self.call(state, "pause", "pause", "m")
        if get(state.data, ":paused", at).get("m", "0") != "0":
            yield "resume m", lambda: self.call(state, None, "unpause", "m")
        if left.get("sweep") and get(state.data, ":closed", at):
            yield f"sweep {at}", lambda: self.call(state, "sweep", "sweep", state.clock + 1, 10, at=at)

    def workers_moves(self, state):
        left = state.left
        for number, worker in enumerate(state.workers):
            who = f"worker {number + 1}"
            if not worker:
                if number and self.partitions == 1 and not state.workers[0]:
                    continue  # the same as what the first one does
                yield f"{who} claims", lambda number=number: self.claim(state, number)
                continue
            if worker[3]:
                yield f"{who} adopts {worker[3][0]}", lambda number=number: self.adopt(state, number)
            else:
                yield f"{who} commits", lambda number=number: self.commit(state, number, keeps=False)
                if left.get("lost"):
                    yield f"{who} commits, and the reply is lost", lambda number=number: self.commit(
                        state, number, keeps=True)
            if left.get("crash"):
                yield f"{who} dies", lambda number=number: self.with_worker(state, number, (), "crash")
            if left.get("renew"):
                yield f"{who} renews", lambda number=number: self.renew(state, number)
            if left.get("release"):
                yield f"{who} releases", lambda number=number: self.release(state, number)

    def couriers_moves(self, state, at):
        """Those of who delivers the messages of a partition to the other one."""
        left, held = state.left, state.couriers[at]
        if not left.get("deliver"):
            return
        who = f"the deliverer from {at}"
        if held is None:
            if get(state.data, f":outbox:{1 - at}", at):
                yield f"{who} reads messages", lambda: self.fetch(state, at, 0, "deliver")
            return
        messages, number = held
        if number is None:
            yield f"{who} delivers", lambda: self.deliver(state, at, "deliver", keeps=False)
            if left.get("lost"):
                yield f"{who} delivers, and the reply is lost", lambda: self.deliver(state, at, "lost", keeps=True)
        else:
            yield f"{who} drops what was delivered", lambda: self.fetch(state, at, number, "deliver")
            if left.get("stale"):
                yield f"{who} drops what was delivered, and will deliver it again", lambda: self.fetch(
                    state, at, number, "stale", held=(messages, None))
        if left.get("crash"):
            yield f"{who} dies", lambda: self.with_courier(state, at, None, "crash")

    @staticmethod
    def spend(state, budget):
        return state.left | {budget: state.left[budget] - 1} if budget else state.left

    def call(self, state, budget, function, *words, at=0):
        _, data = self.run(state.data, state.clock, self.fcall(function, *words, at=at))
        return state.changed(data=data, left=self.spend(state, budget))

    def moved(self, state, shift, budget):
        return state.changed(clock=state.clock + shift, left=self.spend(state, budget))

    def with_worker(self, state, number, worker, budget, data=None):
        workers = list(state.workers)
        workers[number] = worker
        return state.changed(data=data or state.data, workers=tuple(workers), left=self.spend(state, budget))

    def with_courier(self, state, at, held, budget, data=None):
        couriers = list(state.couriers)
        couriers[at] = held
        return state.changed(data=data or state.data, couriers=tuple(couriers), left=self.spend(state, budget))

    # Clients

    def start(self, state, name, budget):
        """As ingest does it: m has run up to its wait, the others are due at once."""
        now = state.clock if budget == "start" else EPOCH
        item = name.split(":", 1)[1]
        if name[0] == "m":
            document = '{"s":"R","d":"h","b":%d,"z":%d,"f":{"n":1,"g":0},"input":{}}' % (now, now + WAIT)
            entry = [name, now + WAIT, document, "0.1@", 1, 'P["Id","ProcessStatus"]', f"items:{name}", item, "STARTED"]
        else:
            entry = [name, now, '{"s":"R","d":"h","b":%d,"input":{}}' % now, "", 0]
        replies, data = self.run(state.data, state.clock, self.fcall("accept", "h", "", "", "", 1, *entry))
        told = state.told
        reply = replies[0]
        if isinstance(reply, int) or (isinstance(reply, list) and len(reply) == 2 and reply[1] == 1):
            told = told | {name}
        return state.changed(data=data, left=self.spend(state, budget), told=told)

    def put(self, state):
        """An item and its member of `due`, by redis-cli."""
        item, instant = self.world["hand"], state.clock + WAIT
        replies, data = self.run(
            state.data, state.clock,
            ("HSET", f"{prefix()}:item:items:m:{item}", "Id", item, "ProcessStatus", "STARTED"),
            ("ZADD", f"{prefix()}:due", instant, item))
        told = state.told | {f"m:{item}", f"{item}@{instant}"}
        return state.changed(data=data, left=self.spend(state, "hand"), told=told)

    def answer(self, state, budget, task):
        value = json.loads(get(state.data, ":executions")["t:a"])
        replies, data = self.run(state.data, state.clock, self.fcall("answer", "t:a", task, task, '{"output":1}'))
        told = state.told | {f"answer {task}"} if replies[0] == 1 else state.told
        waits = value["s"] == "R" and value.get("w") == str(task) and "redriven" not in value
        if replies[0] != 1 and waits:
            raise Violation(f"t:a waits, and its answer is refused: {replies[0]}")
        if replies[0] == 1 and not waits:
            raise Violation("an answer is accepted that t:a does not wait for")
        return state.changed(data=data, left=self.spend(state, budget), told=told)

    # Workers: with two partitions the first one serves the first, the second one the second

    def partition(self, number):
        return number if self.partitions > 1 else 0

    def claim(self, state, number):
        at = self.partition(number)
        replies, data = self.run(state.data, state.clock, self.fcall("claim", 10, LEASE, at=at))
        if isinstance(replies[0], RedisError):
            raise Violation(f"a claim is refused: {replies[0]}")
        worker = claimed(replies[0], entries(data, "inbox", at), state.clock, self.child)
        return self.with_worker(state, number, worker, None, data)

    def adopt(self, state, number):
        token, names, commit, (member, name) = state.workers[number]
        replies, data = self.run(state.data, state.clock, self.fcall("adopt", token, member, name))
        if replies[0] == 1:
            names = tuple(name if other == member else other for other in names)
            return self.with_worker(state, number, (token, names, commit, None), None, data)
        if replies[0] == 2:
            raise Violation(f"{member} is adopted a second time")
        return self.with_worker(state, number, (), None, data)

    def commit(self, state, number, keeps):
        worker, at = state.workers[number], self.partition(number)
        replies, data = self.run(state.data, state.clock, self.fcall("commit", *worker[2], at=at))
        if isinstance(replies[0], RedisError):
            raise Violation(f"a commit is refused: {replies[0]}")
        refused = [reply for reply in replies[0] if isinstance(reply, RedisError)] if isinstance(replies[0], list) else []
        if refused:
            raise Violation(f"an entry of a commit is refused: {refused[0]}")
        return self.with_worker(state, number, worker if keeps else (), "lost" if keeps else None, data)

    def renew(self, state, number):
        token, names, commit, adopted = state.workers[number]
        at = self.partition(number)
        replies, data = self.run(state.data, state.clock, self.fcall("renew", token, LEASE, *names, at=at))
        renewed = replies[0][0].decode()
        # The documents that it would write name the token under which they are committed.
        words = tuple(word.replace(token, renewed) if isinstance(word, str) else word for word in commit)
        worker = (renewed, names, words, adopted) if renewed else ()
        return self.with_worker(state, number, worker, "renew", data)

    def release(self, state, number):
        token, names = state.workers[number][:2]
        at = self.partition(number)
        _, data = self.run(state.data, state.clock, self.fcall("release", token, 0, *names, at=at))
        return self.with_worker(state, number, (), "release", data)

    # Deliverers

    def fetch(self, state, at, number, budget, held=None):
        """Drops the messages that have arrived, and reads the next ones."""
        replies, data = self.run(state.data, state.clock, self.fcall("delivered", 1 - at, number, at=at))
        if isinstance(replies[0], RedisError):
            raise Violation(f"messages cannot be read: {replies[0]}")
        messages = tuple(replies[0])
        return self.with_courier(state, at, held or ((messages, None) if messages else None), budget, data)

    def deliver(self, state, at, budget, keeps):
        messages = state.couriers[at][0]
        replies, data = self.run(state.data, state.clock, self.fcall("deliver", at, "", *messages, at=1 - at))
        if isinstance(replies[0], RedisError):
            raise Violation(f"a delivery is refused: {replies[0]}")
        if len(replies[0]) > 2:
            raise Violation(f"a message has no effect: {replies[0][2].decode()}")
        number = replies[0][0].decode()
        return self.with_courier(state, at, (messages, None if keeps else number), budget, data)
