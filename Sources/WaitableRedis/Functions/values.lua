-- DynamoDB's values, {"S":"text"}, and what working with them costs.

local strings = require 'strings'
local byte, codePoint, concat, find, floor, format, precedes, sub =
    strings.byte, strings.codePoint, strings.concat, strings.find, strings.floor, strings.format, strings.precedes,
    strings.sub
local decimals = require 'decimals'

local LARGEST_ITEM = 409600

-- Ends the evaluation with an exception of DynamoDB.
local function fail(code, message) error({code = code, message = message}, 0) end

local function invalid(message) fail('ValidationException', message) end

-- What one program may do beside reading the item and writing its answer, in steps of about a tenth of a microsecond: one
-- for each value looked at, one for each 16 bytes of a text that is searched. A few times all of the largest item.
local MAX_WORK = 1000000

-- What is left of it, and what was made of the program's texts and sets so far.
local work, characters, binaries, members = 0, {}, {}, {}

-- Begins a program: nothing is spent, nothing is kept.
local function beginWork() work, characters, binaries, members = MAX_WORK, {}, {}, {} end

-- What the program has spent.
local function workDone() return MAX_WORK - work end

local function spend(steps)
    work = work - steps
    if work < 0 then invalid('The expression asks for more work than one request may take') end
end

-- The text with U+FFFD for what is not UTF-8, which could not stand in JSON.
local function scrubbed(text)
    local parts, i, from = {}, 1, 1
    while i <= #text do
        local point, next = codePoint(text, i)
        if point then
            i = next
        else
            parts[#parts + 1] = sub(text, from, i - 1) .. '\239\191\189'
            i = i + 1
            from = i
        end
    end
    return concat(parts) .. sub(text, from)
end

-- A text as a JSON string.
local function quoted(text)
    if not find(text, '[%z\1-\31"\\\128-\255]') then return '"' .. text .. '"' end
    if find(text, '[\128-\255]') then text = scrubbed(text) end
    text = text:gsub('[%z\1-\31"\\]', function(c)
        if c == '"' or c == '\\' then return '\\' .. c end
        return format('\\u%04x', byte(c))
    end)
    return '"' .. text .. '"'
end

-- The bytes of a base64 text.
local BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

local SIXTETS = {}
for i = 1, 64 do SIXTETS[byte(BASE64, i)] = i - 1 end

local function decoded(text)
    if binaries[text] then return binaries[text] end
    spend(#text)
    local parts = {}
    for i = 1, #text, 4 do
        local a, b, c, d = byte(text, i, i + 3)
        local number = SIXTETS[a] * 262144 + SIXTETS[b] * 4096 + (SIXTETS[c] or 0) * 64 + (SIXTETS[d] or 0)
        local group = string.char(floor(number / 65536), floor(number / 256) % 256, number % 256)
        parts[#parts + 1] = SIXTETS[d] and group or sub(group, 1, SIXTETS[c] and 2 or 1)
    end
    binaries[text] = concat(parts)
    return binaries[text]
end

local function isBase64(text) return #text % 4 == 0 and find(text, '^[%w+/]*=?=?$') end

local SET_ELEMENTS = {SS = 'S', NS = 'N', BS = 'B'}

local function isList(table)
    local count = 0
    for key in pairs(table) do
        if type(key) ~= 'number' then return false end
        count = count + 1
    end
    return count == #table
end

-- Whether a scalar is of the type; numbers come back in canonical text.
local function scalar(kind, content)
    if type(content) ~= 'string' then return nil end
    if kind == 'S' then return content end
    if kind == 'B' then return isBase64(content) and content or nil end
    if #content < 38 and find(content, '^%-?[1-9]%d*$') then return content end
    local decimal = decimals.parse(content)
    if not decimal or decimals.problem(decimal) then return nil end
    return decimals.text(decimal)
end

-- Decoded JSON, its numbers in canonical text, when that is exactly one value in DynamoDB's JSON, else nil.
local function value(json, depth)
    if type(json) ~= 'table' or depth > 32 then return nil end
    local kind, content = next(json)
    if type(kind) ~= 'string' or next(json, kind) ~= nil then return nil end
    if kind == 'S' or kind == 'N' or kind == 'B' then
        json[kind] = scalar(kind, content)
        return json[kind] and json
    elseif kind == 'BOOL' then
        return type(content) == 'boolean' and json or nil
    elseif kind == 'NULL' then
        return content == true and json or nil
    elseif type(content) ~= 'table' then
        return nil
    elseif kind == 'L' then
        if not isList(content) then return nil end
        for i = 1, #content do
            if not value(content[i], depth + 1) then return nil end
        end
        return json
    elseif kind == 'M' then
        for name, member in pairs(content) do
            if type(name) ~= 'string' or name == '' or not value(member, depth + 1) then return nil end
        end
        return json
    elseif SET_ELEMENTS[kind] then
        if not isList(content) or #content == 0 then return nil end
        local seen = {}
        for i = 1, #content do
            local text = scalar(SET_ELEMENTS[kind], content[i])
            if not text or seen[text] then return nil end
            content[i], seen[text] = text, true
        end
        return json
    end
end

-- A field of an item's hash. Whoever wrote it, it is a value: what is not exactly one in DynamoDB's JSON is a text.
local function fromStored(text)
    if sub(text, 1, 2) ~= '{"' or strings.hasRawControls(text) then return {S = text} end
    local readable, json = pcall(cjson.decode, text)
    return readable and value(json, 0) or {S = text}
end

local function sortedNames(map)
    local list = {}
    for name in pairs(map) do list[#list + 1] = name end
    table.sort(list, precedes)
    return list
end

-- DynamoDB's JSON of a value.
local function encoded(v)
    local kind, content = next(v)
    if kind == 'BOOL' or kind == 'NULL' then return '{"' .. kind .. '":' .. tostring(content) .. '}' end
    if type(content) == 'string' then return '{"' .. kind .. '":' .. quoted(content) .. '}' end
    local parts = {}
    if kind == 'M' then
        local list = sortedNames(content)
        for i = 1, #list do parts[i] = quoted(list[i]) .. ':' .. encoded(content[list[i]]) end
        return '{"M":{' .. concat(parts, ',') .. '}}'
    end
    for i = 1, #content do parts[i] = kind == 'L' and encoded(content[i]) or quoted(content[i]) end
    return '{"' .. kind .. '":[' .. concat(parts, ',') .. ']}'
end

local function toStored(v)
    if v.S and sub(v.S, 1, 2) ~= '{"' then return v.S end
    return encoded(v)
end

-- {"name":value,…} of an item.
local function encodedItem(item) return sub(encoded({M = item}), 6, -2) end

-- The bytes by which DynamoDB limits items.
local function size(v)
    spend(1)
    local kind, content = next(v)
    if kind == 'S' then return #content end
    if kind == 'N' then return floor((#content + 1) / 2) + 1 end
    if kind == 'B' then return #content / 4 * 3 end
    if kind == 'BOOL' or kind == 'NULL' then return 1 end
    local total = (kind == 'L' or kind == 'M') and 3 or 0
    if kind == 'M' then
        for name, member in pairs(content) do total = total + #name + size(member) + 1 end
        return total
    end
    for i = 1, #content do
        total = total + (kind == 'L' and size(content[i]) + 1 or size({[SET_ELEMENTS[kind]] = content[i]}))
    end
    return total
end

local function tooLarge() invalid('Item size to update has exceeded the maximum allowed size') end

-- The same members, for a change of some of them.
local function copied(content)
    local copy, count = {}, 0
    for key, member in pairs(content) do
        copy[key] = member
        count = count + 1
    end
    spend(count)
    return copy
end

local function elements(set)
    if members[set] then return members[set] end
    spend(#set)
    local present = {}
    for i = 1, #set do present[set[i]] = true end
    members[set] = present
    return present
end

local function equal(a, b)
    if a == b then return true end
    spend(1)
    local kind, content = next(a)
    local other = b[kind]
    if other == nil then return false end
    if type(content) ~= 'table' then return content == other end
    if SET_ELEMENTS[kind] then
        if #content ~= #other then return false end
        local present = elements(other)
        for i = 1, #content do
            if not present[content[i]] then return false end
        end
        return true
    end
    for key, member in pairs(content) do
        if other[key] == nil or not equal(member, other[key]) then return false end
    end
    for key in pairs(other) do
        if content[key] == nil then return false end
    end
    return true
end

-- -1, 0 or 1, or nil for values without an order between them.
local function order(a, b)
    if a.N and b.N then return decimals.compare(decimals.parse(a.N), decimals.parse(b.N)) end
    local x, y = a.S, b.S
    if a.B and b.B then x, y = decoded(a.B), decoded(b.B) end
    if not x or not y then return nil end
    if x == y then return 0 end
    spend(floor((#x < #y and #x or #y) / 16))
    return precedes(x, y) and -1 or 1
end

local function count(v)
    if v.S then
        if not characters[v.S] then characters[v.S] = select(2, v.S:gsub('[^\128-\191]', '')) end
        return characters[v.S]
    end
    if v.B then return #decoded(v.B) end
    local kind, content = next(v)
    if kind == 'M' then
        local number = 0
        for _ in pairs(content) do number = number + 1 end
        spend(number)
        return number
    end
    return type(content) == 'table' and #content or nil
end

return {
    LARGEST_ITEM = LARGEST_ITEM, SET_ELEMENTS = SET_ELEMENTS, beginWork = beginWork, copied = copied, count = count,
    decoded = decoded, elements = elements, encoded = encoded, encodedItem = encodedItem, equal = equal, fail = fail,
    fromStored = fromStored, invalid = invalid, order = order, quoted = quoted, size = size,
    sortedNames = sortedNames, spend = spend, toStored = toStored, tooLarge = tooLarge, workDone = workDone,
}
