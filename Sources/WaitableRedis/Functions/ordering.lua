-- Keys of declared tables as texts whose bytes sort as DynamoDB sorts the keys: texts and bytes as they are, numbers by their
-- value. The index of a table, a sorted set, has an entry for each item:
--   2 bytes   the hash slot of the partition key, high byte first: so a scan goes by it, and segments are ranges of slots
--   …         the partition key, in which \0 is \0\1, then \0\0
--   …         the sort key, where the table has one
-- A number is '2' for zero; '3', its magnitude and its digits; for a negative one '1', the same by their complements, and '~'.

local strings = require 'strings'
local byte, concat, find, floor, format, gsub, match, rep, sub =
    strings.byte, strings.concat, strings.find, strings.floor, strings.format, strings.gsub, strings.match, strings.rep,
    strings.sub
local decimals = require 'decimals'
local base64 = require 'base64'

local ordering = {}

local LIFT, TOP = 200, 799 -- make three digits of a magnitude, from -130 to 125
local LONGEST = 43 -- bytes of a number of 38 digits

local function complement(digits)
    return (gsub(digits, '%d', function(digit) return format('%d', 9 - tonumber(digit)) end))
end

local function numberBytes(text)
    local decimal = decimals.parse(text)
    if decimal.digits == '' then return '2' end
    local magnitude = #decimal.digits + decimal.power - 1
    if not decimal.negative then return '3' .. format('%03d', magnitude + LIFT) .. decimal.digits end
    return '1' .. format('%03d', TOP - magnitude) .. complement(decimal.digits) .. '~'
end

-- The number that has these bytes as text; nil where none has.
local function numberText(bytes)
    if bytes == '2' then return '0' end
    local sign, code, digits = match(bytes, '^([13])(%d%d%d)(%d+)~?$')
    if not sign or #bytes > LONGEST then return nil end
    local negative = sign == '1'
    if negative then digits = complement(digits) end
    local magnitude = negative and TOP - code or code - LIFT
    -- Others are not as `numberBytes` makes them.
    if byte(digits) == 48 or byte(digits, #digits) == 48 or negative ~= (byte(bytes, #bytes) == 126)
        or magnitude < -130 or magnitude > 125 then
        return nil
    end
    if not negative and #digits <= magnitude + 1 then return digits .. rep('0', magnitude + 1 - #digits) end
    return decimals.text({negative = negative, digits = digits, power = magnitude + 1 - #digits})
end

-- The bytes of a key's value that is a text, a number or bytes.
function ordering.bytes(v)
    if v.S then return v.S end
    if v.N then return numberBytes(v.N) end
    return base64.decoded(v.B)
end

-- The value of a type that has these bytes; nil where none has.
function ordering.value(kind, bytes)
    if bytes == '' then return nil end
    if kind == 'S' then return strings.isUTF8(bytes) and {S = bytes} or nil end
    if kind == 'N' then
        local number = numberText(bytes)
        return number and {N = number}
    end
    return {B = base64.encoded(bytes)}
end

-- What the entries of a slot begin with; for the slot after the last one, what is behind all.
function ordering.slotBytes(slot)
    return string.char(floor(slot / 256), slot % 256)
end

-- What the entries of a partition key begin with.
function ordering.base(slot, bytes)
    return ordering.slotBytes(slot) .. gsub(bytes, '%z', '\0\1') .. '\0\0'
end

-- The bytes of both keys in an entry; nil where it is none.
function ordering.split(member)
    local last = find(member, '\0\0', 3, true)
    if not last then return nil end
    return (gsub(sub(member, 3, last - 1), '%z\1', '\0')), sub(member, last + 2)
end

-- The least text that is greater than all that begin with one.
function ordering.after(text)
    local last = #text
    while byte(text, last) == 255 do last = last - 1 end
    return concat({sub(text, 1, last - 1), string.char(byte(text, last) + 1)})
end

return ordering
