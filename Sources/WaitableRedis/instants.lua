-- Validation of what people hand in: items to start, names, instants. Continues waitable.lua, in the same library.

local GREGORIAN_MONTHS = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}

local function isLeap(year) return year % 4 == 0 and (year % 100 ~= 0 or year % 400 == 0) end

-- Days from 1970-01-01 to a date of the proleptic Gregorian calendar.
local function daysSinceEpoch(year, month, day)
    local y = month > 2 and year or year - 1
    local era = floor(y / 400)
    local yearOfEra = y - era * 400
    local dayOfYear = floor((153 * (month > 2 and month - 3 or month + 9) + 2) / 5) + day - 1
    return era * 146097 + yearOfEra * 365 + floor(yearOfEra / 4) - floor(yearOfEra / 100) + dayOfYear - 719468
end

local RULE = "must be an ISO 8601 instant with 'T' and an offset or 'Z', such as 2026-01-31T09:30:00Z"

-- Milliseconds of an ISO 8601 instant. A finer fraction is rounded up, so that nothing happens before the instant.
function instants.parse(text, field)
    local year, month, day, hour, minute, second, rest =
        match(text, '^(%d%d%d%d)%-(%d%d)%-(%d%d)T(%d%d):(%d%d):(%d%d)(.*)$')
    if not year then refuse('VALIDATION', field, RULE, text) end
    local fraction, zone = match(rest, '^%.(%d+)(.*)$')
    zone = zone or rest
    local sign, offsetHours, offsetMinutes = '+', 0, 0
    if zone ~= 'Z' then
        sign, offsetHours, offsetMinutes = match(zone, '^([+-])(%d%d):(%d%d)$')
        if not sign then refuse('VALIDATION', field, RULE, text) end
    end
    year, month, day = tonumber(year), tonumber(month), tonumber(day)
    hour, minute, second = tonumber(hour), tonumber(minute), tonumber(second)
    offsetHours, offsetMinutes = tonumber(offsetHours), tonumber(offsetMinutes)
    local days = GREGORIAN_MONTHS[month]
    if month == 2 and isLeap(year) then days = 29 end
    if not days or day < 1 or day > days or hour > 23 or minute > 59 or second > 59
        or offsetMinutes > 59 or offsetHours * 60 + offsetMinutes > 1080 then
        refuse('VALIDATION', field, RULE, text)
    end
    local seconds = daysSinceEpoch(year, month, day) * 86400 + hour * 3600 + minute * 60 + second
    local offset = (offsetHours * 60 + offsetMinutes) * 60
    seconds = sign == '-' and seconds + offset or seconds - offset
    local milliseconds = 0
    if fraction then
        milliseconds = tonumber(sub(fraction .. '00', 1, 3))
        if find(fraction, '[1-9]', 4) then milliseconds = milliseconds + 1 end
    end
    return seconds * 1000 + milliseconds
end

-- Names -----------------------------------------------------------------------------------------------------------------

-- The code point at text[i] and the index after it, or nil when that is not well-formed UTF-8.
local function codePoint(text, i)
    local a, b, c, d = byte(text, i, i + 3)
    if a < 0x80 then return a, i + 1 end
    local function continues(x) return x and x >= 0x80 and x < 0xC0 end
    if a >= 0xC2 and a < 0xE0 and continues(b) then return (a - 0xC0) * 64 + b - 0x80, i + 2 end
    if a >= 0xE0 and a < 0xF0 and continues(b) and continues(c) then
        local point = (a - 0xE0) * 4096 + (b - 0x80) * 64 + c - 0x80
        if point >= 0x800 and (point < 0xD800 or point > 0xDFFF) then return point, i + 3 end
    elseif a >= 0xF0 and a < 0xF5 and continues(b) and continues(c) and continues(d) then
        local point = (a - 0xF0) * 262144 + (b - 0x80) * 4096 + (c - 0x80) * 64 + d - 0x80
        if point >= 0x10000 and point <= 0x10FFFF then return point, i + 4 end
    end
end

local FORBIDDEN = {}
for character in gmatch('<>{}[]?*"#%\\^|~`$&,;:/', '.') do FORBIDDEN[byte(character)] = true end
-- White space beyond ASCII (U+0085 is a control character), and what is no character.
local OTHERS = {0x20, 0xA0, 0x1680, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000, 0xFFFE, 0xFFFF}
for i = 1, #OTHERS do FORBIDDEN[OTHERS[i]] = true end
for point = 0x2000, 0x200A do FORBIDDEN[point] = true end
for point = 0, 0x1F do FORBIDDEN[point] = true end
for point = 0x7F, 0x9F do FORBIDDEN[point] = true end

-- The rule for names of executions and machines in Step Functions: 1 to 80 code points, none that would need quoting.
function instants.name(text, field)
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

-- Items -----------------------------------------------------------------------------------------------------------------

local function described(value)
    if value == cjson.null then return 'null' end
    if type(value) == 'string' or type(value) == 'table' then return (cjson.encode(value):gsub('\\/', '/')) end
    return tostring(value)
end

-- The validated item of a start by hand: {Id = text or nil, StartTimestamp = text}.
function instants.item(text)
    if text and #text > LIMITS.item then
        refuse('VALIDATION', 'body', format('must have at most %d bytes', LIMITS.item), #text)
    end
    local readable, item = pcall(cjson.decode, text)
    if not readable or not find(text, '^[ \t\r\n]*{') then
        refuse('VALIDATION', 'body', 'must be a JSON object', text or '')
    end
    -- The first unknown field in the order of the text.
    local unknown, first
    for field in pairs(item) do
        if field ~= 'Id' and field ~= 'StartTimestamp' then
            local at = find(text, '"' .. tostring(field) .. '"', 1, true) or #text
            if not first or at < first then unknown, first = field, at end
        end
    end
    if unknown then
        refuse('VALIDATION', shown(unknown), 'must not be there: only StartTimestamp and Id are',
            described(item[unknown]))
    end
    if item.StartTimestamp == nil then refuse('VALIDATION', 'StartTimestamp', 'must be given') end
    if type(item.StartTimestamp) ~= 'string' then
        refuse('VALIDATION', 'StartTimestamp', RULE, described(item.StartTimestamp))
    end
    instants.parse(item.StartTimestamp, 'StartTimestamp')
    if item.Id ~= nil then
        if type(item.Id) ~= 'string' then refuse('VALIDATION', 'Id', 'must be a string', described(item.Id)) end
        instants.name(item.Id, 'Id')
    end
    return item
end

-- A version 4 UUID from a seed that never repeats; Lua's random numbers in Redis start from the same state every call.
function instants.uuid(seed)
    local hex = redis.sha1hex(seed)
    local choice = tonumber(sub(hex, 17, 17), 16) % 4 + 1
    local variant = sub('89ab', choice, choice)
    return concat({sub(hex, 1, 8), sub(hex, 9, 12), '4' .. sub(hex, 14, 16), variant .. sub(hex, 18, 20),
        sub(hex, 21, 32)}, '-')
end
