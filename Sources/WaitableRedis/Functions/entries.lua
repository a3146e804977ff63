-- The entries that waitable_accept and waitable_commit carry: what becomes of one execution each.
--
-- ENTRIES = n, then ENTRY or ROWS, until there are n executions
-- ENTRY = X, next, document, history, k, then k effects:
--   next      '' closes the execution | '=' keeps the lease | whole ms: due then | '?' and whole ms: due then, or at once
--             when its inbox holds something
--   history   another element of the list of history, '' where nothing ran, '-' where the list stays as it is, '!' where
--             it goes
--   effect    'P["f1",…]', SUFFIX, v1, …             the item becomes these fields
--             'U[["f1",…],["g1",…]]', SUFFIX, v1, …  sets the fields f, removes the fields g
--             'delete', SUFFIX                       removes the item
--             'evaluate', SUFFIX, PROGRAM            evaluated by items.lua; has an outcome
--             'offer', 'publish', 'start', 'stop', 'report', 'forget', 'tell', 'send': see effects.lua
-- ROWS = '', m, kind, the first word of a 'P' or 'U' as above, machine, table, then m rows: the usual case, executions that
-- are each one write of this form. Their lists of history stay as they are.
--   kind      'close': X, document, SUFFIX, v1, …        closes it
--             'wait': X, document, SUFFIX, next, v1, …   due at next, in whole ms
--   machine   '' | the rows are id, document, next (or none), v2, …, where X is machine:id, SUFFIX is table:id, and v1 is id

local limits = require 'limits'
local strings = require 'strings'
local byte, concat, format, sub = strings.byte, strings.concat, strings.format, strings.sub
local call = require 'call'
local arguments = require 'arguments'
local count, refusal, refuse = arguments.count, arguments.refusal, arguments.refuse
local isError = require 'commands'.isError
local documents = require 'documents'
local join, split, status = documents.join, documents.split, documents.status
local effects = require 'effects'
local items = require 'items'
local rowEntries = require 'rows'
local addRows, changeFields, knownForm, misnamed, misplaced, readForm, readRows, setFields, tooLarge, unreadable =
    rowEntries.addRows, rowEntries.changeFields, rowEntries.knownForm, rowEntries.misnamed, rowEntries.misplaced,
    rowEntries.readForm, rowEntries.readRows, rowEntries.setFields, rowEntries.tooLarge, rowEntries.unreadable

local entries = {}

-- Checks the effect at args[i], and notes what was read of it in `read`. Returns the index after it, an error that is
-- the entry's alone, and whether it is a program that has to wait for the next call, as one that `mustRun` has not. What
-- leaves open where the next effect begins refuses the call.
local function checkEffect(args, i, read, mustRun)
    local kind = args[i]
    local form = knownForm(kind)
    if not form then
        if kind == 'delete' then
            return i + 2, misnamed(args[i + 1], 'item', limits.itemKey)
        elseif kind == 'evaluate' then
            local problem = misnamed(args[i + 1], 'item', limits.itemKey)
            local readable, program = pcall(items.parse, args[i + 2] or '', mustRun)
            if not readable and not program.refusal then error(program, 0) end
            read[i] = readable and program
            return i + 3, problem or not readable and program.refusal or nil, not program
        end
        local initial = kind and sub(kind, 1, 2)
        if initial ~= 'P[' and initial ~= 'U[' then
            local after, problem
            if kind then after, problem = effects.check(args, i) end
            if not after then
                refuse('VALIDATION', 'effect', 'must be one that entries have', kind or '')
            end
            return after, problem
        end
        form = readForm(kind)
    end
    read[i] = form
    local after = i + 2 + form.fields
    if after - 1 > #args then refuse('VALIDATION', 'effect', 'must be complete', kind) end
    return after, misnamed(args[i + 1], 'item', limits.itemKey)
end

-- Checks all entries of a call, args[first] being their number. `now` is the instant at which some close, `keeping` whether
-- next '=' is allowed. Returns them as lists: names, documents, nexts, and for rows their forms, their items' keys, where
-- their second values stand and how far before them the first ones; for others where their histories start, and `read` has
-- the forms and decoded programs of effects, by their index. `waits` tells which are due at once when their inbox holds
-- something, `sends` whether some are for other partitions, `runs` which have programs, `later` those of these that wait for
-- the next call, `problems` the errors of entries that must not be applied, nil for none, `fails` whether one closes without
-- having succeeded. A call of nothing but rows of one kind has `rows` only, until spreadRows makes the lists of it.
function entries.parse(prefix, args, first, now, keeping)
    local total, last, i = count(args[first], 'entries', 1, limits.batch), #args, first + 1
    local batch = {names = {}, documents = {}, nexts = {}, forms = {}, keys = {}, starts = {}, backs = {}, read = {}}
    if args[i] == '' and args[i + 1] == args[first] then
        batch.rows, i = readRows(prefix, args, i, now)
        batch.names, batch.problems, batch.fails = batch.rows.names, batch.rows.problems, batch.rows.fails
    else
        local n, runner = 0, nil
        while n < total do
            if args[i] == '' then
                local rows
                rows, i = readRows(prefix, args, i, now)
                addRows(batch, rows)
                n = #batch.names
            else
                local name, next, document = args[i], args[i + 1], args[i + 2]
                if not args[i + 3] then refuse('VALIDATION', 'entry', 'must be complete', name or '') end
                n = n + 1
                if byte(next) == 63 then
                    batch.waits = batch.waits or {}
                    batch.waits[n], next = true, sub(next, 2)
                end
                local letter = status(document)
                if letter ~= 'R' and letter ~= 'S' then batch.fails = true end
                local problem = misnamed(name, 'execution', limits.name) or not letter and unreadable(document)
                    or tooLarge(document) or misplaced(next, letter, name, keeping)
                -- What is taken for an effect must be one, whatever their number is.
                local number = count(args[i + 4], 'effects', 0, 999999999)
                if number > limits.effects then
                    problem = problem
                        or refusal('VALIDATION', 'effects', format('must be at most %d', limits.effects), number)
                end
                batch.names[n], batch.documents[n], batch.nexts[n], batch.forms[n] = name, document, next, false
                batch.starts[n], i = i + 3, i + 5
                for _ = 1, number do
                    local other, isLater
                    if args[i] == 'evaluate' then
                        runner = runner or n
                        batch.runs = batch.runs or {}
                        batch.runs[n] = true
                    end
                    if args[i] == 'send' then batch.sends = true end
                    i, other, isLater = checkEffect(args, i, batch.read, n == runner)
                    problem = problem or other
                    if isLater then
                        batch.later = batch.later or {}
                        batch.later[n] = true
                    end
                end
                if problem then
                    batch.problems = batch.problems or {}
                    batch.problems[n] = problem
                end
            end
        end
        if n > total then refuse('VALIDATION', 'entries', 'must be ' .. total, n) end
    end
    if i - 1 ~= last then refuse('VALIDATION', 'arguments', 'must be ' .. (i - 1), last) end
    return batch
end

-- The error text where a key that is to be replaced or removed is no item; otherwise it is gone.
local function clear(key)
    local size = redis.pcall('HLEN', key)
    if isError(size) then return size.err end
    if size > 0 then redis.call('DEL', key) end
end

-- Carries a write out, its values in args as setFields has them. The error text when the key is of another type; then
-- nothing is changed.
local function carryOut(key, form, args, i, back)
    local problem = form.puts and clear(key)
    if problem then return problem end
    local _, problem = setFields(key, form, args, i, back)
    if not problem and form.removed then _, problem = changeFields('HDEL', key, form.removed, #form.removed) end
    return problem
end

-- The effect at args[i]. Returns the index after it, and: the error text when it cannot be applied (then nothing is
-- changed), or nil, the outcome of a program, and its task.
local function applyEffect(prefix, name, args, i, read)
    local kind, key = args[i], prefix .. ':item:' .. args[i + 1]
    if kind == 'evaluate' then return i + 3, nil, items.run(read[i], key, prefix), read[i].task end
    if kind == 'delete' then return i + 2, clear(key) end
    if read[i] then return i + 2 + read[i].fields, carryOut(key, read[i], args, i + 3, 1) end
    local width, problem = effects.width(args, i), effects.problem(prefix, name, args, i)
    if problem then return i + width, problem end
    return i + width, nil, effects.apply(prefix, name, args, i), args[i + 4]
end

-- History and effects of entry n, all or nothing. Returns an error text, or nil and the outcomes of its programs.
function entries.apply(prefix, args, batch, n)
    call.before = call.work
    local start, form = batch.starts[n], batch.forms[n]
    if form then return carryOut(batch.keys[n], form, args, start, batch.backs[n]) end
    local history, name, read, number, i = args[start], batch.names[n], batch.read, tonumber(args[start + 1]), start + 2
    if number > 1 then
        -- Checked beforehand, so that the second effect cannot fail after the first is written.
        local k = i
        for _ = 1, number do
            local width = effects.width(args, k)
            if width then
                local problem = effects.problem(prefix, name, args, k)
                if problem then return problem end
                k = k + width
            elseif args[k] == 'evaluate' then
                k = k + 3
            else
                local reply = redis.pcall('HLEN', prefix .. ':item:' .. args[k + 1])
                if isError(reply) then return reply.err end
                k = k + 2 + (read[k] and read[k].fields or 0)
            end
        end
    end
    -- The history goes first, because it is what can be taken back exactly when the effect is refused.
    local historyKey
    if history == '!' then
        redis.call('UNLINK', prefix .. ':history:' .. name)
    elseif history ~= '' and history ~= '-' then
        historyKey = prefix .. ':history:' .. name
        local reply = redis.pcall('RPUSH', historyKey, history)
        if isError(reply) then return reply.err end
    end
    local outcomes
    for _ = 1, number do
        local after, problem, outcome, task = applyEffect(prefix, name, args, i, read)
        if problem then
            if historyKey then redis.call('RPOP', historyKey) end
            return problem
        end
        if outcome then
            outcomes = outcomes or {}
            outcomes[#outcomes + 1] = {task = task, text = outcome}
        end
        i = after
    end
    return nil, outcomes
end

-- The reply for an applied entry with outcomes, 1 followed by these, and its document with them: so they outlive a worker
-- that dies before it has used them.
function entries.reply(outcomes, document)
    local reply, members = {1}, {}
    for n = 1, #outcomes do
        reply[n + 1], members[n] = outcomes[n].text, '"' .. outcomes[n].task .. '":' .. outcomes[n].text
    end
    local head, rest = split(document)
    head.outcomes = '{' .. concat(members, ',') .. '}'
    return reply, join(status(document), head, rest)
end

return entries
