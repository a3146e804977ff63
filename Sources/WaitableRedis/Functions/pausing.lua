-- State machines that are paused: their executions wait on, and stand parked once they are due.
--
-- A parked execution stays in `due`, at its due instant plus 2^50 ms, where no claim looks and no
-- instant lies. Resuming only
-- marks the machine; the claims that follow bring its parked executions back, a slice each, so that no call is long and
-- a caller that dies leaves nothing half done.

local strings = require 'strings'
local byte, floor, format, match = strings.byte, strings.floor, strings.format, strings.match
local arguments = require 'arguments'
local named, noMore, prefixOf, refuse = arguments.named, arguments.noMore, arguments.prefixOf, arguments.refuse
local register = require 'functions'.register
local batched = require 'commands'.batched
local clocks = require 'clock'
local clock, isLease, noteDue = clocks.clock, clocks.isLease, clocks.noteDue
local wake = require 'sleepers'.wake
local redeliveries = require 'redeliveries'

local pausing = {}

-- By how many ms a parked execution's due instant is moved: 2^50.
local PARKED = 1125899906842624
pausing.PARKED = PARKED
local SLICE_RESTORED = 1000 -- parked executions that one claim looks at
local RESUMING = '0'        -- what `paused` holds for a machine whose parked executions are being brought back
local PASS = ':pass'        -- field of `paused`: how many parked executions the running pass has left where they are

-- The machine of a member of `due`: what is before the colon, or before the slash of a map run's items, else the default
-- machine's name.
function pausing.machineOf(prefix, member, known)
    local name = match(member, '^([^:/]*)[^:]*:')
    if name then return name end
    -- No machine has this name.
    if known[':default'] == nil then known[':default'] = redis.call('HGET', prefix .. ':machines', ':default') end
    return known[':default']
end

-- What `paused` holds, or nil where nothing is paused: the one look that it costs the others.
function pausing.states(prefix)
    local key = prefix .. ':paused'
    if redis.call('HLEN', key) == 0 then return nil end
    local words, states = redis.call('HGETALL', key), {}
    for i = 1, #words, 2 do states[words[i]] = words[i + 1] end
    return states
end

-- The same where a machine is paused; nil where all that is there is work for claims.
function pausing.pauses(states)
    if not states then return nil end
    for field in pairs(states) do
        if byte(field) ~= 58 then return states end
    end
end

function pausing.isPaused(prefix, states, member)
    local state = states[pausing.machineOf(prefix, member, states)]
    return state and state ~= RESUMING
end

-- The instant at which what has a score is due, where it is parked; else nil. Whatever Redis's clock shows by now: it may have
-- been years ahead.
function pausing.parkedUntil(score)
    local due = score - PARKED
    if due >= 0 and due < PARKED then return due end
end

-- Brings parked executions of resuming machines back, from the next slice of the parked ones. Returns whether there is
-- more to do. What was put in by hand for no instant at all stays.
function pausing.restore(prefix, states, now)
    local resuming = {}
    for name, state in pairs(states) do
        if state == RESUMING then resuming[#resuming + 1] = name end
    end
    if #resuming == 0 then return false end
    local key, due = prefix .. ':paused', prefix .. ':due'
    local left = tonumber(states[PASS] or 0)
    local list = redis.call('ZRANGE', due, format('%.0f', PARKED), format('(%.0f', 2 * PARKED), 'BYSCORE',
        'LIMIT', left, SLICE_RESTORED, 'WITHSCORES')
    local restored, last = {}, now
    for i = 1, #list, 2 do
        local due = pausing.parkedUntil(tonumber(list[i + 1]))
        if not due or pausing.isPaused(prefix, states, list[i]) then
            left = left + 1
        else
            restored[#restored + 1] = format('%.0f', due)
            restored[#restored + 1] = list[i]
            if due > last then last = due end
        end
    end
    batched('ZADD', due, restored, 2)
    -- What was due when it was parked: if that lies ahead, the clock was set back since; see setbacks.lua.
    if #restored > 0 then noteDue(prefix, last) end
    if #list == 2 * SLICE_RESTORED then
        redis.call('HSET', key, PASS, left)
        return true
    end
    -- The end of a pass. What was parked by a claim meanwhile stands before or behind: the last pass finds nothing.
    redis.call('HDEL', key, PASS)
    if #restored > 0 then return true end
    redis.call('HDEL', key, unpack(resuming))
    return false
end

-- Parks the due members of paused machines, out of [member, score, …]. Returns the others.
function pausing.park(prefix, states, ready)
    local others, parked, lapsed, now = {}, {}, {}, (clock())
    for i = 1, #ready, 2 do
        local member, score = ready[i], tonumber(ready[i + 1])
        if pausing.isPaused(prefix, states, member) then
            -- A lease that ran out was for what is due now.
            if isLease(score) then lapsed[#lapsed + 1], score = member, now end
            -- Put in by hand, it can be infinite, and what is parked has to come back.
            parked[#parked + 1] = format('%.0f', (score > 0 and floor(score) or 0) + PARKED)
            parked[#parked + 1] = member
        else
            others[#others + 1] = member
        end
    end
    for i = 1, #lapsed do redeliveries.lost(prefix, lapsed[i]) end
    batched('ZADD', prefix .. ':due', parked, 2)
    return others
end

-- Whether a machine is paused, and not being resumed.
function pausing.isMachinePaused(prefix, name)
    local since = redis.call('HGET', prefix .. ':paused', name)
    return since and since ~= RESUMING
end

-- Ends the pause of a machine, also of one that is not deployed any more: the claims that follow bring back what is parked.
-- Returns whether it was paused.
function pausing.resume(prefix, name)
    if not pausing.isMachinePaused(prefix, name) then return false end
    redis.call('HSET', prefix .. ':paused', name, RESUMING)
    redis.call('HDEL', prefix .. ':paused', PASS)
    wake(prefix, nil, (clock()))
    return true
end

local function deployed(prefix, name)
    named(name, 'machine')
    if name == ':default' or redis.call('HEXISTS', prefix .. ':machines', name) == 0 then
        refuse('NOTFOUND', 'machine', 'must be deployed', name)
    end
end

-- waitable_pause: executions of a machine that become due are not claimed until it is resumed.
-- KEYS   prefix
-- ARGV   machine
-- Returns when it was paused, in ms; the first time counts
-- Errors VALIDATION, NOTFOUND, OOM. Bound: constant.
local function pause(keys, args)
    local prefix = prefixOf(keys)
    noMore(args, 1)
    deployed(prefix, args[1])
    local key = prefix .. ':paused'
    local since = redis.call('HGET', key, args[1])
    if since and since ~= RESUMING then return tonumber(since) end
    local now = clock()
    redis.call('HSET', key, args[1], format('%.0f', now))
    redis.call('HDEL', key, PASS)
    return now
end

-- waitable_unpause: what is due of a paused machine is claimed again, and what comes due.
-- KEYS   prefix
-- ARGV   machine
-- Returns 1 | 0 it was not paused. Wakes a sleeping worker.
-- Errors VALIDATION, NOTFOUND. Bound: constant; the claims after it bring back what is parked.
local function unpause(keys, args)
    local prefix = prefixOf(keys)
    noMore(args, 1)
    deployed(prefix, args[1])
    return pausing.resume(prefix, args[1]) and 1 or 0
end

register('pause', pause)
register('unpause', unpause, 'allow-oom')

return pausing
