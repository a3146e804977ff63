-- What people do to single executions: stop, reschedule, redrive.

local strings = require 'strings'
local concat, find, format, match, sub =
    strings.concat, strings.find, strings.format, strings.match, strings.sub
local rights = require 'rights'
local arguments = require 'arguments'
local integer, named, noMore, prefixOf, refuse, shown =
    arguments.integer, arguments.named, arguments.noMore, arguments.prefixOf, arguments.refuse, arguments.shown
local register = require 'functions'.register
local clocks = require 'clock'
local clock, isLease, noteDue = clocks.clock, clocks.isLease, clocks.noteDue
local instants = require 'instants'
local checkMemory = require 'memory'.checkMemory
local documents = require 'documents'
local STATUS_NAMES, existing, headOf, join, keepDocument, split, status =
    documents.STATUS_NAMES, documents.existing, documents.headOf, documents.join, documents.keepDocument,
    documents.split, documents.status
local sleepers = require 'sleepers'
local firstDue, wake = sleepers.firstDue, sleepers.wake
local pausing = require 'pausing'
local inboxes = require 'inboxes'
local closing = require 'closing'
local abort, checkClosed = closing.abort, closing.checkClosed
local quoted = require 'values'.quoted
local feed = require 'feed'

local LATEST = 4398046511104 -- before this instant (2^42 ms) something can be moved

-- Changes the item of an execution beside the execution itself: its fields, when it is there with that ProcessStatus.
local function touch(prefix, suffix, expected, ...)
    if not suffix or suffix == '' then return end
    local key = prefix .. ':item:' .. suffix
    local found = redis.pcall('HGET', key, 'ProcessStatus')
    if found == expected then redis.call('HSET', key, ...) end
end

-- Failure of a stop by hand: {"error"?: text, "cause"?: text} as canonical JSON.
local function readFailure(text)
    local readable, failure = pcall(cjson.decode, text)
    if not readable or not find(text, '^[ \t\r\n]*{') then
        refuse('VALIDATION', 'failure', 'must be a JSON object', text)
    end
    local members = {}
    for name, value in pairs(failure) do
        if name ~= 'error' and name ~= 'cause' then
            local text = type(value) == 'string' and value or cjson.encode(value)
            refuse('VALIDATION', shown(name), 'must not be there: only error and cause are', text)
        end
    end
    for i = 1, 2 do
        local name, most = i == 1 and 'error' or 'cause', i == 1 and 256 or 32768
        local value = failure[name]
        if value ~= nil then
            -- Characters, as AWS counts them: bytes that continue one are none.
            if type(value) ~= 'string' or select(2, value:gsub('[^\128-\191]', '')) > most then
                refuse('VALIDATION', name, 'must be a string of at most ' .. most .. ' characters', tostring(value))
            end
            members[#members + 1] = '"' .. name .. '":' .. quoted(value)
        end
    end
    return '{' .. concat(members, ',') .. '}'
end

-- waitable_stop: aborts an open execution. A worker that holds it is refused when it commits.
-- KEYS   prefix
-- ARGV   X (or an id of the default machine), {"error"?: text, "cause"?: text} or ''
--        and to cancel its item too: the item's SUFFIX, LastUpdated (text). One that is STARTED becomes CANCELLED.
-- Returns [1, closing instant in ms] | [0, closing instant] when it was closed before
-- What it leaves behind is stopped with it, a few hundred executions at once: the claims that follow stop the others.
-- Errors VALIDATION, NOTFOUND; OOM, where Redis is full and the failure has more than 1 KiB. Bound: constant.
local function stop(keys, args)
    local prefix = prefixOf(keys)
    noMore(args, 4)
    rights.check(prefix, rights.TRANSITION, rights.EFFECTS)
    local failure = args[2] and args[2] ~= '' and readFailure(args[2])
    if failure and #failure > 1024 then checkMemory(100) end
    local name, document = existing(prefix, args[1])
    local closed = prefix .. ':closed'
    local at = redis.call('ZSCORE', closed, name)
    if status(document) ~= 'R' then return {0, tonumber(at or 0)} end
    local now = abort(prefix, name, document, failure or nil)
    touch(prefix, args[3], 'STARTED', 'ProcessStatus', 'CANCELLED', 'LastUpdated', args[4] or '')
    return {1, now}
end

-- waitable_reschedule: another due instant for an execution that waits.
-- KEYS   prefix
-- ARGV   X (or an id of the default machine), instant: whole ms or ISO 8601 (a fraction is rounded up: never early)
--        and for its item too: the item's SUFFIX, StartActionAt (text). One that is STARTED gets it.
-- Returns the wait's new end in ms. Wakes a sleeping worker when the head of `due` is sooner than before.
-- Errors VALIDATION, NOTFOUND, CLOSED, LEASED (a worker is at it). Bound: constant.
-- A later instant moves the wait alone. Where there may be a time-out, a task or branches, which may be due before it, the
-- execution is due at once, and the worker that moves the wait says when it is due next. What has not begun begins then.
local function reschedule(keys, args)
    local prefix = prefixOf(keys)
    noMore(args, 4)
    rights.check(prefix, rights.TRANSITION, rights.EFFECTS)
    local instant
    if args[2] and match(args[2], '^%-?%d+$') then
        instant = integer(args[2], 'instant', -62135596800000, 253402300799999)
    else
        instant = instants.parse(args[2] or '', 'instant')
    end
    if instant >= LATEST then
        refuse('VALIDATION', 'instant', 'must be before 2109-05-15T07:35:11.104Z', args[2])
    end
    local name, document = existing(prefix, args[1])
    local letter = status(document)
    if letter ~= 'R' then refuse('CLOSED', 'execution', 'must be running, is ' .. STATUS_NAMES[letter], name) end
    local due = prefix .. ':due'
    local before = firstDue(prefix)
    local score = redis.call('ZSCORE', due, name)
    if score and isLease(tonumber(score)) then refuse('LEASED', 'execution', 'must not be held by a worker', name) end
    local members, rest = split(document)
    local text = format('%.0f', instant)
    members.moved, members.movedAt = text, format('%.0f', (clock()))
    keepDocument(prefix, name, join('R', members, rest))
    local at, was = instant, tonumber(score or instant)
    if was >= pausing.PARKED then was = was - pausing.PARKED end
    local head = headOf(rest)
    if instant > was and head.begun and not (head.ends and not head.limit) then
        local now = clock()
        at = was < now and was or now
    end
    redis.call('ZADD', due, format('%.0f', at), name)
    noteDue(prefix, (clock()))
    touch(prefix, args[3], 'STARTED', 'StartActionAt', args[4] or '')
    feed.tell(prefix, head.revision, 'moved', name, text)
    wake(prefix, before, at)
    return instant
end

local REMEMBERED = 900000 -- ms for which the token of a redrive is known, as AWS has it

-- waitable_redrive: opens an execution again that failed, timed out or was aborted; due at once.
-- KEYS   prefix
-- ARGV   X (or an id of the default machine)
--        and for its item too: the item's SUFFIX ('' for none), LastUpdated (text). One that is CANCELLED becomes STARTED.
--        and a token ('' for none): the same call again, within 15 minutes, changes nothing
-- Returns the instant of the redrive in ms: with a token that came before, of that one. Wakes a sleeping worker.
-- Errors VALIDATION, NOTFOUND, OPEN (running), SUCCEEDED. Bound: constant.
local function redrive(keys, args)
    local prefix = prefixOf(keys)
    noMore(args, 4)
    rights.check(prefix, rights.TRANSITION, rights.EFFECTS, rights.REDRIVE)
    local name, document = existing(prefix, args[1])
    local key = args[4] and args[4] ~= '' and prefix .. ':redrive:' .. redis.sha1hex(name .. '\n' .. args[4])
    local earlier = key and redis.call('GET', key)
    if earlier then return tonumber(earlier) end
    local letter = status(document)
    if letter == 'R' or letter == 'S' then
        refuse(letter == 'R' and 'OPEN' or 'SUCCEEDED', 'execution',
            'must be FAILED, TIMED_OUT or ABORTED, is ' .. STATUS_NAMES[letter], name)
    end
    checkClosed(prefix)
    closing.checkFailed(prefix)
    local before = firstDue(prefix)
    local now = clock()
    local members, rest = split(document)
    members.redriven, members.was = format('%.0f', now), '"' .. letter .. '"'
    keepDocument(prefix, name, join('R', members, rest))
    redis.call('ZREM', prefix .. ':closed', name)
    redis.call('ZREM', prefix .. ':failed', name)
    redis.call('ZADD', prefix .. ':due', now, name)
    pcall(inboxes.takeBack, prefix, name)
    touch(prefix, args[2], 'CANCELLED', 'ProcessStatus', 'STARTED', 'LastUpdated', args[3] or '')
    if key then redis.call('SET', key, format('%.0f', now), 'PX', REMEMBERED) end
    feed.tell(prefix, headOf(rest).revision, 'redriven', name, format('%.0f', now))
    wake(prefix, before, now)
    noteDue(prefix, now)
    return now
end

-- waitable_tune: changes a map run of an open execution. Its next step, which is due at once, goes by that.
-- KEYS   prefix
-- ARGV   X, run (the id of its first event), and '' for what stays: concurrency, tolerated items, tolerated percentage
-- Returns 1 | 0 where the execution is not running
-- Errors VALIDATION, OOM. Bound: constant.
local function tune(keys, args)
    local prefix = prefixOf(keys)
    local name = named(args[1], 'execution')
    local field = 'm' .. format('%d', integer(args[2], 'run', 1, 1000000))
    noMore(args, 5)
    rights.check(prefix, rights.ANSWER)
    local earlier = redis.call('HGET', prefix .. ':inbox:' .. name, field) or ''
    local members = {}
    for i = 1, 3 do
        local letter, value = sub('cnp', i, i), args[i + 2] or ''
        local form = i == 3 and '^%-?%d+%.?%d*E?%-?%d*$' or '^%d+$'
        if value ~= '' and not (match(value, form) and tonumber(value) >= 0) then
            refuse('VALIDATION', 'settings', 'must be numbers', value)
        end
        -- What no step has read yet holds on.
        if value == '' then value = match(earlier, '"' .. letter .. '":([%d.E-]+)') or '' end
        if value ~= '' then members[#members + 1] = '"' .. letter .. '":' .. value end
    end
    if #members == 0 then refuse('VALIDATION', 'settings', 'must be there', '') end
    return inboxes.deliver(prefix, name, field, '{' .. concat(members, ',') .. '}', true) and 1 or 0
end

register('tune', tune)
register('stop', stop, 'allow-oom')
register('reschedule', reschedule, 'allow-oom')
register('redrive', redrive)
