-- The end of a declared table.

local arguments = require 'arguments'
local integer, named, noMore, prefixOf, refuse =
    arguments.integer, arguments.named, arguments.noMore, arguments.prefixOf, arguments.refuse
local register = require 'functions'.register
local batched = require 'commands'.batched
local rights = require 'rights'
local values = require 'values'
local tables = require 'tables'

local MAX_ITEMS = 1000

-- waitable_drop: removes items of a table that is being deleted.
-- KEYS   prefix
-- ARGV   table, most: how many items (1…1000)
-- Returns how many are left in this partition
-- Errors VALIDATION (also where nobody is deleting the table), WRONGTYPE. Bound: 1,000 items.
local function drop(keys, args)
    local prefix = prefixOf(keys)
    local name = named(args[1], 'table')
    local most = integer(args[2], 'most', 1, MAX_ITEMS)
    noMore(args, 2)
    rights.check(prefix, rights.TABLES)
    local text = redis.call('HGET', prefix .. ':tables', name)
    local known = text and tables.read(name, text)
    if not known or not known.isLeaving then refuse('VALIDATION', 'table', 'must be one that is being deleted', name) end
    values.forget()
    local index = prefix .. ':index:' .. name
    local members = redis.call('ZRANGE', index, 0, most - 1)
    local hashOf, hashes = tables.hashes(prefix, known), {}
    -- What is no entry has no item.
    for n = 1, #members do hashes[#hashes + 1] = hashOf(members[n]) end
    for n = 1, #hashes do redis.call('DEL', hashes[n]) end
    batched('ZREM', index, members)
    return redis.call('ZCARD', index)
end

register('drop', drop, 'allow-oom')
