-- How full Redis is.

local strings = require 'strings'
local floor, format, match = strings.floor, strings.format, strings.match
local refuse = require 'arguments'.refuse
local isError = require 'commands'.isError

-- Refuses a call that finds so many percent of `maxmemory` used, where there is a limit and the user may ask. Its own
-- arguments count: they are in Redis already.
local function checkMemory(percent)
    local info = redis.pcall('INFO', 'memory')
    if isError(info) then return end
    local function field(name) return tonumber(match(info, '\n' .. name .. ':(%d+)') or 0) end
    local used, most = field('used_memory') - field('mem_not_counted_for_evict'), field('maxmemory')
    if most > 0 and used * 100 >= most * percent then
        refuse('OOM', 'memory', format('must be below %d %% of maxmemory', percent),
            format('%d %%', floor(used * 100 / most)))
    end
end

return {checkMemory = checkMemory}
