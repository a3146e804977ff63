"""What a worker makes of what it has claimed, as the program does.

The machines: m waits and closes; p starts c and waits for its end, q does the same in another partition; c waits and closes; t
waits for an answer, of another task when it was redriven. A member of `due` without a document was put there by hand, and is adopted by m.
"""

import json
import re

from protocol_state import NEVER, WAIT


def step(name, document, answers, now, token, child=None):
    """An entry's words, and the instant that it took for passed."""
    value = json.loads(document)
    machine, item = name.split(":", 1)
    flow = dict(value.get("f") or {"n": 0, "g": 0})
    if "redriven" in value:
        flow["g"] += 1
        if machine == "t":
            flow["n"] = 0
    passed, effects, awaits, end = None, [], None, value.get("z")
    if machine in "pqt":
        next_, awaits = f"?{NEVER}", str(flow["g"] + 1) if machine == "t" else "1"
        if flow["n"] == 0 and machine != "t":
            elsewhere = ["send", "1"] if machine == "q" else []
            effects = [[*elsewhere, "start", "c", child or item, "{}", "1", "*", "h"]]
        elif flow["n"] > 0 and awaits in answers:
            effects, next_, awaits = [["forget", "0"]], "", None
    elif flow["n"] == 0:
        end = value.get("moved", now + WAIT)
        effects = [['P["Id","ProcessStatus"]', f"items:{name}", item, "STARTED"]] if machine == "m" else []
        next_ = str(end)
    else:
        end = value.get("moved", end)
        if end <= now:
            passed, next_ = end, ""
            effects = [['U[["ProcessStatus"],[]]', f"items:{name}", "COMPLETED"]] if machine == "m" else []
            if value.get("y"):
                parent = re.match(r"(\d+)([@=*])(.*)", value["y"])
                effects = [["report", parent[3], parent[1], parent[2]]]
        else:
            next_ = str(end)
    progress = next_ == "" or flow["n"] == 0
    if progress:
        flow["n"] += 1
    text = '{"s":"%s"' % ("R" if next_ else "S")
    if not next_:
        text += ',"ended":%d' % now
    text += ',"k":"%s","d":"h","b":%d' % (token, value["b"])
    if value.get("y"):
        text += ',"y":%s' % json.dumps(value["y"])
    if next_ and awaits:
        text += ',"w":"%s"' % awaits
    if next_ and machine in "mc" and end is not None:
        text += ',"z":%d' % end
    text += ',"f":{"n":%d,"g":%d},"input":{}}' % (flow["n"], flow["g"])
    # The list of history is the ledger: what was applied, and what it took for passed.
    history = "%d.%d@%s" % (flow["g"], flow["n"], "" if passed is None else passed) if progress else "-"
    return [name, next_, text, history, len(effects)] + [word for effect in effects for word in effect], passed


def adoption(name, now, token):
    """The same for a member without a document: it stands in its wait, and the wait is over."""
    document = '{"s":"S","ended":%d,"k":"%s","d":"h","b":%d,"f":{"n":2,"g":0},"input":{}}' % (now, token, now)
    effect = ['U[["ProcessStatus"],[]]', f"items:{name}", "COMPLETED"]
    return [name, "", document, f"0.2@{now}", 1, *effect], now


def claimed(reply, inboxes, now, child=None):
    """What a worker holds after a claim: its token, the members, the commit that it would send, and what it adopts before."""
    token, words = reply[1].decode(), reply[4:]
    if not token:
        return ()
    names, entries, latest, adopted = [], [], None, None
    for name, document in zip(words[::2], words[1::2]):
        name = name.decode()
        names.append(name)
        if document is None:
            own = name if ":" in name else f"m:{name}"
            if own != name:
                adopted = (name, own)
            entry, passed = adoption(own, now, token)
        else:
            entry, passed = step(name, document.decode(), inboxes.get(name, {}), now, token, child)
        entries.append(entry)
        if passed is not None:
            latest = max(latest or 0, passed)
    commit = [token, "" if latest is None else latest, len(entries)] + [word for entry in entries for word in entry]
    return (token, tuple(names), tuple(commit), adopted)
