-- DynamoDB's values, {"S":"text"}, and what working with them costs.

local strings = require 'strings'
local byte, codePoint, concat, find, floor, format, gsub, hasAny, isBeyondASCII, isUTF8, match, precedes, sub =
    strings.byte, strings.codePoint, strings.concat, strings.find, strings.floor, strings.format, strings.gsub, strings.hasAny,
    strings.isBeyondASCII, strings.isUTF8, strings.match, strings.precedes, strings.sub
local decimals = require 'decimals'

local LARGEST_ITEM = 409600

-- Ends the evaluation with an exception of DynamoDB.
local function fail(code, message) error({code = code, message = message}, 0) end

local function invalid(message) fail('ValidationException', message) end

-- What one program may do beside reading the item and writing its answer, in steps of about a tenth of a microsecond: one
-- for each value looked at, one for each 16 bytes of a text that is searched. A few times all of the largest item.
local MAX_WORK = 1000000

-- What is left of it, what reading items and writing the answer has come to in the same steps, and what was made of the
-- program's texts and sets so far.
local work, passed, characters, binaries, members = 0, 0, {}, {}, {}

-- Begins a program: nothing is spent, nothing is kept.
local function beginWork() work, passed, characters, binaries, members = MAX_WORK, 0, {}, {}, {} end

-- What the program has done, reading and writing among it.
local function workDone() return MAX_WORK - work + passed end

-- Notes work that one item may always take.
local function note(steps) passed = passed + steps end

local VALUE = 10 -- steps that it takes to decode a value, or to encode one

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

local ESCAPES = {['"'] = '\\"', ['\\'] = '\\\\'}
for code = 0, 31 do ESCAPES[strings.char(code)] = format('\\u%04x', code) end
local ESCAPED = strings.set('[%z\1-\31"\\]')
local UNUSUAL = strings.set('[%z\1-\31"\\\128-\255]')

-- A text as a JSON string.
local function quoted(text)
    if not hasAny(text, UNUSUAL) then return '"' .. text .. '"' end
    if isBeyondASCII(text) then
        note(#text / 4)
        if not isUTF8(text) then
            note(4 * #text)
            text = scrubbed(text)
        end
    end
    if hasAny(text, ESCAPED) then
        note(#text / 2)
        text = gsub(text, '[%z\1-\31"\\]', ESCAPES)
    end
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

-- The base64 text of bytes.
local function base64(text)
    local parts = {}
    for i = 1, #text, 3 do
        local a, b, c = byte(text, i, i + 2)
        local number = a * 65536 + (b or 0) * 256 + (c or 0)
        local function digit(power) return sub(BASE64, floor(number / power) % 64 + 1, floor(number / power) % 64 + 1) end
        parts[#parts + 1] = digit(262144) .. digit(4096) .. (b and digit(64) or '=') .. (c and digit(1) or '=')
    end
    return concat(parts)
end

local NO_DIGIT = strings.set('[^%w+/]')

local function isBase64(text)
    if #text % 4 ~= 0 then return false end
    local padding = find(text, '=', 1, true)
    if padding then
        if padding < #text - 1 or byte(text, #text) ~= 61 then return false end
        text = sub(text, 1, padding - 1)
    end
    return not hasAny(text, NO_DIGIT)
end

-- Numbers in canonical text.
local LONGEST_NUMBER, FRACTION = 47, '^{"N":"%-?[1-9]%d*%.%d*[1-9]"}$'
local INTEGER = '^{"N":"%-?[1-9]%d*"}$'

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
    if #content < 38 and (find(content, '^%-?[1-9]%d*$') or find(content, '^%-?[1-9]%d*%.%d*[1-9]$')) then return content end
    local decimal = decimals.parse(content)
    if not decimal or decimals.problem(decimal) then return nil end
    return decimals.text(decimal)
end

-- Decoded JSON, its numbers in canonical text, when that is exactly one value in DynamoDB's JSON, else nil.
local function value(json, depth)
    if type(json) ~= 'table' or depth > 32 then return nil end
    note(VALUE)
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
    if sub(text, 1, 2) ~= '{"' then return {S = text} end
    local kind = match(text, '^{"([NB])":"')
    local content = kind and sub(text, -2) == '"}' and scalar(kind, sub(text, 7, -3))
    if content then return {[kind] = content} end
    if strings.hasRawControls(text) then return {S = text} end
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
    note(VALUE)
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

-- DynamoDB's JSON of a field of an item's hash. What is that already is not decoded, where that can be told in passing.
local function encodedStored(text)
    if find(text, INTEGER) or #text < LONGEST_NUMBER and find(text, FRACTION) then return text end
    note(#text / 8)
    if sub(text, 1, 2) ~= '{"' then return '{"S":' .. quoted(text) .. '}' end
    if find(text, '^{"B":"') and sub(text, -2) == '"}' and isBase64(sub(text, 7, -3)) then return text end
    return encoded(fromStored(text))
end

-- The bytes by which DynamoDB limits a field of an item's hash, or a few more.
local function storedSize(text)
    if not find(text, '^{"[NB]":"[^"]*"}$') then return #text end
    return byte(text, 3) == 66 and (#text - 8) / 4 * 3 or floor((#text - 7) / 2) + 1
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
    LARGEST_ITEM = LARGEST_ITEM, SET_ELEMENTS = SET_ELEMENTS, base64 = base64, beginWork = beginWork, copied = copied,
    count = count, decoded = decoded, elements = elements, encoded = encoded, encodedItem = encodedItem,
    encodedStored = encodedStored, equal = equal, fail = fail, fromStored = fromStored, invalid = invalid, note = note,
    order = order, quoted = quoted, size = size, sortedNames = sortedNames, spend = spend, storedSize = storedSize,
    toStored = toStored, tooLarge = tooLarge, workDone = workDone,
}
