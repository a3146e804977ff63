-- The registry: state machines with their versions and aliases, tags, activities. Continues waitable.lua.

do

local TABLES = {
    machines = true, versions = true, aliases = true, tags = true, activities = true, deployed = true,
}

-- waitable_enter: changes entries of the registry, all of them or none. The pause of a machine that is removed ends: its
-- executions go on, and nobody could resume it.
-- KEYS   prefix
-- ARGV   hash, revision: a revision (JSON text) to keep under its hash, or '' twice
--        then for each entry: table, name, before ('' for no entry), after ('' to remove it)
-- Returns 1 | 0 an entry is not as it was before: nothing is changed
-- Errors VALIDATION, WRONGTYPE, OOM. Bound: 100 entries.
local function enter(keys, args)
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

register('enter', enter, {})

end
