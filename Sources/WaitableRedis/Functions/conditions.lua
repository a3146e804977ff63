-- The conditions of programs on items.

local strings = require 'strings'
local find, floor, format, sub = strings.find, strings.floor, strings.format, strings.sub
local values = require 'values'
local SET_ELEMENTS, count, decoded, elements, equal, note, order, spend =
    values.SET_ELEMENTS, values.count, values.decoded, values.elements, values.equal, values.note, values.order, values.spend
local at = require 'paths'.at

local COMPARISON = 8 -- steps of work that each takes at least

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
    if v.B and prefix.B then text, start = decoded(v.B), decoded(prefix.B) end
    return text ~= nil and start ~= nil and sub(text, 1, #start) == start
end

local SHORT = 256 -- bytes of a text that Lua finds fast, whatever is before it

local function holdsText(text, part)
    local beginning, from = sub(part, 1, SHORT), 1
    while true do
        local found = find(text, beginning, from, true)
        spend(floor(((found or #text) - from + #part) / 16) + 1)
        if not found then return false end
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
    if kind == 'and' then return holds(item, first) and holds(item, second) end
    if kind == 'or' then return holds(item, first) or holds(item, second) end
    if kind == 'not' then return not holds(item, first) end
    note(COMPARISON)
    if kind == 'exists' then return at(item, first) ~= nil end
    if kind == 'absent' then return at(item, first) == nil end
    if kind == 'type' then
        local found = at(item, first)
        return found ~= nil and found[second] ~= nil
    end
    local a = compared(item, first)
    if kind == 'in' then
        for i = 1, #second do
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
