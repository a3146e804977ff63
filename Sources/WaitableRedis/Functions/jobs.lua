-- Jobs that adapters follow for tasks: where a task is given up, its job is to be stopped, which a worker tells the adapter.
--
-- While a job goes on, `children` has it under its task's id, behind a '&'. Where nobody waits for it any more it becomes an
-- entry of `jobs`, in the same call: task, job and execution, a line each. It stays there until a worker has dealt with it.

local strings = require 'strings'
local byte, sub = strings.byte, strings.sub
local arguments = require 'arguments'
local integer, prefixOf = arguments.integer, arguments.prefixOf
local register = require 'functions'.register
local clock = require 'clock'.clock
local rights = require 'rights'
local wake = require 'sleepers'.wake

local jobs = {}

local MARK = '&'
local MAX_JOBS = 100 -- entries that one call hands out, and deals with
local MAX_PLACE = 1000000000

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

register('jobs', handOut, 'allow-oom')

return jobs
