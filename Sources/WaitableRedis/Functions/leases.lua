-- Leases: the scores in `due` under which workers hold what they have claimed.

local limits = require 'limits'
local format = require 'strings'.format
local rights = require 'rights'
local arguments = require 'arguments'
local integer, memberList, named, noMore, prefixOf, refuse, token =
    arguments.integer, arguments.memberList, arguments.named, arguments.noMore, arguments.prefixOf, arguments.refuse,
    arguments.token
local register = require 'functions'.register
local batched = require 'commands'.batched
local clocks = require 'clock'
local AT_ONCE, MAX_DRIFT, clock, exact, noteDue =
    clocks.AT_ONCE, clocks.MAX_DRIFT, clocks.clock, clocks.exact, clocks.noteDue
local documents = require 'documents'
local documentOf, documentsOf = documents.documentOf, documents.documentsOf
local sleepers = require 'sleepers'
local firstDue, wake = sleepers.firstDue, sleepers.wake
local redeliveries = require 'redeliveries'

local LEASE_STEPS = 2047 -- a lease's fraction is k/2048, k = 1…2047
local MAX_LAPSED = 64    -- leases that ran out which one claim looks around

-- A new lease, as text.
local function newLease(prefix, now, duration)
    local step = redis.call('INCR', prefix .. ':sequence') % LEASE_STEPS + 1
    local lease = exact(now + duration + step / 2048)
    redis.call('ZADD', prefix .. ':leases', now, lease)
    return lease
end

-- The members of `due` under a lease, as a list.
local function held(prefix, lease)
    return redis.call('ZRANGE', prefix .. ':due', lease, lease, 'BYSCORE', 'LIMIT', 0, limits.batch)
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

-- A write that changes nothing: it also fails for a user that may not write leases, and so may not finish what they hold.
local function checkLeases(prefix) redis.call('ZREM', prefix .. ':leases', '') end

-- waitable_renew: a new lease, and so a new token, for executions still held. By it a worker also says that it has those that
-- were lost before.
-- KEYS   prefix
-- ARGV   token, lease in ms (1…86400000), X…
-- Returns [new token (text, '' when none is held any more), then 1 renewed | 0 lost for each X]
-- Errors VALIDATION. Bound: 1,000 executions.
local function renew(keys, args)
    local prefix = prefixOf(keys)
    local old = token(args[1])
    local duration = integer(args[2], 'lease', 1, limits.lease)
    local list = memberList(args, 3)
    local scores = redis.call('ZMSCORE', prefix .. ':due', unpack(list))
    local reply, renewed = {''}, {}
    for n = 1, #list do
        local isHeld = scores[n] and tonumber(scores[n]) == old
        reply[n + 1] = isHeld and 1 or 0
        if isHeld then renewed[#renewed + 1] = list[n] end
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

-- Makes members that are held due again, `pause` ms from now; with 0 at once, in their order here, and no later than when they
-- were claimed: so that one that is given back again and again is not overtaken by what was due later. Returns those that were
-- held.
local function letFree(prefix, text, list, pause)
    local lease = token(text)
    local scores = redis.call('ZMSCORE', prefix .. ':due', unpack(list))
    checkLeases(prefix)
    local before, now = firstDue(prefix), clock()
    local taken = tonumber(redis.call('ZSCORE', prefix .. ':leases', text) or now)
    local isInOrder = pause == 0 and taken < now
    local again = isInOrder and taken - #list + 1 or now + pause
    -- Where the clock was set back since, what has no document is due no sooner than when it was claimed: see `putBack`.
    local found = not isInOrder and taken > again and documentsOf(prefix, list)
    local rescored, free = {}, {}
    for n = 1, #list do
        if scores[n] and tonumber(scores[n]) == lease then
            rescored[#rescored + 1] = format('%.0f', found and not found[n] and taken or isInOrder and again + n - 1 or again)
            rescored[#rescored + 1] = list[n]
            free[#free + 1] = list[n]
        end
    end
    if #free == 0 then return free end
    redis.call('ZADD', prefix .. ':due', 'XX', unpack(rescored))
    letGo(prefix, text)
    wake(prefix, before, again)
    noteDue(prefix, now)
    return free
end

-- waitable_release: gives leases back; the executions are due again, as they are, and that is no redelivery.
-- KEYS   prefix
-- ARGV   token, in how many ms they are due (0…86400000; 0: in this order, before what came due since they were
--        claimed), X…
-- Returns how many were still held and are released. Wakes a sleeping worker.
-- Errors VALIDATION. Bound: 1,000 executions.
local function release(keys, args)
    local prefix = prefixOf(keys)
    token(args[1])
    local pause = integer(args[2], 'pause', 0, limits.lease)
    return #letFree(prefix, args[1], memberList(args, 3), pause)
end

-- waitable_put_off: gives leases back on members that cannot be taken over yet. It counts as a redelivery: one that never can be
-- is given up as poison is.
-- KEYS   prefix
-- ARGV   token, in how many ms they are due (1…86400000), X…
-- Returns how many were still held and are put off. Wakes a sleeping worker.
-- Errors VALIDATION. Bound: 1,000 members.
local function putOff(keys, args)
    local prefix = prefixOf(keys)
    token(args[1])
    local pause = integer(args[2], 'pause', 1, limits.lease)
    local free = letFree(prefix, args[1], memberList(args, 3), pause)
    redeliveries.count(prefix, free)
    return #free
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
    rights.check(prefix, rights.ADOPTION)
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

register('renew', renew, 'allow-oom')
register('release', release, 'allow-oom')
register('put_off', putOff, 'allow-oom')
register('adopt', adopt, 'allow-oom')

return {
    LEASE_STEPS = LEASE_STEPS, MAX_LAPSED = MAX_LAPSED, checkLeases = checkLeases, held = held,
    lapsedLeases = lapsedLeases, letGo = letGo, newLease = newLease,
}
