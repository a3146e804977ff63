-- What the modules remember for the length of one call.

local call = {}

local MAX_STOPPED = 200 -- executions that one call stops; those left over are stopped by the claims after it

-- Begins the next call.
function call.begin()
    call.writes = nil       -- what the call has decided and not written yet; see writes.lua
    call.noted = nil        -- for when it has noted that something is due at once (ms); see clock.lua
    -- What programs on items have cost so far: decoded bytes and strings, the strings of items, and all else; see items.lua.
    call.decoded, call.texts, call.fields, call.cost = 0, 0, 0, 0
    call.work, call.before = 0, 0 -- what programs have done, in steps of work (work.lua), and those of other executions of it
    call.read = 0           -- bytes of items that the program at hand has read; see changes.lua
    -- Declared tables by name, false where there is none, and how many partitions there are; see tables.lua.
    call.tables, call.partitions = {}, nil
    call.isFull = false     -- whether a program has found no room any more; see items.lua
    call.room = MAX_STOPPED -- how many executions it may still stop; see closing.lua
    call.revisions = nil    -- what it has seen of revisions; see feed.lua
    -- Messages to other partitions: when it sent the first one (µs), to which partitions, and whether its reply says so; see
    -- outbox.lua.
    call.micros, call.sent, call.isReported = nil, nil, false
    call.waiting = nil      -- the partitions that messages wait for, as a claim finds them
end

return call
