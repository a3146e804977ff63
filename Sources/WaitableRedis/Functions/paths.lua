-- Places in an item. A path is a list of names (texts) and indexes (numbers, from 0).

local values = require 'values'
local copied, invalid = values.copied, values.invalid
local spend = require 'work'.spend

local PICKED = 8 -- steps of work that it takes to pick a part of an item

local function child(v, step)
    if type(step) == 'number' then return v.L and v.L[step + 1] end
    return v.M and v.M[step]
end

-- The value at a path, or nil. `last` leaves out the steps after it.
local function at(item, path, last)
    local v = {M = item}
    for i = 1, last or #path do
        v = child(v, path[i])
        if not v then return nil end
    end
    return v
end

local BAD_PATH = 'The document path provided in the update expression is invalid for update'

local function place(step) return type(step) == 'number' and step + 1 or step end

-- The list or map that holds the place of a path, for a change, and the place in it. What the item shares with others is
-- copied, level by level, and once: `own` has the copies.
local function parent(item, path, own)
    local content = item
    for i = 1, #path - 1 do
        local holder, kind = content[place(path[i])], type(path[i + 1]) == 'number' and 'L' or 'M'
        local inner = holder and holder[kind]
        if not inner then invalid(BAD_PATH) end
        if not own[inner] then
            inner = copied(inner)
            own[inner] = true
            content[place(path[i])] = {[kind] = inner}
        end
        content = inner
    end
    return content, place(path[#path])
end

-- The parts of an item at the paths; lists keep only the wanted elements.
local function picked(v, node)
    spend(PICKED)
    if node.whole then return v end
    local content = v.M or v.L
    if not content then return nil end
    local result, found = {}, false
    if v.M then
        for step, below in pairs(node.steps) do
            local member = type(step) == 'string' and content[step]
            local part = member and picked(member, below)
            if part then result[step], found = part, true end
        end
        return found and {M = result} or nil
    end
    spend(#content)
    for i = 1, #content do
        local below = node.steps[i - 1]
        local part = below and picked(content[i], below)
        if part then result[#result + 1], found = part, true end
    end
    return found and {L = result} or nil
end

-- Paths as a tree, for `picked`.
local function tree(paths)
    local root = {steps = {}}
    spend(PICKED * #paths)
    for i = 1, #paths do
        local node = root
        for k = 1, #paths[i] do
            local step = paths[i][k]
            node.steps[step] = node.steps[step] or {steps = {}}
            node = node.steps[step]
        end
        node.whole = true
    end
    return root
end

-- The parts of an item that are in a tree.
local function pruned(item, root)
    local result = picked({M = item}, root)
    return result and result.M or {}
end

local function projected(item, paths) return pruned(item, tree(paths)) end

return {at = at, parent = parent, projected = projected, pruned = pruned, tree = tree}
