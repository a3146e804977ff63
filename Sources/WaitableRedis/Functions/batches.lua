-- Programs on several items of declared tables, all in one partition:
--   {"op":"batchGet","gets":[{"table":name,"keys":[{name:value},…],"project":[path],"rest":text},…]}
--    `rest` has the other members of a table's request as they were given, for UnprocessedKeys: '' or '"name":…,'
--   {"op":"batchWrite","writes":[{"op":"put","table":name,"item":{…}} | {"op":"delete","table":name,"key":{…}},…]}
--   {"op":"transact","writes":[{"op":"put|update|delete|check",…} as items.lua has them, without "return"]}

local limits = require 'limits'
local strings = require 'strings'
local concat = strings.concat
local call = require 'call'
local values = require 'values'
local encodedItem, fail, invalid, quoted = values.encodedItem, values.fail, values.invalid, values.quoted
local work = require 'work'
local changes = require 'changes'
local tables = require 'tables'

local batches = {}

local MAX_BYTES = 1048576 -- of the items of one answer
local MAX_READ = 4194304  -- of the items of a transaction, of which DynamoDB takes 4 MB
local MAX_WORK = 15000    -- of a part of a batch of reads, with the other programs of the step

-- Refuses a place that the request has had before.
local function checkNew(seen, place, message)
    if seen[place.hash] then invalid(message) end
    seen[place.hash] = true
end

-- An item as it is asked for; nil where there is none.
local function read(get, place, texts)
    local item = changes.read(place.hash, get, texts)
    return item and concat(changes.append({}, get, item))
end

local TWICE = 'Provided list of item keys contains duplicates'

function tables.operations.batchGet(prefix, program)
    local seen, places = {}, {}
    for n, get in ipairs(program.gets) do
        local known = tables.named(prefix, get.table)
        places[n] = {}
        for k = 1, #get.keys do
            places[n][k] = tables.place(prefix, known, get.keys[k])
            checkNew(seen, places[n][k], TWICE)
        end
    end
    call.read = program.bytes or 0
    local most = MAX_WORK - (call.work - call.before)
    local answers, rest, isBegun = {}, {}, false
    for n, get in ipairs(program.gets) do
        local found, left = {}, {}
        get.op = 'get'
        for _, place in ipairs(places[n]) do
            if call.read >= MAX_BYTES or isBegun and (call.fields > limits.texts or work.done() >= most) then
                left[#left + 1] = encodedItem(place.key)
            else
                local succeeded, shown = pcall(read, get, place, program.texts)
                if succeeded then
                    isBegun = true
                    found[#found + 1] = shown
                elseif isBegun and type(shown) == 'table' and shown.isWork then
                    left[#left + 1] = encodedItem(place.key)
                else
                    error(shown, 0)
                end
            end
        end
        -- A table of which there is nothing has an empty list.
        answers[n] = quoted(get.table) .. ':[' .. concat(found, ',') .. ']'
        if #left > 0 then
            rest[#rest + 1] = quoted(get.table) .. ':{' .. get.rest .. '"Keys":[' .. concat(left, ',') .. ']}'
        end
    end
    if #rest > 0 and call.read < MAX_BYTES then program.rest = {bytes = call.read} end
    return {'"Responses":{', concat(answers, ','), '},"UnprocessedKeys":{', concat(rest, ','), '}'}
end

function tables.operations.batchWrite(prefix, program)
    local seen, places = {}, {}
    for n, write in ipairs(program.writes) do
        places[n] = tables.prepare(prefix, write)
        checkNew(seen, places[n], TWICE)
        redis.call('HLEN', places[n].hash)
        changes.pay(write.item or {})
    end
    for n, write in ipairs(program.writes) do
        -- What is there goes, unread.
        tables.write(write, places[n], {old = true, new = write.item})
    end
    return {'"UnprocessedItems":{}'}
end

-- What becomes of one item, or why not: the reason, as DynamoDB calls it.
local function decided(write, place, texts)
    local succeeded, result = pcall(function()
        if call.read > MAX_READ then
            invalid('The aggregate size of the items in the transaction exceeds the limit')
        end
        return changes.decide(write, changes.read(place.hash, write, texts))
    end)
    if succeeded then return result end
    if type(result) ~= 'table' or not result.code then error(result, 0) end
    if result.code == 'ConditionalCheckFailedException' then return nil, 'ConditionalCheckFailed' end
    if result.code == 'ValidationException' then return nil, 'ValidationError' end
    error(result, 0)
end

function tables.operations.transact(prefix, program)
    local seen, places = {}, {}
    for n, write in ipairs(program.writes) do
        places[n] = tables.prepare(prefix, write)
        checkNew(seen, places[n], 'Transaction request cannot include multiple operations on one item')
    end
    local decisions, reasons, isCancelled = {}, {}, false
    for n, write in ipairs(program.writes) do
        local change, reason = decided(write, places[n], program.texts)
        decisions[n], reasons[n] = change or false, reason or 'None'
        isCancelled = isCancelled or reason ~= nil
    end
    if isCancelled then
        fail('TransactionCanceledException', 'Transaction cancelled, please refer cancellation reasons for specific reasons ['
            .. concat(reasons, ', ') .. ']')
    end
    for n, write in ipairs(program.writes) do
        if decisions[n] then tables.write(write, places[n], decisions[n]) end
    end
    return {''}
end

return batches
