-- What the caller has to be allowed to do. Redis takes nothing back: a user who may not do what a call writes last would leave a
-- transition half done.

local arguments = require 'arguments'
local refuse = arguments.refuse

local rights = {}

-- What a transition writes: commands, each with what follows the prefix in a key of its kind.
local TRANSITION = {
    {'HSET', ':executions'}, {'ZADD', ':due'}, {'ZADD', ':closed'}, {'HSET', ':item:'},
}
-- What the end of a lease adds.
local LEASED = {{'ZREM', ':due'}, {'ZREM', ':leases'}, {'HDEL', ':redelivered'}}
-- What the effects of a step add.
local EFFECTS = {
    {'DEL', ':item:'}, {'HDEL', ':item:'}, {'HGETALL', ':item:'}, {'RPUSH', ':history:'}, {'RPOP', ':history:'},
    {'UNLINK', ':history:'}, {'HEXISTS', ':activities'}, {'RPUSH', ':activity:'}, {'XADD', ':stream:'}, {'HSET', ':children:'},
    {'HGET', ':children:'}, {'HVALS', ':children:'}, {'HDEL', ':children:'}, {'DEL', ':children:'}, {'HSET', ':inbox:'},
    {'HGET', ':inbox:'}, {'HDEL', ':inbox:'}, {'DEL', ':inbox:'}, {'HSET', ':unread'}, {'HDEL', ':unread'},
    {'RPUSH', ':stopping'}, {'HSET', ':paused'}, {'HGET', ':executions'}, {'ZREM', ':due'}, {'HDEL', ':redelivered'},
}

local function check(prefix, list)
    for n = 1, #list do
        local command, key = list[n][1], list[n][2]
        if not redis.acl_check_cmd(command, prefix .. key) then
            refuse('NOPERM', 'user', 'must be allowed to ' .. command, prefix .. key)
        end
    end
end

-- Refuses a caller who may not begin executions, whose entries have effects or have none.
function rights.checkStart(prefix, hasEffects)
    check(prefix, TRANSITION)
    if hasEffects then check(prefix, EFFECTS) end
end

-- Refuses a caller who may not move on what he holds.
function rights.checkCommit(prefix, hasEffects)
    check(prefix, TRANSITION)
    check(prefix, LEASED)
    if hasEffects then check(prefix, EFFECTS) end
end

return rights
