-- Executions that a task of another one starts.

local strings = require 'strings'
local byte, find, format, match, sub =
    strings.byte, strings.find, strings.format, strings.match, strings.sub
local clocks = require 'clock'
local clock, noteDue = clocks.clock, clocks.noteDue
local slots = require 'slots'
local outbox = require 'outbox'
local documents = require 'documents'
local documentOf, headOf, keepDocument, newDocument, split, status =
    documents.documentOf, documents.headOf, documents.keepDocument, documents.newDocument, documents.split, documents.status
local sleepers = require 'sleepers'
local firstDue, wake = sleepers.firstDue, sleepers.wake
local inboxes = require 'inboxes'
local jsonText = inboxes.jsonText
local feed = require 'feed'

-- The version that a qualifier stands for (its number, or an alias's name), and its hash; nil where there is none.
local function qualified(prefix, machine, qualifier, draw)
    local function list(name)
        local readable, found = pcall(cjson.decode, redis.call('HGET', prefix .. ':' .. name, machine) or '[]')
        return readable and type(found) == 'table' and found or {}
    end
    local number = tonumber(qualifier)
    if not number then
        for _, alias in ipairs(list('aliases')) do
            local passed = 0
            for _, route in ipairs(alias.name == qualifier and alias.routes or {}) do
                passed = passed + route[2]
                if draw < passed then number = number or route[1] end
            end
        end
    end
    for _, version in ipairs(list('versions')) do
        if version.n == number then return number, version.hash end
    end
end

-- A number below 100, another one for each task: drawn from nothing else, so that what else is counted favours no route.
local function drawn(parent, task, micros)
    return tonumber(sub(redis.sha1hex(parent .. ':' .. task .. ':' .. micros), 1, 8), 16) % 100
end

-- What an execution of an EXPRESS machine is called, of which there may be several of one id: it lies in a partition too.
local function expressID(prefix, partition, count, id, seed)
    local start = id .. ':'
    return start .. slots.uuid(prefix .. seed, start, tonumber(partition), slots.count(count))
end

-- Notes that a task waits for an execution that another partition is asked to start by `words`, an effect; what its id is to
-- become is decided here.
local function expect(prefix, parent, partition, words)
    local _, machine, id, _, task, mark, hash = unpack(words)
    if hash == '' or byte(hash) == 58 then
        local found = redis.call('HMGET', prefix .. ':machines', machine, ':partitions')
        local readable, record = pcall(cjson.decode, found[1] or '')
        if readable and type(record) == 'table' and record.type == 'EXPRESS' then
            local _, micros = clock()
            words[3] = expressID(prefix, partition, found[2], id, micros .. ':' .. task .. ':' .. parent)
        end
    end
    if mark ~= '' and mark ~= 't' then
        local place = '{' .. partition .. '}' .. machine .. ':' .. words[3]
        redis.call('HSET', prefix .. ':children:' .. parent, task, place)
    end
end

-- When the execution of a document began, which this very task of a parent of another partition has started; else nil. It asks
-- again where a failover has taken the step back that asked first, and then waits for the end of what it has.
local function begunBefore(prefix, name, document, parent, task, mark)
    if not outbox.split(parent) then return nil end
    local _, rest = split(document)
    local head = headOf(rest)
    local waiter = head.parent
    if not waiter or waiter.name ~= parent or waiter.task ~= task or waiter.mark ~= mark then return nil end
    if status(document) ~= 'R' then inboxes.report(prefix, name, parent, task, mark) end
    return head.start
end

-- Starts an execution of a machine for a task of another one: `parent` is that one's place. Returns the outcome.
local function begin(prefix, parent, machine, id, input, task, mark, hash)
    local readable, revision, qualifier = true, {hash = hash}, match(hash, '^:(.+)')
    local published = ''
    local now, micros = clock()
    local count
    if hash == '' or qualifier then
        local found = redis.call('HMGET', prefix .. ':machines', machine, ':partitions')
        count, readable, revision = found[2], pcall(cjson.decode, byte(machine) ~= 58 and found[1] or '')
    end
    if qualifier and readable and type(revision) == 'table' then
        local number
        number, revision.hash = qualified(prefix, machine, qualifier, drawn(parent, task, micros))
        local alias = tonumber(qualifier) and '' or ':' .. qualifier
        published = number and ',"p":' .. jsonText(format('%d', number) .. alias) or ''
    end
    local outcome = '{"task":' .. task .. ',"child":' .. jsonText(machine .. ':' .. id)
    if not readable or type(revision) ~= 'table' or type(revision.hash) ~= 'string' then
        return outcome .. ',"code":"StateMachineDoesNotExist"}'
    end
    if not feed.isDeployed(prefix, revision.hash) then
        return outcome .. ',"code":"StateMachineDoesNotExist","revision":' .. jsonText(revision.hash) .. '}'
    end
    -- One that another partition has asked for has it already.
    if revision.type == 'EXPRESS' and not find(id, ':', 1, true) then
        id = expressID(prefix, slots.own(prefix), count, id, micros .. ':' .. task .. ':' .. parent)
        outcome = '{"task":' .. task .. ',"child":' .. jsonText(machine .. ':' .. id)
    end
    local name = machine .. ':' .. id
    local waits = mark ~= '' and mark ~= 't' and ',"y":' .. jsonText(task .. mark .. parent) or ''
    local document = documentOf(prefix, name)
    if document then
        now = begunBefore(prefix, name, document, parent, task, mark)
        if not now then return outcome .. ',"code":"ExecutionAlreadyExists"}' end
    else
        keepDocument(prefix, name, newDocument(revision.hash, now, published .. waits, input))
        local before = firstDue(prefix)
        redis.call('ZADD', prefix .. ':due', now, name)
        wake(prefix, before, now)
        noteDue(prefix, now)
        feed.tell(prefix, revision.hash, 'accepted', name, format('%.0f', now))
        -- The partition of one that is elsewhere has noted that when it asked for this.
        if waits ~= '' and not outbox.split(parent) then redis.call('HSET', prefix .. ':children:' .. parent, task, name) end
    end
    if mark == '*' then return nil end
    return outcome .. (mark ~= '' and ',"waits":true' or '') .. ',"at":' .. format('%.0f', now) .. '}'
end

return {begin = begin, expect = expect}
