/// The leanest functions with the same effect on Redis: they trust their caller, check no type, look for no earlier start, and
/// keep no count.
enum FloorFunctions {
    static let library = """
        #!lua name=floor
        local function start(keys, args)
            local prefix, due, documents = keys[1], {}, {}
            for n = 1, #args, 6 do
                local name, id = args[n], args[n + 3]
                redis.call('HSET', prefix .. ':item:items:' .. id, 'Id', id, 'StartActionAt', args[n + 4],
                    'ProcessStatus', 'STARTED', 'LastUpdated', args[n + 5])
                documents[#documents + 1] = name
                documents[#documents + 1] = args[n + 2]
                due[#due + 1] = args[n + 1]
                due[#due + 1] = name
            end
            redis.call('HSET', prefix .. ':executions', unpack(documents))
            redis.call('ZADD', prefix .. ':due', unpack(due))
            return 1
        end
        local function claim(keys, args)
            local prefix = keys[1]
            local names = redis.call('ZRANGE', prefix .. ':due', '-inf', args[1], 'BYSCORE', 'LIMIT', 0, 500)
            if #names == 0 then return names end
            local leases = {}
            for n = 1, #names do leases[2 * n - 1], leases[2 * n] = args[2], names[n] end
            local documents = redis.call('HMGET', prefix .. ':executions', unpack(names))
            redis.call('ZADD', prefix .. ':due', 'XX', unpack(leases))
            for n = 1, #names do names[#names + 1] = documents[n] end
            return names
        end
        local function commit(keys, args)
            local prefix, names, closed, documents = keys[1], {}, {}, {}
            for n = 3, #args, 4 do
                names[#names + 1] = args[n]
                closed[#closed + 1] = args[1]
                closed[#closed + 1] = args[n]
                documents[#documents + 1] = args[n]
                documents[#documents + 1] = args[n + 1]
            end
            if redis.call('ZCOUNT', prefix .. ':due', args[2], args[2]) ~= #names then return 0 end
            for n = 3, #args, 4 do
                redis.call('HSET', prefix .. ':item:items:' .. args[n + 2], 'ProcessStatus', 'COMPLETED',
                    'LastUpdated', args[n + 3])
            end
            redis.call('HSET', prefix .. ':executions', unpack(documents))
            redis.call('ZREM', prefix .. ':due', unpack(names))
            redis.call('ZADD', prefix .. ':closed', unpack(closed))
            return 1
        end
        redis.register_function('floor_start', start)
        redis.register_function('floor_claim', claim)
        redis.register_function('floor_commit', commit)
        """
}
