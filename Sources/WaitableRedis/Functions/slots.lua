-- Where ids lie: CRC-16/XMODEM, as `CLUSTER KEYSLOT` has it, modulo the number of partitions.

local strings = require 'strings'
local byte, find, format, match, sub = strings.byte, strings.find, strings.format, strings.match, strings.sub
local uuid = require 'names'.uuid

local slots = {}

local SLOTS = 16384
local checksums -- of each octet; made when first asked for, as `bit` is not there before

local function makeChecksums()
    local band, bxor, lshift = bit.band, bit.bxor, bit.lshift
    checksums = {}
    for octet = 0, 255 do
        local sum = lshift(octet, 8)
        for _ = 1, 8 do
            sum = band(band(sum, 0x8000) ~= 0 and bxor(lshift(sum, 1), 0x1021) or lshift(sum, 1), 0xFFFF)
        end
        checksums[octet] = sum
    end
end

-- The checksum of a text that follows one with the checksum `sum`.
local function checksum(text, sum)
    if not checksums then makeChecksums() end
    local band, bxor, lshift, rshift = bit.band, bit.bxor, bit.lshift, bit.rshift
    for i = 1, #text do
        sum = bxor(band(lshift(sum, 8), 0xFFFF), checksums[bxor(rshift(sum, 8), byte(text, i))])
    end
    return sum
end

-- The partition of an id without braces, of so many.
function slots.partition(id, count) return checksum(id, 0) % SLOTS % count end

-- The slot of any text, as `CLUSTER KEYSLOT` has it: where it has braces, what is in the first ones counts.
function slots.slot(text)
    local opening = find(text, '{', 1, true)
    local closing = opening and find(text, '}', opening + 1, true)
    if closing and closing > opening + 1 then text = sub(text, opening + 1, closing - 1) end
    return checksum(text, 0) % SLOTS
end

-- The number of a partition, from its prefix; as text.
function slots.own(prefix) return match(prefix, '{(%d+)}$') or '0' end

-- How many partitions there are by what `machines` says; 1 where it says nothing.
function slots.count(text)
    local count = tonumber(text or 1) or 1
    return count >= 1 and count or 1
end

-- A UUID behind `start`, such that both together are an id of a partition. There is one with the last four digits changed: of
-- 65,536 every partition has some.
function slots.uuid(seed, start, partition, count)
    local text = uuid(seed)
    if count == 1 then return text end
    local head, first = sub(text, 1, 32), tonumber(sub(text, 33), 16)
    local sum = checksum(start .. head, 0)
    for n = 0, 65535 do
        local tail = format('%04x', (first + n) % 65536)
        if checksum(tail, sum) % SLOTS % count == partition then return head .. tail end
    end
    return text
end

return slots
