-- What programs do to one item: it is read, what becomes of it is decided, and that is written.
--
-- Of an item only what the program is about is read and decoded: {values, rest, key, memory}. `values` has the attributes that it
-- names, decoded; `rest` all others in stored form, where the program is about the whole item, else nil.

local limits = require 'limits'
local strings = require 'strings'
local format, sub = strings.format, strings.sub
local call = require 'call'
local commands = require 'commands'
local batched, isError = commands.batched, commands.isError
local values = require 'values'
local LARGEST_ITEM, copied, encoded, encodedItem, fail, fromStored, invalid, quoted, size, sortedNames, storedSize, toStored,
    tooLarge =
    values.LARGEST_ITEM, values.copied, values.encoded, values.encodedItem, values.fail, values.fromStored, values.invalid,
    values.quoted, values.size, values.sortedNames, values.storedSize, values.toStored, values.tooLarge
local work = require 'work'
local readings = require 'readings'
local projected = require 'paths'.projected
local holds = require 'conditions'.holds
local updated = require 'updates'.updated

local changes = {}

-- Steps of work that it takes to find an item, to read an attribute and to show it, and to write an item.
local ITEM, ATTRIBUTE, SHOWN, WRITTEN = 100, 8, 20, 150
local TEXT = 6     -- bytes that a text takes at least, where texts are many

-- Ends a program of an entry whose others leave it no room: it fails, and may be tried again.
function changes.refuseExcess()
    fail('ProvisionedThroughputExceededException', 'The requests of one step are more than one commit may carry')
end

-- The attributes that a program names, as a set, and whether it is about all of the item.
local function asked(program)
    local names = {}
    if program['if'] then readings.note(program['if'], names) end
    for _, path in ipairs(program.project or {}) do names[path[1]] = true end
    for _, list in pairs(program.update or {}) do
        for n = 1, #list do
            local isRemoval = program.update.remove == list
            names[(isRemoval and list[n] or list[n][1])[1]] = true
            if program.update.set == list then readings.note(list[n][2], names) end
        end
    end
    local wanted = program['return']
    return names, program.op == 'get' and not program.project or wanted == 'ALL_OLD' or wanted == 'ALL_NEW'
end

local function fieldsOf(key, names, isWhole)
    if isWhole then return redis.call('HGETALL', key) end
    local list, fields = sortedNames(names), {}
    if #list == 0 then return fields end
    local texts = redis.call('HMGET', key, unpack(list))
    for n = 1, #list do
        if texts[n] then fields[#fields + 1], fields[#fields + 2] = list[n], texts[n] end
    end
    return fields
end

-- The item in a hash as far as a program is about it, or nil where there is none. Fails when the key is of another type, when
-- the item is larger than tasks can have written it, or has more texts than the program, which has so many, leaves room for.
function changes.read(key, program, texts)
    local function note(more)
        texts, call.fields = texts + more, call.fields + more
        if texts > limits.texts then
            invalid(format('The item and the request have more than %d names and texts', limits.texts))
        end
        if call.fields > 2 * limits.texts then changes.refuseExcess() end
    end
    work.spend(ITEM)
    local count = redis.pcall('HLEN', key)
    if isError(count) then fail('InternalServerError', count.err) end
    if count == 0 then return nil end
    local names, isWhole = asked(program)
    if not isWhole and not next(names) then return {values = {}, key = key, memory = 0} end
    local memory = readings.memory(key, count)
    if not memory then invalid('The item has more bytes than an item may have') end
    -- An update must not bring an item beyond what can be read.
    if program.op == 'update' and memory > TEXT * (limits.texts - texts) then isWhole = true end
    -- Else the names are the program's.
    if isWhole then
        note(2 * count)
        work.spend(ATTRIBUTE * count)
    end
    local item = {values = {}, rest = isWhole and {} or nil, key = key, memory = memory}
    local fields, bytes = fieldsOf(key, names, isWhole), 0
    for i = 1, #fields, 2 do
        local name, text = fields[i], fields[i + 1]
        bytes = bytes + #name + #text
        work.spend(#text / work.COPIED + ATTRIBUTE)
        if sub(text, 1, 2) == '{"' then note(work.texts(text)) elseif not isWhole then note(1) end
        if names[name] then item.values[name] = fromStored(text) else item.rest[name] = text end
    end
    call.cost, call.read = call.cost + bytes, call.read + bytes
    return item
end

-- Refuses an item of these values, and what it has beside them, that is larger than an item may be.
local function checkSize(attributes, old)
    local total = 0
    for name, v in pairs(attributes) do total = total + #name + size(v) end
    -- In memory it is at least as large.
    if not old or total + old.memory <= LARGEST_ITEM then
        if total > LARGEST_ITEM then tooLarge() end
        return
    end
    local rest, others = old.rest, {}
    if not rest then
        rest = {}
        local fields = redis.call('HGETALL', old.key)
        for i = 1, #fields, 2 do rest[fields[i]] = fields[i + 1] end
    end
    for name, text in pairs(rest) do
        if not attributes[name] and not old.values[name] then
            others[#others + 1] = text
            total = total + #name + storedSize(text)
        end
    end
    for n = 1, #others do
        if total <= LARGEST_ITEM then return end
        total = total - storedSize(others[n]) + size(fromStored(others[n]))
    end
    if total > LARGEST_ITEM then tooLarge() end
end

-- Pays for an item that is to be written: for its attributes as much again as it takes to find out how large they are.
function changes.pay(attributes)
    work.spend(WRITTEN)
    local before = work.done()
    for name, v in pairs(attributes) do work.spend(ATTRIBUTE + (#name + size(v)) / work.COPIED) end
    work.spend(work.done() - before)
end

-- What becomes of an item, {old, new, touched, rest}; nil for a program that only reads. Fails where its condition does not hold.
function changes.decide(program, old)
    if program['if'] and not holds(old and old.values or {}, program['if']) then
        fail('ConditionalCheckFailedException', 'The conditional request failed')
    end
    if program.op == 'get' or program.op == 'check' then return nil end
    local change = {old = old}
    if program.op == 'put' then
        change.new = program.item
        changes.pay(program.item)
    elseif program.op == 'update' then
        local base = copied(old and old.values or {})
        for name, v in pairs(program.key) do base[name] = base[name] or v end
        change.new, change.touched = updated(base, program.update)
        work.spend(WRITTEN)
        checkSize(change.new, old)
    end
    return change
end

local function writeFields(key, item, list)
    local words = {}
    for i = 1, #list do
        words[#words + 1] = list[i]
        words[#words + 1] = toStored(item[list[i]])
    end
    batched('HSET', key, words, 2)
end

-- Writes it. Nothing in it can fail for what the item is, or for the work.
function changes.write(program, key, change)
    work.settle()
    if program.op ~= 'update' then
        if change.old then redis.call('DEL', key) end
        if change.new then writeFields(key, change.new, sortedNames(change.new)) end
        return
    end
    local list, removed, seen = {}, {}, {}
    for name in pairs(program.key) do list[#list + 1], seen[name] = name, true end
    for i = 1, #change.touched do
        local name = change.touched[i][1]
        if not seen[name] then
            seen[name] = true
            if change.new[name] then list[#list + 1] = name else removed[#removed + 1] = name end
        end
    end
    writeFields(key, change.new, list)
    batched('HDEL', key, removed)
end

-- {"name":value,…} of an item, in pieces: its decoded attributes, and others in stored form, nil for none.
local function appendWhole(parts, attributes, rest)
    local all = {}
    for name in pairs(attributes) do all[name] = true end
    for name in pairs(rest or {}) do all[name] = true end
    for n, name in ipairs(sortedNames(all)) do
        local v = attributes[name]
        work.spend(SHOWN)
        parts[#parts + 1] = (n == 1 and '{' or ',') .. quoted(name) .. ':'
        if v then parts[#parts + 1] = encoded(v) else readings.appendStored(parts, rest[name]) end
    end
    parts[#parts + 1] = next(all) and '}' or '{}'
    return parts
end

-- Appends what a program asks for of an item as JSON to a list of texts.
function changes.append(parts, program, item)
    if not program.project then return appendWhole(parts, item.values, item.rest) end
    parts[#parts + 1] = encodedItem(projected(item.values, program.project))
    return parts
end

-- What a program that only reads answers with, as the members of a JSON object in pieces.
function changes.found(program, item)
    if not item then return {''} end
    return changes.append({'"Item":'}, program, item)
end

-- What a change answers with, by the program's ReturnValues: also members of a JSON object in pieces.
function changes.returned(program, change)
    local wanted, old = program['return'], change.old
    local attributes, rest
    if wanted == 'ALL_OLD' then attributes, rest = old and old.values, old and old.rest
    elseif wanted == 'ALL_NEW' then attributes, rest = change.new, old and old.rest
    elseif wanted == 'UPDATED_OLD' then attributes = projected(old and old.values or {}, change.touched)
    elseif wanted == 'UPDATED_NEW' then attributes = projected(change.new, change.touched) end
    if not attributes or next(attributes) == nil and (not rest or next(rest) == nil) then return {''} end
    return appendWhole({'"Attributes":'}, attributes, rest)
end

return changes
