-- Programs on items: conditions, arithmetic, nested paths, reads and return values, evaluated inside the commit. They are JSON
-- texts made by the Swift type ItemOperation:
--   {"task":7,"op":"put|update|delete|get","key":{name:value},"if":condition,"item":{…},
--    "update":{"set":[[path,operand]],"remove":[path],"add":[[path,value]],"delete":[[path,value]]},
--    "project":[path],"return":"NONE|ALL_OLD|…","echo":text}
-- With "table" it is about a declared table, and those of tables.lua, pages.lua and batches.lua are.
-- The outcome is {"task":7,"echo":text,"answer":{…}}, or with "code" and "message" in place of "answer".
--
-- What reads many items does so in parts, each a call. The outcome of one that is not all has "rest":{"partition":p,"bytes":n,
-- "program":text}, with no "answer" where the others of its step had left it no room. Whoever has the outcome goes on by
-- waitable_read_part: in this partition, with the program's "bytes":n, and from where the answer says that it ended.

local limits = require 'limits'
local strings = require 'strings'
local concat, format, match = strings.concat, strings.format, strings.match
local call = require 'call'
local arguments = require 'arguments'
local noMore, prefixOf, refuse = arguments.noMore, arguments.prefixOf, arguments.refuse
local register = require 'functions'.register
local own = require 'slots'.own
local values = require 'values'
local quoted = values.quoted
local work = require 'work'
local counting = require 'texts'
local hasMore, textsIn = counting.hasMore, counting.textsIn
local changes = require 'changes'
local decide, found, read, refuseExcess, returned, write =
    changes.decide, changes.found, changes.read, changes.refuseExcess, changes.returned, changes.write
local tables = require 'tables'
require 'pages'
require 'batches'

local items = {}

-- What the programs of one call cost before the others wait for the next: bytes decoded, which takes a few milliseconds; bytes
-- read; work, of which as much as a page of a query has.
local MAX_DECODED, MAX_COST, MAX_WORK = 65536, 1000000, 20000
local MAX_STEP_WORK = 60000 -- of the programs of one step, before the others fail
local MAX_READ_WORK = 12500 -- of those, before what reads many items waits for a call of its own

local READS = {query = true, scan = true, batchGet = true} -- what may be read in parts

-- The task in a program's text.
function items.task(text) return match(text, '^{"task":(%d+),') end

-- The text that comes back with its outcome, as JSON.
function items.echo(text) return match(text, '^.*,"echo":(".*")}$') end

-- A program that is not to be decoded, as its entry has no room for it: what its outcome takes. It fails.
local function excess(text)
    local task, echo = items.task(text), items.echo(text)
    local readable, list = pcall(cjson.decode, '[' .. (echo or '') .. ']')
    if not task or not readable then refuse('VALIDATION', 'program', 'must be an item program', text) end
    return {task = task, echo = list[1], isExcess = true, op = match(text, '^{"task":%d+,"op":"(%a+)"'), text = text}
end

-- Whether decoded JSON is a program.
local function isProgram(json)
    if type(json) ~= 'table' or type(json.task) ~= 'number' or type(json.echo) ~= 'string' then return false end
    if tables.operations[json.op] then return true end
    if json.op == 'put' then return type(json.item) == 'table' and (json.table ~= nil or type(json.key) == 'table') end
    return (json.op == 'get' or json.op == 'delete' or json.op == 'update' and type(json.update) == 'table')
        and type(json.key) == 'table'
end

-- The program in an argument, or nil where others of the call leave it no room, unless it `mustRun`; refuses what is none.
function items.parse(text, mustRun)
    if call.isFull and not mustRun then return nil end
    if hasMore(text, limits.values) then
        refuse('VALIDATION', 'program', format('must have at most %d values', limits.values), '')
    end
    local texts = textsIn(text)
    if texts > limits.texts then
        refuse('VALIDATION', 'program', format('must have at most %d texts', limits.texts), texts)
    end
    call.isFull = call.texts + texts > limits.texts or call.decoded + #text > MAX_DECODED
    if call.isFull and not mustRun then return nil end
    if call.texts + texts > 2 * limits.texts then return excess(text) end
    call.texts, call.decoded = call.texts + texts, call.decoded + #text
    local readable, program = pcall(cjson.decode, text)
    if not readable or not isProgram(program) then
        refuse('VALIDATION', 'program', 'must be an item program', text)
    end
    program.task, program.texts, program.text = format('%.0f', program.task), texts, READS[program.op] and text
    return program
end

-- Evaluates and, as its last act, writes. Returns the members of DynamoDB's answer as JSON text in pieces, one at least.
local function evaluate(program, key, prefix)
    if program.isExcess or call.work - call.before >= MAX_STEP_WORK then refuseExcess() end
    local onTable = tables.operations[program.op]
    if onTable then return onTable(prefix, program) end
    if program.table then return tables.evaluate(prefix, program) end
    local old = read(key, program, program.texts)
    local change = decide(program, old)
    if not change then return found(program, old) end
    local answer = returned(program, change)
    write(program, key, change)
    return answer
end

-- Whether this call has run as many programs as it should.
function items.areMany() return call.cost > MAX_COST or call.work >= MAX_WORK or call.fields > limits.texts end

-- What is left of a program that reads in parts, as a member of its outcome.
local function restOf(program, prefix)
    local rest = program.rest
    return format(',"rest":{"partition":%s,"bytes":%.0f,"program":', rest.partition or own(prefix), rest.bytes)
        .. quoted(program.text) .. '}'
end

-- Whether a program that reads in parts has to wait for a call of its own.
local function waits(program)
    return READS[program.op] and (program.isExcess or call.work - call.before > MAX_READ_WORK
        or call.cost > MAX_COST or call.fields > limits.texts)
end

-- Runs a program on the item in `key`, or on a declared table. Returns its outcome as JSON text; an item whose program fails
-- is as it was. Nil and another partition for a scan that goes on there.
function items.run(program, key, prefix)
    local outcome = '{"task":' .. program.task .. ',"echo":' .. quoted(program.echo)
    if waits(program) then
        program.rest = {bytes = program.bytes or 0}
        return outcome .. restOf(program, prefix) .. '}'
    end
    values.forget()
    work.begin(call.work - call.before)
    call.read = 0
    local succeeded, result = pcall(evaluate, program, key, prefix)
    work.settle()
    call.work = call.work + work.done()
    if succeeded then
        result[1] = outcome .. ',"answer":{' .. result[1]
        result[#result + 1] = program.rest and '}' .. restOf(program, prefix) .. '}' or '}}'
        return concat(result)
    end
    if type(result) == 'table' and result.forward then return nil, result.forward end
    local code = type(result) == 'table' and result.code or 'InternalServerError'
    local message = type(result) == 'table' and (result.message or result.err or result.refusal) or tostring(result)
    return outcome .. ',"code":' .. quoted(code) .. ',"message":' .. quoted(message) .. '}'
end

-- Runs a program by its text, wherever that comes from: what is wrong with it is its outcome. Returns as `run` does.
function items.perform(prefix, suffix, text)
    local function failed(failure)
        local reason = type(failure) == 'table' and (failure.refusal or failure.err) or tostring(failure)
        return concat({
            '{"task":', items.task(text), ',"echo":', items.echo(text) or '""',
            ',"code":"InternalServerError","message":', quoted(reason), '}',
        })
    end
    if #suffix > limits.itemKey then return failed('the key is too long') end
    local readable, program = pcall(items.parse, text, true)
    if not readable then return failed(program) end
    return items.run(program, prefix .. ':item:' .. suffix, prefix)
end

-- waitable_read_part: a part of what a program reads of declared tables. Worth nothing to anybody who does not hold the
-- execution that asks for it; it changes nothing but an index that does not agree with its items.
-- KEYS   prefix
-- ARGV   program: a query, a scan or a batchGet
-- Returns its outcome (text) | [partition]: a scan has found nothing here, and goes on there
-- Errors VALIDATION. Bound: a part.
local function readPart(keys, args)
    local prefix, text = prefixOf(keys), args[1] or ''
    noMore(args, 1)
    if not READS[match(text, '^{"task":%d+,"op":"(%a+)"') or ''] then
        refuse('VALIDATION', 'program', 'must be a query, a scan or a batchGet', text)
    end
    local outcome, forward = items.perform(prefix, '', text)
    return outcome or {forward}
end

register('read_part', readPart, 'allow-oom')

return items
