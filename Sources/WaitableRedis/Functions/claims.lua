-- How workers get what is due.

local limits = require 'limits'
local format = require 'strings'.format
local arguments = require 'arguments'
local integer, named, noMore, prefixOf = arguments.integer, arguments.named, arguments.noMore, arguments.prefixOf
local call = require 'call'
local register = require 'functions'.register
local clocks = require 'clock'
local MAX_DRIFT, clock, isLease = clocks.MAX_DRIFT, clocks.clock, clocks.isLease
local documentsInBounds = require 'documents'.documentsInBounds
local sleepers = require 'sleepers'
local redeliveries = require 'redeliveries'
local leases = require 'leases'
local MAX_LAPSED, lapsedLeases, letGo, newLease = leases.MAX_LAPSED, leases.lapsedLeases, leases.letGo, leases.newLease
local pausing = require 'pausing'
local closing = require 'closing'
local setbacks = require 'setbacks'
local outbox = require 'outbox'
local jobs = require 'jobs'

local LONGEST_SLEEP = 3600000 -- ms

-- Members of `due` with scores in a range, but for those of paused machines: these are parked.
local function dueBetween(prefix, paused, from, to, limit)
    local due = prefix .. ':due'
    if not paused then return redis.call('ZRANGE', due, from, to, 'BYSCORE', 'LIMIT', 0, limit) end
    return pausing.park(prefix, paused,
        redis.call('ZRANGE', due, from, to, 'BYSCORE', 'LIMIT', 0, limit, 'WITHSCORES'))
end

-- Members that are no leases, those with the highest scores up to one, behind another one: parked, where their machines are
-- paused.
local function latest(prefix, paused, behind, to, limit)
    local found = redis.call('ZRANGE', prefix .. ':due', to, '(' .. behind, 'BYSCORE', 'REV', 'LIMIT', 0, limit, 'WITHSCORES')
    local members, names = {}, {}
    for i = 1, #found, 2 do
        if not isLease(tonumber(found[i + 1])) then
            names[#names + 1] = found[i]
            members[#members + 1], members[#members + 2] = found[i], found[i + 1]
        end
    end
    return paused and pausing.park(prefix, paused, members) or names
end

-- What is claimed beside leases that ran out: a member of one of these, alone, so that what made a batch outlast its lease
-- is told from its batch mates; or what is due and was not claimed before. They take turns. Returns the members, and
-- whether it is one that comes again.
local function besides(prefix, paused, lapsed, now, limit)
    local function again()
        for _, lease in ipairs(lapsed) do
            local members = dueBetween(prefix, paused, lease, lease, 1)
            if #members > 0 then return members end
        end
        return {}
    end
    local function fresh()
        local list, from = {}, '-inf'
        for n = 1, #lapsed + 1 do
            if #list == limit then break end
            if n > MAX_LAPSED then
                -- Behind as many leases there may be more of them: it goes on from the other end.
                local others = latest(prefix, paused, lapsed[n - 1], now, limit - #list)
                for _, member in ipairs(others) do list[#list + 1] = member end
                break
            end
            local isPast = lapsed[n] and tonumber(lapsed[n]) <= tonumber(now)
            local to = isPast and '(' .. lapsed[n] or now
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
--        of each (nil: none of any), then for each: X, document or nil; last, where messages wait for other partitions, these
--        with commas between them, and `jobs` where some are to be stopped]
-- An execution whose lease ran out comes again, counted where a worker had said that it has it (waitable_renew) or it was the
-- first time, and alone: only what outlasts a lease of its own is poison. Its lease is longer each time (1, 2, 4, … 32 s
-- more), so that workers that all stop again and again in a short time are not taken for its doing. Those of paused machines
-- are parked instead. Fewer than due and below `limit` come when the documents exceed 16 MiB, and beside leases that ran out.
-- Errors VALIDATION. Bound: limit.
local function claim(prefix, args)
    local limit = integer(args[1], 'limit', 1, limits.batch)
    local duration = integer(args[2], 'lease', 1, limits.lease)
    local sleep = args[4] and named(args[3], 'worker') and integer(args[4], 'sleep', 1, LONGEST_SLEEP)
    noMore(args, 4)
    local due = prefix .. ':due'
    local now, micros = clock()
    local states = pausing.states(prefix)
    call.waiting = outbox.waiting(states)
    if jobs.wait(states) then call.waiting = call.waiting and call.waiting .. ',jobs' or 'jobs' end
    local paused = pausing.pauses(states)
    local unfinished = paused and pausing.restore(prefix, paused, now)
    unfinished = closing.stopMore(prefix, states) or unfinished
    unfinished = setbacks.recall(prefix, states, now) or unfinished
    local moment = format('%.0f', now)
    local list, comesAgain = dueBetween(prefix, paused, '-inf', moment, limit), false
    local lapsed, ahead = lapsedLeases(prefix, now)
    if ahead then
        setbacks.begin(prefix, ahead)
        unfinished = true
    end
    if #lapsed > 0 then list, comesAgain = besides(prefix, paused, lapsed, moment, limit) end
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

    local found = documentsInBounds(prefix, list)
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
        if document == nil then
            total = n - 1
            break
        end
        if document then
            bytes = bytes + #document
            if bytes > limits.claimedBytes and n > 1 then
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

local function claimAndTell(keys, args)
    local reply = claim(prefixOf(keys), args)
    local sent = outbox.reported()
    local waiting = call.waiting and sent and call.waiting .. ',' .. sent or call.waiting or sent
    if waiting then reply[#reply + 1] = waiting end
    return reply
end

register('claim', claimAndTell, 'allow-oom')
