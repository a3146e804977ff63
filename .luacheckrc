-- What luacheck takes for right in Sources/WaitableRedis/Functions.
std = {
    -- No more than Redis shows a function.
    read_globals = {
        'bit', 'cjson', 'cmsgpack', 'error', 'ipairs', 'math', 'next', 'pairs', 'pcall', 'redis', 'require', 'select', 'string',
        'table', 'tonumber', 'tostring', 'type', 'unpack',
    },
}
max_line_length = 130
-- A name may be used again further in, but for those of a module.
ignore = {'42.', '432', '433', '41.'}
