-- How often leases of an execution were lost since its last progress, in `redelivered`. A number below zero is of one that was
-- handed out since, and whose worker has not said that it has it: such a lease says nothing of the execution. Its claim may
-- have been answered to nobody.

local redeliveries = {}

local MAX_PAUSE = 32000 -- ms by which the lease of what has lost others is longer

function redeliveries.number(prefix) return redis.call('HLEN', prefix .. ':redelivered') end

-- Counts a lost lease; returns how many there were.
function redeliveries.lost(prefix, name)
    local times = tonumber(redis.call('HGET', prefix .. ':redelivered', name) or 0) or 0
    if times < 0 then return -times end
    redis.call('HSET', prefix .. ':redelivered', name, -(times + 1))
    return times + 1
end

-- Counts one for each of these, whose worker has said that it had them.
function redeliveries.count(prefix, names)
    if #names == 0 then return end
    local times, counts = redis.call('HMGET', prefix .. ':redelivered', unpack(names)), {}
    for n = 1, #names do
        counts[2 * n - 1], counts[2 * n] = names[n], math.abs(tonumber(times[n] or 0) or 0) + 1
    end
    redis.call('HSET', prefix .. ':redelivered', unpack(counts))
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

redeliveries.MAX_PAUSE = MAX_PAUSE

return redeliveries
