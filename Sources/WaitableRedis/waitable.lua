#!lua name=waitable
-- Waitable's Redis functions. Each is one whole transition of one partition.
--
-- KEYS[1] is always the partition's prefix, `N:{p}` (say `waitable:{0}`); every other key is derived from it and
-- shares its hash tag, so it lies in the same slot. Keys:
--   prefix:due           zset    X -> the instant it next needs attention (whole ms), or its lease (ms + k/2048)
--   prefix:execution:X   string  the execution's document, one JSON object that begins with its status: {"s":"R"…
--   prefix:item:SUFFIX   hash    an item, SUFFIX = TABLE:ID
--   prefix:history:X     list    what the journal in the document has no room for
--   prefix:closed        zset    X -> closing instant in ms
--   prefix:redelivered   hash    X -> how often a lease of it ran out since its last progress
--   prefix:counters      hash    `refused` -> how many transitions were refused because their lease was lost
--   prefix:machines      hash    machine name -> JSON record; field `:default` -> name of the default machine
--   prefix:machine:HASH  string  an immutable revision of a machine
--   prefix:versions      hash    machine name -> its published versions, a JSON array
--   prefix:aliases       hash    machine name -> its aliases, a JSON array
--   prefix:tags          hash    resource -> its tags, a JSON object
--   prefix:activities    hash    activity name -> JSON record
--   prefix:sweeper       string  the name of the sweeper at work, for a few seconds
--   prefix:sequence      string  counter behind lease tokens and generated ids
--   prefix:wake          channel the score of a new, sooner head of `due`
--   prefix:paused        hash    paused machine -> since when (ms); see pausing.lua
--   prefix:workers       zset    worker -> when its report is out of date (ms)
--   prefix:reports       hash    worker -> what it last said of itself, a JSON object
--   prefix:inbox:X       hash    answers and signs of life of tasks, by their ids; see tasks.lua
--   prefix:children:X    hash    the executions that tasks wait for, by the tasks' ids
--   prefix:activity:NAME list    tasks of an activity that nobody has taken yet
--   prefix:stream:NAME   stream  what tasks published
--   prefix:offers        channel the name of an activity that has got a task
--
-- X is `machine:id`. Instants are Unix milliseconds by the Redis clock. Errors are replies `CODE field: rule: 'value'`.
-- All arguments are validated before the first write, so a refused call has changed nothing.
--
-- instants.lua, decimals.lua, items.lua, workers.lua, registry.lua, pausing.lua, listing.lua, tasks.lua and doctor.lua follow
-- this file in the same library; the tables that they fill are declared here.

local VERSION = '7'

local MAX_BATCH = 1000            -- entries a call may carry: bounds how long Redis is held up
local MAX_EFFECTS = 10000         -- effects per entry: a step enters 500 states, and may give up 1,000 items
local MAX_CLAIMED_BYTES = 16777216 -- documents returned by one claim, in bytes (the first is always returned)
local MAX_LEASE = 86400000        -- ms
local SWEEPER_LEASE = 10000      -- ms that one sweeper keeps the others off after a full batch
local LONGEST_WAIT = 2147483647000 -- ms; a state that waits longer fails
local SLICE = 6000                -- arguments per command: Lua's unpack gives up near 8,000
local LEASE_STEPS = 2047          -- a lease's fraction is k/2048, k = 1…2047

local instants, items, tasks, pausing = {}, {}, {}, {PARKED = 4398046511104}

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

-- Ends the call with the error reply `CODE field: rule: 'value'` (without the last part when there is no value).
local function refuse(code, field, rule, value)
    local text = code .. ' ' .. field .. ': ' .. rule
    if value ~= nil then text = text .. ": '" .. shown(value) .. "'" end
    error({refusal = text}, 0)
end

-- A function's callback: refusals and failed commands become plain error replies, without Lua positions in the text.
local function guarded(body)
    return function(keys, args)
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

local function named(text, field)
    if not text or text == '' or #text > 1024 then
        refuse('VALIDATION', field, 'must have 1 to 1024 bytes', text or '')
    end
    return text
end

local function noMore(args, last)
    if #args > last then
        refuse('VALIDATION', 'arguments', 'must be ' .. last, #args)
    end
end

-- The names args[first…] as a list: at least one, at most a batch, none twice.
local function names(args, first)
    local count = #args - first + 1
    if count < 1 or count > MAX_BATCH then
        refuse('VALIDATION', 'executions', 'must be 1 to ' .. MAX_BATCH, count)
    end
    local list, seen = {}, {}
    for i = first, #args do
        local name = named(args[i], 'execution')
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

-- Calls COMMAND key with the words, in slices that unpack can take. `width` words belong together.
local function batched(command, key, words, width)
    local step = SLICE - SLICE % (width or 1)
    for i = 1, #words, step do
        local last = i + step - 1
        if last > #words then last = #words end
        redis.call(command, key, unpack(words, i, last))
    end
end

local function documents(prefix, list)
    if #list == 0 then return {} end
    local keys, base = {}, prefix .. ':execution:'
    for i = 1, #list do keys[i] = base .. list[i] end
    return redis.call('MGET', unpack(keys))
end

-- MSET with pairs [key, value, …]
local function store(pairsOfWords)
    for i = 1, #pairsOfWords, SLICE do
        local last = i + SLICE - 1
        if last > #pairsOfWords then last = #pairsOfWords end
        redis.call('MSET', unpack(pairsOfWords, i, last))
    end
end

-- The score at the head of `due`, or nil. Errors when `due` is not a sorted set: called before the first write.
local function head(prefix)
    local first = redis.call('ZRANGE', prefix .. ':due', 0, 0, 'WITHSCORES')
    return first[2] and tonumber(first[2])
end

-- Wakes the workers that sleep until `before`, when something is due sooner now.
local function wake(prefix, before, score)
    if score and (not before or score < before) then redis.call('PUBLISH', prefix .. ':wake', format('%.0f', score)) end
end

local function newLease(prefix, now, duration)
    local step = redis.call('INCR', prefix .. ':sequence') % LEASE_STEPS + 1
    return now + duration + step / 2048
end

-- Fails, before anything is written, when a key that the transition will write has another type.
local function checkClosing(prefix) redis.call('ZCARD', prefix .. ':closed') end
local function redeliveredCount(prefix) return redis.call('HLEN', prefix .. ':redelivered') end

-- Documents -----------------------------------------------------------------------------------------------------------

-- The status letter of a well-formed document, else nil.
local LETTERS = {[82] = 'R', [83] = 'S', [70] = 'F', [84] = 'T', [65] = 'A'}
local function status(document)
    -- {"s":"R", or {"s":"R"}
    local a, b, c, d, e, f, letter, g, h = byte(document, 1, 9)
    if a == 123 and b == 34 and c == 115 and d == 34 and e == 58 and f == 34 and g == 34 and (h == 44 or h == 125) then
        return LETTERS[letter]
    end
end

local STATUS_NAMES = {R = 'RUNNING', S = 'SUCCEEDED', F = 'FAILED', T = 'TIMED_OUT', A = 'ABORTED'}

-- Members that functions put between the status and the rest of a document, in this order.
local INBOX = {'e', 'x', 'r', 'm', 'v', 'was', 'u'}
local IS_INBOX = {e = true, x = true, r = true, m = true, v = true, was = true, u = true}

-- The JSON object at text[start], and the index after it.
local function object(text, start)
    if byte(text, start) ~= 123 then return nil end
    local depth, position = 0, start
    while true do
        local at = find(text, '["{}]', position)
        if not at then return nil end
        local character = byte(text, at)
        if character == 34 then
            repeat
                at = find(text, '["\\]', at + 1)
                if not at then return nil end
                local escape = byte(text, at) == 92
                if escape then at = at + 1 end
            until not escape
        else
            depth = depth + (character == 123 and 1 or -1)
            if depth == 0 then return sub(text, start, at), at + 1 end
        end
        position = at + 1
    end
end

-- Splits a document's head: the inbox members as raw JSON texts, and the rest of the document after them.
local function split(document)
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

-- The document of X for a call by hand: X as given, else X as an id of the default machine. Refuses when there is none.
local function existing(prefix, name)
    named(name, 'execution')
    local document = redis.call('GET', prefix .. ':execution:' .. name)
    if not document and not find(name, ':', 1, true) then
        local default = redis.call('HGET', prefix .. ':machines', ':default')
        if default then
            local full = default .. ':' .. name
            document = redis.call('GET', prefix .. ':execution:' .. full)
            if document then return full, document end
        end
    end
    if not document then refuse('NOTFOUND', 'execution', 'must exist', name) end
    if not status(document) then refuse('CORRUPT', 'execution', 'must have a document that begins with a status', name) end
    return name, document
end

-- Entries -------------------------------------------------------------------------------------------------------------
--
-- ENTRY = X, next, document, history, k, then k effects:
--   next      '' closes the execution | '=' keeps the lease | whole ms: due then | '?' and whole ms: due then, or at once
--             when its inbox holds something
--   history   another element of the list of history, '' where nothing ran, '-' where the list stays as it is, '!' where
--             it goes
--   effect    'P', SUFFIX, n, f1, v1, …, fn, vn                  the item becomes these fields
--             'U', SUFFIX, n, f1, v1, …, fn, vn, m, f1, …, fm    sets n fields, removes m
--             'D', SUFFIX                                        removes the item
--             'X', SUFFIX, PROGRAM                               evaluated by items.lua; has an outcome
--             'A', 'S', 'B', 'K', 'T', 'C'                            see tasks.lua

-- Checks the effect at args[i]; returns the index after it.
local function checkEffect(args, i, programs)
    local kind = args[i]
    if kind ~= 'P' and kind ~= 'U' and kind ~= 'D' and kind ~= 'X' then
        local after = kind and tasks.check(args, i)
        if not after then refuse('VALIDATION', 'effect', 'must be P, U, D, X, A, S, B, K, T or C', kind or '') end
        return after
    end
    named(args[i + 1], 'item')
    if kind == 'D' then return i + 2 end
    if kind == 'X' then
        programs[i] = items.parse(args[i + 2])
        return i + 3
    end
    local fields = count(args[i + 2], 'fields', kind == 'P' and 1 or 0, 100000)
    local after = i + 3 + 2 * fields
    if kind == 'U' then
        local removed = count(args[after], 'removed fields', 0, 100000)
        if fields + removed == 0 then refuse('VALIDATION', 'effect', 'must change a field', 'U') end
        after = after + 1 + removed
    end
    if after - 1 > #args then refuse('VALIDATION', 'effect', 'must be complete', kind) end
    return after
end

-- Checks all entries of a call, args[first] being their number. `keeping` allows next '='. Returns them as lists:
-- names, nexts, documents, histories, and for each entry `counts` of effects from args[starts[n]] on; `programs` are
-- decoded, by the index of their effect. Lists, not a table per entry: this is the hot path.
local function parseEntries(args, first, keeping)
    local total = count(args[first], 'entries', 1, MAX_BATCH)
    local list, nexts, texts, histories, starts, counts, programs = {}, {}, {}, {}, {}, {}, {}
    local waits
    local seen, i = {}, first + 1
    for n = 1, total do
        local name, next, document, history = args[i], args[i + 1], args[i + 2], args[i + 3]
        named(name, 'execution')
        if keeping then
            if seen[name] then refuse('VALIDATION', 'execution', 'must be given once', name) end
            seen[name] = true
        end
        local letter = document and status(document)
        if not letter or byte(document, -1) ~= 125 then
            refuse('VALIDATION', 'document', 'must be an object that begins with a status', document or '')
        end
        if next == '' then
            if letter == 'R' then refuse('VALIDATION', 'next', 'must not close a running execution', name) end
        elseif letter ~= 'R' then
            refuse('VALIDATION', 'next', 'must close an execution that has ended', name)
        elseif (next ~= '=' or not keeping) and (#next > 15 or not find(next, '^%d+$')) then
            if byte(next) == 63 then
                waits = waits or {}
                waits[n] = true
                next = sub(next, 2)
            end
            integer(next, 'next', -999999999999999, 999999999999999)
        end
        if not history then refuse('VALIDATION', 'history', 'must be present', name) end
        local effects = count(args[i + 4], 'effects', 0, MAX_EFFECTS)
        list[n], nexts[n], texts[n], histories[n], starts[n], counts[n] = name, next, document, history, i + 5, effects
        i = i + 5
        for _ = 1, effects do i = checkEffect(args, i, programs) end
    end
    if i - 1 ~= #args then refuse('VALIDATION', 'arguments', 'must be ' .. (i - 1), #args) end
    return {
        names = list, nexts = nexts, documents = texts, histories = histories, starts = starts, counts = counts,
        programs = programs, waits = waits,
    }
end

local function isError(reply) return type(reply) == 'table' and reply.err end

-- Calls HSET or HDEL with args[first…last], in slices. The error text when the key is no hash; then nothing is changed.
local function changeFields(command, key, args, first, last)
    for i = first, last, SLICE do
        local stop = i + SLICE - 1
        if stop > last then stop = last end
        local reply = redis.pcall(command, key, unpack(args, i, stop))
        if isError(reply) then return reply.err end
    end
end

-- Whether no key exists yet of the items that entries with one effect put: the usual case of a start, for which one
-- command then replaces one an item.
local function noneExists(prefix, args, batch)
    local keys = {}
    for n = 1, #batch.names do
        if batch.counts[n] == 1 and args[batch.starts[n]] == 'P' then
            keys[#keys + 1] = prefix .. ':item:' .. args[batch.starts[n] + 1]
        end
    end
    return #keys > 0 and redis.call('EXISTS', unpack(keys)) == 0
end

-- The effect at args[i]. `fresh` is a set of the items written so far when all others that are put do not exist, else
-- nil. Returns the index after it, and: the error text when the key is of another type (then nothing is changed), or
-- nil and the outcome of a program.
local function applyEffect(prefix, name, args, i, programs, fresh)
    local kind, key = args[i], prefix .. ':item:' .. args[i + 1]
    local width = kind ~= 'P' and kind ~= 'U' and tasks.width(args, i)
    if width then
        local problem = tasks.problem(prefix, name, args, i)
        if problem then return i + width, problem end
        return i + width, nil, tasks.apply(prefix, name, args, i), args[i + 4]
    end
    if kind == 'X' then
        if fresh then fresh[key] = true end
        return i + 3, nil, items.run(programs[i], key)
    end
    local fields, after = 0, i + 2
    if kind ~= 'D' then
        fields = tonumber(args[i + 2])
        after = i + 3 + 2 * fields
    end
    if kind == 'U' then
        if fresh then fresh[key] = true end
        local removed = tonumber(args[after])
        local problem = changeFields('HSET', key, args, i + 3, after - 1)
        if not problem and removed > 0 then
            problem = changeFields('HDEL', key, args, after + 1, after + removed)
        end
        return after + 1 + removed, problem
    end
    -- P and D replace or remove what is there: only an item may be, never a key of another type.
    if not fresh or fresh[key] or kind == 'D' then
        local size = redis.pcall('HLEN', key)
        if isError(size) then return after, size.err end
        if size > 0 then redis.call('DEL', key) end
    end
    if fresh then fresh[key] = true end
    if kind == 'P' then return after, changeFields('HSET', key, args, i + 3, after - 1) end
    return after
end

-- History and effects of entry n, all or nothing. Returns an error text, or nil and the outcomes of its programs.
local function applyEntry(prefix, args, batch, n, fresh)
    local effects, i = batch.counts[n], batch.starts[n]
    if effects > 1 then
        -- Checked beforehand, so that the second effect cannot fail after the first is written.
        local k = i
        for _ = 1, effects do
            local width = tasks.width(args, k)
            if width then
                local problem = tasks.problem(prefix, batch.names[n], args, k)
                if problem then return problem end
                k = k + width
            elseif args[k] == 'X' then
                k = k + 3
            else
                local reply = redis.pcall('HLEN', prefix .. ':item:' .. args[k + 1])
                if isError(reply) then return reply.err end
                k = checkEffect(args, k)
            end
        end
        fresh = nil
    end
    -- The history goes first, because it is what can be taken back exactly when the effect is refused.
    local historyKey
    if batch.histories[n] == '!' then
        redis.call('UNLINK', prefix .. ':history:' .. batch.names[n])
    elseif batch.histories[n] ~= '' and batch.histories[n] ~= '-' then
        historyKey = prefix .. ':history:' .. batch.names[n]
        local reply = redis.pcall('RPUSH', historyKey, batch.histories[n])
        if isError(reply) then return reply.err end
    end
    local outcomes
    for _ = 1, effects do
        local program = batch.programs[i]
        local after, problem, outcome, task = applyEffect(prefix, batch.names[n], args, i, batch.programs, fresh)
        if problem then
            if historyKey then redis.call('RPOP', historyKey) end
            return problem
        end
        if outcome then
            outcomes = outcomes or {}
            outcomes[#outcomes + 1] = {task = program and program.task or task, text = outcome}
        end
        i = after
    end
    if outcomes then
        -- Also kept in the document, so that they outlive a worker that dies before it has used them.
        local members, document = {}, batch.documents[n]
        for m = 1, #outcomes do members[m] = '"' .. outcomes[m].task .. '":' .. outcomes[m].text end
        batch.documents[n] = sub(document, 1, 8) .. ',"u":{' .. concat(members, ',') .. '}' .. sub(document, 9)
    end
    return nil, outcomes
end

-- The reply for an applied entry: 1, or 1 followed by its outcomes.
local function applied(outcomes)
    if not outcomes then return 1 end
    local reply = {1}
    for n = 1, #outcomes do reply[n + 1] = outcomes[n].text end
    return reply
end

-- Functions -----------------------------------------------------------------------------------------------------------

-- waitable_version  KEYS: prefix or none  ARGV: none  returns the library's version
local function version() return VERSION end

-- waitable_ready: whether a start would be taken. Writes nothing, but runs under the rules of functions that do: Redis
-- refuses the call when it would refuse a start (OOM, MISCONF, READONLY, NOREPLICAS, LOADING).
-- KEYS   prefix
-- ARGV   none
-- Returns [the library's version, the text of INFO memory ('' where the user may not see it)]
-- Errors VALIDATION, and those of Redis. Bound: constant.
local function ready(keys, args)
    prefixOf(keys)
    noMore(args, 0)
    local memory = redis.pcall('INFO', 'memory')
    return {VERSION, isError(memory) and '' or memory}
end

-- The names among those without a document whose key holds something else, as a set; nil for none.
local function misused(prefix, list, found)
    local keys, absent = {}, {}
    for n = 1, #list do
        if not found[n] then
            keys[#keys + 1] = prefix .. ':execution:' .. list[n]
            absent[#absent + 1] = list[n]
        end
    end
    if #keys == 0 or redis.call('EXISTS', unpack(keys)) == 0 then return nil end
    local names = {}
    for n = 1, #keys do names[absent[n]] = redis.call('EXISTS', keys[n]) == 1 end
    return names
end

-- waitable_accept: starts that ingest has prepared (states before the first wait already run).
-- KEYS   prefix
-- ARGV   n, ENTRY × n (next '=' is not allowed)
-- Returns n elements: 1 created | [1, outcome…] when it had programs | the existing document, nothing changed
--        | an error "WRONGTYPE …": nothing of that entry is applied | 3 its machine is paused, and it has begun: nothing of
--        it is applied, and it may come again without having begun (no history)
-- Wakes sleeping workers when the head of `due` is sooner than before.
-- Errors VALIDATION; OOM from Redis itself before anything is written. Bound: 1,000 entries.
local function accept(keys, args)
    local prefix = prefixOf(keys)
    local batch = parseEntries(args, 1, false)
    local list, nexts = batch.names, batch.nexts
    local before = head(prefix)
    checkClosing(prefix)
    local found = documents(prefix, list)
    local wrong = misused(prefix, list, found)
    local fresh = noneExists(prefix, args, batch) and {} or nil
    local paused = pausing.states(prefix)
    local now
    local replies, due, closed, texts, created, soonest = {}, {}, {}, {}, {}, nil
    for n = 1, #list do
        local name = list[n]
        local present = found[n] or created[name]
        if present then
            replies[n] = present
        elseif wrong and wrong[name] then
            replies[n] = redis.error_reply('WRONGTYPE Operation against a key holding the wrong kind of value')
        elseif paused and batch.histories[n] ~= '' and pausing.isPaused(prefix, paused, name) then
            replies[n] = 3
        else
            local problem, outcomes = applyEntry(prefix, args, batch, n, fresh)
            if problem then
                replies[n] = redis.error_reply(problem)
            else
                replies[n] = applied(outcomes)
                created[name] = batch.documents[n]
                texts[#texts + 1] = prefix .. ':execution:' .. name
                texts[#texts + 1] = batch.documents[n]
                if nexts[n] == '' then
                    now = now or format('%.0f', (clock()))
                    closed[#closed + 1] = now
                    closed[#closed + 1] = name
                else
                    due[#due + 1] = nexts[n]
                    due[#due + 1] = name
                    local score = tonumber(nexts[n])
                    if not soonest or score < soonest then soonest = score end
                end
            end
        end
    end
    store(texts)
    batched('ZADD', prefix .. ':due', due, 2)
    batched('ZADD', prefix .. ':closed', closed, 2)
    wake(prefix, before, soonest)
    return replies
end

-- waitable_claim: leases what is due, with the documents.
-- KEYS   prefix
-- ARGV   limit (1…1000), lease in ms (1…86400000), worker (its name, for whoever monitors the calls)
-- Returns [now in µs (text), token (text, '' when nothing was due), score of the head of `due` after the claim (text,
--        '' when it is empty; not above `now`: more is due), then for each: X, document or nil, redeliveries]
-- An execution whose lease ran out comes again, counted. Those of paused machines are parked instead. Fewer than due
-- and below `limit` come when the documents exceed 16 MiB. Errors VALIDATION. Bound: limit.
local function claim(keys, args)
    local prefix = prefixOf(keys)
    local limit = integer(args[1], 'limit', 1, MAX_BATCH)
    local duration = integer(args[2], 'lease', 1, MAX_LEASE)
    noMore(args, 3)
    local due = prefix .. ':due'
    local now, micros = clock()
    local paused = pausing.states(prefix)
    local unfinished = paused and pausing.restore(prefix, paused, now)
    local ready = redis.call('ZRANGE', due, '-inf', format('%.0f', now), 'BYSCORE', 'LIMIT', 0, limit, 'WITHSCORES')
    if paused then ready = pausing.park(prefix, paused, ready) end
    local count = #ready / 2
    if count == 0 then
        if unfinished then return {micros, '', format('%.0f', now)} end
        local first = redis.call('ZRANGE', due, 0, 0, 'WITHSCORES')
        return {micros, '', first[2] or ''}
    end

    local list = {}
    for n = 1, count do list[n] = ready[2 * n - 1] end
    local found = documents(prefix, list)
    local bytes = 0
    for n = 1, count do
        bytes = bytes + (found[n] and #found[n] or 0)
        if bytes > MAX_CLAIMED_BYTES and n > 1 then
            count = n - 1
            break
        end
    end

    local lapsed = {}
    for n = 1, count do
        if tonumber(ready[2 * n]) % 1 ~= 0 then lapsed[#lapsed + 1] = list[n] end
    end
    local counts
    local known = redeliveredCount(prefix)
    local lease = newLease(prefix, now, duration)
    if #lapsed > 0 or known > 0 then
        for n = 1, #lapsed do redis.call('HINCRBY', prefix .. ':redelivered', lapsed[n], 1) end
        counts = redis.call('HMGET', prefix .. ':redelivered', unpack(list, 1, count))
    end

    local text = exact(lease)
    local rescored = {}
    for n = 1, count do
        rescored[2 * n - 1] = text
        rescored[2 * n] = list[n]
    end
    redis.call('ZADD', due, 'XX', unpack(rescored))

    local first = redis.call('ZRANGE', due, 0, 0, 'WITHSCORES')
    local reply = {micros, text, unfinished and format('%.0f', now) or first[2]}
    local at = 3
    for n = 1, count do
        reply[at + 1] = list[n]
        reply[at + 2] = found[n]
        reply[at + 3] = counts and tonumber(counts[n] or 0) or 0
        at = at + 3
    end
    return reply
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
-- ARGV   token, n, ENTRY × n (no execution twice)
-- Returns n elements: 1 applied | [1, outcome…] when it had programs | 0 refused: the lease is lost | 2 this very commit
--        was applied before | an error "WRONGTYPE …": nothing of that entry is applied and its lease stands
-- An applied entry that closes or has a new due instant also clears the execution's redeliveries. Wakes sleeping
-- workers when a new due instant is sooner than the head of `due` before.
-- Errors VALIDATION. Bound: 1,000 entries.
local function commit(keys, args)
    local prefix = prefixOf(keys)
    local lease = token(args[1])
    local batch = parseEntries(args, 2, true)
    local list, nexts = batch.names, batch.nexts
    local dueKey = prefix .. ':due'
    local scores = redis.call('ZMSCORE', dueKey, unpack(list))
    checkClosing(prefix)
    local redelivered = redeliveredCount(prefix) > 0
    local fresh = noneExists(prefix, args, batch) and {} or nil
    local now = format('%.0f', (clock()))

    -- Doubtful: the lease is not ours (lost, or moved on by this commit's first try), or it would be kept (then the
    -- score does not tell whether the first try was applied).
    local held, doubtful, position = {}, {}, {}
    for n = 1, #list do
        local score = scores[n]
        held[n] = score and (score == args[1] or tonumber(score) == lease)
        if not held[n] or nexts[n] == '=' then
            doubtful[#doubtful + 1] = list[n]
            position[n] = #doubtful
        end
    end
    local found = documents(prefix, doubtful)

    local replies, rescored, left, closed, texts, progressed = {}, {}, {}, {}, {}, {}
    local refused, soonest = 0, nil
    for n = 1, #list do
        local name = list[n]
        if position[n] and settled(found[position[n]], batch.documents[n]) then
            replies[n] = 2
        elseif not held[n] then
            replies[n] = 0
            refused = refused + 1
        else
            local problem, outcomes = applyEntry(prefix, args, batch, n, fresh)
            if problem then
                replies[n] = redis.error_reply(problem)
            else
                local next = nexts[n]
                replies[n] = applied(outcomes)
                texts[#texts + 1] = prefix .. ':execution:' .. name
                texts[#texts + 1] = batch.documents[n]
                if next == '' then
                    left[#left + 1] = name
                    closed[#closed + 1] = now
                    closed[#closed + 1] = name
                elseif next ~= '=' then
                    rescored[#rescored + 1] = next
                    rescored[#rescored + 1] = name
                    local instant = tonumber(next)
                    if not soonest or instant < soonest then soonest = instant end
                end
                if next ~= '=' and redelivered then progressed[#progressed + 1] = name end
            end
        end
    end
    -- Nothing below can fail: the types of these keys were checked above, before the first write.
    store(texts)
    -- Now that the whole batch has told its parents.
    if batch.waits then
        for k = 2, #rescored, 2 do
            if redis.call('EXISTS', prefix .. ':inbox:' .. rescored[k]) == 1 then
                rescored[k - 1] = now
                soonest = soonest and soonest < tonumber(now) and soonest or tonumber(now)
            end
        end
    end
    if #rescored > 0 then
        -- Others sleep towards the leases that these had: they wake when one is due sooner than all of that.
        local before = head(prefix)
        redis.call('ZADD', dueKey, 'XX', unpack(rescored))
        wake(prefix, before, soonest)
    end
    batched('ZREM', dueKey, left)
    batched('ZADD', prefix .. ':closed', closed, 2)
    if redelivered then batched('HDEL', prefix .. ':redelivered', progressed) end
    if refused > 0 then redis.pcall('HINCRBY', prefix .. ':counters', 'refused', refused) end
    return replies
end

-- waitable_renew: a new lease, and so a new token, for executions still held.
-- KEYS   prefix
-- ARGV   token, lease in ms (1…86400000), X…
-- Returns [new token (text, '' when none is held any more), then 1 renewed | 0 lost for each X]
-- Errors VALIDATION. Bound: 1,000 executions.
local function renew(keys, args)
    local prefix = prefixOf(keys)
    local old = token(args[1])
    local duration = integer(args[2], 'lease', 1, MAX_LEASE)
    local list = names(args, 3)
    local scores = redis.call('ZMSCORE', prefix .. ':due', unpack(list))
    local reply, rescored, text = {''}, {}, nil
    for n = 1, #list do
        local held = scores[n] and tonumber(scores[n]) == old
        reply[n + 1] = held and 1 or 0
        if held then
            text = text or exact(newLease(prefix, (clock()), duration))
            rescored[#rescored + 1] = text
            rescored[#rescored + 1] = list[n]
        end
    end
    if text then
        reply[1] = text
        redis.call('ZADD', prefix .. ':due', 'XX', unpack(rescored))
    end
    return reply
end

-- waitable_release: gives leases back; the executions are due at once, and that is no redelivery.
-- KEYS   prefix
-- ARGV   token, X…
-- Returns how many were still held and are released. Wakes sleeping workers.
-- Errors VALIDATION. Bound: 1,000 executions.
local function release(keys, args)
    local prefix = prefixOf(keys)
    local lease = token(args[1])
    local list = names(args, 2)
    local scores = redis.call('ZMSCORE', prefix .. ':due', unpack(list))
    local before = head(prefix)
    local now = clock()
    local rescored = {}
    for n = 1, #list do
        if scores[n] and tonumber(scores[n]) == lease then
            rescored[#rescored + 1] = now
            rescored[#rescored + 1] = list[n]
        end
    end
    if #rescored == 0 then return 0 end
    redis.call('ZADD', prefix .. ':due', 'XX', unpack(rescored))
    wake(prefix, before, now)
    return #rescored / 2
end

-- waitable_adopt: a bare member of `due` (HSET and ZADD by hand) becomes the execution X under the same lease.
-- KEYS   prefix
-- ARGV   token, member, X
-- Returns 1 adopted | 0 the lease is lost | 2 X exists already, nothing changed
-- Errors VALIDATION. Bound: constant.
local function adopt(keys, args)
    local prefix = prefixOf(keys)
    local lease = token(args[1])
    local member, name = named(args[2], 'member'), named(args[3], 'execution')
    noMore(args, 3)
    if member == name then refuse('VALIDATION', 'execution', 'must differ from the member', name) end
    local due, redelivered = prefix .. ':due', prefix .. ':redelivered'
    local score = redis.call('ZSCORE', due, member)
    if not score or tonumber(score) ~= lease then return 0 end
    if redis.call('ZSCORE', due, name) or redis.call('EXISTS', prefix .. ':execution:' .. name) == 1 then return 2 end
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
-- Errors VALIDATION, NOTFOUND (machine), CONFLICT (Id in use with another input), OOM. Bound: constant.
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
    local key = prefix .. ':execution:' .. name
    local began = now
    local stored = redis.call('GET', key)
    if stored then
        local ending = ',"input":' .. input .. '}'
        if sub(stored, -#ending) ~= ending then
            refuse('CONFLICT', 'Id', 'must be new, or come with the input it was started with', id)
        end
        local _, rest = split(stored)
        began = tonumber(match(rest, ',"b":(%d+)') or now)
    else
        redis.call('SET', key, '{"s":"R","d":"' .. revision.hash .. '","b":' .. format('%.0f', now) .. ',"input":' .. input .. '}')
        redis.call('ZADD', prefix .. ':due', now, name)
        wake(prefix, before, now)
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
    redeliveredCount(prefix)
    local now = clock()
    local members, rest = split(document)
    members.e, members.x = format('%.0f', now), failure
    redis.call('SET', prefix .. ':execution:' .. name, join('A', members, rest))
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
-- Errors VALIDATION, NOTFOUND. Bound: constant.
local function stop(keys, args)
    local prefix = prefixOf(keys)
    noMore(args, 4)
    local failure = args[2] and args[2] ~= '' and items.failure(args[2])
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
-- Returns the wait's new end in ms. Wakes sleeping workers when the head of `due` is sooner than before.
-- Errors VALIDATION, NOTFOUND, CLOSED, LEASED (a worker is at it). Bound: constant.
-- A later instant moves the wait alone: where the document has a time-out or branches, which may be due before it, the
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
    if score and tonumber(score) % 1 ~= 0 then refuse('LEASED', 'execution', 'must not be held by a worker', name) end
    local members, rest = split(document)
    local text = format('%.0f', instant)
    members.r, members.m = text, format('%.0f', (clock()))
    redis.call('SET', prefix .. ':execution:' .. name, join('R', members, rest))
    local at = instant
    if score and instant > tonumber(score) and (find(rest, '"b":[', 1, true) or find(rest, '"t":', 1, true)) then
        local now = clock()
        at = tonumber(score) < now and tonumber(score) or now
    end
    redis.call('ZADD', due, format('%.0f', at), name)
    touch(prefix, args[3], 'STARTED', 'StartActionAt', args[4] or '')
    wake(prefix, before, at)
    return instant
end

-- waitable_redrive: opens an execution again that failed, timed out or was aborted; due at once.
-- KEYS   prefix
-- ARGV   X (or an id of the default machine)
--        and for its item too: the item's SUFFIX, LastUpdated (text). One that is CANCELLED becomes STARTED.
-- Returns the instant of the redrive in ms. Wakes sleeping workers.
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
    redis.call('SET', prefix .. ':execution:' .. name, join('R', members, rest))
    redis.call('ZREM', prefix .. ':closed', name)
    redis.call('ZADD', prefix .. ':due', now, name)
    touch(prefix, args[2], 'CANCELLED', 'ProcessStatus', 'STARTED', 'LastUpdated', args[3] or '')
    wake(prefix, before, now)
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

-- The key of the item TABLE:id that leaves with the execution machine:id; nil when it is none, or when something else
-- has an execution of that id.
local function itemThatLeaves(prefix, machines, itemTable, name)
    local own, id = match(name, '^([^:]*):(.*)$')
    if not id or redis.call('ZSCORE', prefix .. ':due', id) then return nil end
    local key = prefix .. ':item:' .. itemTable .. ':' .. id
    if redis.call('TYPE', key).ok ~= 'hash' then return nil end
    local others = {}
    for n = 1, #machines do
        if machines[n] ~= own then others[#others + 1] = prefix .. ':execution:' .. machines[n] .. ':' .. id end
    end
    for i = 1, #others, SLICE do
        local last = i + SLICE - 1
        if last > #others then last = #others end
        if redis.call('EXISTS', unpack(others, i, last)) > 0 then return nil end
    end
    return key
end

-- waitable_sweep: removes executions that closed, with their documents and history: those before an instant, or the
-- oldest beyond a number. Items stay, unless their table is named. One that is in `due` only leaves `closed`.
-- KEYS   prefix
-- ARGV   instant in ms ('': none is too old), limit (1…1000), keep? ('': no number is too large; else the number of
--        closed executions that stay), table? ('': items stay; else the item TABLE:id of machine:id leaves too, unless
--        another machine has an execution of that id, or `due` has the bare id), sweeper? (a name: one at a time)
-- Returns how many were removed; when that is `limit` there may be more | -1 another sweeper is at it
-- Errors VALIDATION. Bound: limit; with a table, limit × machines.
local function sweep(keys, args)
    local prefix = prefixOf(keys)
    local before = args[1] ~= '' and integer(args[1], 'instant', -999999999999999, 999999999999999)
    local limit = integer(args[2], 'limit', 1, MAX_BATCH)
    local keep = args[3] and args[3] ~= '' and integer(args[3], 'keep', 0, 999999999999999)
    local itemTable = args[4] and args[4] ~= '' and named(args[4], 'table')
    local sweeper = args[5] and args[5] ~= '' and named(args[5], 'sweeper')
    noMore(args, 5)
    local closed = prefix .. ':closed'
    if sweeper then
        local holder = redis.call('GET', prefix .. ':sweeper')
        if holder and holder ~= sweeper then return -1 end
    end
    local list = {}
    if before then
        list = redis.call('ZRANGE', closed, '-inf', format('(%.0f', before), 'BYSCORE', 'LIMIT', 0, limit)
    end
    if keep and #list < limit then
        local surplus = redis.call('ZCARD', closed) - keep
        if surplus > limit then surplus = limit end
        if surplus > #list then list = redis.call('ZRANGE', closed, 0, surplus - 1) end
    end
    -- A full batch is followed by another one: until then the others need not try.
    if sweeper and #list == limit then
        redis.call('SET', prefix .. ':sweeper', sweeper, 'PX', SWEEPER_LEASE)
    elseif sweeper then
        redis.call('DEL', prefix .. ':sweeper')
    end
    if #list == 0 then return 0 end
    local open = redis.call('ZMSCORE', prefix .. ':due', unpack(list))
    local machines = itemTable and redis.call('HKEYS', prefix .. ':machines')
    local doomed = {}
    for n = 1, #list do
        if not open[n] then
            doomed[#doomed + 1] = prefix .. ':execution:' .. list[n]
            doomed[#doomed + 1] = prefix .. ':history:' .. list[n]
            doomed[#doomed + 1] = prefix .. ':inbox:' .. list[n]
            doomed[#doomed + 1] = itemTable and itemThatLeaves(prefix, machines, itemTable, list[n]) or nil
        end
    end
    if #doomed > 0 then redis.call('UNLINK', unpack(doomed)) end
    redis.call('ZREM', closed, unpack(list))
    return #list
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
register('commit', commit, {'allow-oom'})
register('renew', renew, {'allow-oom'})
register('release', release, {'allow-oom'})
register('adopt', adopt, {'allow-oom'})
register('stop', stop, {'allow-oom'})
register('reschedule', reschedule, {'allow-oom'})
register('redrive', redrive, {})
register('sweep', sweep, {'allow-oom'})
