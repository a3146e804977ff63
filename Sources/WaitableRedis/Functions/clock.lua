-- Redis's clock, and the scores in `due`: whole milliseconds, or a lease.

local strings = require 'strings'
local floor, format = strings.floor, strings.format
local call = require 'call'

local MAX_DRIFT = 1000 -- ms by which the clock may be behind without having been set back
local AT_ONCE = 'now'  -- member of `clock`: when something was last made due at once

-- The Redis clock: whole milliseconds, and microseconds as text.
local function clock()
    local time = redis.call('TIME')
    return tonumber(time[1]) * 1000 + floor(tonumber(time[2]) / 1000), format('%s%06d', time[1], tonumber(time[2]))
end

local function exact(score) return format('%.17g', score) end

-- Whether a score is a lease. Those put in by hand can be infinite.
local function isLease(score) return score % 1 ~= 0 and score - score == 0 end

-- Notes that something was made due at once: a claim that finds the clock before that instant knows that it was set back.
-- Cannot fail: called after writes.
local function noteDue(prefix, now)
    now = tonumber(now)
    if call.noted and call.noted >= now then return end
    call.noted = now
    redis.pcall('ZADD', prefix .. ':clock', 'GT', now, AT_ONCE)
end

return {AT_ONCE = AT_ONCE, MAX_DRIFT = MAX_DRIFT, clock = clock, exact = exact, isLease = isLease, noteDue = noteDue}
