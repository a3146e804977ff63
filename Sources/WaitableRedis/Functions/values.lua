-- DynamoDB's values, {"S":"text"}.

local strings = require 'strings'
local byte, codePoint, concat, find, floor, format, gsub, hasAny, isBeyondASCII, isUTF8, match, precedes, sub =
    strings.byte, strings.codePoint, strings.concat, strings.find, strings.floor, strings.format, strings.gsub, strings.hasAny,
    strings.isBeyondASCII, strings.isUTF8, strings.match, strings.precedes, strings.sub
local base64 = require 'base64'
local decimals = require 'decimals'
local work = require 'work'
local CHECKED, COPIED, DECODED, ENCODED, READ, SHOWN, spend =
    work.CHECKED, work.COPIED, work.DECODED, work.ENCODED, work.READ, work.SHOWN, work.spend

local LARGEST_ITEM = 409600

-- Ends the evaluation with an exception of DynamoDB.
local function fail(code, message) error({code = code, message = message}, 0) end

local function invalid(message) fail('ValidationException', message) end

-- What was made of the texts and sets of the program at hand so far.
local characters, members = {}, {}

-- Begins a program: nothing is kept.
local function forget()
    characters, members = {}, {}
    base64.forget()
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

local ESCAPES = {['"'] = '\\"', ['\\'] = '\\\\'}
for code = 0, 31 do ESCAPES[strings.char(code)] = format('\\u%04x', code) end
local ESCAPED = strings.set('[%z\1-\31"\\]')
local UNUSUAL = strings.set('[%z\1-\31"\\\128-\255]')

local LONG = 1600 -- bytes of a text from which on one character after the other is searched for

-- Whether a text is the same in JSON.
local function isPlain(text)
    spend(#text / (#text < LONG and READ or SHOWN))
    return not hasAny(text, UNUSUAL)
end

-- A text as it is in a JSON string.
local function escaped(text)
    if isPlain(text) then return text end
    if isBeyondASCII(text) then
        local isRight, bytes = isUTF8(text)
        spend(bytes / CHECKED)
        if not isRight then
            spend(4 * #text)
            text = scrubbed(text)
        end
    end
    if hasAny(text, ESCAPED) then
        local count
        text, count = gsub(text, '[%z\1-\31"\\]', ESCAPES)
        spend(#text / READ + 2 * count)
    end
    return text
end

-- A text as a JSON string.
local function quoted(text) return '"' .. escaped(text) .. '"' end

-- Numbers in canonical text.
local LONGEST_NUMBER, FRACTION = 47, '^{"N":"%-?[1-9]%d*%.%d*[1-9]"}$'
local INTEGER = '^{"N":"%-?[1-9]%d*"}$'

local SET_ELEMENTS = {SS = 'S', NS = 'N', BS = 'B'}
local NAMED = 10 -- steps that it takes to sort a name, one of some hundreds

local NUMBER = 60 -- steps that it takes to read a number that is not written as most are
local isAltered = false -- whether a value that is decoded is written otherwise than it was found

-- Whether a number has zeros before it that it needs not have.
local function hasZeros(number) return find(number, '^%-?0%d') ~= nil end

-- Whether a scalar is of the type; numbers come back in canonical text.
local function scalar(kind, content)
    if type(content) ~= 'string' then return nil end
    if kind == 'S' then return content end
    if kind == 'B' then return base64.isRight(content) and content or nil end
    if content == '0' or #content <= 38 and (find(content, '^%-?[1-9]%d*$')
        or find(content, '^%-?%d+%.%d*[1-9]$') and not hasZeros(content)) then
        return content
    end
    spend(NUMBER)
    local decimal = decimals.parse(content)
    if not decimal or decimals.problem(decimal) then return nil end
    local text = decimals.text(decimal)
    isAltered = isAltered or text ~= content
    return text
end

-- Decoded JSON, its numbers in canonical text, when that is exactly one value in DynamoDB's JSON, else nil.
local function value(json, depth)
    if type(json) ~= 'table' or depth > 32 then return nil end
    local kind, content = next(json)
    if kind == nil or next(json, kind) ~= nil then return nil end
    if type(content) == 'string' then
        if kind == 'S' then return json end
        if kind ~= 'N' and kind ~= 'B' then return nil end
        local text = scalar(kind, content)
        if text ~= content then json[kind] = text end
        return text and json
    end
    if kind == 'BOOL' then return type(content) == 'boolean' and json or nil end
    if kind == 'NULL' then return content == true and json or nil end
    if type(content) ~= 'table' then return nil end
    local count = 0
    if kind == 'M' then
        for name, member in next, content do
            if type(name) ~= 'string' or name == '' or not value(member, depth + 1) then return nil end
            count = count + 1
        end
    elseif kind == 'L' then
        for place, element in next, content do
            if type(place) ~= 'number' or not value(element, depth + 1) then return nil end
            count = count + 1
        end
        if count ~= #content then return nil end
    elseif SET_ELEMENTS[kind] then
        local seen, elementKind = {}, SET_ELEMENTS[kind]
        for _ in next, content do count = count + 1 end
        if count ~= #content or count == 0 then return nil end
        spend(DECODED * count)
        for i = 1, count do
            local text = scalar(elementKind, content[i])
            if not text or seen[text] then return nil end
            content[i], seen[text] = text, true
        end
    else
        return nil
    end
    -- cjson does not tell an empty list from an empty map.
    if count == 0 then isAltered = true end
    return json
end

-- Pays for decoding JSON: for its values, and for the objects around them.
local function payForValues(json)
    local at = find(json, '{"', 1, true)
    while at do
        spend(DECODED)
        at = find(json, '{"', at + 2, true)
    end
end

-- A field of an item's hash. Whoever wrote it, it is a value: what is not exactly one in DynamoDB's JSON is a text.
local function fromStored(text)
    isAltered = true
    if sub(text, 1, 2) ~= '{"' then return {S = text} end
    local kind = match(text, '^{"([NB])":"')
    local content = kind and sub(text, -2) == '"}' and scalar(kind, sub(text, 7, -3))
    if content then return {[kind] = content} end
    spend(#text / READ)
    payForValues(text)
    if strings.hasRawControls(text) then return {S = text} end
    local readable, json = pcall(cjson.decode, text)
    if not readable then return {S = text} end
    isAltered = false
    local found = value(json, 0)
    if not found then isAltered = true end
    return found or {S = text}
end

-- The names in a map, in order. Lua's own order is tried first, which is the right one in most servers' locales, and far faster.
local function sortedNames(map)
    local list, count = {}, 0
    for name in pairs(map) do
        count = count + 1
        list[count] = name
    end
    spend(NAMED * count)
    table.sort(list)
    for n = 2, count do
        if not precedes(list[n - 1], list[n]) then
            table.sort(list, precedes)
            break
        end
    end
    return list
end

-- DynamoDB's JSON of a value.
local function encoded(v)
    spend(ENCODED)
    local kind, content = next(v)
    if kind == 'N' then return '{"N":"' .. content .. '"}' end
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

-- DynamoDB's JSON of a field of an item's hash. What is that already is not decoded, where that can be told in passing.
local function encodedStored(text)
    if find(text, INTEGER) or #text < LONGEST_NUMBER and find(text, FRACTION) then return text end
    if sub(text, 1, 2) ~= '{"' then return '{"S":' .. quoted(text) .. '}' end
    spend(#text / SHOWN)
    if find(text, '^{"B":"') and sub(text, -2) == '"}' and base64.isRight(sub(text, 7, -3)) then return text end
    local found = fromStored(text)
    if not isAltered then
        local isRight, bytes = isUTF8(text)
        spend(bytes / CHECKED)
        if isRight then return text end
    end
    return encoded(found)
end

-- The bytes by which DynamoDB limits a field of an item's hash, or a few more.
local function storedSize(text)
    if not find(text, '^{"[NB]":"') or find(text, '"', 7, true) ~= #text - 1 or byte(text, #text) ~= 125 then return #text end
    return byte(text, 3) == 66 and (#text - 8) / 4 * 3 or floor((#text - 7) / 2) + 1
end

-- {"name":value,…} of an item.
local function encodedItem(item) return sub(encoded({M = item}), 6, -2) end

-- The bytes by which DynamoDB limits items. What it takes to write them is spent too.
local function size(v)
    spend(ENCODED)
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
    spend(3)
    local kind, content = next(a)
    local other = b[kind]
    if other == nil then return false end
    if type(content) ~= 'table' then return content == other end
    if SET_ELEMENTS[kind] then
        if #content ~= #other then return false end
        spend(#content / 2)
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

local EXACT = 15 -- characters of a number that a double holds

-- -1, 0 or 1, or nil for values without an order between them.
local function order(a, b)
    if a.N and b.N then
        -- As many digits are exact.
        if #a.N <= EXACT and #b.N <= EXACT then
            local x, y = tonumber(a.N), tonumber(b.N)
            return x < y and -1 or x > y and 1 or 0
        end
        return decimals.compare(decimals.parse(a.N), decimals.parse(b.N))
    end
    local x, y = a.S, b.S
    if a.B and b.B then x, y = base64.differing(a.B, b.B) end
    if not x or not y then return nil end
    if x == y then return 0 end
    spend((#x < #y and #x or #y) / COPIED)
    return precedes(x, y) and -1 or 1
end

local function count(v)
    if v.S then
        if not characters[v.S] then
            spend(#v.S / COPIED)
            local number = #v.S
            if isBeyondASCII(v.S) then
                spend(#v.S / READ)
                number = select(2, gsub(v.S, '[^\128-\191]', ''))
            end
            characters[v.S] = number
        end
        return characters[v.S]
    end
    if v.B then return #v.B / 4 * 3 - (byte(v.B, -2) == 61 and 2 or byte(v.B, -1) == 61 and 1 or 0) end
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
    LARGEST_ITEM = LARGEST_ITEM, SET_ELEMENTS = SET_ELEMENTS, copied = copied, count = count, elements = elements,
    encoded = encoded, encodedItem = encodedItem, encodedStored = encodedStored, equal = equal, escaped = escaped, fail = fail,
    forget = forget, fromStored = fromStored, invalid = invalid, order = order, quoted = quoted, size = size,
    sortedNames = sortedNames, storedSize = storedSize, toStored = toStored, tooLarge = tooLarge,
}
