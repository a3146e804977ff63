-- Instants of ISO 8601. Swift's Instant reads the same texts as the same milliseconds.

local strings = require 'strings'
local find, floor, match, sub = strings.find, strings.floor, strings.match, strings.sub
local refuse = require 'arguments'.refuse

local instants = {}

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

instants.RULE = RULE

return instants
