-- Activities: tasks that workers of other systems take, and their answers.

local limits = require 'limits'
local strings = require 'strings'
local concat, find, format, match = strings.concat, strings.find, strings.format, strings.match
local rights = require 'rights'
local arguments = require 'arguments'
local bound, integer, named, noMore, prefixOf, refuse, token =
    arguments.bound, arguments.integer, arguments.named, arguments.noMore, arguments.prefixOf, arguments.refuse, arguments.token
local register = require 'functions'.register
local announce = require 'commands'.announce
local clocks = require 'clock'
local MAX_DRIFT, clock, exact = clocks.MAX_DRIFT, clocks.clock, clocks.exact
local documents = require 'documents'
local documentOf, status = documents.documentOf, documents.status
local LEASE_STEPS = require 'leases'.LEASE_STEPS
local checkMemory = require 'memory'.checkMemory
local inboxes = require 'inboxes'
local outbox = require 'outbox'
local awaits, deliver = inboxes.awaits, inboxes.deliver
local MAX_TASK = require 'effects'.MAX_TASK

local SMALL = 1024 -- bytes of an answer of which an inbox may have any number: one for each task

-- waitable_answer: an answer, or a sign of life, for a task of an execution.
-- KEYS   prefix
-- ARGV   X, task (its id), field (the id: an answer, the first one counts | b and the id: it is begun | h and the id: a sign
--        of life), value (JSON text), start of the execution that is meant (ms; '' or none for any)
-- Returns 1, also when the answer that it has is said again | 0 there is no such task any more
-- Errors VALIDATION, OOM, BUSY (the execution has to read other answers first). Bound: constant.
local function answerTask(keys, args)
    local prefix = prefixOf(keys)
    local name = named(args[1], 'execution')
    local task = integer(args[2], 'task', 0, MAX_TASK)
    local id = format('%d', task)
    local field, value = args[3], args[4]
    if field ~= id and field ~= 'b' .. id and field ~= 'h' .. id then
        refuse('VALIDATION', 'field', "must be the task's", field or '')
    end
    if not value or value == '' then refuse('VALIDATION', 'value', 'must be JSON', value or '') end
    local start = bound(args[5] or '', 'start')
    noMore(args, 5)
    rights.check(prefix, rights.ANSWER)
    local document = documentOf(prefix, name)
    if not document or status(document) ~= 'R' or not awaits(document, id, start) then return 0 end
    local answer = redis.call('HGET', prefix .. ':inbox:' .. name, id)
    -- Whoever got no reply says it again.
    if answer then return field == id and answer == value and 1 or 0 end
    -- A full Redis takes what is small: a sign of life, or what lets an execution end.
    if #value > SMALL then checkMemory(100) end
    if #value > SMALL and inboxes.isFull(prefix, name) then
        refuse('BUSY', 'inbox', format('must be read first, as it has over %d bytes', limits.inbox), name)
    end
    deliver(prefix, name, field, value, field ~= 'h' .. id)
    return 1
end

-- waitable_awaits: whether a task waits for its answer, for who has taken it from an activity of another partition.
-- KEYS   prefix
-- ARGV   X, task (its id), start of the execution that is meant (ms; '' or none for any)
-- Returns 1 | 0
-- Errors VALIDATION. Bound: constant.
local function isAwaited(keys, args)
    local prefix = prefixOf(keys)
    local document = documentOf(prefix, named(args[1], 'execution'))
    local id = format('%d', integer(args[2], 'task', 0, MAX_TASK))
    local start = bound(args[3] or '', 'start')
    noMore(args, 3)
    return document and status(document) == 'R' and awaits(document, id, start) and 1 or 0
end

local OVER_FOR = 3600000 -- ms for which it is known that a lease on a task is over
local GOT_FOR = 120000  -- ms for which it is known that one was confirmed: longer than whoever polled can still want to hear
local TAKEN_FOR = 10000 -- ms within which whoever takes a task has to confirm that he has got it
local MAX_OVER = 16     -- tasks that were not confirmed in time, and leases that are long over, that one call looks at

-- The parts of a task in a queue, [id, X, token, input], where it still waits.
local function offered(prefix, text)
    local id, name, taskToken, input = match(text, '^(%d+)\n([^\n]*)\n([^\n]*)\n(.*)$')
    -- One of another partition is not looked at: who takes it asks that one, by waitable_awaits, when he has confirmed it.
    if id and outbox.split(name) then return {id, name, taskToken, input} end
    local document = id and documentOf(prefix, name)
    if document and status(document) == 'R' and awaits(document, id) then return {id, name, taskToken, input} end
end

-- A lease on a task ends when it is not confirmed in time and somebody else takes the task, or when the task is given back.
-- That is kept, as neither may happen twice, an hour late.
local function endLease(taken, lease, now)
    redis.call('ZADD', taken, format('%.0f', -now), lease)
    redis.call('ZREM', taken, '=' .. lease)
end

-- That a lease was confirmed is kept for a while, too: beside it, nobody else's lease is one on that task.
local function noteConfirmed(taken, lease, now)
    redis.call('ZADD', taken, format('%.0f', OVER_FOR - GOT_FOR - now), '=' .. lease)
end

local DEEPEST = 10000 -- entries of a queue that are looked through: what was taken lately stood at its head

-- The text of a task in a queue, from arguments: X, task (its id), token, input; and X, id.
local function offerOf(args, at)
    local name = named(args[at], 'execution')
    local id = format('%d', integer(args[at + 1], 'task', 0, MAX_TASK))
    local taskToken, input = args[at + 2] or '', args[at + 3] or ''
    if taskToken == '' or find(taskToken .. name, '\n', 1, true) then
        refuse('VALIDATION', 'token', "must be the task's", taskToken)
    end
    if input == '' then refuse('VALIDATION', 'input', 'must be JSON', input) end
    return concat({id, name, taskToken, input}, '\n'), name, id
end

-- Whether a task is its execution's, and somebody has it under this lease: nobody else has taken it, and it does not wait in the
-- queue, as after a failover that has lost that it was taken. A young lease that nobody has confirmed was lost like this, and
-- the task was somebody else's since; of an old one that is not known any more.
local function isHis(queue, taken, offer, lease, prefix, now)
    if redis.call('ZSCORE', taken, lease) or not offered(prefix, offer) then return false end
    local held = redis.call('ZSCORE', taken, offer)
    if held then return exact(tonumber(held)) == lease end
    if redis.call('LPOS', queue, offer, 'MAXLEN', DEEPEST) then return false end
    return tonumber(lease) - TAKEN_FOR < now - GOT_FOR or redis.call('ZSCORE', taken, '=' .. lease) ~= false
end

-- waitable_take: the first task in an activity's queue that still waits. It is the caller's when waitable_confirm has said so,
-- within ten seconds: after that it is the first again. So one that is taken for somebody who has gone, or whose answer is
-- lost, is not lost with him.
-- KEYS   prefix
-- ARGV   activity
-- Returns [token, input, X, task (its id), lease (text)] | nil where there is none
-- Errors VALIDATION. Bound: 1,000 tasks that wait no more; then [] and there may be others.
local function take(keys, args)
    local prefix = prefixOf(keys)
    local queue = prefix .. ':activity:' .. named(args[1], 'activity')
    noMore(args, 1)
    rights.check(prefix, rights.OFFER)
    local taken, now = queue .. ':taken', (clock())
    -- Those that were not confirmed in time; below 0, the leases that are over.
    local over = redis.call('ZRANGE', taken, format('%.0f', OVER_FOR - now), format('%.0f', now), 'BYSCORE',
        'LIMIT', 0, MAX_OVER)
    for n = 1, limits.batch do
        local isQueued, text = not over[n], over[n] or redis.call('LINDEX', queue, 0)
        if not text then
            -- The clock was set back since.
            local ahead = format('%.0f', now + TAKEN_FOR + MAX_DRIFT)
            text = redis.call('ZRANGE', taken, ahead, '+inf', 'BYSCORE', 'LIMIT', 0, 1)[1]
            if not text then return nil end
            isQueued = false
        end
        local task = offered(prefix, text)
        local step = task and redis.call('INCR', prefix .. ':sequence') % LEASE_STEPS + 1
        local held = not isQueued and task and redis.call('ZSCORE', taken, text)
        if isQueued then redis.call('LPOP', queue) else redis.call('ZREM', taken, text) end
        if task then
            if held then endLease(taken, exact(tonumber(held)), now) end
            local lease = exact(now + TAKEN_FOR + step / 2048)
            redis.call('ZADD', taken, lease, text)
            return {task[3], task[4], task[2], task[1], lease}
        end
    end
    return {}
end

-- waitable_confirm: a task that was taken has been got by who took it.
-- KEYS   prefix
-- ARGV   activity, X, task (its id), token, input, lease: as waitable_take gave them, worker's name (JSON text; '' for none)
-- Returns 1, also when it is said again | 0 it waits no more, or it is not his any more
-- Errors VALIDATION. Bound: constant.
local function confirm(keys, args)
    local prefix = prefixOf(keys)
    local queue = prefix .. ':activity:' .. named(args[1], 'activity')
    local offer, name, id = offerOf(args, 2)
    token(args[6])
    local lease, worker = args[6], args[7] or ''
    noMore(args, 7)
    rights.check(prefix, rights.OFFER, rights.ANSWER)
    local taken, now = queue .. ':taken', (clock())
    if not isHis(queue, taken, offer, lease, prefix, now) then
        local held = redis.call('ZSCORE', taken, offer)
        -- It waits no more.
        if held and exact(tonumber(held)) == lease then
            redis.call('ZREM', taken, offer)
            endLease(taken, lease, now)
        end
        return 0
    end
    -- Else this is said again.
    if redis.call('ZREM', taken, offer) == 0 then return 1 end
    noteConfirmed(taken, lease, now)
    local at = format('%.0f', now)
    local value = '{' .. (worker ~= '' and '"worker":' .. worker .. ',' or '') .. '"at":' .. at .. '}'
    local partition, own = outbox.split(name)
    if partition then
        outbox.send(prefix, partition, 'answer', own, id, 's' .. id, value)
    else
        deliver(prefix, own, 's' .. id, value, true)
    end
    return 1
end

-- waitable_give_back: a task that was taken for somebody who had gone before it came is the first of its activity again.
-- KEYS   prefix
-- ARGV   activity, X, task (its id), token, input, lease: as waitable_take gave them, confirmed or not
-- Returns 1 | 0 it waits no more, has got an answer or a sign of life, is back already, or is somebody else's by now
-- Errors VALIDATION. Bound: constant.
local function giveBack(keys, args)
    local prefix = prefixOf(keys)
    local queue = prefix .. ':activity:' .. named(args[1], 'activity')
    local offer, name, id = offerOf(args, 2)
    token(args[6])
    local lease = args[6]
    noMore(args, 6)
    rights.check(prefix, rights.OFFER)
    redis.call('LLEN', queue)
    local inbox, taken, now = prefix .. ':inbox:' .. name, queue .. ':taken', (clock())
    if not isHis(queue, taken, offer, lease, prefix, now) then return 0 end
    if redis.call('HEXISTS', inbox, id) == 1 or redis.call('HEXISTS', inbox, 'h' .. id) == 1 then return 0 end
    redis.call('ZREM', taken, offer)
    endLease(taken, lease, now)
    redis.call('LPUSH', queue, offer)
    -- Where nobody has read yet that it was taken, nobody will.
    redis.call('HDEL', inbox, 's' .. id)
    announce(prefix .. ':offers', args[1])
    return 1
end

register('answer', answerTask, 'allow-oom')
register('awaits', isAwaited, 'no-writes')
register('take', take, 'allow-oom')
register('confirm', confirm, 'allow-oom')
register('give_back', giveBack, 'allow-oom')
