-- What the caller has to be allowed to do. Redis takes nothing back: a user who may not do what a call writes last would leave a
-- transition half done, so that is asked before the first write.

local refuse = require 'arguments'.refuse

local rights = {}

-- Lists of commands, each with what follows the prefix in a key of its kind.

-- What begins, moves or ends an execution.
rights.TRANSITION = {{'HSET', ':executions'}, {'ZADD', ':due'}, {'ZADD', ':closed'}, {'HSET', ':item:'}}

-- What redriving adds.
rights.REDRIVE = {{'SET', ':redrive:'}}

-- What the end of a lease adds.
rights.LEASE = {{'ZREM', ':due'}, {'ZREM', ':leases'}, {'HDEL', ':redelivered'}}

-- What the effects of a step add, and what people do to an execution.
rights.EFFECTS = {
    {'DEL', ':item:'}, {'HDEL', ':item:'}, {'HGETALL', ':item:'}, {'HGET', ':item:'}, {'RPUSH', ':history:'},
    {'RPOP', ':history:'}, {'UNLINK', ':history:'}, {'HEXISTS', ':activities'}, {'RPUSH', ':activity:'}, {'XADD', ':stream:'},
    {'HSET', ':children:'}, {'HGET', ':children:'}, {'HGETALL', ':children:'}, {'HDEL', ':children:'}, {'DEL', ':children:'},
    {'HSET', ':inbox:'}, {'HGET', ':inbox:'}, {'HDEL', ':inbox:'}, {'DEL', ':inbox:'}, {'HSET', ':unread'}, {'HDEL', ':unread'},
    {'HGETALL', ':inbox:'},
    {'RPUSH', ':stopping'}, {'HSET', ':paused'}, {'HGET', ':executions'}, {'ZREM', ':due'}, {'ZREM', ':closed'},
    {'HDEL', ':redelivered'}, {'ZADD', ':failed'}, {'ZREM', ':failed'}, {'XADD', ':events'}, {'RPUSH', ':jobs'},
}

-- What programs on declared tables add.
rights.TABLES = {
    {'HSET', ':item:'}, {'DEL', ':item:'}, {'HDEL', ':item:'}, {'HGETALL', ':item:'}, {'HSET', ':record:'}, {'DEL', ':record:'},
    {'HDEL', ':record:'}, {'HGETALL', ':record:'}, {'ZADD', ':index:'}, {'ZREM', ':index:'}, {'ZRANGE', ':index:'},
    {'ZCARD', ':index:'}, {'HGET', ':tables'},
}

-- What hands out jobs that are to be stopped.
rights.JOBS = {{'LREM', ':jobs'}, {'LRANGE', ':jobs'}, {'HDEL', ':paused'}}

-- What leaves a job to be stopped.
rights.GIVING_UP = {{'RPUSH', ':jobs'}, {'HSET', ':paused'}}

-- What tells of an execution.
rights.FEED = {{'XADD', ':events'}}

-- What sends messages to other partitions.
rights.SENDING = {{'HGET', ':sent'}, {'HSET', ':sent'}, {'RPUSH', ':outbox:'}, {'HSET', ':paused'}}

-- What takes messages of other partitions.
rights.RECEIVING = {{'HGET', ':received'}, {'HSET', ':received'}}

-- What tells a task something.
rights.ANSWER = {{'HSET', ':inbox:'}, {'ZADD', ':due'}}

-- What hands a task of an activity out, and takes it back.
rights.OFFER = {
    {'INCR', ':sequence'}, {'LPOP', ':activity:'}, {'LPUSH', ':activity:'}, {'ZADD', ':activity:'}, {'ZREM', ':activity:'},
    {'HDEL', ':inbox:'},
}

-- What gives a member of `due` another name.
rights.ADOPTION = {{'ZREM', ':due'}, {'ZADD', ':due'}, {'HSET', ':redelivered'}, {'HDEL', ':redelivered'}}

-- What removes an execution.
rights.REMOVAL = {
    {'HDEL', ':executions'}, {'HDEL', ':unread'}, {'UNLINK', ':history:'}, {'ZREM', ':closed'}, {'ZREM', ':failed'},
}

-- Refuses a caller who may not do all of some lists.
function rights.check(prefix, ...)
    for _, list in ipairs({...}) do
        for n = 1, #list do
            local command, key = list[n][1], prefix .. list[n][2]
            if not redis.acl_check_cmd(command, key) then
                refuse('NOPERM', 'user', 'must be allowed to ' .. command, key)
            end
        end
    end
end

return rights
