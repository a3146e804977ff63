-- The entries that waitable_accept and waitable_commit carry: what becomes of one execution each. Continues waitable.lua.
--
-- ENTRIES = n, then ENTRY or ROWS, until there are n executions
-- ENTRY = X, next, document, history, k, then k effects:
--   next      '' closes the execution | '=' keeps the lease | whole ms: due then | '?' and whole ms: due then, or at once
--             when its inbox holds something
--   history   another element of the list of history, '' where nothing ran, '-' where the list stays as it is, '!' where
--             it goes
--   effect    'P["f1",…]', SUFFIX, v1, …             the item becomes these fields
--             'U[["f1",…],["g1",…]]', SUFFIX, v1, …  sets the fields f, removes the fields g
--             'D', SUFFIX                            removes the item
--             'X', SUFFIX, PROGRAM                   evaluated by items.lua; has an outcome
--             'A', 'S', 'B', 'K', 'T', 'C'           see tasks.lua
-- ROWS = '', m, kind, the first word of a 'P' or 'U' as above, machine, table, then m rows: the usual case, executions that
-- are each one write of this form. Their lists of history stay as they are.
--   kind      'close': X, document, SUFFIX, v1, …        closes it
--             'wait': X, document, SUFFIX, next, v1, …   due at next, in whole ms
--   machine   '' | the rows are id, document, next (or none), v2, …, where X is machine:id, SUFFIX is table:id, and v1 is id

do

-- Forms: what the first word of a 'P' or 'U' says of its fields. The writes of a state have one form, so it is read once,
-- and remembered from call to call.
local forms, known = {}, 0
local MAX_FORMS = 256
local MAX_FORM = 8192 -- bytes of a word that is remembered

local function areNames(list)
    if type(list) ~= 'table' then return false end
    for i = 1, #list do
        if type(list[i]) ~= 'string' then return false end
    end
    return true
end

local function readForm(word)
    local puts = byte(word) == 80
    local readable, lists = pcall(cjson.decode, puts and '[' .. sub(word, 2) .. ',[]]' or sub(word, 2))
    local set, removed
    if readable and type(lists) == 'table' then set, removed = lists[1], lists[2] end
    if not areNames(set) or not areNames(removed) then
        refuse('VALIDATION', 'effect', 'must have lists of fields', word)
    end
    if #set + #removed == 0 then refuse('VALIDATION', 'effect', 'must change a field', word) end
    local form = {puts = puts, fields = #set, names = set, removed = #removed > 0 and removed or nil}
    if #word <= MAX_FORM then
        if known == MAX_FORMS then forms, known = {}, 0 end
        forms[word], known = form, known + 1
    end
    return form
end

-- The error of an entry where a name in it is too long, or empty; nil where it is not.
local function misnamed(text, field, most)
    if text and text ~= '' and #text <= most then return nil end
    return refusal('VALIDATION', field, format('must have 1 to %d bytes', most), text or '')
end

-- Checks the effect at args[i], and notes what was read of it in `read`. Returns the index after it, and an error that is
-- the entry's alone. What leaves open where the next effect begins refuses the call.
local function checkEffect(args, i, read)
    local kind = args[i]
    local form = forms[kind]
    if not form then
        if kind == 'D' then
            return i + 2, misnamed(args[i + 1], 'item', LIMITS.itemKey)
        elseif kind == 'X' then
            local problem = misnamed(args[i + 1], 'item', LIMITS.itemKey)
            local readable, program = pcall(items.parse, args[i + 2])
            if not readable and not program.refusal then error(program, 0) end
            read[i] = readable and program
            return i + 3, problem or not readable and program.refusal or nil
        end
        local initial = kind and sub(kind, 1, 2)
        if initial ~= 'P[' and initial ~= 'U[' then
            local after, problem
            if kind then after, problem = tasks.check(args, i) end
            if not after then
                refuse('VALIDATION', 'effect', 'must be P[…], U[…], D, X, A, S, B, K, T or C', kind or '')
            end
            return after, problem
        end
        form = readForm(kind)
    end
    read[i] = form
    local after = i + 2 + form.fields
    if after - 1 > #args then refuse('VALIDATION', 'effect', 'must be complete', kind) end
    return after, misnamed(args[i + 1], 'item', LIMITS.itemKey)
end

-- The error of an entry whose place in `due` does not go with its status; nil where it does.
local function misplaced(next, letter, name, keeping)
    if next == '' then
        if letter ~= 'R' then return nil end
        return refusal('VALIDATION', 'next', 'must not close a running execution', name)
    end
    if letter ~= 'R' then return refusal('VALIDATION', 'next', 'must close an execution that has ended', name) end
    if keeping and next == '=' or #next <= 15 and find(next, '^%d+$') then return nil end
    local number = match(next, '^%-%d+$') and #next <= 16 and tonumber(next)
    if number and number >= -999999999999999 then return nil end
    return refusal('VALIDATION', 'next', 'must be an integer from -999999999999999 to 999999999999999', next)
end

local function unreadable(document)
    return refusal('VALIDATION', 'document', 'must begin with a status', document or '')
end

local function tooLarge(document)
    if #document <= LIMITS.document then return nil end
    return refusal('VALIDATION', 'document', format('must have at most %d bytes', LIMITS.document), #document)
end

-- The rows at args[i], checked, and the index after them. `names`; `texts`, each name with its document; `scored`, each
-- next (`now` for what closes) with its name; `keys` of the items; `problems`, the errors of rows that are not right, if
-- there are any. Lists, and no table or call for a row: this is the hot path.
local function readRows(prefix, args, i, now)
    local m = count(args[i + 1], 'rows', 1, MAX_BATCH)
    local kind, word, machine, itemTable = args[i + 2], args[i + 3], args[i + 4], args[i + 5]
    if kind ~= 'close' and kind ~= 'wait' then refuse('VALIDATION', 'rows', 'must be close or wait', kind or '') end
    local form = forms[word] or readForm(word or '')
    local own, closes, base = machine ~= '', kind == 'close', prefix .. ':item:'
    -- Where the next and the second value stand in a row, and how far before that the first one is.
    local place = own and 2 or 3
    local second = place + (closes and 0 or 1) + (own and 0 or 1)
    local back = own and second or 1
    local width = second + form.fields - 1
    local at = i + 6
    if not itemTable or form.fields == 0 or at + m * width - 1 > #args then
        refuse('VALIDATION', 'rows', 'must be complete', word)
    end
    if own then
        base = base .. itemTable .. ':'
        machine = machine .. ':'
    end
    local names, texts, scored, keys, k, problems = {}, {}, {}, {}, 0, nil
    local longest, largest = LIMITS.name, LIMITS.document
    for n = 1, m do
        local name, document, suffix = args[at], args[at + 1], args[at + 2]
        if own then name, suffix = machine .. name, name end
        local letter = COMPACT[sub(document, 1, 1)] or HEADS[sub(document, 1, 9)]
        local next = closes and '' or args[at + place]
        if #name > longest or #suffix > longest or suffix == '' or name == '' or not letter
            or #document > largest or closes == (letter == 'R')
            or not closes and (#next > 15 or not find(next, '^%d+$')) then
            local problem = misnamed(name, 'execution', LIMITS.name) or misnamed(suffix, 'item', LIMITS.itemKey)
                or not letter and unreadable(document) or tooLarge(document) or misplaced(next, letter, name)
            if problem then
                problems = problems or {}
                problems[n] = problem
            end
        end
        names[n], keys[n], texts[k + 1], texts[k + 2] = name, base .. suffix, name, document
        scored[k + 1], scored[k + 2] = closes and now or next, name
        k, at = k + 2, at + width
    end
    return {
        names = names, texts = texts, scored = scored, keys = keys, form = form, closes = closes, second = i + 6 + second,
        back = back, width = width, problems = problems,
    }, at
end

-- Adds rows to the lists of a batch.
local function add(batch, rows)
    local names, n = batch.names, #batch.names
    for k, problem in pairs(rows.problems or {}) do
        batch.problems = batch.problems or {}
        batch.problems[n + k] = problem
    end
    for k = 1, #rows.names do
        n = n + 1
        names[n], batch.documents[n], batch.keys[n] = rows.names[k], rows.texts[2 * k], rows.keys[k]
        batch.forms[n], batch.starts[n], batch.backs[n] = rows.form, rows.second + (k - 1) * rows.width, rows.back
        batch.nexts[n] = rows.closes and '' or rows.scored[2 * k - 1]
    end
end

-- Checks all entries of a call, args[first] being their number. `now` is the instant at which some close, `keeping` whether
-- next '=' is allowed. Returns them as lists: names, documents, nexts, and for rows their forms, their items' keys, where
-- their second values stand and how far before them the first ones; for others where their histories start, and `read` has
-- the forms and decoded programs of effects, by their index. `waits` tells which are due at once when their inbox holds
-- something, `runs` which have programs, `problems` the errors of entries that must not be applied, nil for none. A call of nothing but rows of one kind
-- has `rows` only, until entries.spread makes the lists of it.
function entries.parse(prefix, args, first, now, keeping)
    local total, last, i = count(args[first], 'entries', 1, MAX_BATCH), #args, first + 1
    local batch = {names = {}, documents = {}, nexts = {}, forms = {}, keys = {}, starts = {}, backs = {}, read = {}}
    if args[i] == '' and args[i + 1] == args[first] then
        batch.rows, i = readRows(prefix, args, i, now)
        batch.names, batch.problems = batch.rows.names, batch.rows.problems
    else
        local n = 0
        while n < total do
            if args[i] == '' then
                local rows
                rows, i = readRows(prefix, args, i, now)
                add(batch, rows)
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
                local problem = misnamed(name, 'execution', LIMITS.name) or not letter and unreadable(document)
                    or tooLarge(document) or misplaced(next, letter, name, keeping)
                -- What is taken for an effect must be one, whatever their number is.
                local effects = count(args[i + 4], 'effects', 0, 999999999)
                if effects > LIMITS.effects then
                    problem = problem
                        or refusal('VALIDATION', 'effects', format('must be at most %d', LIMITS.effects), effects)
                end
                batch.names[n], batch.documents[n], batch.nexts[n], batch.forms[n] = name, document, next, false
                batch.starts[n], i = i + 3, i + 5
                for _ = 1, effects do
                    local other
                    if args[i] == 'X' then
                        batch.runs = batch.runs or {}
                        batch.runs[n] = true
                    end
                    i, other = checkEffect(args, i, batch.read)
                    problem = problem or other
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

-- Makes the lists of a batch that has rows only.
function entries.spread(batch)
    if not batch.rows then return end
    batch.names, batch.problems = {}, nil
    add(batch, batch.rows)
    batch.rows = nil
end

-- Calls HSET or HDEL with words[1…count], in slices. Returns as setFields.
local function changeFields(command, key, words, count)
    local changed = 0
    for i = 1, count, SLICE do
        local stop = i + SLICE - 1
        if stop > count then stop = count end
        local reply = redis.pcall(command, key, unpack(words, i, stop))
        if isError(reply) then return nil, reply.err end
        changed = changed + reply
    end
    return changed
end

-- Sets the fields of a form, their values in args from i on but for the first one, which is `back` before that. Returns how
-- many are new; else nil and the error text, where the key is no hash: then nothing is changed.
local function setFields(key, form, args, i, back)
    if form.fields == 0 then return 0 end
    local words = {form.names[1], args[i - back]}
    for f = 2, form.fields do words[2 * f - 1], words[2 * f] = form.names[f], args[i + f - 2] end
    return changeFields('HSET', key, words, 2 * form.fields)
end

-- The same for all rows, most of which have a few fields: these go without a list. Returns false at the first that is not
-- right: its key is no hash, or, when `isNew`, it has fewer new fields than fields.
local WRITERS = {
    [2] = function(keys, names, args, i, back, width, isNew)
        local a, b, call = names[1], names[2], redis.pcall
        for n = 1, #keys do
            local reply = call('HSET', keys[n], a, args[i - back], b, args[i])
            if reply ~= 2 and (isNew or isError(reply)) then return false end
            i = i + width
        end
        return true
    end,
    [3] = function(keys, names, args, i, back, width, isNew)
        local a, b, c, call = names[1], names[2], names[3], redis.pcall
        for n = 1, #keys do
            local reply = call('HSET', keys[n], a, args[i - back], b, args[i], c, args[i + 1])
            if reply ~= 3 and (isNew or isError(reply)) then return false end
            i = i + width
        end
        return true
    end,
    [4] = function(keys, names, args, i, back, width, isNew)
        local a, b, c, d, call = names[1], names[2], names[3], names[4], redis.pcall
        for n = 1, #keys do
            local reply = call('HSET', keys[n], a, args[i - back], b, args[i], c, args[i + 1], d, args[i + 2])
            if reply ~= 4 and (isNew or isError(reply)) then return false end
            i = i + width
        end
        return true
    end,
}

-- Carries out the writes of rows that remove no field, and put only new items. Whether all went well: if not, entries.apply
-- can do them again, one by one.
function entries.write(args, rows)
    local form = rows.form
    if form.removed then return false end
    if form.puts and redis.call('EXISTS', unpack(rows.keys)) > 0 then return false end
    local writer = WRITERS[form.fields]
    if writer then return writer(rows.keys, form.names, args, rows.second, rows.back, rows.width, form.puts) end
    for n = 1, #rows.keys do
        local added = setFields(rows.keys[n], form, args, rows.second + (n - 1) * rows.width, rows.back)
        -- Fewer: a row before it has put the same item.
        if not added or (form.puts and added ~= form.fields) then return false end
    end
    return true
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
    if kind == 'X' then return i + 3, nil, items.run(read[i], key), read[i].task end
    if kind == 'D' then return i + 2, clear(key) end
    if read[i] then return i + 2 + read[i].fields, carryOut(key, read[i], args, i + 3, 1) end
    local width, problem = tasks.width(args, i), tasks.problem(prefix, name, args, i)
    if problem then return i + width, problem end
    return i + width, nil, tasks.apply(prefix, name, args, i), args[i + 4]
end

-- History and effects of entry n, all or nothing. Returns an error text, or nil and the outcomes of its programs.
function entries.apply(prefix, args, batch, n)
    local start, form = batch.starts[n], batch.forms[n]
    if form then return carryOut(batch.keys[n], form, args, start, batch.backs[n]) end
    local history, name, read, effects, i = args[start], batch.names[n], batch.read, tonumber(args[start + 1]), start + 2
    if effects > 1 then
        -- Checked beforehand, so that the second effect cannot fail after the first is written.
        local k = i
        for _ = 1, effects do
            local width = tasks.width(args, k)
            if width then
                local problem = tasks.problem(prefix, name, args, k)
                if problem then return problem end
                k = k + width
            elseif args[k] == 'X' then
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
    for _ = 1, effects do
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
    head.u = '{' .. concat(members, ',') .. '}'
    return reply, join(status(document), head, rest)
end

end
