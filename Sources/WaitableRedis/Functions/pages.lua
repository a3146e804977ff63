-- Queries and scans of declared tables, a page at a time:
--   {"op":"query","table":name,"conditions":[condition, …]} and {"op":"scan","table":name,"segment":[number, of]}, each with
--    "filter":condition,"project":[path],"limit":n,"from":{name:value},"backward":true,"counts":true (no items)
-- A page ends at its limit, and at 1 MB of items, as DynamoDB's does. One call reads a part of it, which ends at what a call
-- should take, a few milliseconds: 1,000 items, their texts (texts.lua), or their work (work.lua), be they shown or not. Where
-- other programs of the step have left less than that, it is shorter. An item that is too much work for the rest of a part
-- begins the next one. Whoever has the outcome reads on from there (items.lua).
--
-- A scan goes through the partitions in order, a part in one of them. One that finds nothing left in a partition ends with
-- {forward = the next one} as an error: the program goes there.

local limits = require 'limits'
local strings = require 'strings'
local format = strings.format
local call = require 'call'
local slots = require 'slots'
local values = require 'values'
local encodedItem, invalid, order, sortedNames = values.encodedItem, values.invalid, values.order, values.sortedNames
local work = require 'work'
local paths = require 'paths'
local holds = require 'conditions'.holds
local ordering = require 'ordering'
local readings = require 'readings'
local tables = require 'tables'

local pages = {}

local MAX_BYTES, MAX_ITEMS = 1048576, 1000
local LEAST_BYTES = 10   -- of an item of which little is read: so a page that counts has an end
local MAX_WORK = 15000   -- of a part, with the other programs of the step
local PASSED = 20 -- steps of work that it takes to find that an entry has no item
local MAX_TEXTS = 3600   -- names and texts of the items in an answer, each of which takes time
local CHUNK = 100 -- entries of the index that are read at once
local SLOTS = 16384

-- The entries from `low` to `high`, both as ZRANGE has them, in order or backwards.
local function entriesBetween(index, low, high, backward, count)
    if backward then return redis.call('ZRANGE', index, high, low, 'BYLEX', 'REV', 'LIMIT', 0, count) end
    return redis.call('ZRANGE', index, low, high, 'BYLEX', 'LIMIT', 0, count)
end

-- A part of a page, of the items from `low` to `high`: its answer, and how many items were looked at.
local function page(prefix, program, known, low, high)
    tables.straighten(known)
    -- Before the items stands what is known only behind them.
    local found, matched, looked, passed, texts, last = {''}, 0, 0, 0, program.texts, nil
    local bytes = program.bytes or 0 -- those of the parts before it too
    local asked, shown, isNested = {}, program.project and {}, false
    for _, path in ipairs(program.project or {}) do
        asked[path[1]], shown[path[1]] = true, true
        isNested = isNested or #path > 1
    end
    if program.filter then readings.note(program.filter, asked) end
    local memory, tree = readings.new(shown), isNested and paths.tree(program.project)
    local names = (program.project or program.counts) and sortedNames(asked) or nil
    local hashOf = tables.hashes(prefix, known)
    local most = MAX_WORK - (call.work - call.before)
    local room = program.counts and limits.texts or MAX_TEXTS
    local limit = program.limit or MAX_ITEMS
    local isEnd, isOver = false, false -- whether nothing follows, and whether the next item was too much
    local function isFull()
        return looked >= limit or looked + passed >= MAX_ITEMS or bytes >= MAX_BYTES or texts >= room
            or work.done() >= most
    end
    -- Looks at the item in a hash. Returns whether there is one that can be read.
    local function look(hash)
        local fields, size, more, form = readings.fields(hash, memory, names)
        if not fields then return false end
        local item = (program.filter or isNested) and readings.item(fields, asked)
        if not program.filter or holds(item, program.filter) then
            if not program.counts then
                if matched > 0 then found[#found + 1] = ',' end
                if isNested then
                    found[#found + 1] = encodedItem(paths.pruned(item, tree))
                else
                    readings.append(found, fields, form, memory)
                end
            end
            matched = matched + 1
        end
        -- Its entry in the index and its key are texts too.
        looked, bytes, texts = looked + 1, bytes + (size > LEAST_BYTES and size or LEAST_BYTES), texts + more + 2
        return true
    end
    while not isEnd and not isOver and not isFull() do
        local wanted = limit - looked < CHUNK and limit - looked or CHUNK
        local members = entriesBetween(known.index, low, high, program.backward, wanted)
        isEnd = #members < wanted
        for n = 1, #members do
            if isFull() then
                isEnd = false
                break
            end
            local member, before = members[n], #found
            local hash = hashOf(member)
            local succeeded, isItem = true, false
            if hash then succeeded, isItem = pcall(look, hash) end
            if not succeeded then
                if not last or type(isItem) ~= 'table' or not isItem.isWork then error(isItem, 0) end
                for k = #found, before + 1, -1 do found[k] = nil end
                isEnd, isOver = false, true
                work.settle()
                break
            end
            -- The next part goes on after an entry.
            if hash then last = member end
            if not isItem then
                -- Somebody has removed the item by hand, or put something else in its place.
                passed = passed + 1
                work.spend(PASSED)
                if not hash or redis.call('EXISTS', hash) == 0 then redis.call('ZREM', known.index, member) end
            end
            if program.backward then high = '(' .. member else low = '(' .. member end
        end
    end
    if not last and not isEnd then tables.refuseUnready(known) end
    call.fields = call.fields + texts
    -- As DynamoDB: a page that ends at its limit has a key, whether anything follows or not.
    local isLimit = program.limit ~= nil and looked >= limit
    local isWhole = isLimit or bytes >= MAX_BYTES
    local next = (not isEnd or isLimit) and last or nil
    if next and not isWhole then program.rest = {bytes = bytes} end
    return {
        known = known, count = matched, items = not program.counts and found, next = next, looked = looked, last = last,
        isWhole = isWhole, bytes = bytes,
    }
end

-- The answer's members, in pieces: its items are many, or large.
local function answer(result)
    local parts = result.items or {''}
    parts[1] = format(result.items and '"Count":%d,"Items":[' or '"Count":%d', result.count)
    if result.items then parts[#parts + 1] = ']' end
    if result.next then
        parts[#parts + 1] = ',"LastEvaluatedKey":' .. encodedItem(tables.keyOfMember(result.known, result.next))
    end
    parts[#parts + 1] = format(',"ScannedCount":%d', result.looked)
    return parts
end

-- Refuses a condition on a key with a value of another type.
local function checkTypes(key, condition)
    for n = 3, #condition do
        if not condition[n][2][key.type] then
            invalid('One or more parameter values were invalid: Condition parameter type does not match schema type')
        end
    end
end

-- The conditions on both keys by the attributes' names, [comparator, ["p",[name]], ["v",value], …].
local function keyConditions(known, conditions)
    local first, second = known.key[1], known.key[2]
    local byName = {}
    for n = 1, #conditions do byName[conditions[n][2][2][1]] = conditions[n] end
    local partition = byName[first.name]
    if not partition then invalid('Query condition missed key schema element: ' .. first.name) end
    local sort = second and byName[second.name]
    if #conditions > 1 and not sort then
        invalid(second and 'Query condition missed key schema element: ' .. second.name
            or 'Query key condition not supported')
    end
    if partition[1] ~= '=' then invalid('Query key condition not supported') end
    checkTypes(first, partition)
    if sort then checkTypes(second, sort) end
    return partition[3][2], sort
end

-- {N:5}, as errors have it.
local function shown(v)
    local kind, content = next(v)
    return '{' .. kind .. ':' .. content .. '}'
end

-- The bounds of a condition on the sort key, behind `base`.
local function bounds(base, condition)
    local low, high = '[' .. base, '(' .. ordering.after(base)
    if not condition then return low, high end
    local kind, text = condition[1], base .. ordering.bytes(condition[3][2])
    if kind == '=' then return '[' .. text, '[' .. text end
    if kind == '<' then return low, '(' .. text end
    if kind == '<=' then return low, '[' .. text end
    if kind == '>' then return '(' .. text, high end
    if kind == '>=' then return '[' .. text, high end
    if kind == 'begins' then return '[' .. text, '(' .. ordering.after(text) end
    local least, most = condition[3][2], condition[4][2]
    if order(least, most) > 0 then
        invalid(format('Invalid KeyConditionExpression: The BETWEEN operator requires upper bound to be greater than or equal to '
            .. 'lower bound; lower bound operand: AttributeValue: %s, upper bound operand: AttributeValue: %s',
            shown(least), shown(most)))
    end
    return '[' .. text, '[' .. base .. ordering.bytes(most)
end

-- Refuses a filter on the attributes of the key, which a query's conditions are for.
local function checkFilter(known, condition)
    if type(condition) ~= 'table' then return end
    if condition[1] == 'p' or condition[1] == 'size' or condition[1] == 'exists' or condition[1] == 'absent'
        or condition[1] == 'type' then
        for n = 1, #known.key do
            if condition[2][1] == known.key[n].name then
                invalid('Filter Expression can only contain non-primary key attributes: Primary key attribute: '
                    .. known.key[n].name)
            end
        end
        return
    end
    if condition[1] == 'v' then return end
    for n = 1, #condition do checkFilter(known, condition[n]) end
end

-- The place at which a page begins, after that of a key; nil for the beginning.
local function start(prefix, known, key)
    if not key then return nil end
    local count = 0
    for _ in pairs(key) do count = count + 1 end
    if count ~= #known.key then invalid("Exclusive Start Key must have same size as table's key schema") end
    local readable, place = pcall(tables.place, prefix, known, key)
    if not readable then invalid('The provided starting key is invalid') end
    return place
end

function tables.operations.query(prefix, program)
    local known = tables.named(prefix, program.table)
    local value, sort = keyConditions(known, program.conditions)
    checkFilter(known, program.filter)
    local base = tables.base(prefix, known, value)
    local low, high = bounds(base, sort)
    local from = start(prefix, known, program.from)
    if from then
        if from.base ~= base then
            invalid('The provided starting key is outside query boundaries based on provided conditions')
        end
        if sort and not holds(from.key, sort) then
            invalid('The provided starting key does not match the range key predicate')
        end
        if program.backward then high = '(' .. from.member else low = '(' .. from.member end
    end
    return answer(page(prefix, program, known, low, high))
end

-- The first slot of a segment, of so many.
local function firstSlot(segment, total)
    local slot = SLOTS * segment / total
    return slot + (-slot) % 1
end

function tables.operations.scan(prefix, program)
    local known = tables.named(prefix, program.table)
    local segment = program.segment or {0, 1}
    local first, last = firstSlot(segment[1], segment[2]), firstSlot(segment[1] + 1, segment[2])
    local low = '[' .. ordering.slotBytes(first)
    local high = '(' .. ordering.slotBytes(last)
    -- A key of a partition before this one: the scan begins anew here.
    if program.from and tables.isHere(prefix, known, program.from) then
        local from = start(prefix, known, program.from)
        if from.slot < first or from.slot >= last then invalid('The provided starting key is outside of the segment') end
        low = '(' .. from.member
    end
    local result = page(prefix, program, known, low, high)
    local next = tonumber(slots.own(prefix)) + 1
    if not result.next and next < slots.count(redis.call('HGET', prefix .. ':machines', ':partitions')) then
        if not result.last then error({forward = format('%d', next)}, 0) end
        result.next = result.last
        if not result.isWhole then program.rest = {partition = format('%d', next), bytes = result.bytes} end
    end
    return answer(result)
end

return pages
