-- Waitable's Redis functions. Each is one whole transition of one partition.
--
-- KEYS[1] is always the partition's prefix, `N:{p}` (say `waitable:{0}`); every other key is derived from it and
-- shares its hash tag, so it lies in the same slot. Keys:
--   prefix:due           zset    X -> the instant it next needs attention (whole ms), or its lease (ms + k/2048)
--   prefix:executions    hash    X -> its document: one JSON object with a head of a fixed form, or the compact form of an
--                                execution that waits (R…) or has succeeded (S…), with or without an object in front
--                                of it that holds its status and messages; see `Documents` below
--   prefix:item:SUFFIX   hash    an item, SUFFIX = TABLE:ID
--   prefix:history:X     list    what the journal in the document has no room for
--   prefix:closed        zset    X -> closing instant in ms
--   prefix:leases        zset    lease -> when it was taken (ms): those that may still have members of `due`
--   prefix:clock         zset    `now` -> when something was last made due at once (ms); see setbacks.lua
--   prefix:redelivered   hash    X -> how often a lease of it ran out since its last progress; see `redeliveries` below
--   prefix:counters      hash    `refused` -> how many transitions were refused because their lease was lost
--   prefix:machines      hash    machine name -> JSON record; field `:default` -> name of the default machine
--   prefix:machine:HASH  string  an immutable revision of a machine
--   prefix:versions      hash    machine name -> its published versions, a JSON array
--   prefix:aliases       hash    machine name -> its aliases, a JSON array
--   prefix:tags          hash    resource -> its tags, a JSON object
--   prefix:activities    hash    activity name -> JSON record
--   prefix:deployed      hash    machine name -> the revision that was last deployed from a file; `:default` -> the default
--                                machine that a setting named last
--   prefix:sweeper       string  the name of the sweeper at work, for a few seconds
--   prefix:sequence      string  counter behind lease tokens and generated ids
--   prefix:sleepers      zset    worker that sleeps -> the instant at which it looks by itself (ms); see sleepers.lua
--   prefix:wake:WORKER   channel the instant at which a sleeping worker has to look
--   prefix:wake          channel the same, for all workers; nothing but people publish there
--   prefix:paused        hash    paused machine -> since when (ms); see pausing.lua; `:stopping`, `:setback`: work for claims
--   prefix:workers       zset    worker -> when its report is out of date (ms)
--   prefix:reports       hash    worker -> what it last said of itself, a JSON object
--   prefix:inbox:X       hash    answers and signs of life of tasks, by their ids; see tasks.lua
--   prefix:children:X    hash    the executions that tasks wait for, by the tasks' ids
--   prefix:stopping      list    executions that are to be stopped, a slice by each call that can
--   prefix:unread        hash    an execution -> `task:parent`, which has been told of its end and has not read it yet
--   prefix:activity:NAME list    tasks of an activity that nobody has taken yet
--   prefix:activity:NAME:taken zset tasks of it that were taken -> until when that has to be confirmed (ms + k/2048)
--   prefix:stream:NAME   stream  what tasks published
--   prefix:offers        channel the name of an activity that has got a task
--
-- X is `machine:id`. Instants are Unix milliseconds by the Redis clock. Errors are replies `CODE field: rule: 'value'`.
-- All arguments are validated before the first write, so a refused call has changed nothing. What is wrong with one entry
-- of a call is that entry's reply: the others are applied.
--
-- LIMITS is made of the Swift type `Limits`, and stands in front of this file.
--
-- entries.lua, instants.lua, decimals.lua, items.lua, sleepers.lua, workers.lua, registry.lua, pausing.lua, setbacks.lua, listing.lua, tasks.lua and doctor.lua follow
-- this file in the same library; the tables that they fill are declared here.

local VERSION = '11'

local MAX_BATCH = LIMITS.batch    -- entries a call may carry: bounds how long Redis is held up
local MAX_LEASE = LIMITS.lease    -- ms
local LONGEST_SLEEP = 3600000    -- ms
local MAX_LOOKUPS = 100000        -- looks at other machines' executions by one sweep
local SWEEPER_LEASE = 10000      -- ms that one sweeper keeps the others off after a full batch
local LONGEST_WAIT = 2147483647000 -- ms; a state that waits longer fails
local MAX_STOPPED = 200           -- executions that one call stops; those left over are stopped by the claims after it
local SLICE = 6000                -- arguments per command: Lua's unpack gives up near 8,000
local LEASE_STEPS = 2047          -- a lease's fraction is k/2048, k = 1…2047
local MAX_DRIFT = 1000            -- ms by which the clock may be behind without having been set back
local MAX_LAPSED = 64             -- leases that ran out which one claim looks around
local MAX_PAUSE = 32000           -- ms by which the lease of what has lost others is longer
local AT_ONCE = 'now'             -- member of `clock`: when something was last made due at once

local instants, items, entries, tasks, sleepers, setbacks, pausing = {}, {}, {}, {}, {}, {}, {PARKED = 4398046511104}
local noted -- whether this call has noted that something is due at once

-- While a library loads, Redis shows it no global but `redis`; the string functions are reached through a string.
local text = ''
local format, sub, byte, find, match, gmatch, rep = text.format, text.sub, text.byte, text.find, text.match, text.gmatch,
    text.rep
local function floor(number) return number - number % 1 end
local function concat(parts, separator) return table.concat(parts, separator) end

-- Refusals ------------------------------------------------------------------------------------------------------------

-- The value as it may stand in an error reply: no line breaks, at most 128 characters.
local function shown(value)
    local text = tostring(value)
    if #text > 128 then
        local stop = 0
        for _ = 1, 128 do
            local _, last = find(text, '^.[\128-\191]*', stop + 1)
            if not last then break end
            stop = last
        end
        if stop < #text then text = sub(text, 1, stop) .. '…' end
    end
    return (text:gsub('[%z\1-\31\127]', function(c) return format('\\u%04X', byte(c)) end))
end

-- The error `CODE field: rule: 'value'` (without the last part when there is no value).
local function refusal(code, field, rule, value)
    local text = code .. ' ' .. field .. ': ' .. rule
    if value ~= nil then text = text .. ": '" .. shown(value) .. "'" end
    return text
end

-- Ends the call with that error.
local function refuse(code, field, rule, value) error({refusal = refusal(code, field, rule, value)}, 0) end

-- A function's callback: refusals and failed commands become plain error replies, without Lua positions in the text.
local function guarded(body)
    return function(keys, args)
        tasks.writes, items.cost, noted = nil, 0, false
        tasks.room, tasks.deployed = MAX_STOPPED, nil
        local ok, result = pcall(body, keys, args)
        if ok then return result end
        if type(result) == 'table' then return redis.error_reply(result.refusal or result.err or 'ERR unknown') end
        -- Up to 7.0 a failed command raises its error as a text, such as "WRONGTYPE Operation against…".
        if match(result, '^%u+ ') then return redis.error_reply(result) end
        return redis.error_reply('ERR waitable: ' .. shown(result))
    end
end

-- Arguments -----------------------------------------------------------------------------------------------------------

local function prefixOf(keys)
    if #keys ~= 1 or keys[1] == '' then refuse('VALIDATION', 'KEYS', 'must be the one prefix of the partition') end
    return keys[1]
end

local function integer(text, field, least, most)
    local number = text and match(text, '^%-?%d+$') and #text <= 16 and tonumber(text)
    if not number or number < least or number > most then
        refuse('VALIDATION', field, format('must be an integer from %.0f to %.0f', least, most), text or '')
    end
    return number
end

-- Counts are small and many: a table beats a pattern.
local SMALL = {}
for i = 0, 1000 do SMALL[format('%d', i)] = i end
local function count(text, field, least, most)
    local number = SMALL[text]
    if number and number >= least and number <= most then return number end
    return integer(text, field, least, most)
end

local function token(text)
    local number = text and match(text, '^%d+%.%d+$') and #text <= 24 and tonumber(text)
    if not number or number % 1 == 0 then refuse('VALIDATION', 'token', 'must be a lease token', text or '') end
    return number
end

local function named(text, field, most)
    most = most or LIMITS.name
    if not text or text == '' or #text > most then
        refuse('VALIDATION', field, format('must have 1 to %d bytes', most), text or '')
    end
    return text
end

local function noMore(args, last)
    if #args > last then
        refuse('VALIDATION', 'arguments', 'must be ' .. last, #args)
    end
end

-- The members args[first…] of `due` as a list: at least one, at most a batch, none twice. Any bytes: whoever puts a member
-- there by hand can give it any name, and it is claimed with others.
local function memberList(args, first)
    local count = #args - first + 1
    if count < 1 or count > MAX_BATCH then
        refuse('VALIDATION', 'executions', 'must be 1 to ' .. MAX_BATCH, count)
    end
    local list, seen = {}, {}
    for i = first, #args do
        local name = args[i]
        if seen[name] then refuse('VALIDATION', 'execution', 'must be given once', name) end
        seen[name] = true
        list[#list + 1] = name
    end
    return list
end

-- Commands ------------------------------------------------------------------------------------------------------------

-- The Redis clock: whole milliseconds, and microseconds as text.
local function clock()
    local time = redis.call('TIME')
    return tonumber(time[1]) * 1000 + floor(tonumber(time[2]) / 1000), format('%s%06d', time[1], tonumber(time[2]))
end

local function exact(score) return format('%.17g', score) end

-- Whether a score is a lease. Those put in by hand can be infinite.
local function isLease(score) return score % 1 ~= 0 and score - score == 0 end

-- Calls COMMAND key with the words, in slices that unpack can take. `width` words belong together.
local function batched(command, key, words, width)
    local step = SLICE - SLICE % (width or 1)
    for i = 1, #words, step do
        local last = i + step - 1
        if last > #words then last = #words end
        redis.call(command, key, unpack(words, i, last))
    end
end

-- The documents of executions; false where there is none. Errors, before anything is written, when `executions` is no hash.
local function documents(prefix, list)
    if #list == 0 then return {} end
    return redis.call('HMGET', prefix .. ':executions', unpack(list))
end

local function documentOf(prefix, name) return redis.call('HGET', prefix .. ':executions', name) end
local function keep(prefix, name, document) redis.call('HSET', prefix .. ':executions', name, document) end

-- The score at the head of `due`, or nil. Errors when `due` is not a sorted set: called before the first write.
local function head(prefix)
    local first = redis.call('ZRANGE', prefix .. ':due', 0, 0, 'WITHSCORES')
    return first[2] and tonumber(first[2])
end

-- Notes that something was made due at once: a claim that finds the clock before that instant knows that it was set back.
-- Cannot fail: called after writes.
local function noteDue(prefix, now)
    if noted then return end
    noted = true
    redis.pcall('ZADD', prefix .. ':clock', 'GT', now, AT_ONCE)
end

-- Wakes a worker, when something is due sooner than `before`, which one sleeps towards. Cannot fail: called after writes.
local function wake(prefix, before, score)
    if score and (not before or score < before) then pcall(sleepers.watch, prefix, score) end
end

-- A new lease, as text.
local function newLease(prefix, now, duration)
    local step = redis.call('INCR', prefix .. ':sequence') % LEASE_STEPS + 1
    local lease = exact(now + duration + step / 2048)
    redis.call('ZADD', prefix .. ':leases', now, lease)
    return lease
end

-- The members of `due` under a lease, as a list.
local function held(prefix, lease)
    return redis.call('ZRANGE', prefix .. ':due', lease, lease, 'BYSCORE', 'LIMIT', 0, MAX_BATCH)
end

-- Forgets a lease that has no members any more.
local function letGo(prefix, lease)
    if redis.call('ZCOUNT', prefix .. ':due', lease, lease) == 0 then redis.call('ZREM', prefix .. ':leases', lease) end
end

-- Leases that ran out and still have members of `due`, sorted; none of most partitions. One that was taken later than now has
-- run out too: the clock was set back, and nobody should wait until it shows that time again. And, where the clock was set
-- back since something was made due at once, that instant.
local function lapsedLeases(prefix, now)
    local found, gone, ahead = {}, {}, nil
    -- Both in one command: only workers may write leases, all may write the clock.
    local leases = redis.call('ZUNION', 2, prefix .. ':leases', prefix .. ':clock', 'WITHSCORES')
    for n = 1, #leases, 2 do
        local lease = leases[n]
        if lease == AT_ONCE then
            local instant = tonumber(leases[n + 1])
            ahead = instant > now + MAX_DRIFT and instant or nil
        elseif tonumber(lease) <= now or tonumber(leases[n + 1]) > now + MAX_DRIFT then
            if redis.call('ZCOUNT', prefix .. ':due', lease, lease) == 0 then
                gone[#gone + 1] = lease
            else
                found[#found + 1] = lease
                if #found == MAX_LAPSED then break end
            end
        end
    end
    batched('ZREM', prefix .. ':leases', gone)
    table.sort(found, function(one, other) return tonumber(one) < tonumber(other) end)
    return found, ahead
end

-- Fails, before anything is written, when a key that the transition will write has another type.
local function checkClosing(prefix) redis.call('ZCARD', prefix .. ':closed') end
-- A write that changes nothing: it also fails for a user that may not write leases, and so may not finish what they hold.
local function checkLeases(prefix) redis.call('ZREM', prefix .. ':leases', '') end
local function checkExecutions(prefix) redis.call('HLEN', prefix .. ':executions') end

-- How often leases of an execution were lost since its last progress, in `redelivered`. A number below zero is of one that was
-- handed out since, and whose worker has not said that it has it: such a lease says nothing of the execution. Its claim may
-- have been answered to nobody.
local redeliveries = {}

function redeliveries.number(prefix) return redis.call('HLEN', prefix .. ':redelivered') end

-- Counts a lost lease; returns how many there were.
function redeliveries.lost(prefix, name)
    local times = tonumber(redis.call('HGET', prefix .. ':redelivered', name) or 0) or 0
    if times < 0 then return -times end
    redis.call('HSET', prefix .. ':redelivered', name, -(times + 1))
    return times + 1
end

-- By how many ms the lease that follows so many lost ones is longer.
function redeliveries.pause(times)
    if times == 0 then return 0 end
    local pause = 1000 * 2 ^ (times - 1)
    return pause < MAX_PAUSE and pause or MAX_PAUSE
end

-- Notes that a worker has these: the next lease that is lost counts. Returns the most that one has lost.
function redeliveries.takenUp(prefix, names)
    if #names == 0 or redeliveries.number(prefix) == 0 then return 0 end
    local times, most = redis.call('HMGET', prefix .. ':redelivered', unpack(names)), 0
    for n = 1, #names do
        local count = tonumber(times[n] or 0) or 0
        if count < 0 then
            count = -count
            redis.call('HSET', prefix .. ':redelivered', names[n], count)
        end
        if count > most then most = count end
    end
    return most
end

local function isError(reply) return type(reply) == 'table' and reply.err end

-- Documents -----------------------------------------------------------------------------------------------------------

-- A document is an object, or the compact form, or an object in front of the compact form. An object begins with a head of
-- a fixed form, which Swift's ExecutionDocument writes and the functions read, member by member from its first byte on:
--   {"s":"R"           status: R, S, F, T or A
--   ,"e":…,"x":…       messages: what functions left for the next worker; each may be missing, also below
--   ,"r":…,"m":…,"v":…,"was":…,"u":…
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
local INBOX = {'e', 'x', 'r', 'm', 'v', 'was', 'u'}
local IS_INBOX = {e = true, x = true, r = true, m = true, v = true, was = true, u = true}

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
        local name, start = match(document, '^,"(%l+)":()', position)
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

-- What the compact form in the rest of a document says: its letter, `revision`, `start` and `ends` (ms: the end of the wait,
-- or the closing), and whether it has an input, whose StartTimestamp is given too. nil for an object. CompactDocument
-- describes the form; digits are those of base64url.
local DIGITS = {}
do
    local digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
    for i = 1, 64 do DIGITS[byte(digits, i)] = i - 1 end
end

local function numberOf(digits)
    local number = 0
    for i = 1, #digits do number = number * 64 + (DIGITS[byte(digits, i)] or 0) end
    return number
end

local function compactForm(rest)
    local letter, hash, start, ends = match(rest, '^}([RS])(...........)(.......)([^;]*);')
    if not letter then return nil end
    -- 64 bits are too many for a number of Lua: from bits to hexadecimal digits. The first two of 66 bits are none.
    local bits, revision = {}, {}
    for i = 1, #hash do
        local digit = DIGITS[byte(hash, i)] or 0
        for place = 5, 0, -1 do bits[#bits + 1] = floor(digit / 2 ^ place) % 2 end
    end
    for i = 3, 66, 4 do
        revision[#revision + 1] = format('%x', bits[i] * 8 + bits[i + 1] * 4 + bits[i + 2] * 2 + bits[i + 3])
    end
    local form = {letter = letter, revision = concat(revision), start = numberOf(start)}
    form.ends = form.start + numberOf(ends)
    local input = match(rest, letter == 'R' and '^' .. rep('[^;]*;', 6) .. '(.*)$' or '^' .. rep('[^;]*;', 3) .. '(.*)$')
    local kind, distance = match(input or '', '^([ms])([%w_-]*)$')
    form.ownInput, form.input = kind ~= nil, input
    function form.has(text, instant)
        if not kind then return input == text end
        local shape = kind == 'm' and '^%d+%-%d+%-%d+T%d+:%d+:%d+%.%d%d%dZ$' or '^%d+%-%d+%-%d+T%d+:%d+:%d+Z$'
        return match(instant, shape) ~= nil
            and instants.parse(instant, 'StartTimestamp') == form.ends - numberOf(distance)
    end
    return form
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

-- Refuses when a revision that starts name is gone: they would be acknowledged, and could never run.
local function checkRevisions(prefix, list)
    local keys = {}
    for hash in gmatch(list, '[^,]+') do keys[#keys + 1] = prefix .. ':machine:' .. hash end
    if #keys > MAX_BATCH then refuse('VALIDATION', 'revisions', 'must be at most ' .. MAX_BATCH, #keys) end
    if #keys > 0 and redis.call('EXISTS', unpack(keys)) < #keys then
        refuse('REVISION', 'revisions', 'must be deployed', list)
    end
end

-- Functions -----------------------------------------------------------------------------------------------------------

-- waitable_version  KEYS: prefix or none  ARGV: none  returns the library's version
local function version() return VERSION end

-- waitable_ready: whether a start would be taken. Writes nothing, but runs under the rules of functions that do: Redis
-- refuses the call when it would refuse a start (OOM, MISCONF, READONLY, NOREPLICAS, LOADING).
-- KEYS   prefix
-- ARGV   none
-- Returns [the library's version, the text of INFO memory ('' where the user may not see it), how much the registry of
--        state machines holds: 0 where nothing was ever deployed, or all is lost]
-- Errors VALIDATION, and those of Redis. Bound: constant.
local function ready(keys, args)
    local prefix = prefixOf(keys)
    noMore(args, 0)
    local memory = redis.pcall('INFO', 'memory')
    local machines = redis.pcall('HLEN', prefix .. ':machines')
    return {VERSION, isError(memory) and '' or memory, isError(machines) and 1 or machines}
end

-- What a call has decided and not written yet: lists of words for one command each, so that a batch costs few commands.
-- `write` writes them. What an effect stops is written first (see tasks.lua), and is then no longer the call's: `stopped`.
local function newWrites(prefix, now)
    local writes = {texts = {}, due = {}, left = {}, closed = {}, progressed = {}, waits = {}, stopped = {}, holds = false}
    local dueKey = prefix .. ':due'

    function writes.keep(name, document, next, looks)
        local texts, due = writes.texts, writes.due
        texts[#texts + 1], texts[#texts + 2] = name, document
        if next == '' then
            writes.left[#writes.left + 1] = name
            writes.closed[#writes.closed + 1] = now
            writes.closed[#writes.closed + 1] = name
        elseif next ~= '=' then
            due[#due + 1] = next
            due[#due + 1] = name
            if looks then writes.waits[#writes.waits + 1] = #due - 1 end
        end
    end

    -- Nothing in it can fail: the types of these keys were checked before the first write.
    function writes.write()
        local due = writes.due
        batched('HSET', prefix .. ':executions', writes.texts, 2)
        -- Now that those before them in the batch have told their parents.
        for _, k in ipairs(writes.waits) do
            if redis.call('EXISTS', prefix .. ':inbox:' .. due[k + 1]) == 1 then due[k] = now end
        end
        if #due > 0 then
            local before, soonest = head(prefix), nil
            for k = 1, #due, 2 do
                local instant = tonumber(due[k])
                if not soonest or instant < soonest then soonest = instant end
            end
            if writes.holds then
                for i = 1, #due, SLICE do
                    redis.call('ZADD', dueKey, 'XX', unpack(due, i, #due < i + SLICE - 1 and #due or i + SLICE - 1))
                end
            else
                batched('ZADD', dueKey, due, 2)
            end
            -- Others sleep towards the leases that these had: they wake when one is due sooner than all of that.
            wake(prefix, before, soonest)
            if soonest <= tonumber(now) then noteDue(prefix, now) end
        end
        if writes.holds then batched('ZREM', dueKey, writes.left) end
        batched('ZADD', prefix .. ':closed', writes.closed, 2)
        batched('HDEL', prefix .. ':redelivered', writes.progressed)
        writes.texts, writes.due, writes.left, writes.closed, writes.progressed, writes.waits = {}, {}, {}, {}, {}, {}
    end

    tasks.writes = writes
    return writes
end

-- Whether an instant is as the caller took it; '' for none. What it took for passed must have passed by this clock too.
local function bound(text, field)
    return text ~= '' and integer(text, field, -999999999999999, 999999999999999) or nil
end

-- waitable_accept: starts that ingest has prepared (states before the first wait already run).
-- KEYS   prefix
-- ARGV   the hashes of the revisions that the executions run, with commas between them ('': they are not looked at)
--        passed (ms; '' for none): the last instant that a step of the call took for passed
--        earliest, latest (ms; '' for any): between these the clock must be
--        ENTRIES (next '=' is not allowed)
-- Returns now (ms), when all were rows of one kind and are created; else [now, then for each:] 1 created | [1, outcome…]
--        when it had programs | the existing document, nothing changed
--        | an error: nothing of that entry is applied (VALIDATION …, WRONGTYPE …) | 3 its machine is paused, and it has
--        begun: nothing of it is applied, and it may come again without having begun (no history)
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
    local before = head(prefix)
    checkClosing(prefix)
    local found = documents(prefix, list)
    local paused = pausing.states(prefix)
    local rows = not paused and not batch.problems and batch.rows
    for n = 1, #list do
        if found[n] then rows = nil end
    end
    -- The usual case: all are new, and so are their items. A name that comes twice shows in the number of new documents.
    if rows and not rows.closes then
        if redis.call('HSET', prefix .. ':executions', unpack(rows.texts)) == #list and entries.write(args, rows) then
            redis.call('ZADD', prefix .. ':due', unpack(rows.scored))
            wake(prefix, before, head(prefix))
            return instant
        end
        redis.call('HDEL', prefix .. ':executions', unpack(list))
    end
    entries.spread(batch)
    local replies, created, writes = {instant}, {}, newWrites(prefix, now)
    for n = 1, #list do
        local name, problem = list[n], batch.problems and batch.problems[n]
        local present = found[n] or created[name]
        if problem then
            replies[n + 1] = redis.error_reply(problem)
        elseif present then
            replies[n + 1] = present
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

local claim
do

-- Members of `due` with scores in a range, but for those of paused machines: these are parked.
local function dueBetween(prefix, paused, from, to, limit)
    local due = prefix .. ':due'
    if not paused then return redis.call('ZRANGE', due, from, to, 'BYSCORE', 'LIMIT', 0, limit) end
    return pausing.park(prefix, paused,
        redis.call('ZRANGE', due, from, to, 'BYSCORE', 'LIMIT', 0, limit, 'WITHSCORES'))
end

-- What is claimed beside leases that ran out: a member of one of these, alone, so that what made a batch outlast its lease
-- is told from its batch mates; or what is due and was not claimed before. They take turns. Returns the members, and
-- whether it is one that comes again.
local function besides(prefix, paused, leases, now, limit)
    local function again()
        for _, lease in ipairs(leases) do
            local members = dueBetween(prefix, paused, lease, lease, 1)
            if #members > 0 then return members end
        end
        return {}
    end
    local function fresh()
        local list, from = {}, '-inf'
        for n = 1, #leases + 1 do
            -- Behind as many leases there may be more of them.
            if n > MAX_LAPSED or #list == limit then break end
            local isPast = leases[n] and tonumber(leases[n]) <= tonumber(now)
            local to = isPast and '(' .. leases[n] or now
            for _, member in ipairs(dueBetween(prefix, paused, from, to, limit - #list)) do list[#list + 1] = member end
            if not isPast then break end
            from = to
        end
        return list
    end
    local turn = tonumber(redis.call('GET', prefix .. ':sequence') or 0) % 2 == 0
    local members = turn and again() or fresh()
    if #members > 0 then return members, turn end
    return turn and fresh() or again(), not turn
end

-- Puts a member without a document back to when it was claimed, where the clock was set back since: nothing else says when it
-- is due. Returns whether it did.
local function putBack(prefix, name, now)
    local lease = redis.call('ZSCORE', prefix .. ':due', name)
    local taken = tonumber(lease and redis.call('ZSCORE', prefix .. ':leases', lease) or 0)
    if taken <= now + MAX_DRIFT then return false end
    redis.call('ZADD', prefix .. ':due', 'XX', format('%.0f', taken), name)
    letGo(prefix, lease)
    return true
end

-- waitable_claim: leases what is due, with the documents.
-- KEYS   prefix
-- ARGV   limit (1…1000), lease in ms (1…86400000), worker (its name, for whoever monitors the calls)
--        and from one that listens to its channel and sleeps when nothing is due: for how many ms at most (1…3600000)
-- Returns [now in µs (text), token (text, '' when nothing was due), score of the head of `due` after the claim (text,
--        '' when it is empty; not above `now`: more is due; for one that sleeps, when it has to look again), redeliveries
--        of each (nil: none of any), then for each: X, document or nil]
-- An execution whose lease ran out comes again, counted where a worker had said that it has it (waitable_renew) or it was the
-- first time, and alone: only what outlasts a lease of its own is poison. Its lease
-- is longer each time (1, 2, 4, … 32 s more), so that workers that all stop again and again in a short time are not taken for
-- its doing. Those of paused machines are parked instead. Fewer than due and below `limit` come when the documents exceed
-- 16 MiB, and beside leases that ran out. Errors VALIDATION. Bound: limit.
function claim(keys, args)
    local prefix = prefixOf(keys)
    local limit = integer(args[1], 'limit', 1, MAX_BATCH)
    local duration = integer(args[2], 'lease', 1, MAX_LEASE)
    local sleep = args[4] and named(args[3], 'worker') and integer(args[4], 'sleep', 1, LONGEST_SLEEP)
    noMore(args, 4)
    local due = prefix .. ':due'
    local now, micros = clock()
    local paused = pausing.states(prefix)
    local unfinished = paused and pausing.restore(prefix, paused, now)
    unfinished = tasks.stopMore(prefix, paused) or unfinished
    unfinished = setbacks.recall(prefix, paused, now) or unfinished
    local moment = format('%.0f', now)
    local list, comesAgain = dueBetween(prefix, paused, '-inf', moment, limit), false
    local leases, ahead = lapsedLeases(prefix, now)
    if ahead then
        setbacks.begin(prefix, ahead)
        unfinished = true
    end
    if #leases > 0 then list, comesAgain = besides(prefix, paused, leases, moment, limit) end
    local total = #list
    if total == 0 then
        if unfinished then return {micros, '', moment, false} end
        if sleep then
            local sleeps, alarm = pcall(sleepers.sleep, prefix, args[3], sleep, now)
            if sleeps then return {micros, '', alarm, false} end
        end
        local first = redis.call('ZRANGE', due, 0, 0, 'WITHSCORES')
        return {micros, '', first[2] or '', false}
    end

    local found = documents(prefix, list)
    if comesAgain and not found[1] and putBack(prefix, list[1], now) then return {micros, '', moment, false} end
    local known = redeliveries.number(prefix)
    if comesAgain then
        known = redeliveries.lost(prefix, list[1])
        duration = duration + redeliveries.pause(known)
    end
    local lease = newLease(prefix, now, duration)
    local reply, rescored, bytes, at = {micros, lease, '', false}, {}, 0, 4
    for n = 1, total do
        local name, document = list[n], found[n]
        if document then
            bytes = bytes + #document
            if bytes > LIMITS.claimedBytes and n > 1 then
                total = n - 1
                break
            end
        end
        rescored[at - 3], rescored[at - 2], reply[at + 1], reply[at + 2] = lease, name, name, document
        at = at + 2
    end
    if known > 0 then
        local times = redis.call('HMGET', prefix .. ':redelivered', unpack(list, 1, total))
        for n = 1, total do times[n] = math.abs(tonumber(times[n] or 0) or 0) end
        reply[4] = times
    end
    redis.call('ZADD', due, 'XX', unpack(rescored))
    reply[3] = unfinished and moment or redis.call('ZRANGE', due, 0, 0, 'WITHSCORES')[2]
    if sleep then pcall(sleepers.rise, prefix, args[3]) end
    return reply
end

end

local commits = {}
do

-- Refuses a call that finds so many percent of `maxmemory` used, where there is a limit and the user may ask. Its own
-- arguments count: they are in Redis already.
function commits.checkMemory(percent)
    local info = redis.pcall('INFO', 'memory')
    if isError(info) then return end
    local function field(name) return tonumber(match(info, '\n' .. name .. ':(%d+)') or 0) end
    local used, most = field('used_memory') - field('mem_not_counted_for_evict'), field('maxmemory')
    if most > 0 and used * 100 >= most * percent then
        refuse('OOM', 'memory', format('must be below %d %% of maxmemory', percent),
            format('%d %%', floor(used * 100 / most)))
    end
end

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
--        applied before | 4 not now, as others of the call had much to do: the same again | an error: nothing of that entry is applied and its lease stands (VALIDATION …, WRONGTYPE …)
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
    checkClosing(prefix)
    checkExecutions(prefix)
    checkLeases(prefix)
    local redelivered = redeliveries.number(prefix) > 0
    -- The usual case: all that the lease holds, in the order of `due`, each with one write, and each closes.
    local usual = rows and rows.closes and not rows.form.puts and not redelivered and not batch.problems
        and #members == #list
    for n = 1, #list do
        if members[n] ~= list[n] then usual = false end
    end
    if usual and entries.write(args, rows) then
        redis.call('HSET', prefix .. ':executions', unpack(rows.texts))
        redis.call('ZREM', dueKey, unpack(list))
        redis.call('ZADD', prefix .. ':closed', unpack(rows.scored))
        redis.call('ZREM', prefix .. ':leases', lease)
        return instant
    end

    entries.spread(batch)
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
    local found = documents(prefix, doubtful)
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
            local isLater = batch.runs and batch.runs[n] and items.areMany()
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
    return replies
end

function commits.steady(keys, args) return commit(prefixOf(keys), args, 1) end

-- waitable_commit_growing is the same for what takes more memory than before: a full Redis refuses it whole, with OOM, and
-- takes waitable_commit, so that what is there can end. It has an argument in front:
-- ARGV   mark: '' | 1…100, where an entry makes something new (an item, an execution, a task, a message): from this share of
--        `maxmemory` on, in percent, the call is refused with OOM too, which leaves the rest to what runs already
--        then as waitable_commit
function commits.growing(keys, args)
    local prefix = prefixOf(keys)
    local mark = args[1] ~= '' and integer(args[1], 'mark', 1, 100)
    if mark then commits.checkMemory(mark) end
    return commit(prefix, args, 2)
end

end

-- waitable_renew: a new lease, and so a new token, for executions still held. By it a worker also says that it has those that
-- were lost before.
-- KEYS   prefix
-- ARGV   token, lease in ms (1…86400000), X…
-- Returns [new token (text, '' when none is held any more), then 1 renewed | 0 lost for each X]
-- Errors VALIDATION. Bound: 1,000 executions.
local function renew(keys, args)
    local prefix = prefixOf(keys)
    local old = token(args[1])
    local duration = integer(args[2], 'lease', 1, MAX_LEASE)
    local list = memberList(args, 3)
    local scores = redis.call('ZMSCORE', prefix .. ':due', unpack(list))
    local reply, renewed = {''}, {}
    for n = 1, #list do
        local held = scores[n] and tonumber(scores[n]) == old
        reply[n + 1] = held and 1 or 0
        if held then renewed[#renewed + 1] = list[n] end
    end
    if #renewed > 0 then
        duration = duration + redeliveries.pause(redeliveries.takenUp(prefix, renewed))
        local lease, rescored = newLease(prefix, (clock()), duration), {}
        for n = 1, #renewed do rescored[2 * n - 1], rescored[2 * n] = lease, renewed[n] end
        reply[1] = lease
        redis.call('ZADD', prefix .. ':due', 'XX', unpack(rescored))
        letGo(prefix, args[1])
    end
    return reply
end

-- waitable_release: gives leases back; the executions are due again, as they are, and that is no redelivery.
-- KEYS   prefix
-- ARGV   token, in how many ms they are due (0…86400000), X…
-- Returns how many were still held and are released. Wakes a sleeping worker.
-- Errors VALIDATION. Bound: 1,000 executions.
local function release(keys, args)
    local prefix = prefixOf(keys)
    local lease = token(args[1])
    local pause = integer(args[2], 'pause', 0, MAX_LEASE)
    local list = memberList(args, 3)
    local scores = redis.call('ZMSCORE', prefix .. ':due', unpack(list))
    checkLeases(prefix)
    local before = head(prefix)
    local again = clock() + pause
    -- Where the clock was set back since, what has no document is due no sooner than when it was claimed: see `putBack`.
    local taken = tonumber(redis.call('ZSCORE', prefix .. ':leases', args[1]) or 0)
    local found = taken > again and documents(prefix, list)
    local rescored = {}
    for n = 1, #list do
        if scores[n] and tonumber(scores[n]) == lease then
            rescored[#rescored + 1] = found and not found[n] and format('%.0f', taken) or again
            rescored[#rescored + 1] = list[n]
        end
    end
    if #rescored == 0 then return 0 end
    redis.call('ZADD', prefix .. ':due', 'XX', unpack(rescored))
    letGo(prefix, args[1])
    wake(prefix, before, again)
    noteDue(prefix, again - pause)
    return #rescored / 2
end

-- waitable_adopt: a bare member of `due` (HSET and ZADD by hand) becomes the execution X under the same lease.
-- KEYS   prefix
-- ARGV   token, member (of any bytes), X
-- Returns 1 adopted | 0 the lease is lost | 2 X exists already, nothing changed
-- Errors VALIDATION. Bound: constant.
local function adopt(keys, args)
    local prefix = prefixOf(keys)
    local lease = token(args[1])
    local member, name = args[2] or '', named(args[3], 'execution')
    noMore(args, 3)
    if member == name then refuse('VALIDATION', 'execution', 'must differ from the member', name) end
    local due, redelivered = prefix .. ':due', prefix .. ':redelivered'
    local score = redis.call('ZSCORE', due, member)
    if not score or tonumber(score) ~= lease then return 0 end
    if redis.call('ZSCORE', due, name) or documentOf(prefix, name) then return 2 end
    local times = redis.call('HGET', redelivered, member)
    redis.call('ZREM', due, member)
    redis.call('ZADD', due, args[1], name)
    if times then
        redis.call('HDEL', redelivered, member)
        redis.call('HSET', redelivered, name, times)
    end
    return 1
end

-- waitable_start: starts an item by hand, by the rules of HTTP. A worker runs it from the machine's first state.
-- KEYS   prefix
-- ARGV   item: {"StartTimestamp": ISO 8601 instant, "Id"?: 1 to 80 characters}, machine (default: the default machine)
-- Returns JSON text {"Id":…,"executionArn"?:…,"startDate":seconds}. The same Id with the same StartTimestamp again:
--        the same answer, nothing new.
-- Errors VALIDATION, NOTFOUND (machine), REVISION (the machine's revision is gone), CONFLICT (Id in use with another
--        input), OOM. Bound: constant.
local function start(keys, args)
    local prefix = prefixOf(keys)
    noMore(args, 2)
    local item = instants.item(args[1])
    local before = head(prefix)
    local machine = args[2]
    if not machine or machine == '' then
        machine = redis.call('HGET', prefix .. ':machines', ':default')
        if not machine then refuse('NOTFOUND', 'machine', 'must be given, as there is no default machine') end
    end
    local record = machine ~= ':default' and redis.call('HGET', prefix .. ':machines', machine)
    if not record then refuse('NOTFOUND', 'machine', 'must be deployed', machine) end
    local readable, revision = pcall(cjson.decode, record)
    if not readable or type(revision) ~= 'table' or type(revision.hash) ~= 'string' then
        refuse('CORRUPT', 'machine', 'must have a record with a hash', machine)
    end
    checkRevisions(prefix, revision.hash)

    local now, micros = clock()
    if instants.parse(item.StartTimestamp, 'StartTimestamp') > now + LONGEST_WAIT then
        refuse('VALIDATION', 'StartTimestamp', 'must be at most 24855 days ahead', item.StartTimestamp)
    end
    local id = item.Id
    local counted
    if not id then
        counted = redis.call('INCR', prefix .. ':sequence')
        id = instants.uuid(prefix .. micros .. ':' .. counted)
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
        keep(prefix, name, '{"s":"R","d":"' .. revision.hash .. '","b":' .. format('%.0f', now) .. ',"input":' .. input .. '}')
        redis.call('ZADD', prefix .. ':due', now, name)
        wake(prefix, before, now)
        noteDue(prefix, now)
    end
    local arn = ''
    if type(revision.arn) == 'string' then
        arn = ',"executionArn":"' .. revision.arn:gsub(':stateMachine:', ':execution:', 1) .. ':' .. id .. '"'
    end
    return '{"Id":"' .. id .. '"' .. arn .. ',"startDate":' .. format('%.3f', began / 1000) .. '}'
end

-- Changes the item of an execution beside the execution itself: its fields, when it is there with that ProcessStatus.
local function touch(prefix, suffix, status, ...)
    if not suffix or suffix == '' then return end
    local key = prefix .. ':item:' .. suffix
    local found = redis.pcall('HGET', key, 'ProcessStatus')
    if found == status then redis.call('HSET', key, ...) end
end

-- Aborts an open execution, and those that its tasks wait for: `queue` is where they are put, by whoever stops those.
-- Returns the closing instant.
local function abort(prefix, name, document, failure, queue)
    redis.call('ZCARD', prefix .. ':due')
    checkClosing(prefix)
    tasks.checkClosing(prefix)
    redeliveries.number(prefix)
    local now = clock()
    if tasks.writes then tasks.writes.stopped[name] = true end
    local members, rest = split(document)
    members.e, members.x = format('%.0f', now), failure
    keep(prefix, name, join('A', members, rest))
    redis.call('ZREM', prefix .. ':due', name)
    redis.call('ZADD', prefix .. ':closed', now, name)
    redis.call('HDEL', prefix .. ':redelivered', name)
    tasks.close(prefix, name, rest, queue)
    return now
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
    local failure = args[2] and args[2] ~= '' and items.failure(args[2])
    if failure and #failure > 1024 then commits.checkMemory(100) end
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
-- execution is due at once, and the worker that moves the wait says when it is due next.
local function reschedule(keys, args)
    local prefix = prefixOf(keys)
    noMore(args, 4)
    local instant
    if args[2] and match(args[2], '^%-?%d+$') then
        instant = integer(args[2], 'instant', -62135596800000, 253402300799999)
    else
        instant = instants.parse(args[2] or '', 'instant')
    end
    if instant >= pausing.PARKED then
        refuse('VALIDATION', 'instant', 'must be before 2109-05-15T07:35:11.104Z', args[2])
    end
    local name, document = existing(prefix, args[1])
    local letter = status(document)
    if letter ~= 'R' then refuse('CLOSED', 'execution', 'must be running, is ' .. STATUS_NAMES[letter], name) end
    local due = prefix .. ':due'
    local before = head(prefix)
    local score = redis.call('ZSCORE', due, name)
    if score and isLease(tonumber(score)) then refuse('LEASED', 'execution', 'must not be held by a worker', name) end
    local members, rest = split(document)
    local text = format('%.0f', instant)
    members.r, members.m = text, format('%.0f', (clock()))
    keep(prefix, name, join('R', members, rest))
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
    wake(prefix, before, at)
    return instant
end

-- waitable_redrive: opens an execution again that failed, timed out or was aborted; due at once.
-- KEYS   prefix
-- ARGV   X (or an id of the default machine)
--        and for its item too: the item's SUFFIX, LastUpdated (text). One that is CANCELLED becomes STARTED.
-- Returns the instant of the redrive in ms. Wakes a sleeping worker.
-- Errors VALIDATION, NOTFOUND, OPEN (running), SUCCEEDED. Bound: constant.
local function redrive(keys, args)
    local prefix = prefixOf(keys)
    noMore(args, 3)
    local name, document = existing(prefix, args[1])
    local letter = status(document)
    if letter == 'R' or letter == 'S' then
        refuse(letter == 'R' and 'OPEN' or 'SUCCEEDED', 'execution',
            'must be FAILED, TIMED_OUT or ABORTED, is ' .. STATUS_NAMES[letter], name)
    end
    checkClosing(prefix)
    local before = head(prefix)
    local now = clock()
    local members, rest = split(document)
    members.v, members.was = format('%.0f', now), '"' .. letter .. '"'
    keep(prefix, name, join('R', members, rest))
    redis.call('ZREM', prefix .. ':closed', name)
    redis.call('ZADD', prefix .. ':due', now, name)
    touch(prefix, args[2], 'CANCELLED', 'ProcessStatus', 'STARTED', 'LastUpdated', args[3] or '')
    wake(prefix, before, now)
    noteDue(prefix, now)
    return now
end

-- waitable_deploy: a machine's current revision.
-- KEYS   prefix
-- ARGV   name, mode: create (only if the name is free) | put (create or replace) | default (put, and make it the
--        default machine), hash, revision (JSON text), record (JSON text)
-- Returns [1] | [0, existing record] when the name is taken, nothing changed
-- Errors VALIDATION. Bound: constant.
local function deploy(keys, args)
    local prefix = prefixOf(keys)
    local name, mode, hash, revision, record = args[1], args[2], args[3], args[4], args[5]
    instants.name(name or '', 'name')
    if mode ~= 'create' and mode ~= 'put' and mode ~= 'default' then
        refuse('VALIDATION', 'mode', 'must be create, put or default', mode or '')
    end
    if not hash or not match(hash, '^[%w_-]+$') or #hash > 128 then
        refuse('VALIDATION', 'hash', 'must have 1 to 128 letters and digits', hash or '')
    end
    if not revision or sub(revision, 1, 1) ~= '{' then
        refuse('VALIDATION', 'revision', 'must be a JSON object', revision or '')
    end
    if not record or sub(record, 1, 1) ~= '{' then
        refuse('VALIDATION', 'record', 'must be a JSON object', record or '')
    end
    noMore(args, 5)
    local machines = prefix .. ':machines'
    local current = redis.call('HGET', machines, name)
    if current and mode == 'create' then return {0, current} end
    redis.call('SET', prefix .. ':machine:' .. hash, revision, 'NX')
    redis.call('HSET', machines, name, record)
    if mode == 'default' then redis.call('HSET', machines, ':default', name) end
    return {1}
end

local itemThatLeaves
do

-- Whether a hash is the item `id` as an execution left it that closed at an instant: it has that Id, its status is not that
-- of one that waits, and it was last updated while the execution ran. Whoever writes the item anew changes one of these.
local function isItemOf(prefix, key, id, name, closed)
    local fields = redis.pcall('HMGET', key, 'Id', 'ProcessStatus', 'LastUpdated')
    if isError(fields) or fields[1] ~= id or not fields[2] or fields[2] == 'STARTED' or not fields[3] then return false end
    local isInstant, updated = pcall(instants.parse, fields[3], 'LastUpdated')
    local document = documentOf(prefix, name)
    if not isInstant or not document then return false end
    local _, rest = split(document)
    local start = headOf(rest).start
    return start ~= nil and start <= updated and updated <= closed + MAX_DRIFT
end

-- The key of the item TABLE:id that leaves with the execution machine:id, which closed at an instant; nil when there is none,
-- when somebody else wrote it, or when something else has an execution of that id. It looks at every machine.
function itemThatLeaves(prefix, machines, itemTable, name, closed)
    local own, id = match(name, '^([^:]*):(.*)$')
    if not id or redis.call('ZSCORE', prefix .. ':due', id) then return nil end
    local key = prefix .. ':item:' .. itemTable .. ':' .. id
    if not isItemOf(prefix, key, id, name, closed) then return nil end
    local others = {}
    for n = 1, #machines do
        if machines[n] ~= own and machines[n] ~= ':default' then others[#others + 1] = machines[n] .. ':' .. id end
    end
    for i = 1, #others, SLICE do
        local last = i + SLICE - 1
        if last > #others then last = #others end
        local found = redis.call('HMGET', prefix .. ':executions', unpack(others, i, last))
        for n = 1, #found do
            if found[n] then return nil end
        end
    end
    return key
end

end

-- waitable_sweep: removes executions that closed, with their documents and history: those before an instant, or the
-- oldest beyond a number. Items stay, unless their table is named; then they go as their executions left them. One that is in
-- `due` only leaves `closed`; one whose end its parent's task has not read yet stays.
-- KEYS   prefix
-- ARGV   instant in ms ('': none is too old), limit (1…1000), keep? ('': no number is too large; else the number of
--        closed executions that stay), table? ('': items stay; else the item TABLE:id of machine:id leaves too, unless
--        somebody else wrote it, another machine has an execution of that id, or `due` has the bare id),
--        sweeper? (a name: one at a time),
--        skip? (how many of the oldest stay: those that the calls before have left)
-- Returns [how many were removed, how many of those looked at stay, 1 there may be more | 0] | -1 another sweeper is at it
-- Errors VALIDATION. Bound: limit; with a table, as many as the lookups of their items in all machines allow.
local function sweep(keys, args)
    local prefix = prefixOf(keys)
    local before = args[1] ~= '' and integer(args[1], 'instant', -999999999999999, 999999999999999)
    local limit = integer(args[2], 'limit', 1, MAX_BATCH)
    local keep = args[3] and args[3] ~= '' and integer(args[3], 'keep', 0, 999999999999999)
    local itemTable = args[4] and args[4] ~= '' and named(args[4], 'table')
    local sweeper = args[5] and args[5] ~= '' and named(args[5], 'sweeper')
    local skip = args[6] and args[6] ~= '' and integer(args[6], 'skip', 0, 999999999999999) or 0
    noMore(args, 6)
    local closed, unread = prefix .. ':closed', prefix .. ':unread'
    if sweeper then
        local holder = redis.call('GET', prefix .. ':sweeper')
        if holder and holder ~= sweeper then return -1 end
    end
    local machines = itemTable and redis.call('HKEYS', prefix .. ':machines')
    if machines and limit * #machines > MAX_LOOKUPS then
        limit = floor(MAX_LOOKUPS / #machines)
        if limit < 1 then limit = 1 end
    end
    local list = {}
    if before then
        list = redis.call('ZRANGE', closed, '-inf', format('(%.0f', before), 'BYSCORE', 'LIMIT', skip, limit)
    end
    if keep and #list < limit then
        local surplus = redis.call('ZCARD', closed) - keep - skip
        if surplus > limit then surplus = limit end
        if surplus > #list then list = redis.call('ZRANGE', closed, skip, skip + surplus - 1) end
    end
    -- A full batch is followed by another one: until then the others need not try.
    if sweeper and #list == limit then
        redis.call('SET', prefix .. ':sweeper', sweeper, 'PX', SWEEPER_LEASE)
    elseif sweeper then
        redis.call('DEL', prefix .. ':sweeper')
    end
    if #list == 0 then return {0, 0, 0} end
    local open = redis.call('ZMSCORE', prefix .. ':due', unpack(list))
    local told = redis.call('HMGET', unread, unpack(list))
    local closedAt = itemTable and redis.call('ZMSCORE', closed, unpack(list))
    local doomed, gone, delisted = {}, {}, {}
    for n = 1, #list do
        local stays = not open[n] and told[n] and tasks.isUnread(prefix, list[n], told[n])
        if not stays then delisted[#delisted + 1] = list[n] end
        if not open[n] and not stays then
            gone[#gone + 1] = list[n]
            doomed[#doomed + 1] = prefix .. ':history:' .. list[n]
            doomed[#doomed + 1] = prefix .. ':inbox:' .. list[n]
            doomed[#doomed + 1] = itemTable
                and itemThatLeaves(prefix, machines, itemTable, list[n], tonumber(closedAt[n])) or nil
        end
    end
    batched('HDEL', prefix .. ':executions', gone)
    batched('HDEL', unread, gone)
    if #doomed > 0 then redis.call('UNLINK', unpack(doomed)) end
    batched('ZREM', closed, delisted)
    return {#delisted, #list - #delisted, #list == limit and 1 or 0}
end

local function register(name, callback, flags)
    redis.register_function {function_name = 'waitable_' .. name, callback = guarded(callback), flags = flags}
end

-- What lets work finish may run in a full Redis; what brings new work in may not.
register('version', version, {'no-writes', 'allow-stale'})
register('ready', ready, {})
register('start', start, {})
register('accept', accept, {})
register('deploy', deploy, {})
register('claim', claim, {'allow-oom'})
register('commit', commits.steady, {'allow-oom'})
register('commit_growing', commits.growing, {})
register('renew', renew, {'allow-oom'})
register('release', release, {'allow-oom'})
register('adopt', adopt, {'allow-oom'})
register('stop', stop, {'allow-oom'})
register('reschedule', reschedule, {'allow-oom'})
register('redrive', redrive, {})
register('sweep', sweep, {'allow-oom'})
