-- Programs on items: conditions, arithmetic, nested paths, reads and return values, evaluated inside the commit.
-- Continues decimals.lua. Programs are JSON texts made by the Swift type ItemOperation:
--   {"task":7,"op":"put|update|delete|get","key":{name:value},"if":condition,"item":{…},
--    "update":{"set":[[path,operand]],"remove":[path],"add":[[path,value]],"delete":[[path,value]]},
--    "project":[path],"return":"NONE|ALL_OLD|…","echo":text}
-- A path is a list of names (texts) and indexes (numbers, from 0). Values are DynamoDB's JSON, {"S":"text"}.
-- The outcome is {"task":7,"echo":text,"answer":{…}}, or with "code" and "message" in place of "answer".

do

local LARGEST_ITEM = 409600

-- Work -----------------------------------------------------------------------------------------------------------------

-- Ends the evaluation with an exception of DynamoDB.
local function fail(code, message) error({code = code, message = message}, 0) end
local function invalid(message) fail('ValidationException', message) end

-- What one program may do beside reading the item and writing its answer, in steps of about a tenth of a microsecond: one
-- for each value looked at, one for each 16 bytes of a text that is searched. A few times all of the largest item. What was made of its texts and sets
-- is kept meanwhile.
local MAX_WORK = 1000000
local MAX_COST = 1000000  -- what the programs of one call cost before the others wait for the next: bytes read, and work
local MOST_FIELDS = 20000 -- attributes of an item that a program reads
local work, characters, binaries, members = 0, {}, {}, {}

local function spend(steps)
    work = work - steps
    if work < 0 then invalid('The expression asks for more work than one request may take') end
end

-- Texts ----------------------------------------------------------------------------------------------------------------

local STRIDE = 64 -- bytes compared at a time: far faster than one by one

-- Strings are compared byte by byte; Lua's own comparison follows the server's locale.
local function precedes(a, b)
    local length, from = #a < #b and #a or #b, 1
    while from <= length and sub(a, from, from + STRIDE - 1) == sub(b, from, from + STRIDE - 1) do from = from + STRIDE end
    for i = from, length do
        local x, y = byte(a, i), byte(b, i)
        if x ~= y then return x < y end
    end
    return #a < #b
end

-- The text with U+FFFD for what is not UTF-8, which could not stand in JSON.
local function scrubbed(text)
    local parts, i, from = {}, 1, 1
    while i <= #text do
        local point, next = codePoint(text, i)
        if point then
            i = next
        else
            parts[#parts + 1] = sub(text, from, i - 1) .. '\239\191\189'
            i = i + 1
            from = i
        end
    end
    return concat(parts) .. sub(text, from)
end

-- A text as a JSON string.
function items.quoted(text)
    if find(text, '[\128-\255]') then text = scrubbed(text) end
    text = text:gsub('[%z\1-\31"\\]', function(c)
        if c == '"' or c == '\\' then return '\\' .. c end
        return format('\\u%04x', byte(c))
    end)
    return '"' .. text .. '"'
end

-- The bytes of a base64 text.
local BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
local SIXTETS = {}
for i = 1, 64 do SIXTETS[byte(BASE64, i)] = i - 1 end
local function decoded(text)
    if binaries[text] then return binaries[text] end
    spend(#text)
    local parts = {}
    for i = 1, #text, 4 do
        local a, b, c, d = byte(text, i, i + 3)
        local number = SIXTETS[a] * 262144 + SIXTETS[b] * 4096 + (SIXTETS[c] or 0) * 64 + (SIXTETS[d] or 0)
        local group = string.char(floor(number / 65536), floor(number / 256) % 256, number % 256)
        parts[#parts + 1] = SIXTETS[d] and group or sub(group, 1, SIXTETS[c] and 2 or 1)
    end
    binaries[text] = concat(parts)
    return binaries[text]
end

local function isBase64(text) return #text % 4 == 0 and find(text, '^[%w+/]*=?=?$') end

-- Failure of a stop by hand: {"error"?: text, "cause"?: text} as canonical JSON.
function items.failure(text)
    local readable, failure = pcall(cjson.decode, text)
    if not readable or not find(text, '^[ \t\r\n]*{') then
        refuse('VALIDATION', 'failure', 'must be a JSON object', text)
    end
    local members = {}
    for name, value in pairs(failure) do
        if name ~= 'error' and name ~= 'cause' then
            local text = type(value) == 'string' and value or cjson.encode(value)
            refuse('VALIDATION', shown(name), 'must not be there: only error and cause are', text)
        end
    end
    for i = 1, 2 do
        local name, most = i == 1 and 'error' or 'cause', i == 1 and 256 or 32768
        local value = failure[name]
        if value ~= nil then
            -- Characters, as AWS counts them: bytes that continue one are none.
            if type(value) ~= 'string' or select(2, value:gsub('[^\128-\191]', '')) > most then
                refuse('VALIDATION', name, 'must be a string of at most ' .. most .. ' characters', tostring(value))
            end
            members[#members + 1] = '"' .. name .. '":' .. items.quoted(value)
        end
    end
    return '{' .. concat(members, ',') .. '}'
end

-- Values ---------------------------------------------------------------------------------------------------------------

local SET_ELEMENTS = {SS = 'S', NS = 'N', BS = 'B'}

local function isList(table)
    local count = 0
    for key in pairs(table) do
        if type(key) ~= 'number' then return false end
        count = count + 1
    end
    return count == #table
end

-- Whether a scalar is of the type; numbers come back in canonical text.
local function scalar(kind, content)
    if type(content) ~= 'string' then return nil end
    if kind == 'S' then return content end
    if kind == 'B' then return isBase64(content) and content or nil end
    if #content < 38 and find(content, '^%-?[1-9]%d*$') then return content end
    local decimal = decimals.parse(content)
    if not decimal or decimals.problem(decimal) then return nil end
    return decimals.text(decimal)
end

-- Decoded JSON, its numbers in canonical text, when that is exactly one value in DynamoDB's JSON, else nil.
local function value(json, depth)
    if type(json) ~= 'table' or depth > 32 then return nil end
    local kind, content = next(json)
    if type(kind) ~= 'string' or next(json, kind) ~= nil then return nil end
    if kind == 'S' or kind == 'N' or kind == 'B' then
        json[kind] = scalar(kind, content)
        return json[kind] and json
    elseif kind == 'BOOL' then
        return type(content) == 'boolean' and json or nil
    elseif kind == 'NULL' then
        return content == true and json or nil
    elseif type(content) ~= 'table' then
        return nil
    elseif kind == 'L' then
        if not isList(content) then return nil end
        for i = 1, #content do
            if not value(content[i], depth + 1) then return nil end
        end
        return json
    elseif kind == 'M' then
        for name, member in pairs(content) do
            if type(name) ~= 'string' or name == '' or not value(member, depth + 1) then return nil end
        end
        return json
    elseif SET_ELEMENTS[kind] then
        if not isList(content) or #content == 0 then return nil end
        local seen = {}
        for i = 1, #content do
            local text = scalar(SET_ELEMENTS[kind], content[i])
            if not text or seen[text] then return nil end
            content[i], seen[text] = text, true
        end
        return json
    end
end

-- A field of an item's hash. Whoever wrote it, it is a value: what is not exactly one in DynamoDB's JSON is a text.
local function fromStored(text)
    if sub(text, 1, 2) ~= '{"' then return {S = text} end
    local readable, json = pcall(cjson.decode, text)
    return readable and value(json, 0) or {S = text}
end

local function sortedNames(map)
    local list = {}
    for name in pairs(map) do list[#list + 1] = name end
    table.sort(list, precedes)
    return list
end

-- DynamoDB's JSON of a value.
local function encoded(v)
    local kind, content = next(v)
    if kind == 'BOOL' or kind == 'NULL' then return '{"' .. kind .. '":' .. tostring(content) .. '}' end
    if type(content) == 'string' then return '{"' .. kind .. '":' .. items.quoted(content) .. '}' end
    local parts = {}
    if kind == 'M' then
        local list = sortedNames(content)
        for i = 1, #list do parts[i] = items.quoted(list[i]) .. ':' .. encoded(content[list[i]]) end
        return '{"M":{' .. concat(parts, ',') .. '}}'
    end
    for i = 1, #content do parts[i] = kind == 'L' and encoded(content[i]) or items.quoted(content[i]) end
    return '{"' .. kind .. '":[' .. concat(parts, ',') .. ']}'
end

local function toStored(v)
    if v.S and sub(v.S, 1, 2) ~= '{"' then return v.S end
    return encoded(v)
end

-- {"name":value,…} of an item.
local function encodedItem(item) return sub(encoded({M = item}), 6, -2) end

-- The bytes by which DynamoDB limits items.
local function size(v)
    spend(1)
    local kind, content = next(v)
    if kind == 'S' then return #content end
    if kind == 'N' then return floor((#content + 1) / 2) + 1 end
    if kind == 'B' then return #content / 4 * 3 end
    if kind == 'BOOL' or kind == 'NULL' then return 1 end
    local total = (kind == 'L' or kind == 'M') and 3 or 0
    if kind == 'M' then
        for name, member in pairs(content) do total = total + #name + size(member) + 1 end
        return total
    end
    for i = 1, #content do
        total = total + (kind == 'L' and size(content[i]) + 1 or size({[SET_ELEMENTS[kind]] = content[i]}))
    end
    return total
end

local function tooLarge() invalid('Item size to update has exceeded the maximum allowed size') end

-- The same members, for a change of some of them.
local function copied(content)
    local copy, count = {}, 0
    for key, member in pairs(content) do
        copy[key] = member
        count = count + 1
    end
    spend(count)
    return copy
end

local function elements(set)
    if members[set] then return members[set] end
    spend(#set)
    local present = {}
    for i = 1, #set do present[set[i]] = true end
    members[set] = present
    return present
end

local function equal(a, b)
    if a == b then return true end
    spend(1)
    local kind, content = next(a)
    local other = b[kind]
    if other == nil then return false end
    if type(content) ~= 'table' then return content == other end
    if SET_ELEMENTS[kind] then
        if #content ~= #other then return false end
        local present = elements(other)
        for i = 1, #content do
            if not present[content[i]] then return false end
        end
        return true
    end
    for key, member in pairs(content) do
        if other[key] == nil or not equal(member, other[key]) then return false end
    end
    for key in pairs(other) do
        if content[key] == nil then return false end
    end
    return true
end

-- -1, 0 or 1, or nil for values without an order between them.
local function order(a, b)
    if a.N and b.N then return decimals.compare(decimals.parse(a.N), decimals.parse(b.N)) end
    local x, y = a.S, b.S
    if a.B and b.B then x, y = decoded(a.B), decoded(b.B) end
    if not x or not y then return nil end
    if x == y then return 0 end
    spend(floor((#x < #y and #x or #y) / 16))
    return precedes(x, y) and -1 or 1
end

-- Paths ----------------------------------------------------------------------------------------------------------------

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

local function projected(item, paths)
    local root = {steps = {}}
    for i = 1, #paths do
        local node = root
        for k = 1, #paths[i] do
            local step = paths[i][k]
            node.steps[step] = node.steps[step] or {steps = {}}
            node = node.steps[step]
        end
        node.whole = true
    end
    local result = picked({M = item}, root)
    return result and result.M or {}
end

-- Conditions -----------------------------------------------------------------------------------------------------------

local function count(v)
    if v.S then
        if not characters[v.S] then characters[v.S] = select(2, v.S:gsub('[^\128-\191]', '')) end
        return characters[v.S]
    end
    if v.B then return #decoded(v.B) end
    local kind, content = next(v)
    if kind == 'M' then
        local number = 0
        for _ in pairs(content) do number = number + 1 end
        spend(number)
        return number
    end
    return type(content) == 'table' and #content or nil
end

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

-- Updates --------------------------------------------------------------------------------------------------------------

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

-- Programs -------------------------------------------------------------------------------------------------------------

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
        items.cost = items.cost + #fields[i] + #fields[i + 1]
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
function items.areMany() return items.cost > MAX_COST end

-- Runs a program on the item in `key`. Returns its outcome as JSON text; an item whose program fails is as it was.
function items.run(program, key)
    work = MAX_WORK
    local succeeded, result = pcall(evaluate, program, key)
    characters, binaries, members = {}, {}, {}
    items.cost = items.cost + MAX_WORK - work
    local outcome = '{"task":' .. program.task .. ',"echo":' .. items.quoted(program.echo)
    if succeeded then return outcome .. ',"answer":{' .. result .. '}}' end
    local code = type(result) == 'table' and result.code or 'InternalServerError'
    local message = type(result) == 'table' and (result.message or result.err) or tostring(result)
    return outcome .. ',"code":' .. items.quoted(code) .. ',"message":' .. items.quoted(message) .. '}'
end

end
