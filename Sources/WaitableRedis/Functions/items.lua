-- Programs on items: conditions, arithmetic, nested paths, reads and return values, evaluated inside the commit. They are JSON
-- texts made by the Swift type ItemOperation:
--   {"task":7,"op":"put|update|delete|get","key":{name:value},"if":condition,"item":{…},
--    "update":{"set":[[path,operand]],"remove":[path],"add":[[path,value]],"delete":[[path,value]]},
--    "project":[path],"return":"NONE|ALL_OLD|…","echo":text}
-- The outcome is {"task":7,"echo":text,"answer":{…}}, or with "code" and "message" in place of "answer".

local limits = require 'limits'
local strings = require 'strings'
local format, match, sub = strings.format, strings.match, strings.sub
local call = require 'call'
local refuse = require 'arguments'.refuse
local commands = require 'commands'
local batched, isError = commands.batched, commands.isError
local values = require 'values'
local LARGEST_ITEM, beginWork, copied, encodedItem, fail, fromStored, invalid, quoted, size, sortedNames, toStored,
    tooLarge, workDone =
    values.LARGEST_ITEM, values.beginWork, values.copied, values.encodedItem, values.fail, values.fromStored,
    values.invalid, values.quoted, values.size, values.sortedNames, values.toStored, values.tooLarge, values.workDone
local textsIn = require 'texts'.textsIn
local projected = require 'paths'.projected
local holds = require 'conditions'.holds
local updated = require 'updates'.updated

local items = {}

-- What the programs of one call cost before the others wait for the next: bytes decoded; bytes read, and work.
local MAX_DECODED, MAX_COST = 4194304, 1000000

-- The task in a program's text.
function items.task(text) return match(text, '^{"task":(%d+),') end

-- The text that comes back with its outcome, as JSON.
function items.echo(text) return match(text, '^.*,"echo":(".*")}$') end

-- Ends a program of an entry whose others leave it no room: it fails, and may be tried again.
local function refuseExcess()
    fail('ProvisionedThroughputExceededException', 'The requests of one step are more than one commit may carry')
end

-- The same for one that is not to be decoded: what its outcome takes.
local function excess(text)
    local task, echo = items.task(text), items.echo(text)
    local readable, list = pcall(cjson.decode, '[' .. (echo or '') .. ']')
    if not task or not readable then refuse('VALIDATION', 'program', 'must be an item program', text) end
    return {task = task, echo = list[1], isExcess = true}
end

-- The program in an argument, or nil where others of the call leave it no room, unless it `mustRun`; refuses what is none.
function items.parse(text, mustRun)
    if call.isFull and not mustRun then return nil end
    local texts = textsIn(text)
    if texts > limits.texts then
        refuse('VALIDATION', 'program', format('must have at most %d texts', limits.texts), texts)
    end
    call.isFull = call.texts + texts > limits.texts or call.decoded + #text > MAX_DECODED
    if call.isFull and not mustRun then return nil end
    if call.texts + texts > 2 * limits.texts then return excess(text) end
    call.texts, call.decoded = call.texts + texts, call.decoded + #text
    local readable, program = pcall(cjson.decode, text)
    local operations = {put = true, update = true, delete = true, get = true}
    if not readable or type(program) ~= 'table' or not operations[program.op] or type(program.task) ~= 'number'
        or type(program.key) ~= 'table' or type(program.echo) ~= 'string' or program.op == 'put'
        and type(program.item) ~= 'table' or program.op == 'update' and type(program.update) ~= 'table' then
        refuse('VALIDATION', 'program', 'must be an item program', text)
    end
    program.task, program.texts = format('%.0f', program.task), texts
    return program
end

-- The item in a hash, or nil. Fails when the key is of another type, or has more texts than the program leaves room for.
local function read(key, texts)
    local function note(more)
        texts, call.fields = texts + more, call.fields + more
        if texts > limits.texts then
            invalid(format('The item and the request have more than %d names and texts', limits.texts))
        end
        if call.fields > 2 * limits.texts then refuseExcess() end
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
    if program.isExcess then refuseExcess() end
    local old = read(key, program.texts)
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
function items.areMany() return call.cost > MAX_COST or call.fields > limits.texts end

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
