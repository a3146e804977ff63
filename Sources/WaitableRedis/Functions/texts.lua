-- How many strings it takes to decode JSON.
--
-- Lua keeps each string once, in chains of those with one hash, and the hash has no seed: whoever chooses the strings can
-- have them all in one chain, and n of them cost the time of n * n / 2 comparisons.

local strings = require 'strings'
local byte, find, sub = strings.byte, strings.find, strings.sub

-- Below this many quotes, all strings count.
local FEW = 200

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

-- The strings in a JSON text, names among them, but for those that are too short to be many: DynamoDB's names of types, and
-- what has one or two letters or digits. Swift's ItemTexts counts the same.
local function textsIn(json)
    local quotes, short, at = 0, 0, find(json, '"', 1, true)
    while at do
        quotes = quotes + 1
        if at > 1 and isShort(json, at) then short = short + 1 end
        at = find(json, '"', at + 1, true)
    end
    return quotes <= FEW and quotes / 2 or quotes / 2 - short
end

return {textsIn = textsIn}
