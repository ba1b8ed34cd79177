-- Writes the row of one entity key unless the hash already holds a greater version. Returns 1 if written.
-- KEYS[1]: the hash. ARGV: feature_time, version, features, when to forget it (milliseconds since 1970; empty is never).

-- Lua's own `<` compares strings by the server's locale, in which punctuation may not count; versions are bytes.
local function is_below(left, right)
  for i = 1, math.min(#left, #right) do
    local a, b = string.byte(left, i), string.byte(right, i)
    if a ~= b then
      return a < b
    end
  end
  return #left < #right
end

local held = redis.call('HGET', KEYS[1], 'version')
if held and is_below(ARGV[2], held) then
  return 0
end
redis.call('HSET', KEYS[1], 'feature_time', ARGV[1], 'version', ARGV[2], 'features', ARGV[3])
if ARGV[4] == '' then
  redis.call('PERSIST', KEYS[1])
else
  redis.call('PEXPIREAT', KEYS[1], ARGV[4])
end
return 1
