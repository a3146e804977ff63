-- What a step does beside its item: tasks for activities, streams, executions that a task starts. An entry has it as words:
--   'A', ACTIVITY, TASK, ANSWER        a task (id, X, token and input, a line each) goes to the end of the activity's queue;
--                                      where there is no such activity, the answer (JSON text) is the task's
--   'S', STREAM, n, f1, v1, …          an entry of a stream
--   'B', MACHINE, id, INPUT, task, w, HASH
--                                      starts an execution of a revision ('': the machine's current one, ':3' and ':LIVE': a
--                                      version's, an alias's). w: '' the task is
--                                      done with that | 't' it goes on until its token is used | '@', '=' or '*' until the
--                                      execution has closed, and is answered in that way. Has an outcome, but for '*'
--   'K', task                          stops the execution that a task of this one waits for
--   'T', PARENT, task, w               tells the execution whose task started this one that it has closed
--   'C', n, f1, v1, …                  takes fields out of the execution's inbox, where they have these values ('' for any);
--                                      with n = 0, all, and stops the executions that its tasks wait for

local strings = require 'strings'
local byte, match = strings.byte, strings.match
local arguments = require 'arguments'
local integer, named, refusal, refuse = arguments.integer, arguments.named, arguments.refusal, arguments.refuse
local isError = require 'commands'.isError
local inboxes = require 'inboxes'
local forget = inboxes.forget
local closing = require 'closing'
local stopAll = closing.stopAll
local children = require 'children'
local begin, isDeployed = children.begin, children.isDeployed

local effects = {}

local MAX_STREAM = '100000' -- entries that a stream keeps, roughly
local MAX_TASK = 100000000000 -- ids of tasks: of events, or of the items of map runs

-- The number of arguments from args[i] on that an effect has; nil for none of these.
local WIDTHS = {A = 4, B = 7, T = 4, K = 2}

function effects.width(args, i)
    local kind = args[i]
    if kind == 'S' then return 3 + 2 * integer(args[i + 2], 'fields', 1, 1000) end
    if kind == 'C' then return 2 + 2 * integer(args[i + 1], 'answers', 0, 100000) end
    return WIDTHS[kind]
end

local function checkWords(args, i)
    if args[i] == 'K' then
        integer(args[i + 1], 'task', 0, MAX_TASK)
    elseif args[i] ~= 'C' then
        named(args[i + 1], 'name')
    end
    if args[i] == 'B' then
        named(args[i + 2], 'id')
        if args[i + 3] == '' then refuse('VALIDATION', 'input', 'must be JSON', '') end
        integer(args[i + 4], 'task', 0, MAX_TASK)
    elseif args[i] == 'A' then
        integer(match(args[i + 2], '^(%d+)\n'), 'task', 0, MAX_TASK)
        if byte(args[i + 3]) ~= 123 then refuse('VALIDATION', 'answer', 'must be a JSON object', args[i + 3]) end
    elseif args[i] == 'T' then
        integer(args[i + 2], 'task', 0, MAX_TASK)
    end
end

-- Returns the index after such an effect, and the error of an entry that has it where it is not right; nil where it is
-- another effect.
function effects.check(args, i)
    local width = effects.width(args, i)
    if not width then return nil end
    if i + width - 1 > #args then refuse('VALIDATION', 'effect', 'must be complete', args[i]) end
    local isRight, failure = pcall(checkWords, args, i)
    if isRight then return i + width end
    if not failure.refusal then error(failure, 0) end
    return i + width, failure.refusal
end

-- The key that an effect writes, and the command that tells whether it is of the right type.
local function target(prefix, name, args, i)
    local kind = args[i]
    if kind == 'A' then return prefix .. ':activity:' .. args[i + 1], 'LLEN' end
    if kind == 'S' then return prefix .. ':stream:' .. args[i + 1], 'XLEN' end
    if kind == 'C' then return prefix .. ':inbox:' .. name, 'HLEN' end
    if kind == 'T' then return prefix .. ':inbox:' .. args[i + 1], 'HLEN' end
    if kind == 'B' or kind == 'K' then return prefix .. ':children:' .. name, 'HLEN' end
end

-- The error text where the effect at args[i] could not be applied.
function effects.problem(prefix, name, args, i)
    local key, command = target(prefix, name, args, i)
    if not key then return nil end
    local reply = redis.pcall(command, key)
    if isError(reply) then return reply.err end
    local kind = args[i]
    if kind == 'A' then
        for _, other in ipairs({':activities', ':inbox:' .. name}) do
            reply = redis.pcall('HLEN', prefix .. other)
            if isError(reply) then return reply.err end
        end
    end
    -- Where the machine says which one it is, the outcome tells that it is gone.
    local hash = kind == 'B' and args[i + 6] or ''
    if hash ~= '' and byte(hash) ~= 58 and not isDeployed(prefix, hash) then
        return refusal('REVISION', 'revision', 'must be deployed', hash)
    end
    if kind ~= 'C' and kind ~= 'K' and kind ~= 'T' then return nil end
    local succeeded, problem = pcall(closing.check, prefix)
    return not succeeded and (type(problem) == 'table' and problem.err or tostring(problem)) or nil
end

-- Applies the effect at args[i]. Returns its outcome, if it has one.
function effects.apply(prefix, name, args, i)
    local kind = args[i]
    if kind == 'A' then
        if redis.call('HEXISTS', prefix .. ':activities', args[i + 1]) == 1 then
            redis.call('RPUSH', prefix .. ':activity:' .. args[i + 1], args[i + 2])
            redis.call('PUBLISH', prefix .. ':offers', args[i + 1])
        else
            redis.call('HSET', prefix .. ':inbox:' .. name, match(args[i + 2], '^%d+'), args[i + 3])
        end
    elseif kind == 'S' then
        local words = {}
        for k = i + 3, i + 2 + 2 * tonumber(args[i + 2]) do words[#words + 1] = args[k] end
        redis.call('XADD', prefix .. ':stream:' .. args[i + 1], 'MAXLEN', '~', MAX_STREAM, '*', unpack(words))
    elseif kind == 'C' then
        local key = prefix .. ':inbox:' .. name
        if args[i + 1] == '0' then
            closing.close(prefix, name, '')
        else
            for k = i + 2, i + 1 + 2 * tonumber(args[i + 1]), 2 do
                local value = redis.call('HGET', key, args[k])
                if value and (args[k + 1] == '' or value == args[k + 1]) then forget(prefix, key, args[k], value) end
            end
        end
    elseif kind == 'K' then
        local key = prefix .. ':children:' .. name
        local child = redis.call('HGET', key, args[i + 1])
        if child then
            -- First, so that its end is not told to a task that waits no more.
            redis.call('HDEL', key, args[i + 1])
            stopAll(prefix, {child})
        end
    elseif kind == 'T' then
        inboxes.report(prefix, name, args[i + 1], args[i + 2], args[i + 3])
    else
        return begin(prefix, name, args[i + 1], args[i + 2], args[i + 3], args[i + 4], args[i + 5], args[i + 6])
    end
end

effects.MAX_TASK = MAX_TASK

return effects
