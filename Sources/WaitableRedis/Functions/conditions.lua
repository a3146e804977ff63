-- The conditions of programs on items.

local strings = require 'strings'
local byte, find, format, sub = strings.byte, strings.find, strings.format, strings.sub
local values = require 'values'
local SET_ELEMENTS, count, elements, equal, order =
    values.SET_ELEMENTS, values.count, values.elements, values.equal, values.order
local decoded = require 'base64'.decoded
local work = require 'work'
local COPIED, spend = work.COPIED, work.spend
local at = require 'paths'.at

local COMPARISON, OPERAND = 12, 3 -- steps of work that each takes at least

-- An operand of a condition, or nil when it is not there.
local function compared(item, operand)
    local kind = operand[1]
    if kind == 'v' then return operand[2] end
    local found = at(item, operand[2])
    if kind == 'p' or not found then return found end
    local number = count(found)
    return number and {N = format('%.0f', number)}
end

local function startsWith(v, prefix)
    local text, start = v.S, prefix.S
    if v.B and prefix.B then
        -- No more of it than the prefix has, in whole groups of base64.
        if #v.B < #prefix.B then return false end
        text, start = decoded(sub(v.B, 1, #prefix.B)), decoded(prefix.B)
    end
    return text ~= nil and start ~= nil and sub(text, 1, #start) == start
end

local SHORT = 256 -- bytes of a text that Lua finds fast, whatever is before it
-- Bytes that are passed over in the time of a step: where a text has the first one of what is searched for, and elsewhere.
local STOPS, PASSED = 10, 1000
local SAMPLE, SAMPLES = 16, 8 -- bytes that are looked at to tell how often it has, and in how many places
local SAMPLED = 60 -- steps that this takes
local LONG = 2048 -- bytes of a text for which it is done

local place = 1 -- of the next one, anywhere: not to be foreseen

-- Which part of a text is one character, about.
local function share(text, character)
    if #text < LONG then return 1 end
    spend(SAMPLED)
    local found = 0
    for _ = 1, SAMPLES do
        place = (place * 16807 + #text) % 2147483647
        local from = place % (#text - SAMPLE) + 1
        for i = from, from + SAMPLE - 1 do
            if byte(text, i) == character then found = found + 1 end
        end
    end
    return found / (SAMPLE * SAMPLES)
end

local function holdsText(text, part)
    local beginning, from = sub(part, 1, SHORT), 1
    local step = 1 / PASSED + share(text, byte(part)) / STOPS
    -- All of it is paid for before, and what was not needed given back.
    while true do
        spend((#text - from) * step)
        local found = find(text, beginning, from, true)
        if not found then return false end
        spend((found - #text) * step + OPERAND + #part / COPIED)
        if #part <= SHORT or sub(text, found, found + #part - 1) == part then return true end
        from = found + 1
    end
end

local function contains(v, part)
    if v.S then return part.S ~= nil and holdsText(v.S, part.S) end
    if v.B then return part.B ~= nil and holdsText(decoded(v.B), decoded(part.B)) end
    if v.L then
        for i = 1, #v.L do
            if equal(v.L[i], part) then return true end
        end
        return false
    end
    local kind, content = next(v)
    local element = SET_ELEMENTS[kind] and part[SET_ELEMENTS[kind]]
    return element ~= nil and elements(content)[element] ~= nil
end

local COMPARISONS = {
    ['<'] = function(x) return x < 0 end,
    ['<='] = function(x) return x <= 0 end,
    ['>'] = function(x) return x > 0 end,
    ['>='] = function(x) return x >= 0 end,
}

local function holds(item, condition)
    local kind, first, second, third = condition[1], condition[2], condition[3], condition[4]
    spend(1)
    if kind == 'and' then return holds(item, first) and holds(item, second) end
    if kind == 'or' then return holds(item, first) or holds(item, second) end
    if kind == 'not' then return not holds(item, first) end
    spend(COMPARISON)
    if kind == 'exists' then return at(item, first) ~= nil end
    if kind == 'absent' then return at(item, first) == nil end
    if kind == 'type' then
        local found = at(item, first)
        return found ~= nil and found[second] ~= nil
    end
    local a = compared(item, first)
    if kind == 'in' then
        for i = 1, #second do
            spend(OPERAND)
            local b = compared(item, second[i])
            if a and b and equal(a, b) then return true end
        end
        return false
    end
    local b = compared(item, second)
    -- What is not there equals nothing.
    if kind == '<>' then return not (a and b and equal(a, b)) end
    if not a or not b then return false end
    if kind == '=' then return equal(a, b) end
    if kind == 'begins' then return startsWith(a, b) end
    if kind == 'contains' then return contains(a, b) end
    if kind == 'between' then
        local c = compared(item, third)
        local low, high = order(b, a), c and order(a, c)
        return low ~= nil and high ~= nil and low <= 0 and high <= 0
    end
    local relation = order(a, b)
    return relation ~= nil and COMPARISONS[kind](relation)
end

return {holds = holds}
