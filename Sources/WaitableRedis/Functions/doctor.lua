-- What `waitable doctor` asks of a partition, and how it mends one.
--
-- waitable_examine and waitable_mend look at the same SUBJECTS, pairs of a kind and a name:
--   'E', X        an execution: its document against `due`, `closed`, its machine's revision and its item
--   'M', X        a member of `due`, `closed` or `failed`: whether there is a document, or an item to adopt
--   'H', X        the history of X: whether there is an execution
--   'R', X        a count of redeliveries: whether X is in `due`
--   'I', SUFFIX   an item: whether it is a hash
-- Each is judged in one atomic step, so what is found was so at one instant, also while workers commit.
--
-- Findings, with what waitable_mend does about them:
--   open-not-due            R, not in `due`: nobody will run it             due now (a state that waits waits on)
--   open-in-closed          R, in `closed`: retention would remove it       leaves `closed`
--   closed-in-due           closed, in `due`: would be run again            leaves `due`, is in `closed`
--   closed-not-listed       closed, not in `closed`: retention misses it    joins `closed` at its closing instant
--   failure-not-listed      failed, timed out or aborted, not in `failed`   joins `failed` at its closing instant
--   listed-as-failed        in `failed`, and is none of these               leaves `failed`
--   listed-without-document in `closed`, no document                        leaves `closed`, with its history
--   history-without-execution                                               removed
--   redelivered-not-due                                                     removed
--   lease-too-long          held longer than any worker holds               due now
--   parked-not-paused       parked, its machine is not paused               gets its due instant back
--   parked-for-ever         parked, its machine is paused and not deployed  the pause ends
--   nothing-to-run          in `due`, neither document nor item             left: a worker fails it with that reason
--   machine-not-deployed    in `due`, no document, no machine to adopt it   left
--   cannot-be-adopted       in `due` by its Id, and is an execution already left
--   never-due               its score in `due` is beyond the year 9999      left
--   revision-missing        open, and its machine's revision is gone        left
--   item-missing            waits by the waitable pattern without its item  left
--   item-behind             succeeded, but its item has the first status    left
--   item-ahead              waits, but its item has the last status         left
--   wrong-type              a key of Waitable's holds something else        left

local limits = require 'limits'
local strings = require 'strings'
local find, format, match = strings.find, strings.format, strings.match
local arguments = require 'arguments'
local integer, named, prefixOf, refuse = arguments.integer, arguments.named, arguments.prefixOf, arguments.refuse
local register = require 'functions'.register
local SLICE = require 'commands'.SLICE
local clocks = require 'clock'
local clock, isLease, noteDue = clocks.clock, clocks.isLease, clocks.noteDue
local forms = require 'compact'
local compactForm, sameRevision = forms.compactForm, forms.sameRevision
local documents = require 'documents'
local documentsOf, headOf, split, status = documents.documentsOf, documents.headOf, documents.split, documents.status
local sleepers = require 'sleepers'
local firstDue, wake = sleepers.firstDue, sleepers.wake
local MAX_PAUSE = require 'redeliveries'.MAX_PAUSE
local pausing = require 'pausing'

local NEVER_DUE = 253402300800000 -- the year 10000 in ms

-- What is asked: the arguments before the subjects, and what one call need not look up twice.
local function question(prefix, args)
    local patterns = args[3] and args[3] ~= '' and args[3] or '{}'
    local readable, decoded = pcall(cjson.decode, patterns)
    if not readable or type(decoded) ~= 'table' then
        refuse('VALIDATION', 'patterns', 'must be a JSON object', patterns)
    end
    local total = (#args - 3) / 2
    if total % 1 ~= 0 or total < 1 or total > limits.batch then
        refuse('VALIDATION', 'subjects', 'must be 1 to ' .. limits.batch .. ' pairs', #args - 3)
    end
    local asked = {
        prefix = prefix,
        longest = integer(args[1], 'lease', 1, limits.lease),
        table = named(args[2], 'table'),
        patterns = decoded,
        now = clock(),
        kinds = {}, names = {}, revisions = {}, unknown = {},
    }
    local isOfMembers, executions, places = false, {}, {}
    for n = 1, total do
        local kind = args[2 * n + 2]
        isOfMembers = isOfMembers or kind ~= 'I'
        if kind == 'E' then executions[#executions + 1], places[#places + 1] = args[2 * n + 3], n end
        if not find(kind, '^[EMHRI]$') then
            refuse('VALIDATION', 'subject', 'must be E, M, H, R or I', kind)
        end
        asked.kinds[n], asked.names[n] = kind, named(args[2 * n + 3], 'subject')
    end
    asked.due, asked.closed, asked.failed, asked.documents = {}, {}, {}, {}
    local found = documentsOf(prefix, executions)
    for k = 1, #executions do asked.documents[places[k]] = found[k] end
    if isOfMembers then
        asked.due = redis.call('ZMSCORE', prefix .. ':due', unpack(asked.names))
        asked.closed = redis.call('ZMSCORE', prefix .. ':closed', unpack(asked.names))
        asked.failed = redis.call('ZMSCORE', prefix .. ':failed', unpack(asked.names))
    end
    return asked
end

local function typeOf(key) return redis.call('TYPE', key).ok end

-- Whether there is an execution. Its document may be large, and is not read for that.
local function exists(prefix, name) return redis.call('HEXISTS', prefix .. ':executions', name) == 1 end

-- The hash of the revision that a document names.
local function revisionOf(document)
    local same = sameRevision(document)
    if same then return same end
    local _, rest = split(document)
    return headOf(rest).revision
end

local function deployed(asked, machine)
    return redis.call('HEXISTS', asked.prefix .. ':machines', machine) == 1
end

local function defaultMachine(asked) return redis.call('HGET', asked.prefix .. ':machines', ':default') end

-- Sets the score of X, and wakes the workers when that is sooner than what they sleep towards.
local function putDue(asked, name, instant)
    local before = firstDue(asked.prefix)
    redis.call('ZADD', asked.prefix .. ':due', format('%.0f', instant), name)
    wake(asked.prefix, before, instant)
    noteDue(asked.prefix, asked.now)
end

-- A score in `due` that no transition gives.
local function judgeScore(asked, name, score, found)
    local number = tonumber(score)
    if isLease(number) then
        if number > asked.now + asked.longest + MAX_PAUSE then
            found('lease-too-long', format('%.0f', number), function() putDue(asked, name, asked.now) end)
        end
    elseif pausing.parkedUntil(number) then
        local machine = pausing.machineOf(asked.prefix, name, asked)
        if not machine or redis.call('HEXISTS', asked.prefix .. ':paused', machine) == 0 then
            found('parked-not-paused', machine or '', function() putDue(asked, name, number - pausing.PARKED) end)
        elseif pausing.isMachinePaused(asked.prefix, machine) and not deployed(asked, machine) then
            found('parked-for-ever', machine, function() pausing.resume(asked.prefix, machine) end)
        end
    elseif number >= NEVER_DUE then
        found('never-due', score)
    end
end

-- Whether another machine's execution, or a bare member, holds the item `id` open.
local function heldElsewhere(asked, machine, id)
    local others = {id}
    for _, other in ipairs(redis.call('HKEYS', asked.prefix .. ':machines')) do
        if other ~= machine and other ~= ':default' then others[#others + 1] = other .. ':' .. id end
    end
    for i = 1, #others, SLICE do
        local last = i + SLICE - 1
        if last > #others then last = #others end
        for _, score in ipairs(redis.call('ZMSCORE', asked.prefix .. ':due', unpack(others, i, last))) do
            if score then return true end
        end
    end
    return false
end

-- Whether the execution stands in a Wait state.
local function waits(document)
    local _, rest = split(document)
    return headOf(rest).ends ~= nil
end

-- Whether the execution's input names its own Id.
local function namesItself(document, id)
    local _, rest = split(document)
    local compact = compactForm(rest)
    if compact and compact.ownInput then return true end
    local readable, decoded = pcall(cjson.decode, compact and compact.input or '{"s":""' .. rest)
    local input = readable and (compact and decoded or type(decoded) == 'table' and decoded.input)
    return type(input) == 'table' and input.Id == id
end

-- An execution of the waitable pattern against its item. Its owner may do with the item what he likes; what is found is
-- what only a lost or a foreign write explains.
local function judgeItem(asked, pattern, name, document, letter, found)
    if letter ~= 'R' and letter ~= 'S' then return end
    local machine, id = match(name, '^([^:]*):(.*)$')
    local item = asked.prefix .. ':item:' .. asked.table .. ':' .. id
    local value = redis.pcall('HGET', item, pattern.attribute)
    -- Nearly always it has a value: its type is asked for where it has none.
    local kind = type(value) == 'string' and 'hash' or typeOf(item)
    local code
    if letter == 'R' and kind == 'none' then
        code = 'item-missing'
    elseif letter == 'R' and value == pattern.last then
        code = 'item-ahead'
    elseif letter == 'S' and value == pattern.first then
        code = 'item-behind'
    else
        return
    end
    if letter == 'R' and not waits(document) then return end
    -- The pattern's item is the one that the input names.
    if not namesItself(document, id) then return end
    if not heldElsewhere(asked, machine, id) then found(code, item) end
end

-- What is in `failed` and should not be, and what should be and is not: `instant` tells when that closed.
local function judgeListing(asked, name, isFailure, failed, found, instant)
    local key = asked.prefix .. ':failed'
    if isFailure and not failed then
        found('failure-not-listed', '', function() redis.call('ZADD', key, instant(), name) end)
    elseif failed and not isFailure then
        found('listed-as-failed', '', function() redis.call('ZREM', key, name) end)
    end
end

local function judgeMember(asked, name, due, closed, failed, found)
    local prefix = asked.prefix
    judgeListing(asked, name, false, failed, found)
    if closed then
        found('listed-without-document', '', function()
            redis.call('ZREM', prefix .. ':closed', name)
            if not due then redis.call('UNLINK', prefix .. ':history:' .. name) end
        end)
    end
    if not due then return end
    local machine, id = match(name, '^([^:]*):(.*)$')
    local adopter = machine or defaultMachine(asked)
    id = id or name
    judgeScore(asked, name, due, found)
    if not adopter or not deployed(asked, adopter) then
        found('machine-not-deployed', adopter or '')
    elseif not machine and exists(prefix, adopter .. ':' .. id) then
        found('cannot-be-adopted', adopter .. ':' .. id)
    elseif typeOf(prefix .. ':item:' .. asked.table .. ':' .. id) ~= 'hash' then
        found('nothing-to-run', prefix .. ':item:' .. asked.table .. ':' .. id)
    end
end

local function judgeClosed(asked, name, document, due, closed, failed, found)
    local prefix = asked.prefix
    local function instant()
        local members, rest = split(document)
        local compact = compactForm(rest)
        return members.ended or closed or format('%.0f', compact and compact.letter == 'S' and compact.ends or asked.now)
    end
    local function list() redis.call('ZADD', prefix .. ':closed', instant(), name) end
    if due then
        found('closed-in-due', due, function()
            redis.call('ZREM', prefix .. ':due', name)
            redis.call('HDEL', prefix .. ':redelivered', name)
            if not closed then list() end
        end)
    elseif not closed then
        found('closed-not-listed', '', list)
    end
    judgeListing(asked, name, status(document) ~= 'S', failed, found, instant)
end

local function judgeOpen(asked, name, due, closed, failed, found)
    local prefix = asked.prefix
    if due then
        judgeScore(asked, name, due, found)
    else
        found('open-not-due', '', function() putDue(asked, name, asked.now) end)
    end
    if closed then found('open-in-closed', '', function() redis.call('ZREM', prefix .. ':closed', name) end) end
    judgeListing(asked, name, false, failed, found)
end

local function judgeRevision(asked, hash, name, document, letter, found)
    local known = asked.revisions[hash]
    if known == nil then
        known = redis.call('EXISTS', asked.prefix .. ':machine:' .. hash) == 1
        asked.revisions[hash] = known
        if known and asked.patterns[hash] == nil then asked.unknown[#asked.unknown + 1] = hash end
    end
    if not known then
        if letter == 'R' then found('revision-missing', hash) end
    elseif type(asked.patterns[hash]) == 'table' then
        judgeItem(asked, asked.patterns[hash], name, document, letter, found)
    end
end

local function judgeExecution(asked, name, due, closed, failed, found, document)
    if not document then
        judgeMember(asked, name, due, closed, failed, found)
        return
    end
    local letter = status(document)
    -- Who reads it in full finds what is wrong with it.
    if not letter then return end
    if letter == 'R' then
        judgeOpen(asked, name, due, closed, failed, found)
    else
        judgeClosed(asked, name, document, due, closed, failed, found)
    end
    local hash = revisionOf(document)
    if hash then judgeRevision(asked, hash, name, document, letter, found) end
end

local JUDGES = {
    E = judgeExecution,
    M = function(asked, name, due, closed, failed, found)
        -- One with a document is looked at as an execution.
        if not exists(asked.prefix, name) then
            judgeMember(asked, name, due, closed, failed, found)
        end
    end,
    H = function(asked, name, due, closed, _, found)
        local key = asked.prefix .. ':history:' .. name
        local kind = typeOf(key)
        if kind == 'none' then return end
        if kind ~= 'list' then
            found('wrong-type', key)
        elseif not due and not closed and not exists(asked.prefix, name) then
            found('history-without-execution', key, function() redis.call('UNLINK', key) end)
        end
    end,
    R = function(asked, name, due, _, _, found)
        local key = asked.prefix .. ':redelivered'
        if not due and redis.call('HEXISTS', key, name) == 1 then
            found('redelivered-not-due', key, function() redis.call('HDEL', key, name) end)
        end
    end,
    I = function(asked, name, _, _, _, found)
        local key = asked.prefix .. ':item:' .. name
        local kind = typeOf(key)
        if kind ~= 'hash' and kind ~= 'none' then found('wrong-type', key) end
    end,
}

-- Judges all subjects. The findings are [kind, name, code, detail, mended 0 | 1]…
local function judged(keys, args, mends)
    local asked = question(prefixOf(keys), args)
    local findings = {}
    for n = 1, #asked.names do
        local kind, name = asked.kinds[n], asked.names[n]
        JUDGES[kind](asked, name, asked.due[n], asked.closed[n], asked.failed[n], function(code, detail, cure)
            if mends and cure then cure() end
            findings[#findings + 1] = {kind, name, code, detail, mends and cure and 1 or 0}
        end, asked.documents[n])
    end
    return {findings, asked.unknown}
end

-- waitable_examine: judges subjects, and changes nothing.
-- KEYS   prefix
-- ARGV   the longest lease in ms that a worker takes, the table of the pattern's items, PATTERNS, SUBJECT…
--        PATTERNS: JSON {revision hash: {"attribute","first","last"} | false}, what is known of revisions: the item's
--        status attribute with its values at the start and at the end, or that it does not follow the pattern
-- Returns [[kind, name, code, detail, 0]…, [revision hash that PATTERNS does not tell of…]]
-- Errors VALIDATION, WRONGTYPE (`due`, `closed` or `failed` is no sorted set). Bound: 1,000 subjects.
local function examine(keys, args) return judged(keys, args, false) end

-- waitable_mend: judges subjects again, and mends what can be mended, each finding by itself.
-- KEYS, ARGV, errors and bound as waitable_examine.
-- Returns the same, with 1 for 0 where the finding is mended.
local function mend(keys, args) return judged(keys, args, true) end

register('examine', examine, 'no-writes')
register('mend', mend, 'allow-oom')
