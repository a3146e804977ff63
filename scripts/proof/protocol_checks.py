"""What holds in every state: see docs/reliability.md."""

import json

from protocol_state import LEASE, NEVER, Violation, entries, get, prefix, texts
from protocol_worker import claimed
from resp import RedisError


def flow_of(value):
    return value.get("f") or {"n": 0, "g": 0}


class Checks:
    def __init__(self, model):
        self.model = model
        self.hand = model.world["hand"]

    def check(self, state, before):
        for at in range(self.model.partitions):
            self.check_partition(state, before, at)
        if self.model.partitions > 1:
            for at in range(2):
                self.check_channel(state, at)

    def check_partition(self, state, before, at):
        documents = get(state.data, ":executions", at)
        due, closed = get(state.data, ":due", at), get(state.data, ":closed", at)
        swept = "sweep" in state.left and state.left["sweep"] < self.model.world["budget"]["sweep"]
        names = [name for name in state.told if ":" in name] if at == 0 else []
        for name in names:
            member = name.split(":")[1]
            if name not in documents and name not in due and not swept and not (member == self.hand and member in due):
                raise Violation(f"{name} was acknowledged and is gone")
        for name, document in documents.items():
            value = json.loads(document)
            is_open = value["s"] == "R"
            if is_open and name not in due:
                raise Violation(f"{name} is open and not in due")
            if is_open and name in closed:
                raise Violation(f"{name} is open and in closed")
            if not is_open and name in due:
                raise Violation(f"{name} is closed and in due")
            if not is_open and name not in closed:
                raise Violation(f"{name} is closed and not in closed")
            item = get(state.data, f":item:items:{name}", at)
            if value["s"] == "S" and name[0] == "m" and item.get("ProcessStatus") != "COMPLETED":
                raise Violation(f"{name} has succeeded and its item is {item}")
            if is_open and name[0] == "m" and item.get("ProcessStatus") != "STARTED":
                raise Violation(f"{name} is open and its item is {item}")
            self.check_ledger(state, before, name, at)
            if is_open and value.get("w"):
                if name[0] == "p":
                    self.check_family(state, name, documents)
                elif name[0] == "q":
                    self.check_distant_family(state, name)
                elif name[0] == "t" and f"answer {value['w']}" in state.told and "redriven" not in value:
                    if value["w"] not in get(state.data, f":inbox:{name}"):
                        raise Violation(f"the answer of {name} was accepted and is lost")
                self.check_inbox(state, name, due, at)
            if is_open and name[0] == "c" and at == 1 and value.get("y"):
                self.check_child(state, name, value)
        for name in due:
            by_hand = self.hand and name in (self.hand, f"m:{self.hand}")
            if name not in documents and not by_hand:
                raise Violation(f"{name} is in due without a document")
        if self.hand and self.hand in due and f"m:{self.hand}" in due:
            raise Violation(f"{self.hand} is in due twice")

    def check_ledger(self, state, before, name, at):
        ledger = get(state.data, f":history:{name}", at) or []
        steps = [entry.split(b"@")[0] for entry in ledger]
        if len(set(steps)) < len(steps):
            raise Violation(f"{name} made a step twice: {ledger}")
        known = len(get(before.data, f":history:{name}", at) or []) if before else 0
        for entry in ledger[known:]:
            passed = entry.split(b"@")[1]
            if passed and int(passed) > state.clock:
                raise Violation(f"{name} left a wait {int(passed) - state.clock} ms early")
            for told in state.told:
                if "@" in told and name == "m:" + told.split("@")[0] and int(passed) < int(told.split("@")[1]):
                    raise Violation(f"{name} was adopted {int(told.split('@')[1]) - int(passed)} ms early")

    def check_family(self, state, name, documents):
        children = get(state.data, f":children:{name}")
        inbox = get(state.data, f":inbox:{name}")
        if "1" not in inbox and "1" not in children:
            raise Violation(f"{name} waits for a child that nobody knows of")
        if "1" in children:
            child = documents.get(children["1"])
            if child is None or not child.startswith(('{"s":"R"', "R")):
                raise Violation(f"{name} was not told that {children['1']} has ended")

    def check_inbox(self, state, name, due, at):
        """What gets an answer is due at once, or in a worker's hands."""
        score = due[name]
        waits = score % 1 == 0 and state.clock < score < NEVER + 1
        answered = {"1", "2"} & set(get(state.data, f":inbox:{name}", at))
        if answered and waits and state.left.get("back", 1):
            raise Violation(f"{name} has an answer that nobody reads")

    # Two partitions

    @staticmethod
    def is_under_way(state, at):
        """Whether messages of a partition have not arrived."""
        had = int(get(state.data, ":received", 1 - at).get(str(at), 0))
        return any(int(texts(message, 2)[1]) > had for message in get(state.data, f":outbox:{1 - at}", at))

    def check_distant_family(self, state, name):
        entry = get(state.data, f":children:{name}").get("1")
        inbox = get(state.data, f":inbox:{name}")
        if entry is None:
            raise Violation(f"{name} waits for a child that nobody knows of")
        if entry.startswith("!"):
            if "1" not in inbox:
                raise Violation(f"{name} has lost the end of its child")
            return
        child = get(state.data, ":executions", 1).get(entry[3:])
        if (child is None or not child.startswith('{"s":"R"')) and not (
                self.is_under_way(state, 0) or self.is_under_way(state, 1)):
            raise Violation(f"{name} was not told that its child has ended")

    def check_child(self, state, name, value):
        parent = value["y"].split("}", 1)[1]
        document = get(state.data, ":executions").get(parent)
        goes_on = document is None or not document.startswith('{"s":"R"')
        is_redriven = "redriven" in value or flow_of(value)["g"] > 0
        if goes_on and not is_redriven and not self.is_under_way(state, 0):
            raise Violation(f"{name} goes on after its parent has ended")

    def check_channel(self, state, at):
        sent = int(get(state.data, ":sent", at).get(str(1 - at), 0))
        last = int(get(state.data, ":received", 1 - at).get(str(at), 0))
        outbox = get(state.data, f":outbox:{1 - at}", at)
        for message in outbox:
            _, number, before = texts(message, 3)
            if int(number) > last:
                if int(before) > last:
                    raise Violation(f"partition {at} has lost the message before {number}")
                last = int(number)
        if last < sent:
            raise Violation(f"partition {at} has lost messages up to {sent}")
        if outbox and f":outbox:{1 - at}" not in get(state.data, ":paused", at):
            raise Violation(f"no claim of partition {at} is told of its messages")

    # The end

    def drain(self, state):
        """From every state, a stack that works again ends everything that was acknowledged."""
        model, data, clock = self.model, state.data, state.clock + 600_000
        _, data = model.run(data, clock, model.fcall("unpause", "m"))
        for _ in range(60):
            heads = []
            for at in range(model.partitions):
                replies, data = model.run(data, clock, model.fcall("claim", 10, LEASE, at=at))
                worker = claimed(replies[0], entries(data, "inbox", at), clock, model.child)
                if worker:
                    adopt = [model.fcall("adopt", worker[0], *worker[3])] if worker[3] else []
                    _, data = model.run(data, clock, *adopt, model.fcall("commit", *worker[2], at=at))
                # Whoever has the task answers it in the end.
                for task in (1, 2):
                    _, data = model.run(data, clock, model.fcall("answer", "t:a", task, task, '{"output":1}', at=at))
                heads.append(clock if worker else float(replies[0][2] or NEVER))
                if model.partitions > 1:
                    data = self.deliver_all(data, clock, at)
            if min(heads) > clock:
                clock += 3_600_000
                is_empty = not any(get(data, ":due", at) for at in range(model.partitions))
                if is_empty and not any(get(data, f":outbox:{1 - at}", at) for at in range(model.partitions)):
                    break
        left = [name for at in range(model.partitions) for name in get(data, ":due", at)]
        if left:
            raise Violation(f"nothing ends {sorted(left)}")
        for at in range(model.partitions if model.partitions > 1 else 0):
            kept = [key.decode() for key, _, _ in data
                    if key.decode().startswith((f"{prefix(at)}:children:", f"{prefix(at)}:inbox:", f"{prefix(at)}:unread"))]
            if kept:
                raise Violation(f"nothing clears {kept}")
        self.check(state.changed(data=data, clock=clock, workers=((), ()), couriers=(None, None)), None)

    def deliver_all(self, data, clock, at):
        number = "0"
        for _ in range(20):
            replies, data = self.model.run(data, clock, self.model.fcall("delivered", 1 - at, number, at=at))
            if not replies[0]:
                return data
            replies, data = self.model.run(data, clock, self.model.fcall("deliver", at, "", *replies[0], at=1 - at))
            if isinstance(replies[0], RedisError):
                raise Violation(f"a delivery is refused: {replies[0]}")
            number = replies[0][0].decode()
        raise Violation(f"nothing empties the outbox of partition {at}")
