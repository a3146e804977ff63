-- How many strings it takes to decode JSON.
--
-- Lua keeps each string once, in chains of those with one hash, and the hash has no seed: whoever chooses the strings can
-- have them all in one chain, and n of them cost the time of n * n / 2 comparisons.

local gsub = require 'strings'.gsub

-- Below this many quotes, all strings count.
local FEW = 200

-- The strings in a JSON text, names among them, but for those that are too short to be many: DynamoDB's names of types, and
-- what has one or two letters or digits. Swift's ItemTexts counts the same.
local function textsIn(json)
    local _, quotes = gsub(json, '"', '"')
    if quotes <= FEW then return quotes / 2 end
    local _, short = gsub(json, '[[:,{]"%w%w?"', '')
    local _, nulls = gsub(json, '{"NULL":', '')
    local _, booleans = gsub(json, '{"BOOL":', '')
    return quotes / 2 - short - nulls - booleans
end

return {textsIn = textsIn}
