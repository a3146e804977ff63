-- Redis commands with more words than Lua can unpack, and their errors.

local SLICE = 6000 -- arguments per command: Lua's unpack gives up near 8,000

-- Calls COMMAND key with the words, in slices that unpack can take. `width` words belong together.
local function batched(command, key, words, width)
    local step = SLICE - SLICE % (width or 1)
    for i = 1, #words, step do
        local last = i + step - 1
        if last > #words then last = #words end
        redis.call(command, key, unpack(words, i, last))
    end
end

local function isError(reply) return type(reply) == 'table' and reply.err end

return {SLICE = SLICE, batched = batched, isError = isError}
