/// The leanest functions with the same effect on Redis: they trust their caller, check no type, look for no earlier start, and
/// keep no count.
enum FloorFunctions {
    static let library = """
        #!lua name=floor
        local function start(keys, args)
            local prefix, due = keys[1], {}
            for n = 1, #args, 6 do
                local name, id = args[n], args[n + 3]
                redis.call('HSET', prefix .. ':item:items:' .. id, 'Id', id, 'StartActionAt', args[n + 4],
                    'ProcessStatus', 'STARTED', 'LastUpdated', args[n + 5])
                redis.call('SET', prefix .. ':execution:' .. name, args[n + 2])
                due[#due + 1] = args[n + 1]
                due[#due + 1] = name
            end
            redis.call('ZADD', prefix .. ':due', unpack(due))
            return 1
        end
        local function claim(keys, args)
            local prefix = keys[1]
            local names = redis.call('ZRANGE', prefix .. ':due', '-inf', args[1], 'BYSCORE', 'LIMIT', 0, 500)
            if #names == 0 then return names end
            local documents, leases = {}, {}
            for n = 1, #names do
                documents[n] = prefix .. ':execution:' .. names[n]
                leases[2 * n - 1], leases[2 * n] = args[2], names[n]
            end
            documents = redis.call('MGET', unpack(documents))
            redis.call('ZADD', prefix .. ':due', 'XX', unpack(leases))
            for n = 1, #names do names[#names + 1] = documents[n] end
            return names
        end
        local function commit(keys, args)
            local prefix, names, closed = keys[1], {}, {}
            for n = 2, #args, 4 do
                names[#names + 1] = args[n]
                closed[#closed + 1] = args[1]
                closed[#closed + 1] = args[n]
            end
            local leases = redis.call('ZMSCORE', prefix .. ':due', unpack(names))
            for n = 2, #args, 4 do
                if leases[(n + 2) / 4] then
                    redis.call('HSET', prefix .. ':item:items:' .. args[n + 2], 'ProcessStatus', 'COMPLETED',
                        'LastUpdated', args[n + 3])
                    redis.call('SET', prefix .. ':execution:' .. args[n], args[n + 1])
                end
            end
            redis.call('ZREM', prefix .. ':due', unpack(names))
            redis.call('ZADD', prefix .. ':closed', unpack(closed))
            return 1
        end
        redis.register_function('floor_start', start)
        redis.register_function('floor_claim', claim)
        redis.register_function('floor_commit', commit)
        """
}
