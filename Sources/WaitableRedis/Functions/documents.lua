-- The documents of executions, and what functions read and write of them.
--
-- A document is an object, or the compact form, or an object in front of the compact form. An object begins with a head of
-- a fixed form, which Swift's ExecutionDocument writes and the functions read, member by member from its first byte on:
--   {"s":"R"           status: R, S, F, T or A
--   ,"ended":ms        messages: what functions left for the next worker. Each may be missing, as all below. When it closed,
--   ,"failure":{…}     and why,
--   ,"moved":ms        where a wait's end was moved to,
--   ,"movedAt":ms      and when,
--   ,"redriven":ms     when it was redriven,
--   ,"was":"F"         and the status that it had before,
--   ,"outcomes":{…}    the outcomes of programs on items, by the ids of their tasks
--   ,"k":"token"       the lease under which it was committed
--   ,"d":"hash"        its revision
--   ,"b":ms            its start
--   ,"n":count         its redrives
--   ,"p":"3:prod"      the version and the alias that were started
--   ,"y":"7@X"         the task of X that waits for its end, and how it is told
--   ,"w":"7,12"        its own tasks that wait for answers from outside
--   ,"z":ms            the end of the wait that it stands in
--   ,"t":ms            when it times out
-- What follows is Swift's alone. No function looks for anything behind the head: callers' texts are there.

local limits = require 'limits'
local strings = require 'strings'
local byte, concat, find, format, match, sub =
    strings.byte, strings.concat, strings.find, strings.format, strings.match, strings.sub
local arguments = require 'arguments'
local named, refuse = arguments.named, arguments.refuse
local compactForm = require 'compact'.compactForm

-- What a document begins with -> its status letter.
local HEADS = {
    ['{"s":"R",'] = 'R', ['{"s":"S",'] = 'S', ['{"s":"F",'] = 'F', ['{"s":"T",'] = 'T', ['{"s":"A",'] = 'A',
    ['{"s":"R"}'] = 'R', ['{"s":"S"}'] = 'S', ['{"s":"F"}'] = 'F', ['{"s":"T"}'] = 'T', ['{"s":"A"}'] = 'A',
}

local COMPACT = {R = 'R', S = 'S'}

-- The status letter of a well-formed document, else nil.
local function status(document) return COMPACT[sub(document, 1, 1)] or HEADS[sub(document, 1, 9)] end

local STATUS_NAMES = {R = 'RUNNING', S = 'SUCCEEDED', F = 'FAILED', T = 'TIMED_OUT', A = 'ABORTED'}

-- Members that functions put between the status and the rest of a document, in this order.
local INBOX = {'ended', 'failure', 'moved', 'movedAt', 'redriven', 'was', 'outcomes'}

local IS_INBOX = {
    ended = true, failure = true, moved = true, movedAt = true, redriven = true, was = true, outcomes = true,
}

-- The JSON string at text[start], and the index after it.
local function quotedAt(text, start)
    if byte(text, start) ~= 34 then return nil end
    local at = start
    repeat
        at = find(text, '["\\]', at + 1)
        if not at then return nil end
        local isEscape = byte(text, at) == 92
        if isEscape then at = at + 1 end
    until not isEscape
    return sub(text, start, at), at + 1
end

-- The JSON object at text[start], and the index after it.
local function object(text, start)
    if byte(text, start) ~= 123 then return nil end
    local depth, position = 0, start
    while true do
        local at = find(text, '["{}]', position)
        if not at then return nil end
        local character = byte(text, at)
        if character == 34 then
            local _, after = quotedAt(text, at)
            if not after then return nil end
            position = after
        else
            depth = depth + (character == 123 and 1 or -1)
            if depth == 0 then return sub(text, start, at), at + 1 end
            position = at + 1
        end
    end
end

-- Splits a document's head: the inbox members as raw JSON texts, and the rest of the document after them.
local function split(document)
    if COMPACT[sub(document, 1, 1)] then return {}, '}' .. document end
    local members, position = {}, 9
    while true do
        local name, start = match(document, '^,"(%a+)":()', position)
        if not name or not IS_INBOX[name] then break end
        local value, stop = match(document, '^(%-?%d+)()', start)
        if not value then value, stop = match(document, '^("[^"]*")()', start) end
        if not value then value, stop = object(document, start) end
        if not value then break end
        members[name], position = value, stop
    end
    return members, sub(document, position)
end

local function join(letter, members, rest)
    local parts = {'{"s":"', letter, '"'}
    for _, name in ipairs(INBOX) do
        if members[name] then
            parts[#parts + 1] = ',"' .. name .. '":' .. members[name]
        end
    end
    parts[#parts + 1] = rest
    return concat(parts)
end

-- The document of an execution that nobody has run yet: `more` is what stands between its start and its input.
local function newDocument(hash, now, more, input)
    return concat({'{"s":"R","d":"', hash, '","b":', format('%.0f', now), more, ',"input":', input, '}'})
end

-- What the head in the rest of a document says: `revision`, `start` (ms), `parent` ({task, mark, X} or nil), `awaited` (ids
-- with commas between them), `ends` (ms, of the wait that it stands in), `limit` (ms, when it times out) and `begun`
-- (whether a state was entered); what is not there is nil. What compactForm says where it is one.
local function headOf(rest)
    local compact = compactForm(rest)
    if compact then return compact end
    local head, position = {}, 1
    local function member(pattern)
        local value, after = match(rest, pattern, position)
        if value then position = after end
        return value
    end
    local function text(name)
        if sub(rest, position, position + #name + 3) ~= ',"' .. name .. '":' then return nil end
        local value, after = quotedAt(rest, position + #name + 4)
        if value then position = after end
        return value
    end
    member('^,"k":"([%d.]*)"()')
    head.revision = member('^,"d":"([%w_-]*)"()')
    head.start = tonumber(member('^,"b":(%-?%d+)()'))
    member('^,"n":(%d+)()')
    text('p')
    local waiter = text('y')
    head.awaited = member('^,"w":"([%d,]*)"()')
    head.ends = tonumber(member('^,"z":(%-?%d+)()'))
    head.limit = tonumber(member('^,"t":(%-?%d+)()'))
    head.begun = sub(rest, position, position + 4) == ',"f":'
    if waiter then
        local readable, decoded = pcall(cjson.decode, '[' .. waiter .. ']')
        local task, mark, name = match(readable and decoded[1] or '', '^(%d+)([@=*])(.+)$')
        if task then head.parent = {task = task, mark = mark, name = name} end
    end
    return head
end

-- The documents of executions; false where there is none. Errors, before anything is written, when `executions` is no hash.
local function documentsOf(prefix, list)
    if #list == 0 then return {} end
    return redis.call('HMGET', prefix .. ':executions', unpack(list))
end

local READ_AT_ONCE = 128 -- documents that are read before it is known how large they are

-- The same until they have more than limits.claimedBytes: those after that are left out.
local function documentsInBounds(prefix, list)
    if #list <= READ_AT_ONCE then return documentsOf(prefix, list) end
    local found, bytes = {}, 0
    for first = 1, #list, READ_AT_ONCE do
        local last = first + READ_AT_ONCE - 1
        if last > #list then last = #list end
        local slice = redis.call('HMGET', prefix .. ':executions', unpack(list, first, last))
        for k = 1, #slice do
            found[first + k - 1] = slice[k]
            bytes = bytes + (slice[k] and #slice[k] or 0)
        end
        if bytes > limits.claimedBytes then break end
    end
    return found
end

local function documentOf(prefix, name) return redis.call('HGET', prefix .. ':executions', name) end

local function keepDocument(prefix, name, document) redis.call('HSET', prefix .. ':executions', name, document) end

local function checkExecutions(prefix) redis.call('HLEN', prefix .. ':executions') end

-- The document of X for a call by hand: X as given, else X as an id of the default machine. Refuses when there is none.
local function existing(prefix, name)
    named(name, 'execution')
    local document = documentOf(prefix, name)
    if not document and not find(name, ':', 1, true) then
        local default = redis.call('HGET', prefix .. ':machines', ':default')
        if default then
            local full = default .. ':' .. name
            document = documentOf(prefix, full)
            if document then return full, document end
        end
    end
    if not document then refuse('NOTFOUND', 'execution', 'must exist', name) end
    if not status(document) then refuse('CORRUPT', 'execution', 'must have a document that begins with a status', name) end
    return name, document
end

return {
    COMPACT = COMPACT, HEADS = HEADS, STATUS_NAMES = STATUS_NAMES, checkExecutions = checkExecutions,
    documentOf = documentOf, documentsInBounds = documentsInBounds, documentsOf = documentsOf,
    existing = existing, headOf = headOf, join = join,
    keepDocument = keepDocument, newDocument = newDocument, split = split, status = status,
}
