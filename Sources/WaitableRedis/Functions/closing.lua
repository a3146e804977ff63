-- Executions that end: what stops them, and what they leave behind.

local strings = require 'strings'
local format, match = strings.format, strings.match
local call = require 'call'
local batched = require 'commands'.batched
local clock = require 'clock'.clock
local documents = require 'documents'
local documentOf, headOf, join, keepDocument, split, status =
    documents.documentOf, documents.headOf, documents.join, documents.keepDocument, documents.split, documents.status
local wake = require 'sleepers'.wake
local redeliveries = require 'redeliveries'
local inboxes = require 'inboxes'
local outbox = require 'outbox'
local feed = require 'feed'
local jobs = require 'jobs'

local closing = {}

-- Fails, before anything is written, when a key that the transition will write has another type.
local function checkClosed(prefix) redis.call('ZCARD', prefix .. ':closed') end

-- The same where something closes without having succeeded, or did.
function closing.checkFailed(prefix) redis.call('ZCARD', prefix .. ':failed') end

-- Fails, before anything is written, when a key has another type that is written where an execution is stopped, or tells its
-- parent of its end.
function closing.checkStopping(prefix)
    redis.call('LLEN', prefix .. ':stopping')
    jobs.check(prefix)
    redis.call('HLEN', prefix .. ':unread')
    redis.call('HLEN', prefix .. ':paused')
end

-- Field of `paused` that says that `stopping` holds something: so a claim looks at it no more than it does anyway.
local STOPPING = ':stopping'

-- Aborts an open execution, and those that its tasks wait for: `queue` is where they are put, by whoever stops those.
-- Returns the closing instant.
local function abort(prefix, name, document, failure, queue)
    redis.call('ZCARD', prefix .. ':due')
    checkClosed(prefix)
    closing.checkFailed(prefix)
    closing.checkStopping(prefix)
    redeliveries.number(prefix)
    local now = clock()
    if call.writes then call.writes.stopped[name] = true end
    local members, rest = split(document)
    members.ended, members.failure = format('%.0f', now), failure
    keepDocument(prefix, name, join('A', members, rest))
    redis.call('ZREM', prefix .. ':due', name)
    redis.call('ZADD', prefix .. ':closed', now, name)
    redis.call('ZADD', prefix .. ':failed', now, name)
    redis.call('HDEL', prefix .. ':redelivered', name)
    local head = headOf(rest)
    closing.close(prefix, name, head, queue)
    if feed.tells(prefix, head.revision) then
        local _, said = pcall(cjson.decode, failure or '{}')
        feed.tell(prefix, head.revision, 'stopped', name, '', 'ABORTED', type(said) == 'table' and said.error)
    end
    return now
end

-- An execution that is to be stopped: by its name, or by its place with the task ('' for any) and the execution that it has
-- as parent.
local function doomed(place, task, parent)
    if not outbox.split(place) then return place end
    return place .. '\n' .. task .. '\n' .. parent
end

-- Sends the message 'stop' for one of another partition. Returns whether it is of one.
local function stopElsewhere(prefix, entry)
    local partition, rest = outbox.split(entry)
    if not partition then return false end
    local name, task, parent = match(rest, '^([^\n]*)\n(%d*)\n(.*)$')
    if name then outbox.send(prefix, partition, 'stop', name, parent, task) end
    return true
end

-- The message 'stop': stops an execution that a task of `parent`, a place, waits for ('' for any of its tasks).
function closing.stopChild(prefix, name, parent, task)
    local document = documentOf(prefix, name)
    if not document or status(document) ~= 'R' then return end
    local _, rest = split(document)
    local head = headOf(rest).parent
    -- Another one may have that name: then the task's start came to nothing.
    if not head or head.name ~= parent or task ~= '' and head.task ~= task then return end
    closing.stopAll(prefix, {name})
end

-- Stops open executions, and those that their tasks wait for: as many as this call may still. The others are left to the
-- claims that follow.
local function stopAll(prefix, list)
    -- What the call holds back may be of these: they are stopped as they stand after it.
    if call.writes then call.writes.write() end
    local n = 1
    while n <= #list and call.room > 0 do
        call.room = call.room - 1
        if not stopElsewhere(prefix, list[n]) then
            local document = documentOf(prefix, list[n])
            -- One whose keys are not what they should be holds up nobody else.
            if document and status(document) == 'R' then pcall(abort, prefix, list[n], document, nil, list) end
        end
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
function closing.stopMore(prefix, states)
    if not states or not states[STOPPING] then return false end
    closing.checkStopping(prefix)
    stopAll(prefix, redis.call('LPOP', prefix .. ':stopping', call.room) or {})
    if redis.call('EXISTS', prefix .. ':stopping') == 1 then return true end
    redis.call('HDEL', prefix .. ':paused', STOPPING)
    return false
end

-- What an execution leaves behind when it is closed: the executions and jobs that its tasks wait for are stopped, its inbox goes,
-- and the task that waits for it is told. `head`: what its document says of it; `queue`: where its children are put, by whoever
-- stops them.
function closing.close(prefix, name, head, queue)
    local key = prefix .. ':children:' .. name
    local children = redis.call('HGETALL', key)
    local list = queue or {}
    for k = 1, #children, 2 do
        local place, isTold = inboxes.child(children[k + 1])
        if jobs.isOne(children[k + 1]) then
            jobs.stop(prefix, name, children[k], children[k + 1])
        elseif isTold then
            inboxes.release(prefix, place, name, children[k])
        else
            list[#list + 1] = doomed(place, children[k], name)
        end
    end
    redis.call('DEL', key)
    if not queue and #list > 0 then stopAll(prefix, list) end
    jobs.abandon(prefix, name)
    redis.call('DEL', prefix .. ':inbox:' .. name)
    local parent = head.parent
    if parent then inboxes.report(prefix, name, parent.name, parent.task, parent.mark) end
end

-- Stops the execution that a task waits for, or that it has asked another partition to start.
function closing.stopTask(prefix, name, task)
    local key = prefix .. ':children:' .. name
    local entry = redis.call('HGET', key, task)
    if not entry then return end
    if jobs.isOne(entry) then
        redis.call('HDEL', key, task)
        return jobs.stop(prefix, name, task, entry)
    end
    local place, isTold = inboxes.child(entry)
    -- Its end is in the inbox, and the next step reads it.
    if isTold then return end
    -- First, so that its end is not told to a task that waits no more.
    redis.call('HDEL', key, task)
    stopAll(prefix, {doomed(place, task, name)})
end

closing.abort = abort
closing.checkClosed = checkClosed
closing.stopAll = stopAll

return closing
