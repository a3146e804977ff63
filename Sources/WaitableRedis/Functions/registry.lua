-- The registry: state machines with their versions and aliases, tags, activities, tables with their keys.

local strings = require 'strings'
local byte, match, sub = strings.byte, strings.match, strings.sub
local arguments = require 'arguments'
local named, noMore, prefixOf, refuse = arguments.named, arguments.noMore, arguments.prefixOf, arguments.refuse
local register = require 'functions'.register
local checkName = require 'names'.checkName
local pausing = require 'pausing'

-- waitable_deploy: a machine's current revision.
-- KEYS   prefix
-- ARGV   name, mode: create (only if the name is free) | put (create or replace) | default (put, and make it the
--        default machine), hash, revision (JSON text), record (JSON text)
-- Returns [1] | [0, existing record] when the name is taken, nothing changed
-- Errors VALIDATION. Bound: constant.
local function deploy(keys, args)
    local prefix = prefixOf(keys)
    local name, mode, hash, revision, record = args[1], args[2], args[3], args[4], args[5]
    checkName(name or '', 'name')
    if mode ~= 'create' and mode ~= 'put' and mode ~= 'default' then
        refuse('VALIDATION', 'mode', 'must be create, put or default', mode or '')
    end
    if not hash or not match(hash, '^[%w_-]+$') or #hash > 128 then
        refuse('VALIDATION', 'hash', 'must have 1 to 128 letters and digits', hash or '')
    end
    if not revision or sub(revision, 1, 1) ~= '{' then
        refuse('VALIDATION', 'revision', 'must be a JSON object', revision or '')
    end
    if not record or sub(record, 1, 1) ~= '{' then
        refuse('VALIDATION', 'record', 'must be a JSON object', record or '')
    end
    noMore(args, 5)
    local machines = prefix .. ':machines'
    local current = redis.call('HGET', machines, name)
    if current and mode == 'create' then return {0, current} end
    redis.call('SET', prefix .. ':machine:' .. hash, revision, 'NX')
    redis.call('HSET', machines, name, record)
    if mode == 'default' then redis.call('HSET', machines, ':default', name) end
    return {1}
end

local TABLES = {
    machines = true, versions = true, aliases = true, tags = true, activities = true, deployed = true, tables = true,
}

-- waitable_register: changes entries of the registry, all of them or none. The pause of a machine that is removed ends: its
-- executions go on, and nobody could resume it.
-- KEYS   prefix
-- ARGV   hash, revision: a revision (JSON text) to keep under its hash, or '' twice
--        then for each entry: table, name, before ('' for no entry), after ('' to remove it)
-- Returns 1 | 0 an entry is not as it was before: nothing is changed
-- Errors VALIDATION, WRONGTYPE, OOM. Bound: 100 entries.
local function change(keys, args)
    local prefix = prefixOf(keys)
    local hash, revision = args[1] or '', args[2] or ''
    if hash ~= '' and (not match(hash, '^[%w_-]+$') or #hash > 128 or byte(revision) ~= 123) then
        refuse('VALIDATION', 'revision', 'must be a JSON object under a hash of letters and digits', hash)
    end
    if #args < 6 or #args > 402 or (#args - 2) % 4 ~= 0 then
        refuse('VALIDATION', 'entries', 'must be 1 to 100, of four words each', #args - 2)
    end
    for i = 3, #args, 4 do
        if not TABLES[args[i]] then refuse('VALIDATION', 'table', 'must be one of the registry', args[i]) end
        named(args[i + 1], 'name')
        if args[i + 1] == ':default' then refuse('VALIDATION', 'name', 'must not be taken', args[i + 1]) end
    end
    for i = 3, #args, 4 do
        local found = redis.call('HGET', prefix .. ':' .. args[i], args[i + 1]) or ''
        if found ~= args[i + 2] then return 0 end
    end
    redis.call('HLEN', prefix .. ':paused')
    if hash ~= '' then redis.call('SET', prefix .. ':machine:' .. hash, revision, 'NX') end
    for i = 3, #args, 4 do
        local key = prefix .. ':' .. args[i]
        if args[i + 3] == '' then
            redis.call('HDEL', key, args[i + 1])
            if args[i] == 'machines' then pausing.resume(prefix, args[i + 1]) end
        else
            redis.call('HSET', key, args[i + 1], args[i + 3])
        end
    end
    return 1
end

register('deploy', deploy)
register('register', change)
