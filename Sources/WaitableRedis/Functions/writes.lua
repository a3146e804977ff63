-- What a call writes at its end.

local call = require 'call'
local commands = require 'commands'
local SLICE, batched = commands.SLICE, commands.batched
local noteDue = require 'clock'.noteDue
local status = require 'documents'.status
local sleepers = require 'sleepers'
local firstDue, wake = sleepers.firstDue, sleepers.wake

-- What a call has decided and not written yet: lists of words for one command each, so that a batch costs few commands.
-- `write` writes them. What an effect stops is written first (see closing.lua), and is then no longer the call's: `stopped`.
local function newWrites(prefix, now)
    local writes = {
        texts = {}, due = {}, left = {}, closed = {}, failed = {}, progressed = {}, waits = {}, stopped = {}, holds = false,
    }
    local dueKey = prefix .. ':due'

    function writes.keep(name, document, next, looks)
        local texts, due = writes.texts, writes.due
        texts[#texts + 1], texts[#texts + 2] = name, document
        if next == '' then
            writes.left[#writes.left + 1] = name
            writes.closed[#writes.closed + 1] = now
            writes.closed[#writes.closed + 1] = name
            if status(document) ~= 'S' then
                writes.failed[#writes.failed + 1] = now
                writes.failed[#writes.failed + 1] = name
            end
        elseif next ~= '=' then
            due[#due + 1] = next
            due[#due + 1] = name
            if looks then writes.waits[#writes.waits + 1] = #due - 1 end
        end
    end

    -- Nothing in it can fail: the types of these keys were checked before the first write.
    function writes.write()
        local due = writes.due
        batched('HSET', prefix .. ':executions', writes.texts, 2)
        -- Now that those before them in the batch have told their parents.
        for _, k in ipairs(writes.waits) do
            if redis.call('EXISTS', prefix .. ':inbox:' .. due[k + 1]) == 1 then due[k] = now end
        end
        if #due > 0 then
            local before, soonest = firstDue(prefix), nil
            for k = 1, #due, 2 do
                local instant = tonumber(due[k])
                if not soonest or instant < soonest then soonest = instant end
            end
            if writes.holds then
                for i = 1, #due, SLICE do
                    redis.call('ZADD', dueKey, 'XX', unpack(due, i, #due < i + SLICE - 1 and #due or i + SLICE - 1))
                end
            else
                batched('ZADD', dueKey, due, 2)
            end
            -- Others sleep towards the leases that these had: they wake when one is due sooner than all of that.
            wake(prefix, before, soonest)
            -- What is due a while from now, as the limit of a call, is so by this clock.
            noteDue(prefix, now)
        end
        if writes.holds then batched('ZREM', dueKey, writes.left) end
        batched('ZADD', prefix .. ':closed', writes.closed, 2)
        batched('ZADD', prefix .. ':failed', writes.failed, 2)
        batched('HDEL', prefix .. ':redelivered', writes.progressed)
        writes.texts, writes.due, writes.left, writes.closed, writes.failed, writes.progressed, writes.waits =
            {}, {}, {}, {}, {}, {}, {}
    end

    call.writes = writes
    return writes
end

return {newWrites = newWrites}
