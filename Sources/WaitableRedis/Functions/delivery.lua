-- How messages of other partitions (outbox.lua) take effect: each once, in the order in which they were sent.
--
-- Kinds, with their words; X is an execution of the partition that has sent the message, Y one of this partition:
--   effect X EFFECT            does what effects.lua says, for X. What comes of it goes back
--   forward P X EFFECT         the same for X of partition P: a scan that goes on here
--   outcome Y task text failed the outcome of such an effect (JSON text), which is the task's; `failed`: 1 where it has started
--                              nothing, else ''
--   answer Y task field value  an entry of the inbox for a task
--   report X Y task mark       X has closed, for whose end the task waits
--   retract X Y task           it goes on, as it was redriven
--   read Y X task              a task of X has read that Y closed, or never will
--   stop Y X task              stops Y, which a task of X waits for; '' for any task
--   due member at SUFFIX f1 v1 …
--                              a member of `due` that was put into the wrong partition by hand, with its item; `at`: when it was
--                              found to be due (ms), and it is not due sooner: it has its instant in its score alone

local limits = require 'limits'
local strings = require 'strings'
local format, match = strings.format, strings.match
local call = require 'call'
local rights = require 'rights'
local arguments = require 'arguments'
local integer, named, noMore, prefixOf, refuse, token =
    arguments.integer, arguments.named, arguments.noMore, arguments.prefixOf, arguments.refuse, arguments.token
local register = require 'functions'.register
local commands = require 'commands'
local batched, isError = commands.batched, commands.isError
local clocks = require 'clock'
local clock, noteDue = clocks.clock, clocks.noteDue
local memory = require 'memory'
local documents = require 'documents'
local documentOf, status = documents.documentOf, documents.status
local sleepers = require 'sleepers'
local firstDue, wake = sleepers.firstDue, sleepers.wake
local leases = require 'leases'
local inboxes = require 'inboxes'
local jsonText = inboxes.jsonText
local closing = require 'closing'
local items = require 'items'
local effects = require 'effects'
local outbox = require 'outbox'
local own = require 'slots'.own

local MAX_MESSAGES = 1000  -- messages in one call
local MAX_ITEM = 4194304   -- bytes of an item that goes with a member of `due`

-- What went wrong with a message, in one line.
local function reason(failure)
    if type(failure) == 'table' then return failure.refusal or failure.err or 'unknown' end
    return tostring(failure)
end

-- Puts what a task is told into the inbox of its execution, where it still waits.
local function tell(prefix, name, task, field, value)
    local document = documentOf(prefix, name)
    if document and status(document) == 'R' and inboxes.awaits(document, task) then
        inboxes.deliver(prefix, name, field, value, true)
    end
end

local KINDS = {}

-- What an effect comes to for the task that has asked for it: its outcome, where it has one, and whether it has failed.
local DOERS = {}

-- A scan that has found nothing goes on in another partition, and its outcome comes from there.
function DOERS.evaluate(prefix, place, words)
    call.before = call.work
    local outcome, forward = items.perform(prefix, words[2], words[3] or '')
    if forward then
        local origin, name = outbox.split(place)
        outbox.send(prefix, forward, 'forward', origin, name, unpack(words))
    end
    return outcome, items.task(words[3] or '')
end

function DOERS.start(prefix, place, words)
    local task = words[5]
    local succeeded, outcome = pcall(effects.apply, prefix, place, words, 1)
    if not succeeded then
        outcome = '{"task":' .. task .. ',"child":' .. jsonText(words[2] .. ':' .. words[3])
            .. ',"code":"ServiceUnavailable","reason":' .. jsonText(reason(outcome)) .. '}'
    end
    return outcome, task, outcome and match(outcome, ',"code":"%a+"') ~= nil
end

-- The task of an activity that there is not is answered with what it brings for that.
function DOERS.offer(prefix, _, words)
    local problem = effects.problem(prefix, '', words, 1)
    local hasActivity = not problem and redis.call('HEXISTS', prefix .. ':activities', words[2]) == 1
    if hasActivity then return effects.apply(prefix, '', words, 1) end
    local task, from, name = match(words[3], '^(%d+)\n{(%d+)}([^\n]*)\n')
    local answer = problem and '{"error":"Waitable.CommitRefused","cause":' .. jsonText(problem) .. '}' or words[4]
    outbox.send(prefix, from, 'answer', name, task, task, answer)
end

function DOERS.publish(prefix, _, words)
    local problem = effects.problem(prefix, '', words, 1)
    if problem then error({err = problem}, 0) end
    effects.apply(prefix, '', words, 1)
end

-- Does something for an execution of the partition `from`, which may be this one.
local function perform(prefix, from, name, words)
    local outcome, task, failed = DOERS[words[1]](prefix, '{' .. from .. '}' .. name, words)
    if not outcome then return end
    local mark = failed and '1' or ''
    if from == own(prefix) then return KINDS.outcome(prefix, from, name, task, outcome, mark) end
    outbox.send(prefix, from, 'outcome', name, task, outcome, mark)
end

function KINDS.effect(prefix, from, name, ...) perform(prefix, from, name, {...}) end

function KINDS.forward(prefix, _, origin, name, ...) perform(prefix, origin, name, {...}) end

function KINDS.outcome(prefix, from, name, task, text, failed)
    local children = prefix .. ':children:' .. name
    local entry = failed == '1' and redis.call('HGET', children, task)
    if entry and outbox.split(entry) == from then redis.call('HDEL', children, task) end
    tell(prefix, name, task, 'o' .. task, text)
end

function KINDS.answer(prefix, _, name, task, field, value) tell(prefix, name, task, field, value) end

function KINDS.report(prefix, from, child, name, task, mark)
    inboxes.hear(prefix, '{' .. from .. '}' .. child, name, task, mark)
end

function KINDS.retract(prefix, from, child, name, task)
    inboxes.retract(prefix, '{' .. from .. '}' .. child, name, task)
end

function KINDS.read(prefix, from, name, parent, task)
    inboxes.wasRead(prefix, name, '{' .. from .. '}' .. parent, task)
end

function KINDS.stop(prefix, from, name, parent, task)
    closing.stopChild(prefix, name, '{' .. from .. '}' .. parent, task)
end

function KINDS.due(prefix, _, member, at, suffix, ...)
    local due, key, fields = prefix .. ':due', prefix .. ':item:' .. suffix, {...}
    if #fields > 0 and redis.call('EXISTS', key) == 0 then batched('HSET', key, fields, 2) end
    if redis.call('ZSCORE', due, member) or documentOf(prefix, member) then return end
    local before, now = firstDue(prefix), (clock())
    local instant = tonumber(at)
    if instant < now then instant = now end
    redis.call('ZADD', due, format('%.0f', instant), member)
    wake(prefix, before, instant)
    if instant == now then noteDue(prefix, now) end
end

-- Whether an effect brings something new, for which a full Redis has no room: all but the removal of an item.
local function makesNew(words)
    return words[6] ~= 'evaluate' or not match(words[8] or '', '^{"task":%d+,"op":"delete",')
end

-- Takes the messages of a call, and says what came of them: the number of the last one, and why some had no effect.
local function take(prefix, from, list, had)
    local failures, room = {}, nil
    for n = 1, #list do
        local words = list[n]
        local number = tonumber(words[2])
        if number > had then
            if words[4] == 'effect' then
                -- Looked at once; where there is none, these and what comes after them wait.
                if room == nil and makesNew(words) then room = pcall(memory.checkMemory, 100) end
                if room == false and makesNew(words) then break end
                if call.isFull or call.room <= 0 or items.areMany() then break end
            end
            local succeeded, failure = pcall(KINDS[words[4]], prefix, from, unpack(words, 5))
            if not succeeded then
                failures[#failures + 1] = format('%s: %s', words[4], reason(failure))
            end
            had = number
        end
    end
    return had, failures
end

-- Refuses messages that are none, or do not follow what this partition has had of that one.
local function check(list, had, isAnew)
    for n = 1, #list do
        local words = list[n]
        if words[1] ~= outbox.VERSION or not KINDS[words[4] or ''] or words[4] == 'effect' and not DOERS[words[6] or ''] then
            refuse('VALIDATION', 'message', 'must be one that this version knows', words[4] or '')
        end
        local number, before = tonumber(words[2]), tonumber(words[3])
        if not number or not before then refuse('VALIDATION', 'message', 'must have numbers', words[2] or '') end
        if number > had then
            if before > had and not isAnew then
                refuse('GAP', 'message', format('must follow number %.0f', had), words[3])
            end
            had = number
        end
    end
end

-- waitable_deliver: takes messages that waitable_delivered of another partition has handed out. Those that this partition has
-- had have no effect; a message that cannot have its effect is answered with a failure, where somebody waits for it, or counted.
-- KEYS   prefix
-- ARGV   partition that they come from (0…1023), '' | 'anew': where messages in between were lost, goes on with these,
--        message…
-- Returns [number of the last message that this partition has had (text), the partitions that the call has sent to, with commas
--        between them ('' for none), why messages had no effect…]. Where it is not the last one of the call, there was much to
--        do, or there is no room: the others again
-- Errors VALIDATION; GAP: messages before these are not there: nothing is done. Bound: 1,000 messages.
local function deliver(keys, args)
    local prefix = prefixOf(keys)
    local from = format('%d', integer(args[1], 'partition', 0, outbox.MAX_PARTITION))
    if from == own(prefix) then refuse('VALIDATION', 'partition', 'must be another one', from) end
    local mode = args[2] or ''
    if mode ~= '' and mode ~= 'anew' then refuse('VALIDATION', 'mode', "must be '' or anew", mode) end
    if #args > MAX_MESSAGES + 2 then refuse('VALIDATION', 'messages', 'must be at most ' .. MAX_MESSAGES, #args - 2) end
    rights.check(prefix, rights.TRANSITION, rights.EFFECTS, rights.SENDING, rights.RECEIVING)
    local received = prefix .. ':received'
    local before = redis.call('HGET', received, from) or '0'
    local had = tonumber(before)
    local list = {}
    for n = 3, #args do
        local readable, words = pcall(cmsgpack.unpack, args[n])
        if not readable or type(words) ~= 'table' then refuse('VALIDATION', 'message', 'must be MessagePack', n - 2) end
        list[n - 2] = words
    end
    check(list, had, mode == 'anew')
    documents.checkExecutions(prefix)
    redis.call('HLEN', prefix .. ':sent')
    closing.checkClosed(prefix)
    closing.checkStopping(prefix)
    firstDue(prefix)
    local last, failures = take(prefix, from, list, had)
    local text = format('%.0f', last)
    if last > had then redis.call('HSET', received, from, text) end
    if #failures > 0 then redis.pcall('HINCRBY', prefix .. ':counters', 'undeliverable', #failures) end
    return {text, outbox.reported() or '', unpack(failures)}
end

-- waitable_move: a bare member of `due` whose id lies in another partition goes there by a message, with its item.
-- KEYS   prefix
-- ARGV   token, member (of any bytes), partition (0…1023), its item's SUFFIX
-- Returns [1, the partition] | 0 the lease is lost, or it has a document by now
-- Errors VALIDATION (also where the item has over 4 MiB). Bound: the item.
local function move(keys, args)
    local prefix = prefixOf(keys)
    local lease, member = token(args[1]), args[2] or ''
    local partition = format('%d', integer(args[3], 'partition', 0, outbox.MAX_PARTITION))
    local suffix = named(args[4], 'item', limits.itemKey)
    noMore(args, 4)
    rights.check(prefix, rights.ADOPTION, rights.SENDING, rights.EFFECTS)
    local due, key = prefix .. ':due', prefix .. ':item:' .. suffix
    local score = redis.call('ZSCORE', due, member)
    if not score or tonumber(score) ~= lease or documentOf(prefix, member) then return 0 end
    for _, target in ipairs(outbox.targets(prefix, partition)) do redis.call(target[1], target[2]) end
    local fields, bytes = redis.pcall('HGETALL', key), 0
    if isError(fields) then fields = {} end
    for n = 1, #fields do bytes = bytes + #fields[n] end
    if bytes > MAX_ITEM or #fields > 4000 then
        refuse('VALIDATION', 'item', 'must have at most 2000 fields and ' .. MAX_ITEM .. ' bytes', bytes)
    end
    local taken = redis.call('ZSCORE', prefix .. ':leases', args[1]) or format('%.0f', (clock()))
    redis.call('ZREM', due, member)
    redis.call('HDEL', prefix .. ':redelivered', member)
    if #fields > 0 then redis.call('DEL', key) end
    outbox.send(prefix, partition, 'due', member, taken, suffix, unpack(fields))
    leases.letGo(prefix, args[1])
    return {1, outbox.reported()}
end

register('deliver', deliver, 'allow-oom')
register('move', move, 'allow-oom')
