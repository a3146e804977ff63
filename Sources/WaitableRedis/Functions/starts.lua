-- How executions begin: those that ingest has prepared, and those that people start by hand.

local limits = require 'limits'
local strings = require 'strings'
local byte, find, format, gmatch, match, sub =
    strings.byte, strings.find, strings.format, strings.gmatch, strings.match, strings.sub
local rights = require 'rights'
local arguments = require 'arguments'
local bound, noMore, prefixOf, refuse, shown =
    arguments.bound, arguments.noMore, arguments.prefixOf, arguments.refuse, arguments.shown
local register = require 'functions'.register
local clocks = require 'clock'
local clock, noteDue = clocks.clock, clocks.noteDue
local instants = require 'instants'
local RULE = instants.RULE
local checkName = require 'names'.checkName
local slots = require 'slots'
local documents = require 'documents'
local documentOf, headOf, keepDocument, newDocument, split =
    documents.documentOf, documents.headOf, documents.keepDocument, documents.newDocument, documents.split
local sleepers = require 'sleepers'
local firstDue, wake = sleepers.firstDue, sleepers.wake
local pausing = require 'pausing'
local closing = require 'closing'
local checkClosed, checkFailed = closing.checkClosed, closing.checkFailed
local rowEntries = require 'rows'
local spreadRows, writeRows = rowEntries.spreadRows, rowEntries.writeRows
local entries = require 'entries'
local repeated = require 'repeated'
local feed = require 'feed'
local newWrites = require 'writes'.newWrites

-- Refuses when a revision that starts name is gone: they would be acknowledged, and could never run.
local function checkRevisions(prefix, list)
    local keys = {}
    for hash in gmatch(list, '[^,]+') do keys[#keys + 1] = prefix .. ':machine:' .. hash end
    if #keys > limits.batch then refuse('VALIDATION', 'revisions', 'must be at most ' .. limits.batch, #keys) end
    if #keys > 0 and redis.call('EXISTS', unpack(keys)) < #keys then
        refuse('REVISION', 'revisions', 'must be deployed', list)
    end
end

-- waitable_accept: starts that ingest has prepared (states before the first wait already run).
-- KEYS   prefix
-- ARGV   the hashes of the revisions that the executions run, with commas between them ('': they are not looked at)
--        passed (ms; '' for none): the last instant that a step of the call took for passed
--        earliest, latest (ms; '' for any): between these the clock must be
--        ENTRIES (next '=' is not allowed)
-- Returns now (ms), when all were rows of one kind and are created; else [now, then for each:] 1 created | [1, outcome…]
--        when it had programs | [status, start (ms), n] of the execution that exists, nothing changed; n: how many bytes at
--        the end of its document are those of the entry's, see repeated.lua | 2 the same, but its document cannot be read
--        | an error: nothing of that entry is applied (VALIDATION …, WRONGTYPE …) | 3 its machine is paused, and it has
--        begun: nothing of it is applied, and it may come again without having begun (no history) | 4 not now, as others of
--        the call had much to do: the same again
--        [now] alone: the clock is another one than the caller thinks: nothing is applied
-- Wakes a sleeping worker when the head of `due` is sooner than before.
-- Errors VALIDATION, REVISION (one of the revisions is gone); OOM from Redis itself before anything is written. Bound:
--        1,000 entries.
local function accept(keys, args)
    local prefix = prefixOf(keys)
    checkRevisions(prefix, args[1] or '')
    local instant = clock()
    local now = format('%.0f', instant)
    local passed, earliest, latest =
        bound(args[2], 'passed'), bound(args[3], 'earliest'), bound(args[4], 'latest')
    local batch = entries.parse(prefix, args, 5, now, false)
    if passed and passed > instant or earliest and earliest > instant or latest and latest < instant then
        return {instant}
    end
    local list = batch.names
    local before = firstDue(prefix)
    checkClosed(prefix)
    if batch.fails then checkFailed(prefix) end
    rights.check(prefix, rights.TRANSITION, (not batch.rows or batch.fails) and rights.EFFECTS or nil,
        batch.sends and rights.SENDING or nil)
    local found = repeated.documents(prefix, list)
    local paused = pausing.pauses(pausing.states(prefix))
    local rows = not paused and not batch.problems and batch.rows
    for n = 1, #list do
        if found[n] ~= false then rows = nil end
    end
    -- The usual case: all are new, and so are their items. A name that comes twice shows in the number of new documents.
    if rows and not rows.closes then
        if redis.call('HSET', prefix .. ':executions', unpack(rows.texts)) == #list and writeRows(args, rows) then
            redis.call('ZADD', prefix .. ':due', unpack(rows.scored))
            wake(prefix, before, firstDue(prefix))
            return instant
        end
        redis.call('HDEL', prefix .. ':executions', unpack(list))
    end
    spreadRows(batch)
    local replies, created, writes, reply = {instant}, {}, newWrites(prefix, now), repeated.replies()
    for n = 1, #list do
        local name, problem = list[n], batch.problems and batch.problems[n]
        local present = found[n] or created[name]
        if problem then
            replies[n + 1] = redis.error_reply(problem)
        elseif present then
            replies[n + 1] = reply(present, batch.documents[n], match(name, ':(.*)$') or name)
        elseif found[n] == nil or batch.later and batch.later[n] then
            replies[n + 1] = 4
        elseif paused and (batch.forms[n] or args[batch.starts[n]] ~= '') and pausing.isPaused(prefix, paused, name) then
            replies[n + 1] = 3
        else
            local problem, outcomes = entries.apply(prefix, args, batch, n)
            if problem then
                replies[n + 1] = redis.error_reply(problem)
            else
                local document = batch.documents[n]
                replies[n + 1] = 1
                if outcomes then replies[n + 1], document = entries.reply(outcomes, document) end
                created[name] = document
                writes.keep(name, document, batch.nexts[n], batch.waits and batch.waits[n])
            end
        end
    end
    writes.write()
    return replies
end

local LONGEST_WAIT = 2147483647000 -- ms; a state that waits longer fails

local function described(value)
    if value == cjson.null then return 'null' end
    if type(value) == 'string' or type(value) == 'table' then return (cjson.encode(value):gsub('\\/', '/')) end
    return tostring(value)
end

-- The validated item of a start by hand: {Id = text or nil, StartTimestamp = text}.
local function readItem(text)
    if text and #text > limits.item then
        refuse('VALIDATION', 'body', format('must have at most %d bytes', limits.item), #text)
    end
    local readable, item = pcall(cjson.decode, text)
    if not readable or not find(text, '^[ \t\r\n]*{') or strings.hasRawControls(text) then
        refuse('VALIDATION', 'body', 'must be a JSON object', text or '')
    end
    -- The first unknown field in the order of the text.
    local unknown, first
    for field in pairs(item) do
        if field ~= 'Id' and field ~= 'StartTimestamp' then
            local at = find(text, '"' .. tostring(field) .. '"', 1, true) or #text
            if not first or at < first then unknown, first = field, at end
        end
    end
    if unknown then
        refuse('VALIDATION', shown(unknown), 'must not be there: only StartTimestamp and Id are',
            described(item[unknown]))
    end
    if item.StartTimestamp == nil then refuse('VALIDATION', 'StartTimestamp', 'must be given') end
    if type(item.StartTimestamp) ~= 'string' then
        refuse('VALIDATION', 'StartTimestamp', RULE, described(item.StartTimestamp))
    end
    instants.parse(item.StartTimestamp, 'StartTimestamp')
    if item.Id ~= nil then
        if type(item.Id) ~= 'string' then refuse('VALIDATION', 'Id', 'must be a string', described(item.Id)) end
        checkName(item.Id, 'Id')
    end
    return item
end

-- Refuses an id that lies in another partition.
local function checkPartition(prefix, id, partition, own)
    if format('%d', partition) == own then return end
    local right = match(prefix, '^(.*){%d+}$') .. '{' .. format('%d', partition) .. '}'
    refuse('PARTITION', 'Id', format('must be started in partition %d (%s), as its hash slot says', partition, right), id)
end

-- waitable_start: starts an item by hand, by the rules of HTTP. A worker runs it from the machine's first state.
-- KEYS   prefix
-- ARGV   item: {"StartTimestamp": ISO 8601 instant, "Id"?: 1 to 80 characters}, machine (default: the default machine)
-- Returns JSON text {"Id":…,"executionArn"?:…,"startDate":seconds}. The same Id with the same StartTimestamp again:
--        the same answer, nothing new.
-- Errors VALIDATION, NOTFOUND (machine), REVISION (the machine's revision is gone), CONFLICT (Id in use with another
--        input), PARTITION (the Id lies in another one), OOM. Bound: constant.
local function start(keys, args)
    local prefix = prefixOf(keys)
    noMore(args, 2)
    rights.check(prefix, rights.TRANSITION)
    local item = readItem(args[1])
    local before = firstDue(prefix)
    local machine = args[2]
    if not machine or machine == '' then
        machine = redis.call('HGET', prefix .. ':machines', ':default')
        if not machine then refuse('NOTFOUND', 'machine', 'must be given, as there is no default machine') end
    end
    local known = redis.call('HMGET', prefix .. ':machines', machine, ':partitions')
    local record, count, own = byte(machine) ~= 58 and known[1], slots.count(known[2]), slots.own(prefix)
    if item.Id and count > 1 then checkPartition(prefix, item.Id, slots.partition(item.Id, count), own) end
    if not record then refuse('NOTFOUND', 'machine', 'must be deployed', machine) end
    local readable, revision = pcall(cjson.decode, record)
    if not readable or type(revision) ~= 'table' or type(revision.hash) ~= 'string' then
        refuse('CORRUPT', 'machine', 'must have a record with a hash', machine)
    end
    if not feed.isDeployed(prefix, revision.hash) then
        refuse('REVISION', 'revisions', 'must be deployed', revision.hash)
    end
    if feed.tells(prefix, revision.hash) then rights.check(prefix, rights.FEED) end

    local now, micros = clock()
    if instants.parse(item.StartTimestamp, 'StartTimestamp') > now + LONGEST_WAIT then
        refuse('VALIDATION', 'StartTimestamp', 'must be at most 24855 days ahead', item.StartTimestamp)
    end
    local id = item.Id
    local counted
    if not id then
        counted = redis.call('INCR', prefix .. ':sequence')
        id = slots.uuid(prefix .. micros .. ':' .. counted, '', tonumber(own), count)
    end
    local input = '{"Id":"' .. id .. '","StartTimestamp":"' .. item.StartTimestamp .. '"}'
    local name = machine .. ':' .. id
    local began = now
    local stored = documentOf(prefix, name)
    if stored then
        local _, rest = split(stored)
        local head, ending = headOf(rest), ',"input":' .. input .. '}'
        if head.has and not head.has(input, item.StartTimestamp) or not head.has and sub(rest, -#ending) ~= ending then
            refuse('CONFLICT', 'Id', 'must be new, or come with the input it was started with', id)
        end
        began = head.start or now
    else
        keepDocument(prefix, name, newDocument(revision.hash, now, '', input))
        redis.call('ZADD', prefix .. ':due', now, name)
        wake(prefix, before, now)
        noteDue(prefix, now)
        feed.tell(prefix, revision.hash, 'accepted', name, format('%.0f', now))
    end
    local arn = ''
    if type(revision.arn) == 'string' then
        arn = ',"executionArn":"' .. revision.arn:gsub(':stateMachine:', ':execution:', 1) .. ':' .. id .. '"'
    end
    return '{"Id":"' .. id .. '"' .. arn .. ',"startDate":' .. format('%.3f', began / 1000) .. '}'
end

register('accept', accept)
register('start', start)

return {readItem = readItem}
