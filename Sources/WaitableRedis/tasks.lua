-- Tasks that are answered from outside: activities' queues, inboxes, streams, executions that a task starts. Continues
-- waitable.lua, whose entries have these effects too:
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

local MAX_STREAM = '100000' -- entries that a stream keeps, roughly
local MAX_TASK = 100000000000 -- ids of tasks: of events, or of the items of map runs

-- The number of arguments from args[i] on that an effect has; nil for none of these.
local WIDTHS = {A = 4, B = 7, T = 4, K = 2}
function tasks.width(args, i)
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
function tasks.check(args, i)
    local width = tasks.width(args, i)
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

-- Whether a revision is there; looked up once a call.
local function isDeployed(prefix, hash)
    tasks.deployed = tasks.deployed or {}
    if tasks.deployed[hash] == nil then
        tasks.deployed[hash] = redis.call('EXISTS', prefix .. ':machine:' .. hash) == 1
    end
    return tasks.deployed[hash]
end

-- The error text where the effect at args[i] could not be applied.
function tasks.problem(prefix, name, args, i)
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
    local succeeded, problem = pcall(tasks.checkClosing, prefix)
    return not succeeded and (type(problem) == 'table' and problem.err or tostring(problem)) or nil
end

-- Fails, before anything is written, when a key has another type that is written where an execution is stopped, or tells its
-- parent of its end.
function tasks.checkClosing(prefix)
    redis.call('LLEN', prefix .. ':stopping')
    redis.call('HLEN', prefix .. ':unread')
    redis.call('HLEN', prefix .. ':paused')
end

-- Makes an open execution due at once, unless a worker holds it: that one looks into the inbox when it commits.
local function rouse(prefix, name, now)
    local due = prefix .. ':due'
    local score = redis.call('ZSCORE', due, name)
    if not score or isLease(tonumber(score)) or tonumber(score) <= now then return end
    local before = head(prefix)
    redis.call('ZADD', due, 'XX', now, name)
    wake(prefix, before, now)
    noteDue(prefix, now)
end

-- Puts a field into an open execution's inbox. Whether there was one.
local function deliver(prefix, name, field, value, rouses)
    local document = documentOf(prefix, name)
    if not document or status(document) ~= 'R' then return false end
    redis.call('HSET', prefix .. ':inbox:' .. name, field, value)
    if rouses then rouse(prefix, name, (clock())) end
    return true
end

local function jsonText(value) return '"' .. value:gsub('[%c"\\]', function(c) return format('\\u%04X', byte(c)) end) .. '"' end

-- How an inbox's entry begins that tells of the end of an execution.
local function telling(name) return '{"child":' .. jsonText(name) .. ',"as":"' end

-- Tells a parent that the execution `name` has closed, where a task of it waits for that: one that was given up reads nothing.
function tasks.report(prefix, name, parent, task, mark)
    local children = prefix .. ':children:' .. parent
    if redis.call('HGET', children, task) ~= name then return end
    redis.call('HDEL', children, task)
    if deliver(prefix, parent, task, telling(name) .. mark .. '"}', true) then
        redis.call('HSET', prefix .. ':unread', name, task .. ':' .. parent)
    end
end

-- Whether an execution's end has been told to a parent that has not read it: its document is the answer. `told`: what
-- `unread` holds for it.
function tasks.isUnread(prefix, name, told)
    local task, parent = match(told, '^(%d+):(.*)$')
    local entry = task and redis.pcall('HGET', prefix .. ':inbox:' .. parent, task)
    local start = telling(name)
    return type(entry) == 'string' and sub(entry, 1, #start) == start
end

-- Takes a field out of an inbox.
local function forget(prefix, key, field, value)
    redis.call('HDEL', key, field)
    if sub(value, 1, 9) ~= '{"child":' then return end
    local readable, entry = pcall(cjson.decode, value)
    if readable and type(entry.child) == 'string' then redis.call('HDEL', prefix .. ':unread', entry.child) end
end

-- The version that a qualifier stands for (its number, or an alias's name), and its hash; nil where there is none.
local function qualified(prefix, machine, qualifier, draw)
    local function list(name)
        local readable, found = pcall(cjson.decode, redis.call('HGET', prefix .. ':' .. name, machine) or '[]')
        return readable and type(found) == 'table' and found or {}
    end
    local number = tonumber(qualifier)
    if not number then
        for _, alias in ipairs(list('aliases')) do
            local passed = 0
            for _, route in ipairs(alias.name == qualifier and alias.routes or {}) do
                passed = passed + route[2]
                if draw < passed then number = number or route[1] end
            end
        end
    end
    for _, version in ipairs(list('versions')) do
        if version.n == number then return number, version.hash end
    end
end

-- A number below 100, another one for each task: drawn from nothing else, so that what else is counted favours no route.
local function drawn(parent, task, micros)
    return tonumber(sub(redis.sha1hex(parent .. ':' .. task .. ':' .. micros), 1, 8), 16) % 100
end

-- Starts an execution of a machine. Returns the outcome.
local function begin(prefix, parent, machine, id, input, task, mark, hash)
    local readable, revision, qualifier = true, {hash = hash}, match(hash, '^:(.+)')
    local published = ''
    local now, micros = clock()
    if hash == '' or qualifier then
        local record = machine ~= ':default' and redis.call('HGET', prefix .. ':machines', machine)
        readable, revision = pcall(cjson.decode, record or '')
    end
    if qualifier and readable and type(revision) == 'table' then
        local number
        number, revision.hash = qualified(prefix, machine, qualifier, drawn(parent, task, micros))
        local alias = tonumber(qualifier) and '' or ':' .. qualifier
        published = number and ',"p":' .. jsonText(format('%d', number) .. alias) or ''
    end
    local outcome = '{"task":' .. task .. ',"child":' .. jsonText(machine .. ':' .. id)
    if not readable or type(revision) ~= 'table' or type(revision.hash) ~= 'string' then
        return outcome .. ',"code":"StateMachineDoesNotExist"}'
    end
    if not isDeployed(prefix, revision.hash) then
        return outcome .. ',"code":"StateMachineDoesNotExist","revision":' .. jsonText(revision.hash) .. '}'
    end
    if revision.type == 'EXPRESS' then
        id = id .. ':' .. instants.uuid(prefix .. micros .. ':' .. task .. ':' .. parent)
        outcome = '{"task":' .. task .. ',"child":' .. jsonText(machine .. ':' .. id)
    end
    local name = machine .. ':' .. id
    if documentOf(prefix, name) then return outcome .. ',"code":"ExecutionAlreadyExists"}' end
    local waits = mark ~= '' and mark ~= 't' and ',"y":' .. jsonText(task .. mark .. parent) or ''
    keep(prefix, name, '{"s":"R","d":"' .. revision.hash .. '","b":' .. format('%.0f', now) .. published .. waits .. ',"input":' .. input .. '}')
    local before = head(prefix)
    redis.call('ZADD', prefix .. ':due', now, name)
    wake(prefix, before, now)
    noteDue(prefix, now)
    if waits ~= '' then redis.call('HSET', prefix .. ':children:' .. parent, task, name) end
    if mark == '*' then return nil end
    return outcome .. (mark ~= '' and ',"waits":true' or '') .. ',"at":' .. format('%.0f', now) .. '}'
end

-- Field of `paused` that says that `stopping` holds something: so a claim looks at it no more than it does anyway.
local STOPPING = ':stopping'

-- Stops open executions, and those that their tasks wait for: as many as this call may still. The others are left to the
-- claims that follow.
local function stopAll(prefix, list)
    -- What the call holds back may be of these: they are stopped as they stand after it.
    if tasks.writes then tasks.writes.write() end
    local n = 1
    while n <= #list and tasks.room > 0 do
        tasks.room = tasks.room - 1
        local document = documentOf(prefix, list[n])
        -- One whose keys are not what they should be holds up nobody else.
        if document and status(document) == 'R' then pcall(abort, prefix, list[n], document, nil, list) end
        n = n + 1
    end
    if n > #list then return end
    local left = {}
    for k = n, #list do left[#left + 1] = list[k] end
    batched('RPUSH', prefix .. ':stopping', left)
    redis.call('HSET', prefix .. ':paused', STOPPING, '1')
    wake(prefix, nil, (clock()))
end

-- Stops some of the executions that earlier calls have left, for a claim. `states`: what pausing.states says. Returns
-- whether there are more.
function tasks.stopMore(prefix, states)
    if not states or not states[STOPPING] then return false end
    tasks.checkClosing(prefix)
    stopAll(prefix, redis.call('LPOP', prefix .. ':stopping', tasks.room) or {})
    if redis.call('EXISTS', prefix .. ':stopping') == 1 then return true end
    redis.call('HDEL', prefix .. ':paused', STOPPING)
    return false
end

-- What an execution leaves behind when it is closed: the executions that its tasks wait for are stopped, its inbox goes,
-- and the task that waits for it is told. `queue`: where its children are put, by whoever stops them.
function tasks.close(prefix, name, rest, queue)
    local key = prefix .. ':children:' .. name
    local children = redis.call('HVALS', key)
    local list = queue or {}
    for k = 1, #children do list[#list + 1] = children[k] end
    redis.call('DEL', key)
    if not queue and #list > 0 then stopAll(prefix, list) end
    redis.call('DEL', prefix .. ':inbox:' .. name)
    local parent = headOf(rest).parent
    if parent then tasks.report(prefix, name, parent.name, parent.task, parent.mark) end
end

-- Applies the effect at args[i]. Returns its outcome, if it has one.
function tasks.apply(prefix, name, args, i)
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
            tasks.close(prefix, name, '')
        else
            for k = i + 2, i + 1 + 2 * tonumber(args[i + 1]), 2 do
                local value = redis.call('HGET', key, args[k])
                if value and (args[k + 1] == '' or value == args[k + 1]) then forget(prefix, key, args[k], value) end
            end
        end
    elseif kind == 'K' then
        local children = prefix .. ':children:' .. name
        local child = redis.call('HGET', children, args[i + 1])
        if child then
            -- First, so that its end is not told to a task that waits no more.
            redis.call('HDEL', children, args[i + 1])
            stopAll(prefix, {child})
        end
    elseif kind == 'T' then
        tasks.report(prefix, name, args[i + 1], args[i + 2], args[i + 3])
    else
        return begin(prefix, name, args[i + 1], args[i + 2], args[i + 3], args[i + 4], args[i + 5], args[i + 6])
    end
end

-- Whether the document has a task of that id without an answer.
local function awaits(document, task)
    local _, rest = split(document)
    local awaited = headOf(rest).awaited
    return awaited ~= nil and find(',' .. awaited .. ',', ',' .. task .. ',', 1, true) ~= nil
end

-- waitable_tell: an answer, or a sign of life, for a task of an execution.
-- KEYS   prefix
-- ARGV   X, task (its id), field (the id: an answer, the first one counts | b and the id: it is begun | h and the id: a sign
--        of life), value (JSON text)
-- Returns 1 | 0 there is no such task any more
-- Errors VALIDATION, OOM. Bound: constant.
local function tell(keys, args)
    local prefix = prefixOf(keys)
    local name = named(args[1], 'execution')
    local task = integer(args[2], 'task', 0, MAX_TASK)
    local id = format('%d', task)
    local field, value = args[3], args[4]
    if field ~= id and field ~= 'b' .. id and field ~= 'h' .. id then refuse('VALIDATION', 'field', "must be the task's", field or '') end
    if not value or value == '' then refuse('VALIDATION', 'value', 'must be JSON', value or '') end
    noMore(args, 4)
    local document = documentOf(prefix, name)
    if not document or status(document) ~= 'R' or not awaits(document, id) then return 0 end
    if redis.call('HEXISTS', prefix .. ':inbox:' .. name, id) == 1 then return 0 end
    deliver(prefix, name, field, value, field ~= 'h' .. id)
    return 1
end

local TAKEN_FOR = 10000 -- ms within which whoever takes a task has to confirm that he has got it
local MAX_OVER = 16     -- tasks that were not confirmed in time, or were long ago, that one call looks at

-- The parts of a task in a queue, [id, X, token, input], where it still waits.
local function offered(prefix, text)
    local id, name, token, input = match(text, '^(%d+)\n([^\n]*)\n([^\n]*)\n(.*)$')
    local document = id and documentOf(prefix, name)
    if document and status(document) == 'R' and awaits(document, id) then return {id, name, token, input} end
end

-- waitable_take: the first task in an activity's queue that still waits. It is the caller's when waitable_confirm has said so,
-- within ten seconds: after that it is the first again. So one that is taken for somebody who has gone, or whose answer is
-- lost, is not lost with him.
-- KEYS   prefix
-- ARGV   activity
-- Returns [token, input, X, task (its id), lease (text)] | nil where there is none
-- Errors VALIDATION. Bound: 1,000 tasks that wait no more; then [] and there may be others.
local function take(keys, args)
    local prefix = prefixOf(keys)
    local queue = prefix .. ':activity:' .. named(args[1], 'activity')
    noMore(args, 1)
    local taken, now = queue .. ':taken', (clock())
    -- Those that were not confirmed in time; below 0, what is kept of those that were.
    local over = redis.call('ZRANGE', taken, format('%.0f', -now), format('%.0f', now), 'BYSCORE', 'LIMIT', 0, MAX_OVER)
    for n = 1, MAX_BATCH do
        local isQueued, text = not over[n], over[n] or redis.call('LINDEX', queue, 0)
        if not text then
            -- The clock was set back since.
            local ahead = format('%.0f', now + TAKEN_FOR + MAX_DRIFT)
            text = redis.call('ZRANGE', taken, ahead, '+inf', 'BYSCORE', 'LIMIT', 0, 1)[1]
            if not text then return nil end
            isQueued = false
        end
        local task = offered(prefix, text)
        local step = task and redis.call('INCR', prefix .. ':sequence') % LEASE_STEPS + 1
        if isQueued then redis.call('LPOP', queue) else redis.call('ZREM', taken, text) end
        if task then
            local lease = exact(now + TAKEN_FOR + step / 2048)
            redis.call('ZADD', taken, lease, text)
            return {task[3], task[4], task[2], task[1], lease}
        end
    end
    return {}
end

-- waitable_confirm: a task that was taken has been got by who took it.
-- KEYS   prefix
-- ARGV   activity, lease: as waitable_take gave it, worker's name (JSON text; '' for none)
-- Returns 1, also when it is said again | 0 it waits no more, or it is not his any more
-- Errors VALIDATION. Bound: constant.
local function confirm(keys, args)
    local prefix = prefixOf(keys)
    local taken = prefix .. ':activity:' .. named(args[1], 'activity') .. ':taken'
    token(args[2])
    local lease, worker = args[2], args[3] or ''
    noMore(args, 3)
    local text = redis.call('ZRANGE', taken, lease, lease, 'BYSCORE', 'LIMIT', 0, 1)[1]
    if not text then return redis.call('ZSCORE', taken, lease) and 1 or 0 end
    local task = offered(prefix, text)
    redis.call('ZREM', taken, text)
    if not task then return 0 end
    redis.call('ZADD', taken, '-' .. lease, lease)
    local at = format('%.0f', (clock()))
    local value = '{' .. (worker ~= '' and '"worker":' .. worker .. ',' or '') .. '"at":' .. at .. '}'
    deliver(prefix, task[2], 's' .. task[1], value, true)
    return 1
end

-- waitable_give_back: a task that was taken for somebody who had gone before it came is the first of its activity again.
-- KEYS   prefix
-- ARGV   activity, X, task (its id), token, input: as waitable_take gave them, confirmed or not
-- Returns 1 | 0 it waits no more, has got an answer or a sign of life, or is back already
-- Errors VALIDATION. Bound: constant.
local function giveBack(keys, args)
    local prefix = prefixOf(keys)
    local queue = prefix .. ':activity:' .. named(args[1], 'activity')
    local name = named(args[2], 'execution')
    local id = format('%d', integer(args[3], 'task', 0, MAX_TASK))
    local token, input = args[4] or '', args[5] or ''
    if token == '' or find(token .. name, '\n', 1, true) then refuse('VALIDATION', 'token', "must be the task's", token) end
    if input == '' then refuse('VALIDATION', 'input', 'must be JSON', input) end
    noMore(args, 5)
    local document = documentOf(prefix, name)
    if not document or status(document) ~= 'R' or not awaits(document, id) then return 0 end
    local inbox = prefix .. ':inbox:' .. name
    if redis.call('HEXISTS', inbox, id) == 1 or redis.call('HEXISTS', inbox, 'h' .. id) == 1 then return 0 end
    local offer = concat({id, name, token, input}, '\n')
    redis.call('ZREM', queue .. ':taken', offer)
    if redis.call('LINDEX', queue, 0) == offer then return 0 end
    redis.call('LPUSH', queue, offer)
    -- Where nobody has read yet that it was taken, nobody will.
    redis.call('HDEL', inbox, 's' .. id)
    redis.call('PUBLISH', prefix .. ':offers', args[1])
    return 1
end

register('tell', tell, {})
register('take', take, {'allow-oom'})
register('confirm', confirm, {'allow-oom'})
register('give_back', giveBack, {'allow-oom'})
