-- Programs on items: conditions, arithmetic, nested paths, reads and return values, evaluated inside the commit. They are JSON
-- texts made by the Swift type ItemOperation:
--   {"task":7,"op":"put|update|delete|get","key":{name:value},"if":condition,"item":{…},
--    "update":{"set":[[path,operand]],"remove":[path],"add":[[path,value]],"delete":[[path,value]]},
--    "project":[path],"return":"NONE|ALL_OLD|…","echo":text}
-- The outcome is {"task":7,"echo":text,"answer":{…}}, or with "code" and "message" in place of "answer".

local format = require 'strings'.format
local call = require 'call'
local refuse = require 'arguments'.refuse
local commands = require 'commands'
local batched, isError = commands.batched, commands.isError
local values = require 'values'
local LARGEST_ITEM, beginWork, copied, encodedItem, fail, fromStored, invalid, quoted, size, sortedNames, toStored,
    tooLarge, workDone =
    values.LARGEST_ITEM, values.beginWork, values.copied, values.encodedItem, values.fail, values.fromStored,
    values.invalid, values.quoted, values.size, values.sortedNames, values.toStored, values.tooLarge, values.workDone
local projected = require 'paths'.projected
local holds = require 'conditions'.holds
local updated = require 'updates'.updated

local items = {}

local MAX_COST = 1000000  -- what the programs of one call cost before the others wait for the next: bytes read, and work
local MOST_FIELDS = 20000 -- attributes of an item that a program reads

-- The program in an argument; refuses what is none.
function items.parse(text)
    local readable, program = pcall(cjson.decode, text or '')
    local operations = {put = true, update = true, delete = true, get = true}
    if not readable or type(program) ~= 'table' or not operations[program.op] or type(program.task) ~= 'number'
        or type(program.key) ~= 'table' or type(program.echo) ~= 'string' or program.op == 'put'
        and type(program.item) ~= 'table' or program.op == 'update' and type(program.update) ~= 'table' then
        refuse('VALIDATION', 'program', 'must be an item program', text or '')
    end
    program.task = format('%.0f', program.task)
    return program
end

-- The item in a hash, or nil. Fails when the key is of another type.
local function read(key)
    local count = redis.pcall('HLEN', key)
    if isError(count) then fail('InternalServerError', count.err) end
    if count > MOST_FIELDS then invalid('Item has more than ' .. MOST_FIELDS .. ' attributes') end
    local fields = redis.call('HGETALL', key)
    if #fields == 0 then return nil end
    local item = {}
    for i = 1, #fields, 2 do
        call.cost = call.cost + #fields[i] + #fields[i + 1]
        item[fields[i]] = fromStored(fields[i + 1])
    end
    return item
end

local function writeFields(key, item, list)
    local words = {}
    for i = 1, #list do
        words[#words + 1] = list[i]
        words[#words + 1] = toStored(item[list[i]])
    end
    batched('HSET', key, words, 2)
end

-- Evaluates and, as its last act, writes. Returns the members of DynamoDB's answer as JSON text.
local function evaluate(program, key)
    local old = read(key)
    if program['if'] and not holds(old or {}, program['if']) then
        fail('ConditionalCheckFailedException', 'The conditional request failed')
    end
    if program.op == 'get' then
        if not old then return '' end
        return '"Item":' .. encodedItem(program.project and projected(old, program.project) or old)
    end

    local wanted = program['return']
    local new, touched
    if program.op == 'put' then
        new = program.item
    elseif program.op == 'update' then
        local base = copied(old or {})
        for name, v in pairs(program.key) do base[name] = base[name] or v end
        new, touched = updated(base, program.update)
        local total = 0
        for name, v in pairs(new) do total = total + #name + size(v) end
        if total > LARGEST_ITEM then tooLarge() end
    end

    if program.op == 'update' then
        local list, removed, seen = {}, {}, {}
        for name in pairs(program.key) do list[1], seen[name] = name, true end
        for i = 1, #touched do
            local name = touched[i][1]
            if not seen[name] then
                seen[name] = true
                if new[name] then list[#list + 1] = name else removed[#removed + 1] = name end
            end
        end
        writeFields(key, new, list)
        batched('HDEL', key, removed)
    else
        if old then redis.call('DEL', key) end
        if new then writeFields(key, new, sortedNames(new)) end
    end

    local attributes
    if wanted == 'ALL_OLD' then attributes = old
    elseif wanted == 'ALL_NEW' then attributes = new
    elseif wanted == 'UPDATED_OLD' then attributes = projected(old or {}, touched)
    elseif wanted == 'UPDATED_NEW' then attributes = projected(new, touched) end
    if not attributes or next(attributes) == nil then return '' end
    return '"Attributes":' .. encodedItem(attributes)
end

-- Whether this call has run as many programs as it should.
function items.areMany() return call.cost > MAX_COST end

-- Runs a program on the item in `key`. Returns its outcome as JSON text; an item whose program fails is as it was.
function items.run(program, key)
    beginWork()
    local succeeded, result = pcall(evaluate, program, key)
    call.cost = call.cost + workDone()
    local outcome = '{"task":' .. program.task .. ',"echo":' .. quoted(program.echo)
    if succeeded then return outcome .. ',"answer":{' .. result .. '}}' end
    local code = type(result) == 'table' and result.code or 'InternalServerError'
    local message = type(result) == 'table' and (result.message or result.err) or tostring(result)
    return outcome .. ',"code":' .. quoted(code) .. ',"message":' .. quoted(message) .. '}'
end

return items
