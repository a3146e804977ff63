-- What programs on items do, in steps of work, which take about a tenth of a microsecond: so that no call holds Redis up,
-- whatever it is asked for. What takes time says how many steps that is before it begins.

local textsIn = require 'texts'.textsIn

local work = {
    DECODED = 9,  -- steps that it takes to decode a value
    ENCODED = 5,  -- to find out how large one is, or to encode it
    COPIED = 48,  -- bytes that are copied in the time of a step, or searched for some characters
    SHOWN = 16,   -- that go into an answer
    READ = 10,    -- that are looked at one by one
    CHECKED = 16, -- that are searched for what is no UTF-8
}

-- What the programs of a step may do, and each of them at least. The largest items take more than half of it.
local MAX, LEAST = 100000, 20000

local QUOTES = 4 -- steps that it takes to find the texts of a short one

-- What the program at hand has done, and what it may do; nil where that has no bound.
local done, most = 0, nil

-- Begins a program, after what others of its step have done.
function work.begin(before)
    done, most = 0, MAX - before
    if most < LEAST then most = LEAST end
end

-- What is done from now on cannot be too much: all that is written has been paid for.
function work.settle() most = nil end

-- What the program has done.
function work.done() return done end

-- Ends a program that does more than it may. Where others of its step have left less than that, it may be tried again.
local function refuse()
    if most < MAX then
        error({
            code = 'ProvisionedThroughputExceededException', isWork = true,
            message = 'The requests of one step are more than one commit may carry',
        }, 0)
    end
    error({
        code = 'ValidationException', isWork = true,
        message = 'The request and its items are more work than one request may take',
    }, 0)
end

-- Pays for what is done next.
function work.spend(steps)
    done = done + steps
    if most and done > most then refuse() end
end

-- The texts in JSON that is to be decoded (texts.lua).
function work.texts(json)
    work.spend(QUOTES)
    return textsIn(json, work.spend)
end

return work
