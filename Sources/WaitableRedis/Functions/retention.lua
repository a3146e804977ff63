-- Closed executions, and when they leave.

local limits = require 'limits'
local strings = require 'strings'
local byte, floor, format, match = strings.byte, strings.floor, strings.format, strings.match
local rights = require 'rights'
local arguments = require 'arguments'
local integer, named, noMore, prefixOf = arguments.integer, arguments.named, arguments.noMore, arguments.prefixOf
local register = require 'functions'.register
local commands = require 'commands'
local SLICE, batched, isError = commands.SLICE, commands.batched, commands.isError
local clocks = require 'clock'
local MAX_DRIFT, clock = clocks.MAX_DRIFT, clocks.clock
local instants = require 'instants'
local documents = require 'documents'
local documentOf, headOf, split = documents.documentOf, documents.headOf, documents.split
local inboxes = require 'inboxes'
local checkFailed = require 'closing'.checkFailed

local MAX_LOOKUPS = 100000  -- looks at other machines' executions by one sweep
local SWEEPER_LEASE = 10000 -- ms that one sweeper keeps the others off after a full batch

-- Whether a hash is the item `id` as an execution left it that closed at an instant: it has that Id, its status is not that
-- of one that waits, and it was last updated while the execution ran. Whoever writes the item anew changes one of these.
local function isItemOf(prefix, key, id, name, closed)
    local fields = redis.pcall('HMGET', key, 'Id', 'ProcessStatus', 'LastUpdated')
    if isError(fields) or fields[1] ~= id or not fields[2] or fields[2] == 'STARTED' or not fields[3] then return false end
    local isInstant, updated = pcall(instants.parse, fields[3], 'LastUpdated')
    local document = documentOf(prefix, name)
    if not isInstant or not document then return false end
    local _, rest = split(document)
    local start = headOf(rest).start
    return start ~= nil and start <= updated and updated <= closed + MAX_DRIFT
end

-- The key of the item TABLE:id that leaves with the execution machine:id, which closed at an instant; nil when there is none,
-- when somebody else wrote it, or when something else has an execution of that id. It looks at every machine.
local function itemThatLeaves(prefix, machines, itemTable, name, closed)
    local own, id = match(name, '^([^:]*):(.*)$')
    if not id or redis.call('ZSCORE', prefix .. ':due', id) then return nil end
    local key = prefix .. ':item:' .. itemTable .. ':' .. id
    if not isItemOf(prefix, key, id, name, closed) then return nil end
    local others = {}
    for n = 1, #machines do
        if machines[n] ~= own and byte(machines[n]) ~= 58 then others[#others + 1] = machines[n] .. ':' .. id end
    end
    for i = 1, #others, SLICE do
        local last = i + SLICE - 1
        if last > #others then last = #others end
        local found = redis.call('HMGET', prefix .. ':executions', unpack(others, i, last))
        for n = 1, #found do
            if found[n] then return nil end
        end
    end
    return key
end

-- waitable_sweep: removes executions that closed, with their documents and history: those before an instant, or the
-- oldest beyond a number. Items stay, unless their table is named; then they go as their executions left them. One that is in
-- `due` only leaves `closed`; one whose end its parent's task has not read yet stays.
-- KEYS   prefix
-- ARGV   instant in ms ('': none is too old), limit (1…1000), keep? ('': no number is too large; else the number of
--        closed executions that stay), table? ('': items stay; else the item TABLE:id of machine:id leaves too, unless
--        somebody else wrote it, another machine has an execution of that id, or `due` has the bare id),
--        sweeper? (a name: one at a time),
--        skip? (how many of the oldest stay: those that the calls before have left)
-- Returns [how many were removed, how many of those looked at stay, how many are to be looked at yet]
--        | -1 another sweeper is at it
-- Errors VALIDATION. Bound: limit; with a table, as many as the lookups of their items in all machines allow.
local function sweep(keys, args)
    local prefix = prefixOf(keys)
    local before = args[1] ~= '' and integer(args[1], 'instant', -999999999999999, 999999999999999)
    local limit = integer(args[2], 'limit', 1, limits.batch)
    local keep = args[3] and args[3] ~= '' and integer(args[3], 'keep', 0, 999999999999999)
    local itemTable = args[4] and args[4] ~= '' and named(args[4], 'table')
    local sweeper = args[5] and args[5] ~= '' and named(args[5], 'sweeper')
    local skip = args[6] and args[6] ~= '' and integer(args[6], 'skip', 0, 999999999999999) or 0
    noMore(args, 6)
    rights.check(prefix, rights.REMOVAL)
    local closed, unread = prefix .. ':closed', prefix .. ':unread'
    if sweeper then
        local since, holder = match(redis.call('GET', prefix .. ':sweeper') or '', '^(%d+) (.*)$')
        -- Not by the key's own time to live: that is longer where the clock was set back.
        local held = since and clock() - tonumber(since) or SWEEPER_LEASE
        if holder ~= sweeper and held >= 0 and held < SWEEPER_LEASE then return -1 end
    end
    local machines = itemTable and redis.call('HKEYS', prefix .. ':machines')
    if machines and limit * #machines > MAX_LOOKUPS then
        limit = floor(MAX_LOOKUPS / #machines)
        if limit < 1 then limit = 1 end
    end
    -- Both are the oldest ones.
    local aged = before and redis.call('ZCOUNT', closed, '-inf', format('(%.0f', before)) or 0
    local surplus = keep and redis.call('ZCARD', closed) - keep or 0
    local count = (aged > surplus and aged or surplus) - skip
    local more = count > limit and count - limit or 0
    local list = count > 0 and redis.call('ZRANGE', closed, skip, skip + count - more - 1) or {}
    -- Another batch follows: until then the others need not try.
    if sweeper and more > 0 then
        redis.call('SET', prefix .. ':sweeper', format('%.0f %s', (clock()), sweeper), 'PX', SWEEPER_LEASE)
    elseif sweeper then
        redis.call('DEL', prefix .. ':sweeper')
    end
    if #list == 0 then return {0, 0, 0} end
    local open = redis.call('ZMSCORE', prefix .. ':due', unpack(list))
    local told = redis.call('HMGET', unread, unpack(list))
    checkFailed(prefix)
    local closedAt = itemTable and redis.call('ZMSCORE', closed, unpack(list))
    local doomed, gone, delisted = {}, {}, {}
    for n = 1, #list do
        local stays = not open[n] and told[n] and inboxes.isUnread(prefix, list[n], told[n])
        if not stays then delisted[#delisted + 1] = list[n] end
        if not open[n] and not stays then
            gone[#gone + 1] = list[n]
            doomed[#doomed + 1] = prefix .. ':history:' .. list[n]
            doomed[#doomed + 1] = prefix .. ':inbox:' .. list[n]
            doomed[#doomed + 1] = itemTable
                and itemThatLeaves(prefix, machines, itemTable, list[n], tonumber(closedAt[n])) or nil
        end
    end
    batched('HDEL', prefix .. ':executions', gone)
    batched('HDEL', unread, gone)
    if #doomed > 0 then redis.call('UNLINK', unpack(doomed)) end
    batched('ZREM', closed, delisted)
    batched('ZREM', prefix .. ':failed', delisted)
    return {#delisted, #list - #delisted, more}
end

register('sweep', sweep, 'allow-oom')
