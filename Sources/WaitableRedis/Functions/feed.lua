-- The change feed: what happened to executions whose revisions tell it, in the stream `events`, written by the call that does it.
--
-- An event is an entry with these fields, '' where there is nothing to say:
--   type       accepted | moved | completed | failed | stopped | redriven
--   execution  X
--   at         when, by the Redis clock (ms)
--   due        of accepted and moved: when it is due (ms)
--   status     of completed, failed and stopped: SUCCEEDED | FAILED | TIMED_OUT | ABORTED
--   error      of failed and stopped: the error's name

local call = require 'call'
local clock = require 'clock'.clock
local strings = require 'strings'
local format, sub = strings.format, strings.sub

local feed = {}

local MAX_EVENTS = '100000' -- entries that the stream keeps, roughly
local MAX_ERROR = 256       -- bytes of an error's name that are told

-- What the text of a revision begins with whose executions are told of.
local MARK = '{"events":true,'

-- Looks at a revision, once a call: [whether it is there, whether it tells of its executions].
local function look(prefix, hash)
    call.revisions = call.revisions or {}
    local known = call.revisions[hash]
    if not known then
        local text = redis.pcall('GETRANGE', prefix .. ':machine:' .. hash, 0, #MARK - 1)
        known = {text ~= '', text == MARK}
        call.revisions[hash] = known
    end
    return known
end

-- Whether a revision is there.
function feed.isDeployed(prefix, hash) return look(prefix, hash)[1] end

-- Whether a revision (nil for none) tells of its executions.
function feed.tells(prefix, hash) return hash ~= nil and hash ~= '' and look(prefix, hash)[2] end

-- Tells of an execution, where its revision does so. Cannot fail, as it may be called after writes: where the key holds
-- something else, `waitable doctor` says so, and what happens goes on without being told.
function feed.tell(prefix, hash, kind, name, due, status, failure)
    if not feed.tells(prefix, hash) then return end
    redis.pcall('XADD', prefix .. ':events', 'MAXLEN', '~', MAX_EVENTS, '*', 'type', kind, 'execution', name,
        'at', format('%.0f', (clock())), 'due', due or '', 'status', status or '', 'error', sub(failure or '', 1, MAX_ERROR))
end

return feed
