-- The items of pages: many, so that of each only what a filter or a projection asks for is decoded, and the rest goes from its
-- stored form into the answer.

local strings = require 'strings'
local concat, find, floor, sub = strings.concat, strings.find, strings.floor, strings.sub
local call = require 'call'
local isError = require 'commands'.isError
local values = require 'values'
local encoded, fail, fromStored, quoted, sortedNames =
    values.encoded, values.fail, values.fromStored, values.quoted, values.sortedNames
local textsIn = require 'texts'.textsIn

local readings = {}

local INTEGER = '^{"N":"%-?[1-9]%d*"}$'
-- What may have to be escaped in JSON: nothing else has, and this is found faster.
local UNUSUAL = '[^%w _.:;,/+=@()%-]'

-- Adds the attributes that a condition names to a set.
function readings.note(condition, names)
    local kind = condition[1]
    if kind == 'v' then return end
    if kind == 'p' or kind == 'size' or kind == 'exists' or kind == 'absent' or kind == 'type' then
        names[condition[2][1]] = true
        return
    end
    for n = 1, #condition do
        if type(condition[n]) == 'table' then readings.note(condition[n], names) end
    end
end

-- What a page remembers of the names that its items have: `seen`, each as JSON with a colon; `orders`, how the names of items
-- with the same ones follow each other.
function readings.new() return {seen = {}, orders = {}} end

-- The fields of the item in a hash, names and values by turns, nil where there is none; its size, by which DynamoDB limits
-- pages; and its texts (texts.lua) that no item before it had among its names.
function readings.fields(hash, memory)
    local fields = redis.pcall('HGETALL', hash)
    if isError(fields) then fail('InternalServerError', fields.err) end
    if #fields == 0 then return nil end
    local bytes, texts, seen = 0, 0, memory.seen
    for i = 1, #fields, 2 do
        local name, text = fields[i], fields[i + 1]
        texts = texts + 1
        if not seen[name] then
            seen[name], texts = quoted(name) .. ':', texts + 1
        end
        bytes = bytes + #name + #text
        if sub(text, 1, 2) == '{"' then
            -- Of a number or bytes the type is none that anybody has chosen.
            if find(text, '^{"[NB]":"[^"]*"}$') then
                texts, bytes = texts + 1, bytes - floor(#text / 2)
            else
                texts = texts + textsIn(text)
            end
        end
    end
    call.cost = call.cost + bytes
    return fields, bytes, texts
end

-- Some attributes of an item, decoded.
function readings.item(fields, names)
    local item = {}
    for i = 1, #fields, 2 do
        if names[fields[i]] then item[fields[i]] = fromStored(fields[i + 1]) end
    end
    return item
end

-- The places of an item's names among its fields, in order of name.
local function order(fields, memory)
    local list = {}
    for i = 1, #fields, 2 do list[(i + 1) / 2] = fields[i] end
    local signature = concat(list, '\0')
    local known = memory.orders[signature]
    if not known then
        local places = {}
        for i = 1, #fields, 2 do places[fields[i]] = i end
        known = {}
        for n, name in ipairs(sortedNames(places)) do known[n] = places[name] end
        memory.orders[signature] = known
    end
    return known
end

-- Appends all of an item as JSON to a list of texts: its members in order of name. No text is made that is not there already,
-- but for what has to be escaped.
function readings.append(parts, fields, memory)
    local places, last = order(fields, memory), #parts
    for n = 1, #places do
        local i = places[n]
        local text = fields[i + 1]
        parts[last + 1] = n == 1 and '{' or ','
        parts[last + 2] = memory.seen[fields[i]]
        if sub(text, 1, 2) ~= '{"' then
            if find(text, UNUSUAL) then
                parts[last + 3], parts[last + 4], parts[last + 5] = '{"S":', quoted(text), '}'
            else
                parts[last + 3], parts[last + 4], parts[last + 5] = '{"S":"', text, '"}'
            end
            last = last + 5
        else
            parts[last + 3] = find(text, INTEGER) and text or encoded(fromStored(text))
            last = last + 3
        end
    end
    parts[last + 1] = '}'
end

return readings
