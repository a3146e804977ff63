-- Declared tables: their keys, where their items lie, and programs on one item of them. A program has "table", and its "key",
-- or its "item", is checked here. The record of a table is {"key":[{"name":"customerId","type":"S"},…],…}: the partition key,
-- then perhaps the sort key.
--
-- An item lies in the partition of its partition key's text: without a sort key in `item:TABLE:PK`, where those of tables that
-- nobody has declared lie, else in `record:TABLE:PK:SK` (`%` and `:` in PK are %25 and %3A). `index:TABLE` has an entry for
-- each (ordering.lua).

local strings = require 'strings'
local format, gsub, sub = strings.format, strings.gsub, strings.sub
local call = require 'call'
local rights = require 'rights'
local slots = require 'slots'
local base64 = require 'base64'
local values = require 'values'
local fail, invalid = values.fail, values.invalid
local ordering = require 'ordering'
local changes = require 'changes'
local work = require 'work'
local batched = require 'commands'.batched

local tables = {}

-- What is not about one item: a function of prefix and program for each, which returns the answer's members as JSON text in
-- pieces.
tables.operations = {}

local MISMATCH = 'The provided key element does not match the schema'
local MAX_STRAY = 500 -- members of an index that get another score at once
local LONGEST = {2048, 1024} -- bytes of a partition key and of a sort key
local TOO_LONG = {
    'One or more parameter values were invalid: Size of hashkey has exceeded the maximum size limit of2048 bytes',
    'One or more parameter values were invalid: Aggregated size of all range keys has exceeded the size limit of 1024 bytes',
}

-- Reads a record; nil where it is none.
function tables.read(name, text)
    local readable, record = pcall(cjson.decode, text)
    if not readable or type(record) ~= 'table' or type(record.key) ~= 'table' or not record.key[1] then return nil end
    return {name = name, key = record.key, isLeaving = record.deleting == true}
end

-- The table of a name. Fails where there is none.
function tables.named(prefix, name)
    local known = call.tables[name]
    if known == nil then
        rights.check(prefix, rights.TABLES)
        local text = redis.call('HGET', prefix .. ':tables', name)
        known = text and tables.read(name, text) or false
        if known then
            known.index = prefix .. ':index:' .. name
            redis.call('ZCARD', known.index)
        end
        call.tables[name] = known
    end
    if not known or known.isLeaving then
        fail('ResourceNotFoundException',
            'Requested resource not found: the table ' .. name .. ' is not declared (waitable table create)')
    end
    return known
end

local function text(v) return v.S or v.N or v.B end

local function escaped(key) return (gsub(key, '[%%:]', {['%'] = '%25', [':'] = '%3A'})) end

-- The hash of the item of a partition key, up to its sort key.
local function hashStart(prefix, known, id)
    if not known.key[2] then return prefix .. ':item:' .. known.name .. ':' .. id end
    return prefix .. ':record:' .. known.name .. ':' .. escaped(id) .. ':'
end

-- The place of the item whose key has these values.
local function placeOf(prefix, known, key)
    local first, second = known.key[1].name, known.key[2] and known.key[2].name
    local id = text(key[first])
    local slot = slots.slot(id)
    local base = ordering.base(slot, ordering.bytes(key[first]))
    local place = {known = known, key = key, base = base, slot = slot}
    place.hash, place.member = hashStart(prefix, known, id), base
    if second then
        place.hash = place.hash .. text(key[second])
        place.member = base .. ordering.bytes(key[second])
    end
    return place
end

-- The value of a key's attribute. `isItem`: it stands among others.
local function keyValue(known, n, attributes, isItem)
    local name, kind = known.key[n].name, known.key[n].type
    local v = attributes[name]
    if not v then
        invalid(isItem and 'One or more parameter values were invalid: Missing the key ' .. name .. ' in the item' or MISMATCH)
    end
    if not v[kind] then
        invalid(isItem and format('One or more parameter values were invalid: Type mismatch for key %s expected: %s actual: %s',
            name, kind, (next(v))) or MISMATCH)
    end
    if v[kind] == '' then
        invalid('One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty '
            .. (kind == 'B' and 'binary' or 'string') .. ' value. Key: ' .. name)
    end
    local bytes = kind == 'B' and base64.decoded(v.B) or v[kind]
    if #bytes > LONGEST[n] then invalid(TOO_LONG[n]) end
    -- Bytes have one text here, whatever the bits behind their end are.
    return kind == 'B' and {B = base64.encoded(bytes)} or v
end

-- Whether a slot is one of this partition.
function tables.isOwn(prefix, slot)
    call.partitions = call.partitions or slots.count(redis.call('HGET', prefix .. ':machines', ':partitions'))
    return format('%d', slot % call.partitions) == slots.own(prefix)
end

local function checkOwn(prefix, slot)
    if tables.isOwn(prefix, slot) then return end
    invalid('The items of one request must lie in one partition of the namespace: give them the same partition key')
end

-- The place of an item by its key, or by all its attributes. Fails where the key is not the table's.
function tables.place(prefix, known, attributes, isItem)
    local key, count = {}, 0
    if not isItem then
        for _ in pairs(attributes) do count = count + 1 end
        if count ~= #known.key then invalid(MISMATCH) end
    end
    for n = 1, #known.key do key[known.key[n].name] = keyValue(known, n, attributes, isItem) end
    local place = placeOf(prefix, known, key)
    checkOwn(prefix, place.slot)
    return place
end

-- What the entries of a partition key begin with.
function tables.base(prefix, known, value)
    local name = known.key[1].name
    local v = keyValue(known, 1, {[name] = value}, true)
    local slot = slots.slot(text(v))
    checkOwn(prefix, slot)
    return ordering.base(slot, ordering.bytes(v))
end

-- Whether the item of a key lies in this partition, as far as the key is one of the table's.
function tables.isHere(prefix, known, key)
    local v = key[known.key[1].name]
    local id = v and text(v)
    return not id or tables.isOwn(prefix, slots.slot(id))
end

-- The key of the item of an entry in the index.
function tables.keyOfMember(known, member)
    local first, second = ordering.split(member)
    local key = {[known.key[1].name] = ordering.value(known.key[1].type, first)}
    if known.key[2] then key[known.key[2].name] = ordering.value(known.key[2].type, second) end
    return key
end

-- A function that gives the hashes of entries in the index; nil for a member that is no entry, or none of this partition, whoever
-- has put it there. It remembers the partition key of the last one, as many follow each other that have the same.
function tables.hashes(prefix, known)
    local first, second = known.key[1].type, known.key[2] and known.key[2].type
    local base, hash

    -- What the entries of the partition key in a member begin with, and their hashes; nil where it has none.
    local function begin(member)
        local bytes, rest = ordering.split(member)
        local v = bytes and #bytes <= LONGEST[1] and ordering.value(first, bytes)
        local slot = v and slots.slot(text(v))
        local start = slot and ordering.base(slot, bytes)
        if not start or start ~= sub(member, 1, #member - #rest) or not tables.isOwn(prefix, slot) then return nil end
        return start, hashStart(prefix, known, text(v))
    end

    return function(member)
        if not base or sub(member, 1, #base) ~= base then base, hash = begin(member) end
        if not base then return nil end
        if not second then return #member == #base and hash or nil end
        if #member - #base > LONGEST[2] then return nil end
        local v = ordering.value(second, sub(member, #base + 1))
        return v and hash .. text(v)
    end
end

-- Sees to it that all entries of the index have one score, without which there is no order in it. Fails where many have not, and
-- may then be tried again.
function tables.straighten(known)
    for _, range in ipairs({{'(0', '+inf'}, {'-inf', '(0'}}) do
        local members = redis.call('ZRANGE', known.index, range[1], range[2], 'BYSCORE', 'LIMIT', 0, MAX_STRAY)
        local words = {}
        for n = 1, #members do words[2 * n - 1], words[2 * n] = 0, members[n] end
        batched('ZADD', known.index, words, 2)
        if #members == MAX_STRAY then tables.refuseUnready(known) end
    end
end

-- Ends a program that has found an index of which too much has to be put right.
function tables.refuseUnready(known)
    fail('ProvisionedThroughputExceededException',
        'The key ' .. known.index .. ' has members that are none of its table. Each try removes some')
end

-- Checks a program on one item, and completes it. Returns the item's place.
function tables.prepare(prefix, program)
    local known = tables.named(prefix, program.table)
    local place = tables.place(prefix, known, program.item or program.key, program.item ~= nil)
    program.key = place.key
    for _, list in pairs(program.update or {}) do
        for n = 1, #list do
            local path = program.update.remove == list and list[n] or list[n][1]
            if place.key[path[1]] then
                invalid('One or more parameter values were invalid: Cannot update attribute ' .. path[1]
                    .. '. This attribute is part of the key')
            end
        end
    end
    return place
end

-- Writes a change, and the item's entry in the index.
function tables.write(program, place, change)
    work.settle()
    if change.new then
        redis.call('ZADD', place.known.index, 0, place.member)
    else
        redis.call('ZREM', place.known.index, place.member)
    end
    changes.write(program, place.hash, change)
end

-- A program on one item.
function tables.evaluate(prefix, program)
    local place = tables.prepare(prefix, program)
    local old = changes.read(place.hash, program, program.texts)
    local change = changes.decide(program, old)
    if not change then return changes.found(program, old) end
    local answer = changes.returned(program, change)
    tables.write(program, place, change)
    return answer
end

return tables
