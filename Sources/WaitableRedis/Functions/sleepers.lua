-- Workers that sleep: one wake-up wakes one of them, whatever their number.
--
-- `sleepers` holds every sleeping worker with its alarm, the instant at which it looks by itself. A worker goes to sleep in
-- the very claim that found nothing, and gets up in the claim that got something: one that is not in the set is awake, and
-- claims again before it sleeps. While anybody sleeps, one alarm is set for the head of `due`, and another one a little later,
-- for the case that the first worker is stopped or cut off. So no wake-up is lost, and only one is needed.

local limits = require 'limits'
local strings = require 'strings'
local floor, format = strings.floor, strings.format
local announce = require 'commands'.announce
local clocks = require 'clock'
local clock, exact, isLease = clocks.clock, clocks.exact, clocks.isLease

local sleepers = {}

local GUARD = 20     -- ms after an instant at which a second sleeper looks whether the first one did
local PATIENCE = 100 -- ms for which an alarm may have passed before its worker counts as gone

-- The score at the head of `due`, or nil. Errors when `due` is not a sorted set: called before the first write.
local function firstDue(prefix)
    local first = redis.call('ZRANGE', prefix .. ':due', 0, 0, 'WITHSCORES')
    return first[2] and tonumber(first[2])
end

-- The millisecond in which a claim finds what has a score: a lease is over after its own.
local function moment(score) return isLease(score) and floor(score) + 1 or score end

local function ring(prefix, worker, instant)
    return announce(prefix .. ':wake:' .. worker, format('%.0f', instant)) > 0
end

-- The two sleepers with the soonest alarms, [name, alarm, name, alarm]. Those that should have got up long ago leave the set;
-- one that is alive after all, as when the clock was set, comes back by the claim that it is told to make.
local function soonest(prefix, key, now)
    local first = redis.call('ZRANGE', key, 0, 1, 'WITHSCORES')
    if not first[2] or tonumber(first[2]) >= now - PATIENCE then return first end
    local gone = redis.call('ZRANGE', key, '-inf', format('%.0f', now - PATIENCE), 'BYSCORE', 'LIMIT', 0, limits.batch)
    redis.call('ZREM', key, unpack(gone))
    for n = 1, #gone do ring(prefix, gone[n], now) end
    return redis.call('ZRANGE', key, 0, 1, 'WITHSCORES')
end

-- Sets an alarm: that of the sleeper whose own is the furthest. One that cannot hear it has gone.
local function setAlarm(prefix, key, alarm, instant)
    for _ = 1, limits.batch do
        local last = redis.call('ZRANGE', key, 0, 0, 'REV', 'WITHSCORES')
        if not last[1] or tonumber(last[2]) <= alarm then return end
        if ring(prefix, last[1], instant) then
            redis.call('ZADD', key, 'XX', exact(alarm), last[1])
            return
        end
        redis.call('ZREM', key, last[1])
    end
end

-- Sees to it that a sleeper looks at an instant, and another one a little later.
function sleepers.watch(prefix, instant)
    local key, now = prefix .. ':sleepers', (clock())
    instant = moment(instant)
    local alarm = instant < now and now or instant
    local first = soonest(prefix, key, now)
    local second = first[3] and tonumber(first[4])
    if first[1] and tonumber(first[2]) > alarm then
        setAlarm(prefix, key, alarm, instant)
        second = first[3] and tonumber(first[2])
    end
    if second and second > alarm + GUARD then setAlarm(prefix, key, alarm + GUARD, alarm + GUARD) end
end

-- Puts a worker to sleep, for `longest` ms at most. Returns its alarm as text.
function sleepers.sleep(prefix, worker, longest, now)
    local key, alarm = prefix .. ':sleepers', now + longest
    redis.call('ZADD', key, exact(alarm), worker)
    local due = firstDue(prefix)
    due = due and moment(due)
    if due and due < alarm then
        local first = soonest(prefix, key, now)
        local one = first[1] ~= worker and tonumber(first[2])
        local two = first[3] and first[3] ~= worker and tonumber(first[4])
        if not one or one > due then
            alarm = due
        elseif (not two or two > due + GUARD) and due + GUARD < alarm then
            alarm = due + GUARD
        end
        redis.call('ZADD', key, exact(alarm), worker)
    end
    return exact(alarm)
end

-- A worker is up, or leaves: another one takes over what it would have looked at.
function sleepers.rise(prefix, worker)
    if redis.call('ZREM', prefix .. ':sleepers', worker) == 0 then return end
    local due = firstDue(prefix)
    if due then sleepers.watch(prefix, due) end
end

-- Wakes a worker, when something is due sooner than `before`, which one sleeps towards. Cannot fail: called after writes.
local function wake(prefix, before, score)
    if score and (not before or score < before) then pcall(sleepers.watch, prefix, score) end
end

sleepers.firstDue = firstDue
sleepers.wake = wake

return sleepers
