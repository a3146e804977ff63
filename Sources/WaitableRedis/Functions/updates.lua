-- The update expressions of programs on items.

local decimals = require 'decimals'
local values = require 'values'
local LARGEST_ITEM, copied, elements, invalid, size, tooLarge =
    values.LARGEST_ITEM, values.copied, values.elements, values.invalid, values.size, values.tooLarge
local spend = require 'work'.spend
local paths = require 'paths'
local at, parent = paths.at, paths.parent

local WRONG_TYPE = 'An operand in the update expression has an incorrect data type'

local function sum(a, b, negated)
    if not a.N or not b.N then invalid(WRONG_TYPE) end
    local second = decimals.parse(b.N)
    local result = decimals.add(decimals.parse(a.N), negated and decimals.negated(second) or second)
    local problem = decimals.problem(result)
    if problem then invalid(problem) end
    return {N = decimals.text(result)}
end

-- The right-hand side of a SET, by the item as it was.
local function assigned(item, operand)
    local kind, first, second = operand[1], operand[2], operand[3]
    if kind == 'v' then return first end
    if kind == 'p' then
        local found = at(item, first)
        if not found then invalid('The provided expression refers to an attribute that does not exist in the item') end
        return found
    end
    if kind == 'else' then return at(item, first) or assigned(item, second) end
    local a, b = assigned(item, first), assigned(item, second)
    if kind ~= 'append' then return sum(a, b, kind == '-') end
    if not a.L or not b.L then invalid(WRONG_TYPE) end
    -- An element has two bytes at least, and all of them are in the item.
    if 2 * (#a.L + #b.L) > LARGEST_ITEM then tooLarge() end
    spend(#a.L + #b.L)
    local list = {}
    for i = 1, #a.L do list[i] = a.L[i] end
    for i = 1, #b.L do list[#list + 1] = b.L[i] end
    return {L = list}
end

-- ADD: a number to a number, elements to a set, or the value itself where there is none.
local function added(current, operand)
    if not current then return operand end
    local kind, content = next(operand)
    if not current[kind] then invalid(WRONG_TYPE) end
    if kind == 'N' then return sum(current, operand) end
    local set, present = {}, elements(current[kind])
    for i = 1, #current[kind] do set[i] = current[kind][i] end
    for i = 1, #content do
        if not present[content[i]] then set[#set + 1] = content[i] end
    end
    return {[kind] = set}
end

-- DELETE: elements from a set; nil when none is left.
local function without(current, operand)
    local kind, content = next(operand)
    if not current[kind] then invalid(WRONG_TYPE) end
    local set, doomed = {}, elements(content)
    spend(#current[kind])
    for i = 1, #current[kind] do
        if not doomed[current[kind][i]] then set[#set + 1] = current[kind][i] end
    end
    return #set > 0 and {[kind] = set} or nil
end

local function byStep(a, b) return a.step < b.step end

-- Takes elements out of a list, those whose indexes are in `doomed`.
local function compact(list, doomed)
    local length, kept = #list, 0
    spend(length)
    for i = 1, length do
        local element = list[i]
        if not doomed[i] then
            kept = kept + 1
            list[kept] = element
        end
    end
    for i = kept + 1, length do list[i] = nil end
end

-- The item after an update expression. All right-hand sides see the item as it was, which stays so.
local function updated(old, update)
    local assignments, removals, touched, total = {}, {}, {}, 0
    -- Paths do not overlap, so whatever is assigned is in the item in the end.
    local function assign(path, v)
        total = total + size(v)
        if total > LARGEST_ITEM then tooLarge() end
        assignments[#assignments + 1] = {path = path, value = v}
    end
    for i = 1, #update.set do assign(update.set[i][1], assigned(old, update.set[i][2])) end
    for i = 1, #update.add do
        local path = update.add[i][1]
        assign(path, added(at(old, path), update.add[i][2]))
    end
    for i = 1, #update.remove do removals[i] = {path = update.remove[i]} end
    for i = 1, #update.delete do
        local path = update.delete[i][1]
        local current = at(old, path)
        if current then
            local rest = without(current, update.delete[i][2])
            if rest then
                assign(path, rest)
            else
                removals[#removals + 1] = {path = path}
            end
        end
    end

    local item, own = copied(old), {}
    local appended = {}
    for i = 1, #assignments do
        local path = assignments[i].path
        touched[#touched + 1] = path
        local holder, step = parent(item, path, own)
        if type(step) == 'number' and step > #holder then
            appended[#appended + 1] = {holder = holder, step = step, value = assignments[i].value}
        else
            holder[step] = assignments[i].value
        end
    end
    local doomed = {}
    for i = 1, #removals do
        local path = removals[i].path
        touched[#touched + 1] = path
        local holder, step = parent(item, path, own)
        if type(step) == 'number' then
            doomed[holder] = doomed[holder] or {}
            doomed[holder][step] = true
        else
            holder[step] = nil
        end
    end
    -- Only now, as indexes are those of the lists as they were.
    for list, indexes in pairs(doomed) do compact(list, indexes) end
    -- Elements past a list's end are appended in the order of their indexes.
    table.sort(appended, byStep)
    for i = 1, #appended do
        local holder = appended[i].holder
        holder[#holder + 1] = appended[i].value
    end
    return item, touched
end

return {updated = updated}
