-- How workers write what became of what they claimed.

local format = require 'strings'.format
local rights = require 'rights'
local arguments = require 'arguments'
local bound, integer, prefixOf, refuse, token =
    arguments.bound, arguments.integer, arguments.prefixOf, arguments.refuse, arguments.token
local register = require 'functions'.register
local clock = require 'clock'.clock
local outbox = require 'outbox'
local checkMemory = require 'memory'.checkMemory
local documents = require 'documents'
local checkExecutions, documentsOf, split, status =
    documents.checkExecutions, documents.documentsOf, documents.split, documents.status
local redeliveries = require 'redeliveries'
local leases = require 'leases'
local checkLeases, held, letGo = leases.checkLeases, leases.held, leases.letGo
local closing = require 'closing'
local checkClosed, checkFailed = closing.checkClosed, closing.checkFailed
local items = require 'items'
local rowEntries = require 'rows'
local spreadRows, writeRows = rowEntries.spreadRows, rowEntries.writeRows
local entries = require 'entries'
local newWrites = require 'writes'.newWrites

-- Whether the stored document is what an earlier try of this very commit wrote. The token at its head makes it differ
-- from those of other leases, the flow and its event counter from others under the same, kept lease; what functions have
-- put into its inbox since does not count.
local function settled(stored, document)
    if not stored or not status(stored) then return false end
    local _, rest = split(stored)
    local _, own = split(document)
    return rest == own
end

-- waitable_commit: the outcome of a claimed batch; only for executions still leased under the token.
-- KEYS   prefix
-- ARGV   token, passed (ms; '' for none): the last instant that a step of the batch took for passed
--        ENTRIES (no execution twice)
-- Returns now (ms), when all were rows of one kind and are applied; else [now, then for each:] 1 applied | [1, outcome…]
--        when it had programs | 0 refused: the lease is lost, or another entry has stopped it | 2 this very commit was
--        applied before | 4 not now, as others of the call had much to do: the same again | an error: nothing of that
--        entry is applied and its lease stands (VALIDATION …, WRONGTYPE …)
--        and behind these, where it has sent messages: the partitions that they are for, with commas between them
--        [now] alone: the clock was set back, and what the batch did would be early: nothing is applied
-- An applied entry that closes or has a new due instant also clears the execution's redeliveries. Wakes a
-- sleeping worker when a new due instant is sooner than the head of `due` before.
-- Errors VALIDATION. Bound: 1,000 entries.
local function commit(prefix, args, first)
    token(args[first])
    local lease = args[first]
    local instant = clock()
    local now = format('%.0f', instant)
    local passed = bound(args[first + 1], 'passed')
    local batch = entries.parse(prefix, args, first + 2, now, true)
    if passed and passed > instant then return {instant} end
    local list, rows = batch.names, batch.rows
    local dueKey = prefix .. ':due'
    local members = held(prefix, lease)
    checkClosed(prefix)
    if batch.fails then checkFailed(prefix) end
    checkExecutions(prefix)
    checkLeases(prefix)
    rights.check(prefix, rights.TRANSITION, rights.LEASE, (not rows or rows.fails) and rights.EFFECTS or nil,
        batch.sends and rights.SENDING or nil)
    local redelivered = redeliveries.number(prefix) > 0
    -- The usual case: all that the lease holds, in the order of `due`, each with one write, and each closes.
    local usual = rows and rows.closes and not rows.fails and not rows.form.puts and not redelivered and not batch.problems
        and #members == #list
    for n = 1, #list do
        if members[n] ~= list[n] then usual = false end
    end
    if usual and writeRows(args, rows) then
        redis.call('HSET', prefix .. ':executions', unpack(rows.texts))
        redis.call('ZREM', dueKey, unpack(list))
        redis.call('ZADD', prefix .. ':closed', unpack(rows.scored))
        redis.call('ZREM', prefix .. ':leases', lease)
        return instant
    end

    spreadRows(batch)
    local isHeld, seen = {}, {}
    for n = 1, #members do isHeld[members[n]] = true end
    -- Doubtful: the lease is not ours (lost, or moved on by this commit's first try), or it would be kept (then the
    -- score does not tell whether the first try was applied).
    local doubtful, position = {}, {}
    for n = 1, #list do
        local name = list[n]
        if seen[name] then refuse('VALIDATION', 'execution', 'must be given once', name) end
        seen[name] = true
        if not isHeld[name] or batch.nexts[n] == '=' then
            doubtful[#doubtful + 1] = name
            position[n] = #doubtful
        end
    end
    local found = documentsOf(prefix, doubtful)
    local replies, refused, writes = {instant}, 0, newWrites(prefix, now)
    writes.holds = true
    for n = 1, #list do
        local name, next = list[n], batch.nexts[n]
        local problem = batch.problems and batch.problems[n]
        if problem then
            replies[n + 1] = redis.error_reply(problem)
        elseif position[n] and settled(found[position[n]], batch.documents[n]) then
            replies[n + 1] = 2
        elseif not isHeld[name] or writes.stopped[name] then
            replies[n + 1] = 0
            refused = refused + 1
        else
            local isLater = batch.runs and batch.runs[n] and (batch.later and batch.later[n] or items.areMany())
            local problem, outcomes
            if not isLater then problem, outcomes = entries.apply(prefix, args, batch, n) end
            if isLater then
                replies[n + 1] = 4
            elseif problem then
                replies[n + 1] = redis.error_reply(problem)
            else
                local document = batch.documents[n]
                replies[n + 1] = 1
                if outcomes then replies[n + 1], document = entries.reply(outcomes, document) end
                writes.keep(name, document, next, batch.waits and batch.waits[n])
                if next ~= '=' and redelivered then writes.progressed[#writes.progressed + 1] = name end
            end
        end
    end
    writes.write()
    letGo(prefix, lease)
    if refused > 0 then redis.pcall('HINCRBY', prefix .. ':counters', 'refused', refused) end
    replies[#list + 2] = outbox.reported()
    return replies
end

local function commitSteady(keys, args) return commit(prefixOf(keys), args, 1) end

-- waitable_commit_growing is the same for what takes more memory than before: a full Redis refuses it whole, with OOM, and
-- takes waitable_commit, so that what is there can end. It has an argument in front:
-- ARGV   mark: '' | 1…100, where an entry makes something new (an item, an execution, a task, a message): from this share of
--        `maxmemory` on, in percent, the call is refused with OOM too, which leaves the rest to what runs already
--        then as waitable_commit
local function commitGrowing(keys, args)
    local prefix = prefixOf(keys)
    local mark = args[1] ~= '' and integer(args[1], 'mark', 1, 100)
    if mark then checkMemory(mark) end
    return commit(prefix, args, 2)
end

register('commit', commitSteady, 'allow-oom')
register('commit_growing', commitGrowing)
