-- Messages to other partitions, which cannot be written in one call with this one: they wait in an outbox for each, a channel,
-- until a worker has delivered them (delivery.lua) and says so.
--
-- A message is a list of words in MessagePack: version, number, the number of the channel's message before it ('0': none),
-- kind, words of that kind. Numbers grow: they are µs of this Redis's clock, or one more than the last. So what a failover has
-- taken back is never taken for what comes after it.
--
-- A place says where an execution lies: its name where that is this partition, else `{5}machine:id`. No name begins with a brace.

local strings = require 'strings'
local byte, concat, format, match, sub = strings.byte, strings.concat, strings.format, strings.match, strings.sub
local call = require 'call'
local arguments = require 'arguments'
local integer, noMore, prefixOf = arguments.integer, arguments.noMore, arguments.prefixOf
local register = require 'functions'.register
local clock = require 'clock'.clock
local sleepers = require 'sleepers'
local own = require 'slots'.own

local outbox = {}

local VERSION = '1'
local MAX_PARTITION = 1023
local MAX_NUMBER = 4503599627370495 -- 2^52 - 1: those that follow it are exact, too
local SLICE = 16             -- messages that are read at once
local MAX_MESSAGES = 100     -- messages that one call hands out
local MAX_BYTES = 1048576    -- and how many bytes they have: one may have more

outbox.VERSION = VERSION
outbox.MAX_PARTITION = MAX_PARTITION

-- Field of `paused` that says that a channel holds something: so a claim looks at it no more than it does anyway.
local WAITING = ':outbox:'

-- The partition in a place (nil where it is this one), and the name.
function outbox.split(place)
    if byte(place) ~= 123 then return nil, place end
    local partition, name = match(place, '^{(%d+)}(.*)$')
    return partition, name or place
end

-- The place of an execution of this partition, for others.
function outbox.place(prefix, name) return '{' .. own(prefix) .. '}' .. name end

-- The keys that a message to a partition writes, with the commands that tell whether they are of the right type.
function outbox.targets(prefix, partition)
    return {{'LLEN', prefix .. ':outbox:' .. partition}, {'HLEN', prefix .. ':sent'}, {'HLEN', prefix .. ':paused'}}
end

-- Appends a message, its kind first, to the channel to a partition.
function outbox.send(prefix, partition, ...)
    local sent, key = prefix .. ':sent', prefix .. ':outbox:' .. partition
    local before = redis.call('HGET', sent, partition) or '0'
    call.micros = call.micros or tonumber((select(2, clock())))
    local last = tonumber(before)
    local number = format('%.0f', last < call.micros and call.micros or last + 1)
    redis.call('HSET', sent, partition, number)
    if redis.call('RPUSH', key, cmsgpack.pack({VERSION, number, before, ...})) == 1 then
        redis.call('HSET', prefix .. ':paused', WAITING .. partition, '1')
    end
    call.sender = prefix
    call.sent = call.sent or {}
    call.sent[partition] = true
end

local function listed(partitions)
    local list = {}
    for partition in pairs(partitions) do list[#list + 1] = partition end
    return concat(list, ',')
end

-- The partitions that this call has sent to, with commas between them, for a caller who delivers; nil for none.
function outbox.reported()
    if not call.sent then return nil end
    call.isReported = true
    return listed(call.sent)
end

-- Those whose channels hold something, with commas between them, by what pausing.states says; nil for none.
function outbox.waiting(states)
    if not states then return nil end
    local found
    for field in pairs(states) do
        if sub(field, 1, #WAITING) == WAITING then
            found = found or {}
            found[sub(field, #WAITING + 1)] = true
        end
    end
    return found and listed(found)
end

-- Wakes a worker after a call that has sent something and does not tell its caller: its claim tells the worker.
function call.ended()
    if call.sent and not call.isReported then sleepers.wake(call.sender, nil, (clock())) end
end

-- waitable_delivered: drops the messages of a channel that have been delivered, and hands out the next ones.
-- KEYS   prefix
-- ARGV   partition (0…1023), number of the last message that it has had ('0' where that is not known)
-- Returns [message, …] for waitable_deliver, from the first one on; [] when the channel is empty
-- Errors VALIDATION. Bound: those that have been delivered, and 100 messages or 1 MiB.
local function delivered(keys, args)
    local prefix = prefixOf(keys)
    local partition = format('%d', integer(args[1], 'partition', 0, MAX_PARTITION))
    local had = integer(args[2], 'number', 0, MAX_NUMBER)
    noMore(args, 2)
    local key, sent = prefix .. ':outbox:' .. partition, prefix .. ':sent'
    redis.call('HLEN', prefix .. ':paused')
    -- Where the clock of a new primary is behind: what comes next must have a higher number.
    if had > tonumber(redis.call('HGET', sent, partition) or 0) then redis.call('HSET', sent, partition, args[2]) end
    local list, bytes, from = {}, 0, 0
    repeat
        local slice = redis.call('LRANGE', key, from, from + SLICE - 1)
        local gone = 0
        for n = 1, #slice do
            local number = tonumber(cmsgpack.unpack(slice[n])[2])
            if number <= had then
                gone = n
            elseif #list < MAX_MESSAGES and (#list == 0 or bytes + #slice[n] <= MAX_BYTES) then
                list[#list + 1], bytes = slice[n], bytes + #slice[n]
            else
                return list
            end
        end
        if gone > 0 then redis.call('LPOP', key, gone) end
        from = from + #slice - gone
    until #slice < SLICE
    if #list == 0 then redis.call('HDEL', prefix .. ':paused', WAITING .. partition) end
    return list
end

register('delivered', delivered, 'allow-oom')

return outbox
