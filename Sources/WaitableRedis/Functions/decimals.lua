-- DynamoDB's numbers, exactly: decimals of up to 38 significant digits, as text.
--
-- A decimal is {negative, digits, power}: digits is a text without leading or trailing zeros ('' for zero), power the
-- power of ten of its last digit.

local strings = require 'strings'
local byte, concat, floor, format, match, rep, sub =
    strings.byte, strings.concat, strings.floor, strings.format, strings.match, strings.rep, strings.sub

local decimals = {}

local MOST_DIGITS = 38
local CHUNK = 12 -- digits added at a time: far below what a double holds exactly

local function trimmed(negative, digits, power)
    digits = match(digits, '^0*(.*)$')
    local last = #digits
    while byte(digits, last) == 48 do last = last - 1 end
    local significant = sub(digits, 1, last)
    return {negative = negative and significant ~= '', digits = significant, power = power + #digits - #significant}
end

-- The decimal of a text such as -12.50 or 1e3, or nil.
function decimals.parse(text)
    local sign, whole, rest = match(text, '^([+-]?)(%d*)(.*)$')
    local fraction, exponent = match(rest, '^%.(%d*)(.*)$')
    if not fraction then fraction, exponent = '', rest end
    if whole == '' and fraction == '' then return nil end
    local power = 0
    if exponent ~= '' then
        local mark, significant = match(exponent, '^[eE]([+-]?)0*(%d*)$')
        if not mark or byte(exponent, #exponent) > 57 or byte(exponent, #exponent) < 48 or #significant > 6 then
            return nil
        end
        power = (mark == '-' and -1 or 1) * tonumber('0' .. significant)
    end
    return trimmed(sign == '-', whole .. fraction, power - #fraction)
end

-- The canonical text: no exponent, no needless zeros, '0' for zero.
function decimals.text(decimal)
    local digits, power = decimal.digits, decimal.power
    if digits == '' then return '0' end
    local text
    if power >= 0 then
        text = digits .. rep('0', power)
    elseif #digits > -power then
        text = sub(digits, 1, power - 1) .. '.' .. sub(digits, power)
    else
        text = '0.' .. rep('0', -power - #digits) .. digits
    end
    return decimal.negative and '-' .. text or text
end

-- What DynamoDB objects to in a number, or nil.
function decimals.problem(decimal)
    if decimal.digits == '' then return nil end
    local magnitude = #decimal.digits + decimal.power - 1
    if #decimal.digits > MOST_DIGITS then return 'Attempting to store more than 38 significant digits in a Number' end
    if magnitude > 125 then
        return 'Number overflow. Attempting to store a number with magnitude larger than supported range'
    end
    if magnitude < -130 then
        return 'Number underflow. Attempting to store a number with magnitude smaller than supported range'
    end
end

-- Both digit texts for the lower of both powers, equally long, and that power.
local function aligned(a, b)
    local power = a.power < b.power and a.power or b.power
    local first = a.digits .. rep('0', a.power - power)
    local second = b.digits .. rep('0', b.power - power)
    local length = #first > #second and #first or #second
    length = length + CHUNK - length % CHUNK
    return rep('0', length - #first) .. first, rep('0', length - #second) .. second, power
end

-- -1, 0 or 1 for digit texts of equal length.
local function compareDigits(first, second)
    if first == second then return 0 end
    for i = 1, #first, CHUNK do
        local a, b = tonumber(sub(first, i, i + CHUNK - 1)), tonumber(sub(second, i, i + CHUNK - 1))
        if a ~= b then return a < b and -1 or 1 end
    end
    return 0
end

-- first + second, or first - second (not below zero), for digit texts of equal length.
local function combined(first, second, sign)
    local chunks, carry, base = {}, 0, 10 ^ CHUNK
    for i = #first - CHUNK + 1, 1, -CHUNK do
        local sum = tonumber(sub(first, i, i + CHUNK - 1)) + sign * tonumber(sub(second, i, i + CHUNK - 1)) + carry
        carry = floor(sum / base)
        chunks[#chunks + 1] = format('%012.0f', sum - carry * base)
    end
    local parts = {format('%.0f', carry)}
    for i = #chunks, 1, -1 do parts[#parts + 1] = chunks[i] end
    return concat(parts)
end

function decimals.add(a, b)
    if a.digits == '' then return b end
    if b.digits == '' then return a end
    local first, second, power = aligned(a, b)
    if a.negative == b.negative then return trimmed(a.negative, combined(first, second, 1), power) end
    if compareDigits(first, second) >= 0 then return trimmed(a.negative, combined(first, second, -1), power) end
    return trimmed(b.negative, combined(second, first, -1), power)
end

function decimals.negated(a) return {negative = not a.negative and a.digits ~= '', digits = a.digits, power = a.power} end

-- -1, 0 or 1
function decimals.compare(a, b)
    if a.digits == '' or b.digits == '' or a.negative ~= b.negative then
        local function sign(x) return x.digits == '' and 0 or x.negative and -1 or 1 end
        local difference = sign(a) - sign(b)
        return difference < 0 and -1 or difference > 0 and 1 or 0
    end
    local first, second = aligned(a, b)
    local order = compareDigits(first, second)
    return a.negative and -order or order
end

return decimals
