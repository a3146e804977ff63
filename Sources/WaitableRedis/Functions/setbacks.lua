-- What was due at once when the clock was set back: it does not wait until the clock shows that time again.
--
-- `clock` holds the last instant at which something was made due at once. A claim reads it with the leases: an instant that lies
-- ahead shows that the clock was set back since. What is in `due` up to a minute behind that instant is then looked through,
-- a slice by each claim: it becomes due now, but for leases and for those that stand in a wait that is not over. One that waits
-- for something else too, and gets nothing by it, waits on.

local strings = require 'strings'
local format, match = strings.format, strings.match
local batched = require 'commands'.batched
local clock = require 'clock'
local AT_ONCE, exact, isLease, noteDue = clock.AT_ONCE, clock.exact, clock.isLease, clock.noteDue
local documents = require 'documents'
local documentsOf, headOf, split, status = documents.documentsOf, documents.headOf, documents.split, documents.status

local setbacks = {}

local LOOKED = 200  -- members that one claim looks at
-- Ms: the pauses that Waitable makes by itself, and the time in which a call has to give a sign of life, are shorter.
local AHEAD = 60000

-- Field of `paused`, so that a claim looks at it no more than it does anyway: up to which score `due` is to be looked through,
-- downwards, and how many of those at that score have been.
local BOUND = ':setback'

-- Begins to look for what was due at once up to an instant that lies ahead; where the clock was set back once more meanwhile,
-- begins anew.
function setbacks.begin(prefix, instant)
    redis.call('ZREM', prefix .. ':clock', AT_ONCE)
    local bound = instant + AHEAD
    local before = tonumber(match(redis.call('HGET', prefix .. ':paused', BOUND) or '', '^%S+'))
    if before and before > bound then bound = before end
    redis.call('HSET', prefix .. ':paused', BOUND, exact(bound) .. ' 0')
end

-- Whether an execution only waits for an instant that lies ahead. What has no document was put there by hand, for its instant.
local function waitsOn(document, now)
    if not document then return true end
    if status(document) ~= 'R' then return false end
    local members, rest = split(document)
    if next(members) then return false end
    local head = headOf(rest)
    return head.ends ~= nil and head.ends > now and not (head.limit and head.limit <= now)
end

-- Makes some of those due, for a claim. `states`: what pausing.states says. Returns whether there may be more.
function setbacks.recall(prefix, states, now)
    local bound, looked = match(states and states[BOUND] or '', '^(%S+) (%d+)$')
    if not bound then return false end
    local due = prefix .. ':due'
    local list = redis.call('ZRANGE', due, bound, format('(%.0f', now), 'BYSCORE', 'REV', 'LIMIT', looked, LOOKED,
        'WITHSCORES')
    local names, scores, recalled = {}, {}, {}
    for i = 1, #list, 2 do names[#names + 1], scores[#scores + 1] = list[i], list[i + 1] end
    local found, last = documentsOf(prefix, names), scores[#scores]
    local left = last == bound and tonumber(looked) or 0
    for n = 1, #names do
        if isLease(tonumber(scores[n])) or waitsOn(found[n], now) then
            if scores[n] == last then left = left + 1 end
        else
            recalled[#recalled + 1] = now
            recalled[#recalled + 1] = names[n]
        end
    end
    batched('ZADD', due, recalled, 2)
    if #recalled > 0 then noteDue(prefix, now) end
    if #names < LOOKED then
        redis.call('HDEL', prefix .. ':paused', BOUND)
        return false
    end
    redis.call('HSET', prefix .. ':paused', BOUND, last .. ' ' .. format('%.0f', left))
    return true
end

return setbacks
