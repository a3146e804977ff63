-- Lua's string functions, and what it lacks: Redis compares bytes, Lua's `<` the locale's letters.

-- While a library loads, Redis shows it no global but `redis`: the string functions are reached through a string.
local empty = ''
local format, sub, byte, char, find, match, gmatch, gsub, rep =
    empty.format, empty.sub, empty.byte, empty.char, empty.find, empty.match, empty.gmatch, empty.gsub, empty.rep

local function concat(parts, separator) return table.concat(parts, separator) end

-- Bytes for each character of a set from which on a text is searched for one after the other: that takes far less time a byte
-- than the set does, and some for each search.
local LONG = 10

-- Some characters, by the pattern that is a set of them.
local function set(pattern)
    local characters = {}
    for code = 0, 255 do
        local character = char(code)
        if find(character, pattern) then characters[#characters + 1] = character end
    end
    return {pattern = pattern, characters = characters}
end

-- Whether a text has one of a set.
local function hasAny(text, some)
    local characters = some.characters
    if #text < LONG * #characters then return find(text, some.pattern) ~= nil end
    for i = 1, #characters do
        if find(text, characters[i], 1, true) then return true end
    end
    return false
end

local function floor(number) return number - number % 1 end

local LARGE, SMALL = 4096, 64 -- bytes compared at a time: far faster than one by one

-- The first of some bytes from a place on in which two texts differ, as far as both have them.
local function skipped(a, b, from, length, stride)
    while from <= length and sub(a, from, from + stride - 1) == sub(b, from, from + stride - 1) do from = from + stride end
    return from
end

-- The place of the first byte in which two texts differ; behind both where there is none.
local function difference(a, b)
    local length = #a < #b and #a or #b
    local from = length > LARGE and skipped(a, b, 1, length, LARGE) or 1
    from = skipped(a, b, from, length, SMALL)
    while from <= length and byte(a, from) == byte(b, from) do from = from + 1 end
    return from
end

-- Strings are compared byte by byte; Lua's own comparison follows the server's locale.
local function precedes(a, b)
    local at = difference(a, b)
    local x, y = byte(a, at), byte(b, at)
    return y ~= nil and (x == nil or x < y)
end

-- The code point at text[i] and the index after it, or nil when that is not well-formed UTF-8.
local function codePoint(text, i)
    local a, b, c, d = byte(text, i, i + 3)
    if a < 0x80 then return a, i + 1 end
    local function continues(x) return x and x >= 0x80 and x < 0xC0 end
    if a >= 0xC2 and a < 0xE0 and continues(b) then return (a - 0xC0) * 64 + b - 0x80, i + 2 end
    if a >= 0xE0 and a < 0xF0 and continues(b) and continues(c) then
        local point = (a - 0xE0) * 4096 + (b - 0x80) * 64 + c - 0x80
        if point >= 0x800 and (point < 0xD800 or point > 0xDFFF) then return point, i + 3 end
    elseif a >= 0xF0 and a < 0xF5 and continues(b) and continues(c) and continues(d) then
        local point = (a - 0xF0) * 262144 + (b - 0x80) * 4096 + (c - 0x80) * 64 + d - 0x80
        if point >= 0x10000 and point <= 0x10FFFF then return point, i + 4 end
    end
end

-- The code points beyond ASCII, those of most texts first: how each kind begins, and how it goes on.
local POINTS = {
    {set('[\194-\223]'), '[\128-\191]'}, {set('[\225-\236\238\239]'), '[\128-\191][\128-\191]'},
    {set('\240'), '[\144-\191][\128-\191][\128-\191]'}, {set('\224'), '[\160-\191][\128-\191]'},
    {set('\237'), '[\128-\159][\128-\191]'}, {set('[\241-\243]'), '[\128-\191][\128-\191][\128-\191]'},
    {set('\244'), '[\128-\143][\128-\191][\128-\191]'},
}
local BEYOND = set('[\128-\255]')

-- Whether a text has bytes beyond ASCII.
local function isBeyondASCII(text) return hasAny(text, BEYOND) end

-- Whether a text is well-formed UTF-8, and how many bytes were looked at one by one to tell.
local function isUTF8(text)
    local bytes = 0
    for i = 1, #POINTS do
        if not hasAny(text, BEYOND) then return true, bytes end
        local first, rest = POINTS[i][1], POINTS[i][2]
        if hasAny(text, first) then
            bytes = bytes + #text
            -- What is left on both sides must not become one. All else in ASCII says nothing.
            text = gsub(text, first.pattern .. rest, ' ')
            bytes = bytes + #text
            text = gsub(text, '[%z\1-\127]+', ' ')
        end
    end
    return not hasAny(text, BEYOND), bytes
end

local CONTROLS = set('[%z\1-\31]')

-- Whether a text has a control character where JSON has none: in a string, or a NUL, behind which cjson reads no further. cjson
-- lets both pass.
local function hasRawControls(text)
    if not hasAny(text, CONTROLS) then return false end
    if find(text, '%z') then return true end
    local at = find(text, '"', 1, true)
    while at do
        repeat
            at = find(text, '["\\\1-\31]', at + 1)
            local character = at and byte(text, at)
            if not character or character < 32 then return true end
            if character == 92 then at = at + 1 end
        until character == 34
        at = find(text, '"', at + 1, true)
    end
    return false
end

return {
    byte = byte, char = char, codePoint = codePoint, concat = concat, difference = difference, find = find, floor = floor,
    format = format, gmatch = gmatch, gsub = gsub, hasAny = hasAny, hasRawControls = hasRawControls,
    isBeyondASCII = isBeyondASCII, isUTF8 = isUTF8, match = match, precedes = precedes, rep = rep, set = set, sub = sub,
}
