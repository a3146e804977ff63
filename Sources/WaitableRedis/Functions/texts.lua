-- How many strings it takes to decode JSON.
--
-- Lua keeps each string once, in chains of those with one hash, and the hash has no seed: whoever chooses the strings can
-- have them all in one chain, and n of them cost the time of n * n / 2 comparisons.

local strings = require 'strings'
local byte, find, gsub, sub = strings.byte, strings.find, strings.gsub, strings.sub

local FEW = 200   -- up to this many quotes, all strings count
local DENSE = 32  -- bytes a quote below which they are counted all at once: that takes time for each byte, else for each quote
local VALUE = 8    -- bytes that a value has at least
local STEPS = {quote = 1, bytes = 6} -- of work: those that it takes to look at a quote, and the bytes that one is enough for

local NAMES = {['NULL":'] = true, ['BOOL":'] = true}

local function isShortCharacter(code)
    return code ~= nil and (code >= 48 and code <= 57 or code >= 65 and code <= 90 or code >= 97 and code <= 122)
end

-- Whether the string whose quote is at a place is too short to be many.
local function isShort(json, at)
    local before, _, first, second, third = byte(json, at - 1, at + 3)
    if before ~= 91 and before ~= 58 and before ~= 44 and before ~= 123 then return false end
    if isShortCharacter(first) and (second == 34 or isShortCharacter(second) and third == 34) then return true end
    return before == 123 and NAMES[sub(json, at + 1, at + 6)] ~= nil
end

local function times(text, pattern) return select(2, gsub(text, pattern, '')) end

-- The quotes in JSON from a place on, and those of strings that are too short to be many.
local function counted(json, from)
    local rest = sub(json, from - 1)
    local short = times(rest, '[%[:,{]"%w%w?"')
    for name in pairs(NAMES) do
        if find(rest, '{"' .. name, 1, true) then short = short + times(rest, '{"' .. name) end
    end
    return times(rest, '"'), short
end

-- The strings in a JSON text, names among them, but for those that are too short to be many: DynamoDB's names of types, and
-- what has one or two letters or digits. Swift's ItemTexts counts the same. `pay`, where there is one, is told what is done next.
local function textsIn(json, pay)
    local quotes, short, at, last = 0, 0, find(json, '"', 1, true), 1
    while at do
        if quotes > 0 and quotes % FEW == 0 then
            if at - last < FEW * DENSE then
                if pay then pay((#json - at) / STEPS.bytes) end
                local more, moreShort = counted(json, at)
                quotes, short = quotes + more, short + moreShort
                break
            end
            if pay then pay(FEW * STEPS.quote) end
            last = at
        end
        quotes = quotes + 1
        if at > 1 and isShort(json, at) then short = short + 1 end
        at = find(json, '"', at + 1, true)
    end
    return quotes <= FEW and quotes / 2 or quotes / 2 - short
end

-- Whether a JSON text has more than so many values and objects around them.
local function hasMore(json, most)
    if #json < VALUE * most then return false end
    local count, at = 0, find(json, '{"', 1, true)
    while at and count <= most do
        count = count + 1
        at = find(json, '{"', at + 2, true)
    end
    return count > most
end

return {hasMore = hasMore, textsIn = textsIn}
