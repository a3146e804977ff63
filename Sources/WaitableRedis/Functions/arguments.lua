-- Reading the arguments of a call, and refusing what is wrong with them. Errors are texts `CODE field: rule: 'value'`.

local limits = require 'limits'
local strings = require 'strings'
local byte, find, format, match, sub = strings.byte, strings.find, strings.format, strings.match, strings.sub

-- The value as it may stand in an error reply: no line breaks, at most 128 characters.
local function shown(value)
    local text = tostring(value)
    if #text > 128 then
        local stop = 0
        for _ = 1, 128 do
            local _, last = find(text, '^.[\128-\191]*', stop + 1)
            if not last then break end
            stop = last
        end
        if stop < #text then text = sub(text, 1, stop) .. '…' end
    end
    return (text:gsub('[%z\1-\31\127]', function(c) return format('\\u%04X', byte(c)) end))
end

-- The error `CODE field: rule: 'value'` (without the last part when there is no value).
local function refusal(code, field, rule, value)
    local text = code .. ' ' .. field .. ': ' .. rule
    if value ~= nil then text = text .. ": '" .. shown(value) .. "'" end
    return text
end

-- Ends the call with that error.
local function refuse(code, field, rule, value) error({refusal = refusal(code, field, rule, value)}, 0) end

local function prefixOf(keys)
    if #keys ~= 1 or keys[1] == '' then refuse('VALIDATION', 'KEYS', 'must be the one prefix of the partition') end
    return keys[1]
end

local function integer(text, field, least, most)
    local number = text and match(text, '^%-?%d+$') and #text <= 16 and tonumber(text)
    if not number or number < least or number > most then
        refuse('VALIDATION', field, format('must be an integer from %.0f to %.0f', least, most), text or '')
    end
    return number
end

-- Counts are small and many: a table beats a pattern.
local SMALL = {}
for i = 0, 1000 do SMALL[format('%d', i)] = i end

local function count(text, field, least, most)
    local number = SMALL[text]
    if number and number >= least and number <= most then return number end
    return integer(text, field, least, most)
end

local function token(text)
    local number = text and match(text, '^%d+%.%d+$') and #text <= 24 and tonumber(text)
    if not number or number % 1 == 0 then refuse('VALIDATION', 'token', 'must be a lease token', text or '') end
    return number
end

local function named(text, field, most)
    most = most or limits.name
    if not text or text == '' or #text > most then
        refuse('VALIDATION', field, format('must have 1 to %d bytes', most), text or '')
    end
    return text
end

local function noMore(args, last)
    if #args > last then
        refuse('VALIDATION', 'arguments', 'must be ' .. last, #args)
    end
end

-- The members args[first…] of `due` as a list: at least one, at most a batch, none twice. Any bytes: whoever puts a member
-- there by hand can give it any name, and it is claimed with others.
local function memberList(args, first)
    local number = #args - first + 1
    if number < 1 or number > limits.batch then
        refuse('VALIDATION', 'executions', 'must be 1 to ' .. limits.batch, number)
    end
    local list, seen = {}, {}
    for i = first, #args do
        local name = args[i]
        if seen[name] then refuse('VALIDATION', 'execution', 'must be given once', name) end
        seen[name] = true
        list[#list + 1] = name
    end
    return list
end

-- Whether an instant is as the caller took it; '' for none. What it took for passed must have passed by this clock too.
local function bound(text, field)
    return text ~= '' and integer(text, field, -999999999999999, 999999999999999) or nil
end

return {
    bound = bound, count = count, integer = integer, memberList = memberList, named = named, noMore = noMore,
    prefixOf = prefixOf, refusal = refusal, refuse = refuse, shown = shown, token = token,
}
