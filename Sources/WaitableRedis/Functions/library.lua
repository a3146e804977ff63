-- Waitable's Redis functions. Each is one whole transition of one partition.
--
-- KEYS[1] is always the partition's prefix, `N:{p}` (say `waitable:{0}`); every other key is derived from it and
-- shares its hash tag, so it lies in the same slot. Keys:
--   prefix:due           zset    X -> the instant it next needs attention (whole ms), or its lease (ms + k/2048)
--   prefix:executions    hash    X -> its document; see documents.lua
--   prefix:item:SUFFIX   hash    an item, SUFFIX = TABLE:ID
--   prefix:tables        hash    declared table -> its record; see tables.lua
--   prefix:record:SUFFIX hash    an item of a declared table with a sort key, SUFFIX = TABLE:PK:SK
--   prefix:index:TABLE   zset    what sorts the items of a declared table -> 0; see ordering.lua
--   prefix:history:X     list    what the journal in the document has no room for
--   prefix:closed        zset    X -> closing instant in ms
--   prefix:failed        zset    the same of those that did not succeed
--   prefix:leases        zset    lease -> when it was taken (ms): those that may still have members of `due`
--   prefix:clock         zset    `now` -> when something was last made due at once (ms); see setbacks.lua
--   prefix:redelivered   hash    X -> how often a lease of it ran out since its last progress; see redeliveries.lua
--   prefix:counters      hash    `refused` -> how many transitions were refused because their lease was lost;
--                                `undeliverable` -> how many messages of other partitions could not have their effect
--   prefix:machines      hash    machine name -> JSON record; field `:default` -> name of the default machine,
--                                `:partitions` -> how many partitions there are, where it is more than one
--   prefix:machine:HASH  string  an immutable revision of a machine
--   prefix:versions      hash    machine name -> its published versions, a JSON array
--   prefix:aliases       hash    machine name -> its aliases, a JSON array
--   prefix:tags          hash    resource -> its tags, a JSON object
--   prefix:activities    hash    activity name -> JSON record
--   prefix:deployed      hash    machine name -> the revision that was last deployed from a file; `:default` -> the default
--                                machine that a setting named last
--   prefix:sweeper       string  since when a sweeper is at work (ms), and its name, for a few seconds
--   prefix:sequence      string  counter behind lease tokens and generated ids
--   prefix:sleepers      zset    worker that sleeps -> the instant at which it looks by itself (ms); see sleepers.lua
--   prefix:wake:WORKER   channel the instant at which a sleeping worker has to look (SPUBLISH)
--   prefix:wake          channel the same, for all workers; nothing but people publish there (PUBLISH)
--   prefix:paused        hash    paused machine -> since when (ms); see pausing.lua; `:stopping`, `:setback`, `:jobs`,
--                                `:outbox:Q`: work for claims
--   prefix:workers       zset    worker -> when its report is out of date (ms)
--   prefix:reports       hash    worker -> what it last said of itself, a JSON object
--   prefix:inbox:X       hash    answers and signs of life of tasks, by their ids; see inboxes.lua
--   prefix:children:X    hash    the executions that tasks wait for, by the tasks' ids: their places; behind a `!` one of
--                                another partition that has closed, behind a `&` a job of an adapter
--   prefix:jobs          list    jobs of adapters that are to be stopped; see jobs.lua
--   prefix:stopping      list    executions that are to be stopped, a slice by each call that can
--   prefix:unread        hash    an execution -> `task:parent` (a place), which has been told of its end and has not read it yet
--   prefix:outbox:Q      list    messages to partition Q that have not been delivered; see outbox.lua
--   prefix:sent          hash    partition -> number of the last message to it
--   prefix:received      hash    partition -> number of the last message from it; see delivery.lua
--   prefix:redrive:SHA   string  when the execution was redriven by a call with a token, for 15 minutes
--   prefix:activity:NAME list    tasks of an activity that nobody has taken yet
--   prefix:activity:NAME:taken zset tasks of it that were taken -> until when that has to be confirmed (ms + k/2048): their
--                                leases; leases that are over -> -when (ms); and those that were confirmed, behind a '='
--   prefix:stream:NAME   stream  what tasks published
--   prefix:streams       zset    the names of these streams -> when the first entry came (ms)
--   prefix:events        stream  what happened to executions; see feed.lua
--   prefix:deadletters   stream  events that a webhook did not take
--   prefix:offers        channel the name of an activity that has got a task (SPUBLISH)
--
-- X is `machine:id`. Instants are Unix milliseconds by the Redis clock. Errors are replies `CODE field: rule: 'value'`.
-- All arguments are validated before the first write, so a refused call has changed nothing. What is wrong with one entry
-- of a call is that entry's reply: the others are applied.

local arguments = require 'arguments'
local noMore, prefixOf = arguments.noMore, arguments.prefixOf
local register = require 'functions'.register
local isError = require 'commands'.isError

local VERSION = '24'

-- waitable_version  KEYS: prefix or none  ARGV: none  returns the library's version
local function version() return VERSION end

-- waitable_ready: whether a start would be taken. Writes nothing, but runs under the rules of functions that do: Redis
-- refuses the call when it would refuse a start (OOM, MISCONF, READONLY, NOREPLICAS, LOADING).
-- KEYS   prefix
-- ARGV   none
-- Returns [the library's version, the text of INFO memory ('' where the user may not see it), how much the registry of
--        state machines holds: 0 where nothing was ever deployed, or all is lost]
-- Errors VALIDATION, and those of Redis. Bound: constant.
local function ready(keys, args)
    local prefix = prefixOf(keys)
    noMore(args, 0)
    local memory = redis.pcall('INFO', 'memory')
    local machines = redis.pcall('HLEN', prefix .. ':machines')
    -- How many partitions there are says nothing of machines.
    if machines == 1 and redis.call('HEXISTS', prefix .. ':machines', ':partitions') == 1 then machines = 0 end
    return {VERSION, isError(memory) and '' or memory, isError(machines) and 1 or machines}
end

register('version', version, 'no-writes', 'allow-stale')
register('ready', ready)
