-- Lists of executions, a stretch at a time: what stands in `due`, `closed` or `failed` from a place on.
--
-- A place is an entry's score and name, and holds whether the entry still stands there or has moved on. Finding it costs
-- a few steps, however many entries share its score; so a list goes on exactly where it stopped.

local limits = require 'limits'
local strings = require 'strings'
local find, floor, precedes, sub = strings.find, strings.floor, strings.precedes, strings.sub
local arguments = require 'arguments'
local integer, noMore, prefixOf, refuse = arguments.integer, arguments.noMore, arguments.prefixOf, arguments.refuse
local register = require 'functions'.register
local clock = require 'clock'
local exact, isLease = clock.exact, clock.isLease
local documents = require 'documents'
local documentOf, status = documents.documentOf, documents.status
local isError = require 'commands'.isError

local MAX_READ = 4194304 -- bytes of documents or items that one call reads (the first is always read)

-- How many entries stand before a place, and whether an entry stands at it.
local function before(key, score, name)
    local number = tonumber(score)
    if name ~= '' then
        local found = redis.call('ZSCORE', key, name)
        if found and tonumber(found) == number then return redis.call('ZRANK', key, name), true end
    end
    local text = exact(number)
    local low = redis.call('ZCOUNT', key, '-inf', '(' .. text)
    if name == '' then return low, false end
    local high = low + redis.call('ZCOUNT', key, text, text)
    while low < high do
        local middle = floor((low + high) / 2)
        if precedes(name, redis.call('ZRANGE', key, middle, middle)[1]) then high = middle else low = middle + 1 end
    end
    return low, false
end

-- At most `looked` entries from a place on, as [name, score, …] in the order asked for.
local function stretch(key, isUp, score, name, looked)
    local first, stands = 0, false
    if score ~= '' then first, stands = before(key, score, name) end
    if isUp then
        if stands then first = first + 1 end
        return redis.call('ZRANGE', key, first, first + looked - 1, 'WITHSCORES')
    end
    if score ~= '' then first = redis.call('ZCARD', key) - first end
    return redis.call('ZRANGE', key, first, first + looked - 1, 'REV', 'WITHSCORES')
end

-- The letter by which a list is asked for an entry: its status, but an open one that is leased is `L`, any other `W`.
local function kind(document, isLeased)
    local letter = status(document)
    if letter == 'R' then return isLeased and 'L' or 'W' end
    return letter
end

-- An argument that is a score, or '' for none. That of an entry can be infinite.
local function scoreOrNone(text, field, mayBeInfinite)
    local number = text and tonumber(text)
    if text ~= '' and (not number or number ~= number or number - number ~= 0 and not mayBeInfinite) then
        refuse('VALIDATION', field, 'must be a number', text or '')
    end
    return text
end

-- waitable_list: a stretch of `due`, `closed` or `failed`.
-- KEYS   prefix
-- ARGV   set (due | closed | failed), order (up | down, by score), place: score and X of the last entry seen ('', '' for the
--        set's beginning; with X '' the first entry of that score, or of the next, is the first one seen), score at which
--        to stop ('' for none; up only), entries to look at (1…1000), entries to return (1…1000), machine ('' for any),
--        kinds: some of the letters WLSFTA (waiting, leased, succeeded, failed, timed out, aborted), '' for all and
--        without documents
-- Returns [place to go on from: score and X ('', '' at the end), then for each: X, score, document ('' without)]
-- With kinds, entries without a document are left out, and the call stops when the documents that it reads, returned or not,
-- exceed 4 MiB: fewer come then, also none, but there is a place to go on from.
-- Errors VALIDATION. Bound: 1,000 entries.
local function list(keys, args)
    local prefix = prefixOf(keys)
    local set, order, name = args[1], args[2], args[4] or ''
    if set ~= 'due' and set ~= 'closed' and set ~= 'failed' then
        refuse('VALIDATION', 'set', 'must be due, closed or failed', set or '')
    end
    if order ~= 'up' and order ~= 'down' then refuse('VALIDATION', 'order', 'must be up or down', order or '') end
    local score, stop = scoreOrNone(args[3], 'score', true), scoreOrNone(args[5], 'stop')
    if score == '' and name ~= '' then refuse('VALIDATION', 'execution', 'must come with its score', name) end
    local looked = integer(args[6], 'entries to look at', 1, limits.batch)
    local wanted = integer(args[7], 'entries to return', 1, limits.batch)
    local machine, kinds = args[8], args[9]
    if not machine or not kinds or find(kinds, '[^WLSFTA]') then
        refuse('VALIDATION', 'kinds', 'must be letters of WLSFTA', kinds or '')
    end
    noMore(args, 9)

    local key = prefix .. ':' .. set
    local found = stretch(key, order == 'up', score, name, looked)
    local isEnd = #found < 2 * looked
    local start = machine ~= '' and machine .. ':'
    local candidates, last = {}, #found
    for i = 1, #found, 2 do
        local number = tonumber(found[i + 1])
        if stop ~= '' and number >= tonumber(stop) then
            last, isEnd = i - 1, true
            break
        end
        local isLeased = set == 'due' and isLease(number)
        local mayBe = kinds == '' or set ~= 'due' or find(kinds, isLeased and 'L' or 'W', 1, true)
        if mayBe and (not start or sub(found[i], 1, #start) == start) then candidates[#candidates + 1] = i end
    end

    local reply, bytes, count = {'', ''}, 0, 0
    -- Stops before the last candidate: the list goes on after this one.
    local function stopped(n)
        if n == #candidates then return false end
        reply[1], reply[2] = found[candidates[n] + 1], found[candidates[n]]
        return true
    end
    for n = 1, #candidates do
        local i = candidates[n]
        local document = kinds ~= '' and documentOf(prefix, found[i]) or ''
        bytes = bytes + #document
        if bytes > MAX_READ and n > 1 and stopped(n - 1) then return reply end
        local letter = document ~= '' and kind(document, set == 'due' and isLease(tonumber(found[i + 1])))
        if kinds == '' or (letter and find(kinds, letter, 1, true)) then
            count = count + 1
            local at = 3 * count
            reply[at], reply[at + 1], reply[at + 2] = found[i], found[i + 1], document
            if count == wanted and stopped(n) then return reply end
        end
    end
    if not isEnd then reply[1], reply[2] = found[last], found[last - 1] end
    return reply
end

-- waitable_items: items, as many as there is room for.
-- KEYS   prefix
-- ARGV   bytes of fields and values (1…4194304), SUFFIX… (1…1000)
-- Returns for each item, in order, its fields and values: [] where there is none. Fewer come when they exceed the bytes, but one.
-- Errors VALIDATION. Bound: 1,000 items.
local function items(keys, args)
    local base = prefixOf(keys) .. ':item:'
    local most = integer(args[1], 'bytes', 1, MAX_READ)
    if #args < 2 or #args > limits.batch + 1 then
        refuse('VALIDATION', 'items', 'must be 1 to ' .. limits.batch, #args > 1 and #args - 1 or 0)
    end
    local reply, bytes = {}, 0
    for i = 2, #args do
        local item = redis.pcall('HGETALL', base .. args[i])
        if isError(item) then
            -- A key of another type is no item.
            if not find(item.err, '^WRONGTYPE') then error(item, 0) end
            item = {}
        end
        for n = 1, #item do bytes = bytes + #item[n] end
        if bytes > most and i > 2 then break end
        reply[i - 1] = item
    end
    return reply
end

register('list', list, 'no-writes')
register('items', items, 'no-writes')
