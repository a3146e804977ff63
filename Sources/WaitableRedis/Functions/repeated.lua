-- Starts that name an execution which exists.

local limits = require 'limits'
local strings = require 'strings'
local floor, sub = strings.floor, strings.sub
local documents = require 'documents'
local documentsInBounds, headOf, split, status =
    documents.documentsInBounds, documents.headOf, documents.split, documents.status

local repeated = {}

local UNREADABLE = 2

-- The documents of executions, each name looked up once; false where there is none, nil where there were too many bytes to
-- read.
function repeated.documents(prefix, list)
    local places, names = {}, {}
    for n = 1, #list do
        local name = list[n]
        if not places[name] then
            names[#names + 1] = name
            places[name] = #names
        end
    end
    local texts = documentsInBounds(prefix, names)
    if #names == #list then return texts end
    local found = {}
    for n = 1, #list do found[n] = texts[places[list[n]]] end
    return found
end

-- How many bytes at their ends two texts have in common.
local function commonEnd(a, b)
    local least, most = 0, #a < #b and #a or #b
    while least < most do
        local middle = floor((least + most + 1) / 2)
        if sub(a, -middle) == sub(b, -middle) then least = middle else most = middle - 1 end
    end
    return least
end

-- Whether an object ends in the input of a compact form.
local function endsIn(text, compact, id)
    local function ends(input)
        local ending = ',"input":' .. input .. '}'
        return sub(text, -#ending) == ending
    end
    if not compact.kind then return ends(compact.input) end
    local instant = sub(text, compact.kind == 'm' and -27 or -23, -4)
    local input = '{"Id":"' .. id .. '","StartTimestamp":"' .. instant .. '"}'
    return ends(input) and compact.has(input, instant)
end

-- The same for two compact forms.
local function areEqual(a, b, id)
    if a.kind and b.kind then return a.kind == b.kind and a.instant == b.instant end
    if a.kind then a, b = b, a end
    if not b.kind then return a.input == b.input end
    return endsIn(',"input":' .. (a.input or '') .. '}', b, id)
end

local function facts(document)
    local _, rest = split(document)
    return {letter = status(document), rest = rest, head = headOf(rest)}
end

local function isReadable(old)
    if not old.letter or not old.head.start then return false end
    if old.head.has then return old.head.input ~= nil end
    return sub(old.rest, -1) == '}'
end

-- Replies for the starts of one call: `reply(stored, document, id)` is [status, start, n] for one whose execution has the
-- document `stored`, where n is how many bytes at the end of both are the same: that tells whether the inputs are, but where
-- a document is compact, and n is limits.document or 0; 2 where `stored` cannot be read.
function repeated.replies()
    local known = {}
    return function(stored, document, id)
        known[stored] = known[stored] or facts(stored)
        local old, new = known[stored], facts(document)
        if not isReadable(old) then return UNREADABLE end
        local common
        if old.head.has and new.head.has then
            common = areEqual(old.head, new.head, id) and limits.document or 0
        elseif new.head.has then
            common = endsIn(old.rest, new.head, id) and limits.document or 0
        elseif old.head.has then
            common = endsIn(new.rest, old.head, id) and limits.document or 0
        else
            common = commonEnd(old.rest, new.rest)
        end
        return {old.letter, old.head.start, common}
    end
end

return repeated
