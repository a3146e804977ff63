-- Names that callers give, and ids that are made for them.

local strings = require 'strings'
local byte, codePoint, concat, format, gmatch, sub =
    strings.byte, strings.codePoint, strings.concat, strings.format, strings.gmatch, strings.sub
local refuse = require 'arguments'.refuse

local FORBIDDEN = {}
for character in gmatch('<>{}[]?*"#%\\^|~`$&,;:/', '.') do FORBIDDEN[byte(character)] = true end

-- White space beyond ASCII (U+0085 is a control character), and what is no character.
local OTHERS = {0x20, 0xA0, 0x1680, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000, 0xFFFE, 0xFFFF}
for i = 1, #OTHERS do FORBIDDEN[OTHERS[i]] = true end
for point = 0x2000, 0x200A do FORBIDDEN[point] = true end
for point = 0, 0x1F do FORBIDDEN[point] = true end
for point = 0x7F, 0x9F do FORBIDDEN[point] = true end

-- The rule for names of executions and machines in Step Functions: 1 to 80 code points, none that would need quoting.
local function checkName(text, field)
    local count, i, forbidden = 0, 1, nil
    while i <= #text do
        local point, next = codePoint(text, i)
        if not point then refuse('VALIDATION', field, 'must be valid UTF-8', text) end
        if FORBIDDEN[point] and not forbidden then
            forbidden = format('U+%04X', point)
            if point > 0x20 and point < 0x7F then forbidden = "'" .. sub(text, i, i) .. "' (" .. forbidden .. ')' end
        end
        count, i = count + 1, next
    end
    if forbidden then refuse('VALIDATION', field, 'must not contain the character ' .. forbidden, text) end
    if count < 1 or count > 80 then
        refuse('VALIDATION', field, 'must have 1 to 80 characters, has ' .. count, text)
    end
    return text
end

-- A version 4 UUID from a seed that never repeats; Lua's random numbers in Redis start from the same state every call.
local function uuid(seed)
    local hex = redis.sha1hex(seed)
    local choice = tonumber(sub(hex, 17, 17), 16) % 4 + 1
    local variant = sub('89ab', choice, choice)
    return concat({sub(hex, 1, 8), sub(hex, 9, 12), '4' .. sub(hex, 14, 16), variant .. sub(hex, 18, 20),
        sub(hex, 21, 32)}, '-')
end

return {checkName = checkName, uuid = uuid}
