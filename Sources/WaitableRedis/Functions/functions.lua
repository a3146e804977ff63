-- How a Lua function becomes a function of Redis.

local match = require 'strings'.match
local call = require 'call'
local shown = require 'arguments'.shown

-- A function's callback: refusals and failed commands become plain error replies, without Lua positions in the text.
local function guarded(body)
    return function(keys, args)
        call.begin()
        local ok, result = pcall(body, keys, args)
        if call.sent then call.ended() end
        if ok then return result end
        if type(result) == 'table' then return redis.error_reply(result.refusal or result.err or 'ERR unknown') end
        -- Up to 7.0 a failed command raises its error as a text, such as "WRONGTYPE Operation against…".
        if match(result, '^%u+ ') then return redis.error_reply(result) end
        return redis.error_reply('ERR waitable: ' .. shown(result))
    end
end

-- Makes `waitable_NAME` a function of Redis. What lets work finish may run in a full Redis ('allow-oom'); what brings new
-- work in may not.
local function register(name, body, ...)
    redis.register_function {function_name = 'waitable_' .. name, callback = guarded(body), flags = {...}}
end

return {register = register}
