-- Jobs that adapters follow for tasks: where a task is given up, its job is to be stopped, which a worker tells the adapter.
--
-- While a job goes on, `children` has it under its task's id, behind a '&'. Where nobody waits for it any more it becomes an
-- entry of `jobs`, in the same call: task, job and execution, a line each. It stays there until a worker has dealt with it.

local strings = require 'strings'
local byte, format, match, sub = strings.byte, strings.format, strings.match, strings.sub
local arguments = require 'arguments'
local integer, named, noMore, prefixOf, refuse =
    arguments.integer, arguments.named, arguments.noMore, arguments.prefixOf, arguments.refuse
local register = require 'functions'.register
local clock = require 'clock'.clock
local rights = require 'rights'
local wake = require 'sleepers'.wake

local jobs = {}

local MARK = '&'
local MAX_JOBS = 100 -- entries that one call hands out, and deals with
local MAX_PLACE = 100000000000

-- Field of `paused` that says that there are jobs to be stopped: so a claim looks at it no more than it does anyway.
local WAITING = ':jobs'

-- Whether an entry of `children` is a job.
function jobs.isOne(entry) return byte(entry) == 38 end

-- Fails, before anything is written, when the key has another type.
function jobs.check(prefix) redis.call('LLEN', prefix .. ':jobs') end

function jobs.follow(prefix, name, task, job)
    local key = prefix .. ':children:' .. name
    local entry = redis.call('HGET', key, task)
    if not entry or jobs.isOne(entry) then redis.call('HSET', key, task, MARK .. job) end
end

function jobs.unfollow(prefix, name, task)
    local key = prefix .. ':children:' .. name
    local entry = redis.call('HGET', key, task)
    if entry and jobs.isOne(entry) then redis.call('HDEL', key, task) end
end

-- Leaves a job, an entry of `children`, to be stopped.
function jobs.stop(prefix, name, task, entry)
    redis.call('RPUSH', prefix .. ':jobs', task .. '\n' .. sub(entry, 2) .. '\n' .. name)
    redis.call('HSET', prefix .. ':paused', WAITING, '1')
    wake(prefix, nil, (clock()))
end

-- Leaves jobs to be stopped that an execution was told of and has not read: it closes.
function jobs.abandon(prefix, name)
    local inbox = prefix .. ':inbox:' .. name
    if redis.call('HLEN', inbox) == 0 then return end
    local fields = redis.call('HGETALL', inbox)
    for n = 1, #fields, 2 do
        local task = match(fields[n], '^b(%d+)$')
        local readable, told = pcall(cjson.decode, task and fields[n + 1] or '0')
        if task and readable and type(told) == 'table' and type(told.job) == 'string' then
            jobs.stop(prefix, name, task, MARK .. told.job)
        end
    end
end

-- Whether there are jobs to be stopped, by what pausing.states says.
function jobs.wait(states) return states ~= nil and states[WAITING] ~= nil end

-- waitable_jobs: hands out jobs that are to be stopped.
-- KEYS   prefix
-- ARGV   from: the place of the first one in the list; then entries that were handed out before and are dealt with, at most 100
-- Returns [entry, …], at most 100, which stay: task, job (JSON), and X, a line each
-- Errors VALIDATION. Bound: 100 entries, and how many there are for each that is dealt with.
local function handOut(keys, args)
    local prefix = prefixOf(keys)
    local from = integer(args[1], 'from', 0, MAX_PLACE)
    integer(tostring(#args), 'words', 1, MAX_JOBS + 1)
    rights.check(prefix, rights.JOBS)
    local key = prefix .. ':jobs'
    redis.call('HLEN', prefix .. ':paused')
    redis.call('LLEN', key)
    for n = 2, #args do redis.call('LREM', key, 1, args[n]) end
    if redis.call('LLEN', key) == 0 then redis.call('HDEL', prefix .. ':paused', WAITING) end
    return redis.call('LRANGE', key, from, from + MAX_JOBS - 1)
end

-- waitable_give_up: leaves a job to be stopped whose task had ended before it was known.
-- KEYS   prefix
-- ARGV   X, task, job (a JSON object)
-- Returns 1
-- Errors VALIDATION. Bound: constant.
local function giveUp(keys, args)
    local prefix = prefixOf(keys)
    local name = named(args[1], 'execution')
    local task = integer(args[2], 'task', 0, MAX_PLACE)
    noMore(args, 3)
    if byte(args[3] or '') ~= 123 then refuse('VALIDATION', 'job', 'must be a JSON object', args[3] or '') end
    rights.check(prefix, rights.GIVING_UP)
    redis.call('HLEN', prefix .. ':paused')
    redis.call('LLEN', prefix .. ':jobs')
    jobs.stop(prefix, name, format('%d', task), MARK .. args[3])
    return 1
end

register('jobs', handOut, 'allow-oom')
register('give_up', giveUp, 'allow-oom')

return jobs
