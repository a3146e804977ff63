-- Redis commands with more words than Lua can unpack, their errors, and announcements.

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

-- Announces a text on a channel of the partition's slot: a cluster tells only the servers that have the slot. Returns how many
-- have heard it: none where Redis or the user has no SPUBLISH. Those look by themselves, now and then.
local function announce(channel, text)
    local heard = redis.pcall('SPUBLISH', channel, text)
    return isError(heard) and 0 or heard
end

return {SLICE = SLICE, announce = announce, batched = batched, isError = isError}
