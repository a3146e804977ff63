-- Items as they are read: of each only what a program asks for is decoded, and the rest goes from its stored form into the
-- answer. Those that no task can have written, of another type or too large, are told apart before they are read.

local strings = require 'strings'
local byte, concat, find, floor, format = strings.byte, strings.concat, strings.find, strings.floor, strings.format
local call = require 'call'
local isError = require 'commands'.isError
local values = require 'values'
local encodedStored, escaped, fromStored, quoted, sortedNames, storedSize =
    values.encodedStored, values.escaped, values.fromStored, values.quoted, values.sortedNames, values.storedSize
local work = require 'work'
local COPIED, spend = work.COPIED, work.spend

local readings = {}

-- Bytes of memory that an item may take: more than tasks can write, whatever it is made of.
local MAX_STORED = 4194304
local UNKNOWN = values.LARGEST_ITEM -- where nobody may ask for it
local SAMPLES = 1000 -- fields that are looked at for that: so many as to be all, where an item has no more texts than it may

-- What may have to be escaped in JSON: nothing else has, and this is found faster.
local UNUSUAL = '[^%w _.:;,/+=@()%-]'
local OBJECT, QUOTE, NUMBER = 123, 34, 78 -- {, " and N
local LONGEST_NUMBER = 60 -- bytes of a number in stored form
local ITEM, ATTRIBUTE, SHOWN = 60, 8, 8 -- steps of work that it takes to find an item, to read an attribute and to write it
local MISSED = 4 -- to find that there is none
local SHORT = 512 -- bytes of texts of which that may be remembered

-- Adds the attributes that a condition or an operand names to a set.
function readings.note(condition, names)
    local kind = condition[1]
    if kind == 'v' then return end
    if kind == 'p' or kind == 'size' or kind == 'exists' or kind == 'absent' or kind == 'type' or kind == 'else' then
        names[condition[2][1]] = true
        if kind == 'else' then readings.note(condition[3], names) end
        return
    end
    for n = 1, #condition do
        if type(condition[n]) == 'table' then readings.note(condition[n], names) end
    end
end

-- The bytes of memory that a key with so many fields takes, about, and more than its item has by DynamoDB's count; 0 where there
-- is none, nil where it has more than an item may.
function readings.memory(key, count)
    spend(count < SAMPLES and count or SAMPLES)
    local bytes = redis.pcall('MEMORY', 'USAGE', key, 'SAMPLES', format('%d', SAMPLES))
    if isError(bytes) then return UNKNOWN end
    if not bytes then return 0 end
    return bytes <= MAX_STORED and bytes or nil
end

-- What a page remembers of the items that it has seen: `seen`, their names as JSON with a colon, and `forms`, what there is to
-- know of items with the same names in the same order: these `names`, in order of name the `places` of their values and the
-- `heads` that stand before them. `plain` are texts that are the same in JSON. Only attributes in `shown` are shown, nil: all.
function readings.new(shown) return {seen = {}, forms = {}, plain = {}, shown = shown} end

-- What there is to know of an item by its names, and how many of them no item before it had. Most are like the one before.
local function formOf(fields, memory)
    local last = memory.last
    if last and #last.names == #fields / 2 then
        local names, isSame = last.names, true
        for n = 1, #names do
            if names[n] ~= fields[2 * n - 1] then
                isSame = false
                break
            end
        end
        if isSame then return last, 0 end
    end
    local names, more, bytes, seen = {}, 0, 0, memory.seen
    for i = 1, #fields, 2 do
        local name = fields[i]
        names[(i + 1) / 2], bytes = name, bytes + #name
        if not seen[name] then seen[name], more = quoted(name) .. ':', more + 1 end
    end
    local signature = concat(names, '\0')
    local form = memory.forms[signature]
    if not form then
        local places = {}
        for n = 1, #names do
            if not memory.shown or memory.shown[names[n]] then places[names[n]] = 2 * n end
        end
        spend(ATTRIBUTE * #names)
        form = {names = names, bytes = bytes, places = {}, heads = {}}
        for n, name in ipairs(sortedNames(places)) do
            form.places[n], form.heads[n] = places[name], (n == 1 and '{' or ',') .. seen[name]
        end
        memory.forms[signature] = form
    end
    memory.last = form
    return form, more
end

-- Names and values by turns of the item in a hash, or an error.
local function valuesOf(hash, names)
    if not names then return redis.pcall('HGETALL', hash) end
    if #names == 0 then return {} end
    local texts = redis.pcall('HMGET', hash, unpack(names))
    if isError(texts) then return texts end
    local fields = {}
    for n = 1, #names do
        if texts[n] then fields[#fields + 1], fields[#fields + 2] = names[n], texts[n] end
    end
    return fields
end

-- The fields of the item in a hash, names and values by turns, or those of some names; nil where there is no item, or none that
-- can be read. Then their size, by which DynamoDB limits pages; their texts (texts.lua) that no item before it had among its
-- names; and their form, for `append`.
function readings.fields(hash, memory, names)
    spend(ITEM + MISSED * (names and #names or 0))
    -- Without names all fields are paid for below.
    local count = names and redis.pcall('HLEN', hash) or 0
    if isError(count) or names and count == 0 then return nil end
    local fields = readings.memory(hash, count) and valuesOf(hash, names)
    if not fields or isError(fields) or not names and #fields == 0 then return nil end
    spend(ATTRIBUTE / 2 * #fields)
    local form, texts = formOf(fields, memory)
    local bytes, stored = form.bytes, 0
    texts = texts + #fields / 2
    for i = 2, #fields, 2 do
        local text = fields[i]
        local first, second, kind, after = byte(text, 1, 4)
        stored = stored + #text
        if first ~= OBJECT or second ~= QUOTE then
            bytes = bytes + #text
        elseif kind == NUMBER and after == QUOTE and #text < LONGEST_NUMBER then
            -- The type is no text that anybody has chosen.
            bytes, texts = bytes + floor((#text - 7) / 2) + 1, texts + 1
        else
            local size = storedSize(text)
            bytes, texts = bytes + size, texts + (size < #text and 1 or work.texts(text))
        end
    end
    stored = stored + form.bytes
    call.cost = call.cost + stored
    spend(stored / COPIED)
    return fields, bytes, texts, form
end

-- Some attributes of an item, decoded.
function readings.item(fields, names)
    local item = {}
    for i = 1, #fields, 2 do
        if names[fields[i]] then item[fields[i]] = fromStored(fields[i + 1]) end
    end
    return item
end

-- Appends a field of an item's hash as JSON to a list of texts. No text is made that is not there already, but for what has to be
-- escaped. `plain`, where there is one, remembers those that need not be.
function readings.appendStored(parts, text, plain)
    local last = #parts
    if byte(text, 1) == OBJECT and byte(text, 2) == QUOTE then
        parts[last + 1] = encodedStored(text)
        return
    end
    local shown = text
    if not plain or not plain[text] then
        if #text >= SHORT or find(text, UNUSUAL) then shown = escaped(text) elseif plain then plain[text] = true end
    end
    parts[last + 1], parts[last + 2], parts[last + 3] = '{"S":"', shown, '"}'
end

-- Appends what is shown of an item as JSON to a list of texts: its members in order of name.
function readings.append(parts, fields, form, memory)
    local places, heads = form.places, form.heads
    spend(SHOWN * #places)
    for n = 1, #places do
        parts[#parts + 1] = heads[n]
        readings.appendStored(parts, fields[places[n]], memory.plain)
    end
    parts[#parts + 1] = #places > 0 and '}' or '{}'
end

return readings
