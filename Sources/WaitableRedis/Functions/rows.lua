-- Rows: entries of the usual case, each of which is one write of an item, of the same form.

local limits = require 'limits'
local strings = require 'strings'
local byte, find, format, match, sub = strings.byte, strings.find, strings.format, strings.match, strings.sub
local arguments = require 'arguments'
local count, refusal, refuse = arguments.count, arguments.refusal, arguments.refuse
local commands = require 'commands'
local SLICE, isError = commands.SLICE, commands.isError
local documents = require 'documents'
local COMPACT, HEADS = documents.COMPACT, documents.HEADS

-- Forms: what the first word of a 'P' or 'U' says of its fields. The writes of a state have one form, so it is read once,
-- and remembered from call to call.
local forms, known = {}, 0

local MAX_FORMS = 256
local MAX_FORM = 8192 -- bytes of a word that is remembered

local function knownForm(word) return forms[word] end

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
    if #document <= limits.document then return nil end
    return refusal('VALIDATION', 'document', format('must have at most %d bytes', limits.document), #document)
end

-- The rows at args[i], checked, and the index after them. `names`; `texts`, each name with its document; `scored`, each
-- next (`now` for what closes) with its name; `keys` of the items; `fails`, whether one closes without having succeeded;
-- `problems`, the errors of rows that are not right, if there are any. Lists, and no table or call for a row: this is the hot
-- path.
local function readRows(prefix, args, i, now)
    local m = count(args[i + 1], 'rows', 1, limits.batch)
    local kind, word, machine, itemTable = args[i + 2], args[i + 3], args[i + 4], args[i + 5]
    if kind ~= 'close' and kind ~= 'wait' then refuse('VALIDATION', 'rows', 'must be close or wait', kind or '') end
    local form = knownForm(word) or readForm(word or '')
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
    local names, texts, scored, keys, k, problems, fails = {}, {}, {}, {}, 0, nil, false
    local longest, largest, usual = limits.name, limits.document, closes and 'S' or 'R'
    for n = 1, m do
        local name, document, suffix = args[at], args[at + 1], args[at + 2]
        if own then name, suffix = machine .. name, name end
        local letter = COMPACT[sub(document, 1, 1)] or HEADS[sub(document, 1, 9)]
        local next = closes and '' or args[at + place]
        if #name > longest or #suffix > longest or suffix == '' or name == '' or letter ~= usual
            or #document > largest
            or not closes and (#next > 15 or not find(next, '^%d+$')) then
            local problem = misnamed(name, 'execution', limits.name) or misnamed(suffix, 'item', limits.itemKey)
                or not letter and unreadable(document) or tooLarge(document) or misplaced(next, letter, name)
            if problem then
                problems = problems or {}
                problems[n] = problem
            else
                fails = true
            end
        end
        names[n], keys[n], texts[k + 1], texts[k + 2] = name, base .. suffix, name, document
        scored[k + 1], scored[k + 2] = closes and now or next, name
        k, at = k + 2, at + width
    end
    return {
        names = names, texts = texts, scored = scored, keys = keys, form = form, closes = closes, second = i + 6 + second,
        back = back, width = width, problems = problems, fails = fails,
    }, at
end

-- Adds rows to the lists of a batch.
local function addRows(batch, rows)
    local names, n = batch.names, #batch.names
    batch.fails = batch.fails or rows.fails
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

-- Makes the lists of a batch that has rows only.
local function spreadRows(batch)
    if not batch.rows then return end
    batch.names, batch.problems = {}, nil
    addRows(batch, batch.rows)
    batch.rows = nil
end

-- Calls HSET or HDEL with words[1…count], in slices. Returns as setFields.
local function changeFields(command, key, words, number)
    local changed = 0
    for i = 1, number, SLICE do
        local stop = i + SLICE - 1
        if stop > number then stop = number end
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
local function writeRows(args, rows)
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

return {
    addRows = addRows, changeFields = changeFields, knownForm = knownForm, misnamed = misnamed, misplaced = misplaced,
    readForm = readForm, readRows = readRows, setFields = setFields, spreadRows = spreadRows, tooLarge = tooLarge,
    unreadable = unreadable, writeRows = writeRows,
}
