-- The compact form of an execution's document. CompactDocument describes it.

local strings = require 'strings'
local byte, concat, floor, format, match, rep, sub =
    strings.byte, strings.concat, strings.floor, strings.format, strings.match, strings.rep, strings.sub
local instants = require 'instants'

-- The digits of its numbers are those of base64url.
local ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
local DIGITS = {}
for i = 1, 64 do DIGITS[byte(ALPHABET, i)] = i - 1 end

local function numberOf(digits)
    local number = 0
    for i = 1, #digits do number = number * 64 + (DIGITS[byte(digits, i)] or 0) end
    return number
end

local HEAD = '^}([RS])(' .. rep('[%w_-]', 11) .. ')(' .. rep('[%w_-]', 7) .. ')([^;]*);'
local INPUTS = {R = '^' .. rep('[^;]*;', 6) .. '(.*)$', S = '^' .. rep('[^;]*;', 3) .. '(.*)$'}

local lastHash, lastRevision -- those of the last document: the next one is nearly always of the same revision

-- The revision in digits: 64 bits are too many for a number of Lua, so from bits to hexadecimal digits.
local function revisionOf(hash)
    if hash == lastHash then return lastRevision end
    local bits, revision = {}, {}
    for i = 1, #hash do
        local digit = DIGITS[byte(hash, i)] or 0
        for place = 5, 0, -1 do bits[#bits + 1] = floor(digit / 2 ^ place) % 2 end
    end
    -- The first two of 66 bits are none.
    for i = 3, 66, 4 do
        revision[#revision + 1] = format('%x', bits[i] * 8 + bits[i + 1] * 4 + bits[i + 2] * 2 + bits[i + 3])
    end
    lastHash, lastRevision = hash, concat(revision)
    return lastRevision
end

-- What the compact form in the rest of a document says: its letter, `revision`, `start` and `ends` (ms: the end of the wait,
-- or the closing), and its input: verbatim, or where that is `ownInput`, of what `kind` it is ('m' or 's') and its
-- StartTimestamp as `instant` (ms). `has` tells whether it is a text, whose StartTimestamp is given too. nil for an object.
local function compactForm(rest)
    local letter, hash, start, ends = match(rest, HEAD)
    if not letter then return nil end
    local form = {letter = letter, revision = revisionOf(hash), start = numberOf(start)}
    form.ends = form.start + numberOf(ends)
    local input = match(rest, INPUTS[letter])
    local kind, distance = match(input or '', '^([ms])([%w_-]*)$')
    form.ownInput, form.input, form.kind = kind ~= nil, input, kind
    form.instant = kind and form.ends - numberOf(distance)
    function form.has(text, instant)
        if not kind then return input == text end
        local shape = kind == 'm' and '^%d+%-%d+%-%d+T%d+:%d+:%d+%.%d%d%dZ$' or '^%d+%-%d+%-%d+T%d+:%d+:%d+Z$'
        if not match(instant, shape) then return false end
        local readable, found = pcall(instants.parse, instant, 'StartTimestamp')
        return readable and found == form.instant
    end
    return form
end

-- The revision of a document in this form, where it is that of the last one; nil for all others.
local function sameRevision(document) return lastHash and sub(document, 2, 12) == lastHash and lastRevision or nil end

return {compactForm = compactForm, sameRevision = sameRevision}
