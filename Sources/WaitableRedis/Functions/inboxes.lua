-- Inboxes: what the tasks of an execution are told from outside, until its next step reads it.

local limits = require 'limits'
local strings = require 'strings'
local byte, find, format, match, sub = strings.byte, strings.find, strings.format, strings.match, strings.sub
local clocks = require 'clock'
local clock, isLease, noteDue = clocks.clock, clocks.isLease, clocks.noteDue
local documents = require 'documents'
local documentOf, headOf, split, status = documents.documentOf, documents.headOf, documents.split, documents.status
local sleepers = require 'sleepers'
local firstDue, wake = sleepers.firstDue, sleepers.wake
local outbox = require 'outbox'

local inboxes = {}

local FEW = 32 -- answers

-- Makes an open execution due at once, unless a worker holds it: that one looks into the inbox when it commits.
local function rouse(prefix, name, now)
    local due = prefix .. ':due'
    local score = redis.call('ZSCORE', due, name)
    if not score or isLease(tonumber(score)) or tonumber(score) <= now then return end
    local before = firstDue(prefix)
    redis.call('ZADD', due, 'XX', now, name)
    wake(prefix, before, now)
    noteDue(prefix, now)
end

-- Puts a field into an open execution's inbox. Whether there was one.
local function deliver(prefix, name, field, value, rouses)
    local document = documentOf(prefix, name)
    if not document or status(document) ~= 'R' then return false end
    redis.call('HSET', prefix .. ':inbox:' .. name, field, value)
    if rouses then rouse(prefix, name, (clock())) end
    return true
end

local function jsonText(value) return '"' .. value:gsub('[%c"\\]', function(c) return format('\\u%04X', byte(c)) end) .. '"' end

-- How an inbox's entry begins that tells of the end of an execution.
local function telling(name) return '{"child":' .. jsonText(name) .. ',"as":"' end

-- Tells a parent that the execution `name` has closed, where a task of it waits for that: one that was given up reads nothing.
function inboxes.report(prefix, name, parent, task, mark)
    local partition, parentName = outbox.split(parent)
    if partition then
        redis.call('HSET', prefix .. ':unread', name, task .. ':' .. parent)
        return outbox.send(prefix, partition, 'report', name, parentName, task, mark)
    end
    local children = prefix .. ':children:' .. parent
    if redis.call('HGET', children, task) ~= name then return end
    redis.call('HDEL', children, task)
    if deliver(prefix, parent, task, telling(name) .. mark .. '"}', true) then
        redis.call('HSET', prefix .. ':unread', name, task .. ':' .. parent)
    end
end

-- What `children` holds for an execution of another partition whose end has been told and not been read yet, instead of its
-- place.
local TOLD = '!'

-- The place in an entry of `children`, and whether its end has been told.
function inboxes.child(entry)
    if byte(entry) == 33 then return sub(entry, 2), true end
    return entry, false
end

-- Says that nobody will read the end of an execution of another partition any more.
function inboxes.release(prefix, place, parent, task)
    local partition, name = outbox.split(place)
    if partition then outbox.send(prefix, partition, 'read', name, parent, task) end
end

-- The message 'report': an execution of another partition has closed.
function inboxes.hear(prefix, place, parent, task, mark)
    local children = prefix .. ':children:' .. parent
    if redis.call('HGET', children, task) == place then
        if deliver(prefix, parent, task, telling(place) .. mark .. '"}', true) then
            redis.call('HSET', children, task, TOLD .. place)
            return
        end
        redis.call('HDEL', children, task)
    end
    inboxes.release(prefix, place, parent, task)
end

-- The message 'retract': it goes on, as it was redriven.
function inboxes.retract(prefix, place, parent, task)
    local children = prefix .. ':children:' .. parent
    if redis.call('HGET', children, task) ~= TOLD .. place then return end
    redis.call('HSET', children, task, place)
    redis.call('HDEL', prefix .. ':inbox:' .. parent, task)
end

-- The message 'read': the end of an execution has been read, or never will be, by a task of `parent`, a place.
function inboxes.wasRead(prefix, name, parent, task)
    if redis.call('HGET', prefix .. ':unread', name) == task .. ':' .. parent then
        redis.call('HDEL', prefix .. ':unread', name)
    end
end

-- Takes back that an execution has ended, where its parent has not read it yet: it goes on, and the task waits on for it.
function inboxes.takeBack(prefix, name)
    local told = redis.call('HGET', prefix .. ':unread', name)
    if not told then return end
    local task, parent = match(told, '^(%d+):(.*)$')
    local partition, parentName = outbox.split(parent or '')
    if partition then
        outbox.send(prefix, partition, 'retract', name, parentName, task)
    elseif inboxes.isUnread(prefix, name, told) then
        redis.call('HSET', prefix .. ':children:' .. parent, task, name)
        redis.call('HDEL', prefix .. ':inbox:' .. parent, task)
    end
    redis.call('HDEL', prefix .. ':unread', name)
end

-- Whether an execution's end has been told to a parent that has not read it: its document is the answer. `told`: what
-- `unread` holds for it.
function inboxes.isUnread(prefix, name, told)
    local task, parent = match(told, '^(%d+):(.*)$')
    -- One of another partition sends a message when it has.
    if task and outbox.split(parent) then return true end
    local entry = task and redis.pcall('HGET', prefix .. ':inbox:' .. parent, task)
    local start = telling(name)
    return type(entry) == 'string' and sub(entry, 1, #start) == start
end

-- Whether an inbox has as much as a step should read at once. A few answers are never as much.
function inboxes.isFull(prefix, name)
    local key = prefix .. ':inbox:' .. name
    if redis.call('HLEN', key) < FEW then return false end
    local size = redis.pcall('MEMORY', 'USAGE', key, 'SAMPLES', '50')
    return type(size) == 'number' and size > limits.inbox
end

-- Takes a field out of the inbox of an execution.
local function forget(prefix, name, field, value)
    redis.call('HDEL', prefix .. ':inbox:' .. name, field)
    if sub(value, 1, 9) ~= '{"child":' then return end
    local readable, entry = pcall(cjson.decode, value)
    if not readable or type(entry.child) ~= 'string' then return end
    if not outbox.split(entry.child) then return redis.call('HDEL', prefix .. ':unread', entry.child) end
    redis.call('HDEL', prefix .. ':children:' .. name, field)
    inboxes.release(prefix, entry.child, name, field)
end

-- Whether the document has a task of that id without an answer, and that start (ms; nil for any). One that was redriven, and has
-- not gone on since, has none: its next step begins its tasks anew, under other ids.
local function awaits(document, task, start)
    local members, rest = split(document)
    if members.redriven then return false end
    local head = headOf(rest)
    local awaited = (not start or head.start == start) and head.awaited
    return awaited and find(',' .. awaited .. ',', ',' .. task .. ',', 1, true) ~= nil
end

inboxes.awaits = awaits
inboxes.deliver = deliver
inboxes.forget = forget
inboxes.jsonText = jsonText

return inboxes
