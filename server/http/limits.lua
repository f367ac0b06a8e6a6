-- Takes tokens from several buckets at once, or from none. KEYS: the buckets, each kept as the microsecond
-- at which it is full again. ARGV: how many are wished for, then for each bucket the microseconds that a
-- token takes to come and how many it holds. Answers {0, how many were given}, at least one; or {number
-- of the bucket that lacks one longest, microseconds until it has one}.
local t = redis.call('TIME')
local now = t[1] * 1000000 + t[2]
local give, worst, wait, from = tonumber(ARGV[1]), 0, 0, {}

for i, key in ipairs(KEYS) do
  local each, burst = tonumber(ARGV[2 * i]), tonumber(ARGV[2 * i + 1])
  from[i] = math.max(tonumber(redis.call('GET', key) or now), now)
  from[i] = math.min(from[i], now + burst * each) -- Redis's clock was set back
  local room = math.floor((now + burst * each - from[i]) / each)
  if room < 1 then
    local w = from[i] - now - (burst - 1) * each
    if w > wait then worst, wait = i, w end
  end
  give = math.min(give, math.max(room, 1))
end
if worst > 0 then return {worst, wait} end

for i, key in ipairs(KEYS) do
  local full = from[i] + give * tonumber(ARGV[2 * i])
  redis.call('SET', key, string.format('%.0f', full), 'PX', math.floor((full - now) / 1000) + 1)
end
return {0, give}
