-- What a step does beside its item: tasks for activities, streams, executions that a task starts. An entry has it as words:
--   'offer', ACTIVITY, TASK, ANSWER   a task (id, X, token and input, a line each) goes to the end of the activity's queue; where
--                                     there is no such activity, the answer (JSON text) is the task's
--   'publish', STREAM, n, f1, v1, …   an entry of a stream
--   'start', MACHINE, id, INPUT, task, w, HASH
--                                     starts an execution of a revision ('': the machine's current one, ':3' and ':LIVE': a
--                                     version's, an alias's). w: '' the task is done with that | 't' it goes on until
--                                     its token is used | '@', '=' or '*' until the execution has closed, and is answered
--                                     in that way. Has an outcome, but for '*'
--   'stop', task                      stops the execution that a task of this one waits for
--   'follow', task, JOB               a job (a JSON object) goes on for a task of this one. Where the task is given up, it goes
--                                     to `jobs`, so that it is stopped
--   'unfollow', task                  it has ended
--   'report', PARENT, task, w         tells the execution whose task started this one that it has closed; PARENT is a place (see
--                                     outbox.lua)
--   'send', PARTITION, effect         the same in another partition, by a message: one of these, or a program on an item as
--                                     entries have it ('evaluate', SUFFIX, PROGRAM). An outcome comes as a message too, into the
--                                     execution's inbox. A program may be sent to the own partition, where it goes on from one to
--                                     the next: a scan
--   'tell', TYPE, due, status, error, HASH
--                                     tells of the execution in the change feed, where the revision tells of its executions;
--                                     see feed.lua
--   'forget', n, f1, v1, …            takes fields out of the execution's inbox, where they have these values ('' for any); with
--                                     n = 0, all, and stops the executions that its tasks wait for

local limits = require 'limits'
local strings = require 'strings'
local byte, gsub, match = strings.byte, strings.gsub, strings.match
local arguments = require 'arguments'
local integer, named, refusal, refuse = arguments.integer, arguments.named, arguments.refusal, arguments.refuse
local commands = require 'commands'
local announce, isError = commands.announce, commands.isError
local clock = require 'clock'.clock
local inboxes = require 'inboxes'
local closing = require 'closing'
local children = require 'children'
local outbox = require 'outbox'
local items = require 'items'
local jobs = require 'jobs'
local own = require 'slots'.own
local feed = require 'feed'

local MAX_STREAM = '100000' -- entries that a stream keeps, roughly
local MAX_TASK = 100000000000 -- ids of tasks: of events, or of the items of map runs

-- What there is to know of each kind: `width`, the number of its words; `check` refuses what is wrong with them; `target`, the
-- key that it writes with the command that tells whether it is of the right type, where it must be; `problem`, the error text
-- where it could not be applied all the same; `apply` applies it, and returns its outcome if it has one. Words begin at args[i].
local KINDS = {}

-- The error text of a check that may fail.
local function problemOf(check, prefix)
    local succeeded, problem = pcall(check, prefix)
    if succeeded then return nil end
    return type(problem) == 'table' and problem.err or tostring(problem)
end

KINDS.offer = {
    width = function() return 4 end,
    check = function(args, i)
        named(args[i + 1], 'name')
        integer(match(args[i + 2], '^(%d+)\n'), 'task', 0, MAX_TASK)
        if byte(args[i + 3]) ~= 123 then refuse('VALIDATION', 'answer', 'must be a JSON object', args[i + 3]) end
    end,
    target = function(prefix, _, args, i) return prefix .. ':activity:' .. args[i + 1], 'LLEN' end,
    problem = function(prefix, name)
        for _, key in ipairs({':activities', ':inbox:' .. name}) do
            local reply = redis.pcall('HLEN', prefix .. key)
            if isError(reply) then return reply.err end
        end
    end,
    apply = function(prefix, name, args, i)
        if redis.call('HEXISTS', prefix .. ':activities', args[i + 1]) == 1 then
            redis.call('RPUSH', prefix .. ':activity:' .. args[i + 1], args[i + 2])
            announce(prefix .. ':offers', args[i + 1])
        else
            redis.call('HSET', prefix .. ':inbox:' .. name, match(args[i + 2], '^%d+'), args[i + 3])
        end
    end,
}

KINDS.publish = {
    width = function(args, i) return 3 + 2 * integer(args[i + 2], 'fields', 1, 1000) end,
    check = function(args, i) named(args[i + 1], 'name') end,
    target = function(prefix, _, args, i) return prefix .. ':stream:' .. args[i + 1], 'XLEN' end,
    apply = function(prefix, _, args, i)
        local words = {}
        for k = i + 3, i + 2 + 2 * tonumber(args[i + 2]) do words[#words + 1] = args[k] end
        local key = prefix .. ':stream:' .. args[i + 1]
        redis.call('XADD', key, 'MAXLEN', '~', MAX_STREAM, '*', unpack(words))
        -- So that whoever watches finds it.
        if redis.call('XLEN', key) == 1 then redis.pcall('ZADD', prefix .. ':streams', 'NX', (clock()), args[i + 1]) end
    end,
}

KINDS.start = {
    width = function() return 7 end,
    check = function(args, i)
        named(args[i + 1], 'name')
        named(args[i + 2], 'id')
        if args[i + 3] == '' then refuse('VALIDATION', 'input', 'must be JSON', '') end
        integer(args[i + 4], 'task', 0, MAX_TASK)
    end,
    target = function(prefix, name) return prefix .. ':children:' .. name, 'HLEN' end,
    problem = function(prefix, _, args, i)
        local hash = args[i + 6]
        -- Where the machine says which one it is, the outcome tells that it is gone.
        if hash == '' or byte(hash) == 58 or feed.isDeployed(prefix, hash) then return nil end
        return refusal('REVISION', 'revision', 'must be deployed', hash)
    end,
    apply = function(prefix, name, args, i)
        return children.begin(prefix, name, args[i + 1], args[i + 2], args[i + 3], args[i + 4], args[i + 5], args[i + 6])
    end,
}

KINDS.stop = {
    width = function() return 2 end,
    check = function(args, i) integer(args[i + 1], 'task', 0, MAX_TASK) end,
    target = function(prefix, name) return prefix .. ':children:' .. name, 'HLEN' end,
    problem = function(prefix) return problemOf(closing.checkStopping, prefix) end,
    apply = function(prefix, name, args, i) closing.stopTask(prefix, name, args[i + 1]) end,
}

KINDS.follow = {
    width = function() return 3 end,
    check = function(args, i)
        integer(args[i + 1], 'task', 0, MAX_TASK)
        if byte(args[i + 2]) ~= 123 then refuse('VALIDATION', 'job', 'must be a JSON object', args[i + 2]) end
    end,
    target = function(prefix, name) return prefix .. ':children:' .. name, 'HLEN' end,
    apply = function(prefix, name, args, i) jobs.follow(prefix, name, args[i + 1], args[i + 2]) end,
}

KINDS.unfollow = {
    width = function() return 2 end,
    check = function(args, i) integer(args[i + 1], 'task', 0, MAX_TASK) end,
    target = function(prefix, name) return prefix .. ':children:' .. name, 'HLEN' end,
    apply = function(prefix, name, args, i) jobs.unfollow(prefix, name, args[i + 1]) end,
}

KINDS.report = {
    width = function() return 4 end,
    check = function(args, i)
        named(args[i + 1], 'name')
        integer(args[i + 2], 'task', 0, MAX_TASK)
    end,
    target = function(prefix, _, args, i) return prefix .. ':inbox:' .. args[i + 1], 'HLEN' end,
    problem = function(prefix) return problemOf(closing.checkStopping, prefix) end,
    apply = function(prefix, name, args, i) inboxes.report(prefix, name, args[i + 1], args[i + 2], args[i + 3]) end,
}

KINDS.forget = {
    width = function(args, i) return 2 + 2 * integer(args[i + 1], 'answers', 0, 100000) end,
    check = function() end,
    target = function(prefix, name) return prefix .. ':inbox:' .. name, 'HLEN' end,
    problem = function(prefix) return problemOf(closing.checkStopping, prefix) end,
    apply = function(prefix, name, args, i)
        if args[i + 1] == '0' then return closing.close(prefix, name, {}) end
        local key = prefix .. ':inbox:' .. name
        for k = i + 2, i + 1 + 2 * tonumber(args[i + 1]), 2 do
            local value = redis.call('HGET', key, args[k])
            if value and (args[k + 1] == '' or value == args[k + 1]) then inboxes.forget(prefix, name, args[k], value) end
        end
    end,
}

local TOLD = {accepted = true, completed = true, failed = true}

KINDS.tell = {
    width = function() return 6 end,
    check = function(args, i)
        if not TOLD[args[i + 1]] then refuse('VALIDATION', 'type', 'must be accepted, completed or failed', args[i + 1]) end
    end,
    apply = function(prefix, name, args, i)
        feed.tell(prefix, args[i + 5], args[i + 1], name, args[i + 2], args[i + 3], args[i + 4])
    end,
}

-- What can be sent to another partition beside programs on items.
local SENT = {offer = true, publish = true, start = true}

KINDS.send = {
    width = function(args, i)
        local kind = args[i + 2]
        if kind == 'evaluate' then return 5 end
        if not SENT[kind] then refuse('VALIDATION', 'effect', 'must be one that can be sent', kind or '') end
        return 2 + KINDS[kind].width(args, i + 2)
    end,
    check = function(args, i)
        integer(args[i + 1], 'partition', 0, outbox.MAX_PARTITION)
        if args[i + 2] ~= 'evaluate' then return KINDS[args[i + 2]].check(args, i + 2) end
        named(args[i + 3], 'item', limits.itemKey)
        integer(items.task(args[i + 4] or ''), 'task', 0, MAX_TASK)
    end,
    target = function(prefix, name) return prefix .. ':children:' .. name, 'HLEN' end,
    problem = function(prefix, _, args, i)
        for _, target in ipairs(outbox.targets(prefix, args[i + 1])) do
            local reply = redis.pcall(target[1], target[2])
            if isError(reply) then return reply.err end
        end
    end,
    apply = function(prefix, name, args, i)
        local partition, kind, words = args[i + 1], args[i + 2], {}
        for k = i + 2, i + KINDS.send.width(args, i) - 1 do words[#words + 1] = args[k] end
        if kind == 'offer' then
            -- The task's execution by its place.
            words[3] = gsub(words[3], '\n', function() return '\n' .. outbox.place(prefix, '') end, 1)
        elseif kind == 'start' then
            children.expect(prefix, name, partition, words)
        end
        if partition ~= own(prefix) then return outbox.send(prefix, partition, 'effect', name, unpack(words)) end
        -- A scan that begins here, and may go on elsewhere: its outcome comes by the inbox, wherever it ends.
        local outcome, forward = items.perform(prefix, words[2], words[3])
        if forward then return outbox.send(prefix, forward, 'forward', partition, name, unpack(words)) end
        redis.call('HSET', prefix .. ':inbox:' .. name, 'o' .. items.task(words[3]), outcome)
    end,
}

local effects = {MAX_TASK = MAX_TASK}

-- The number of words that the effect at args[i] has; nil where it is none of these.
function effects.width(args, i)
    local kind = KINDS[args[i]]
    return kind and kind.width(args, i)
end

-- Returns the index after such an effect, and the error of an entry that has it where it is not right; nil where it is
-- another effect.
function effects.check(args, i)
    local width = effects.width(args, i)
    if not width then return nil end
    if i + width - 1 > #args then refuse('VALIDATION', 'effect', 'must be complete', args[i]) end
    local isRight, failure = pcall(KINDS[args[i]].check, args, i)
    if isRight then return i + width end
    if not failure.refusal then error(failure, 0) end
    return i + width, failure.refusal
end

-- The error text where the effect at args[i] could not be applied.
function effects.problem(prefix, name, args, i)
    local kind = KINDS[args[i]]
    if kind.target then
        local key, command = kind.target(prefix, name, args, i)
        local reply = redis.pcall(command, key)
        if isError(reply) then return reply.err end
    end
    return kind.problem and kind.problem(prefix, name, args, i)
end

-- Applies the effect at args[i]. Returns its outcome, if it has one.
function effects.apply(prefix, name, args, i) return KINDS[args[i]].apply(prefix, name, args, i) end

return effects
