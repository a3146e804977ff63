-- Base64, in which DynamoDB's bytes are written.

local strings = require 'strings'
local byte, char, concat, difference, find, floor, hasAny, sub =
    strings.byte, strings.char, strings.concat, strings.difference, strings.find, strings.floor, strings.hasAny, strings.sub
local work = require 'work'
local COPIED, READ, spend = work.COPIED, work.READ, work.spend

local base64 = {}

-- What the program at hand has decoded so far.
local binaries = {}

-- Begins a program: nothing is kept.
function base64.forget() binaries = {} end

local DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

local SIXTETS = {}
for i = 1, 64 do SIXTETS[byte(DIGITS, i)] = i - 1 end

-- The bytes of a base64 text.
function base64.decoded(text)
    if binaries[text] then return binaries[text] end
    spend(2 * #text)
    local parts = {}
    for i = 1, #text, 4 do
        local a, b, c, d = byte(text, i, i + 3)
        local number = SIXTETS[a] * 262144 + SIXTETS[b] * 4096 + (SIXTETS[c] or 0) * 64 + (SIXTETS[d] or 0)
        local group = char(floor(number / 65536), floor(number / 256) % 256, number % 256)
        parts[#parts + 1] = SIXTETS[d] and group or sub(group, 1, SIXTETS[c] and 2 or 1)
    end
    binaries[text] = concat(parts)
    return binaries[text]
end

-- The base64 text of bytes.
function base64.encoded(text)
    local parts = {}
    for i = 1, #text, 3 do
        local a, b, c = byte(text, i, i + 2)
        local number = a * 65536 + (b or 0) * 256 + (c or 0)
        local function digit(power) return sub(DIGITS, floor(number / power) % 64 + 1, floor(number / power) % 64 + 1) end
        parts[#parts + 1] = digit(262144) .. digit(4096) .. (b and digit(64) or '=') .. (c and digit(1) or '=')
    end
    return concat(parts)
end

local NO_DIGIT = strings.set('[^%w+/]')

-- Whether a text is base64.
function base64.isRight(text)
    if #text % 4 ~= 0 then return false end
    local padding = find(text, '=', 1, true)
    if padding then
        if padding < #text - 1 or byte(text, #text) ~= 61 then return false end
        text = sub(text, 1, padding - 1)
    end
    spend(#text / READ)
    return not hasAny(text, NO_DIGIT)
end

-- The bytes of two base64 texts from where these differ on, as many as decide on their order.
function base64.differing(a, b)
    spend((#a < #b and #a or #b) / COPIED)
    local from = difference(a, b)
    from = from - (from - 1) % 4
    return base64.decoded(sub(a, from, from + 7)), base64.decoded(sub(b, from, from + 7))
end

return base64
