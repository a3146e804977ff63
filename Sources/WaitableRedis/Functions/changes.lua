-- What programs do to one item: it is read, what becomes of it is decided, and that is written.

local limits = require 'limits'
local strings = require 'strings'
local format, sub = strings.format, strings.sub
local call = require 'call'
local commands = require 'commands'
local batched, isError = commands.batched, commands.isError
local values = require 'values'
local LARGEST_ITEM, copied, encodedItem, fail, fromStored, invalid, size, sortedNames, toStored, tooLarge =
    values.LARGEST_ITEM, values.copied, values.encodedItem, values.fail, values.fromStored, values.invalid, values.size,
    values.sortedNames, values.toStored, values.tooLarge
local textsIn = require 'texts'.textsIn
local projected = require 'paths'.projected
local holds = require 'conditions'.holds
local updated = require 'updates'.updated

local changes = {}

-- Ends a program of an entry whose others leave it no room: it fails, and may be tried again.
function changes.refuseExcess()
    fail('ProvisionedThroughputExceededException', 'The requests of one step are more than one commit may carry')
end

-- The item in a hash, or nil. Fails when the key is of another type, or has more texts than the program leaves room for.
function changes.read(key, texts)
    local function note(more)
        texts, call.fields = texts + more, call.fields + more
        if texts > limits.texts then
            invalid(format('The item and the request have more than %d names and texts', limits.texts))
        end
        if call.fields > 2 * limits.texts then changes.refuseExcess() end
    end
    local count = redis.pcall('HLEN', key)
    if isError(count) then fail('InternalServerError', count.err) end
    note(2 * count)
    local fields = redis.call('HGETALL', key)
    if #fields == 0 then return nil end
    local item = {}
    for i = 1, #fields, 2 do
        local name, text = fields[i], fields[i + 1]
        call.cost = call.cost + #name + #text
        if sub(text, 1, 2) == '{"' then note(textsIn(text)) end
        item[name] = fromStored(text)
    end
    return item
end

-- What becomes of an item, {old, new, touched}; nil for a program that only reads. Fails where its condition does not hold.
function changes.decide(program, old)
    if program['if'] and not holds(old or {}, program['if']) then
        fail('ConditionalCheckFailedException', 'The conditional request failed')
    end
    if program.op == 'get' then return nil end
    local change = {old = old}
    if program.op == 'put' then
        change.new = program.item
    elseif program.op == 'update' then
        local base = copied(old or {})
        for name, v in pairs(program.key) do base[name] = base[name] or v end
        change.new, change.touched = updated(base, program.update)
        local total = 0
        for name, v in pairs(change.new) do total = total + #name + size(v) end
        if total > LARGEST_ITEM then tooLarge() end
    end
    return change
end

local function writeFields(key, item, list)
    local words = {}
    for i = 1, #list do
        words[#words + 1] = list[i]
        words[#words + 1] = toStored(item[list[i]])
    end
    batched('HSET', key, words, 2)
end

-- Writes it. Nothing in it can fail for what the item is.
function changes.write(program, key, change)
    if program.op ~= 'update' then
        if change.old then redis.call('DEL', key) end
        if change.new then writeFields(key, change.new, sortedNames(change.new)) end
        return
    end
    local list, removed, seen = {}, {}, {}
    for name in pairs(program.key) do list[#list + 1], seen[name] = name, true end
    for i = 1, #change.touched do
        local name = change.touched[i][1]
        if not seen[name] then
            seen[name] = true
            if change.new[name] then list[#list + 1] = name else removed[#removed + 1] = name end
        end
    end
    writeFields(key, change.new, list)
    batched('HDEL', key, removed)
end

-- What a program that only reads answers with, as the members of a JSON object.
function changes.found(program, item)
    if not item then return '' end
    return '"Item":' .. encodedItem(program.project and projected(item, program.project) or item)
end

-- What a change answers with, by the program's ReturnValues.
function changes.returned(program, change)
    local wanted, attributes = program['return'], nil
    if wanted == 'ALL_OLD' then attributes = change.old
    elseif wanted == 'ALL_NEW' then attributes = change.new
    elseif wanted == 'UPDATED_OLD' then attributes = projected(change.old or {}, change.touched)
    elseif wanted == 'UPDATED_NEW' then attributes = projected(change.new, change.touched) end
    if not attributes or next(attributes) == nil then return '' end
    return '"Attributes":' .. encodedItem(attributes)
end

return changes
