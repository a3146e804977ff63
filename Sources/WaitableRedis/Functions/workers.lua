-- Who works on this partition: what workers say of themselves, for whoever watches.

local strings = require 'strings'
local byte, format = strings.byte, strings.format
local arguments = require 'arguments'
local integer, named, noMore, prefixOf, refuse =
    arguments.integer, arguments.named, arguments.noMore, arguments.prefixOf, arguments.refuse
local register = require 'functions'.register
local clocks = require 'clock'
local MAX_DRIFT, clock = clocks.MAX_DRIFT, clocks.clock
local sleepers = require 'sleepers'

local MAX_REPORT = 4096  -- bytes
local FORGOTTEN = 100    -- reports of workers long gone that one call forgets
local LONGEST = 3600000  -- ms that a report may be kept
local USUAL = 60000      -- ms that others may be kept at least

-- waitable_report: a worker's report on itself, kept until it is replaced or its time has passed.
-- KEYS   prefix
-- ARGV   worker (its name), time to live in ms (0…3600000; 0: the worker leaves), report (a JSON object), optionally `names`
-- Returns how many workers are known after it; with `names`, their names.
-- Errors VALIDATION. Bound: constant; with `names`, the number of workers.
local function report(keys, args)
    local prefix = prefixOf(keys)
    local name = named(args[1], 'worker')
    local life = integer(args[2], 'time to live', 0, LONGEST)
    local text = args[3] or ''
    if life > 0 and (byte(text) ~= 123 or byte(text, -1) ~= 125 or #text > MAX_REPORT) then
        refuse('VALIDATION', 'report', 'must be a JSON object of at most ' .. MAX_REPORT .. ' bytes', text)
    end
    if args[4] and args[4] ~= 'names' then refuse('VALIDATION', 'answer', 'must be names', args[4]) end
    noMore(args, 4)
    local workers, reports = prefix .. ':workers', prefix .. ':reports'
    local now = clock()
    local gone = redis.call('ZRANGE', workers, '-inf', format('%.0f', now), 'BYSCORE', 'LIMIT', 0, FORGOTTEN)
    -- Reports of before the clock was set back: whoever is still at work reports again.
    local most = life == 0 and LONGEST or life < USUAL and USUAL or life
    local ahead = '(' .. format('%.0f', now + most + MAX_DRIFT)
    for _, other in ipairs(redis.call('ZRANGE', workers, ahead, '+inf', 'BYSCORE', 'LIMIT', 0, FORGOTTEN)) do
        gone[#gone + 1] = other
    end
    if life == 0 then gone[#gone + 1] = name end
    redis.call('HLEN', reports)
    if #gone > 0 then
        redis.call('ZREM', workers, unpack(gone))
        redis.call('HDEL', reports, unpack(gone))
    end
    if life == 0 then pcall(sleepers.rise, prefix, name) end
    if life > 0 then
        redis.call('ZADD', workers, now + life, name)
        redis.call('HSET', reports, name, text)
    end
    if args[4] then return redis.call('ZRANGE', workers, 0, -1) end
    return redis.call('ZCARD', workers)
end

register('report', report, 'allow-oom')
