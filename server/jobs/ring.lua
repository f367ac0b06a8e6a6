-- The fair ring: whose job is next. Holds hints only; PostgreSQL has the jobs, and everything here is
-- made again from there when it is lost. KEYS[1] is the ring's prefix, "{r0}:": every key bears the
-- same hash tag, so that a ring lives in one slot of a cluster. ARGV[1] is the verb.
--
--   epoch             there while the ring is whole; its absence asks for a rebuild
--   lanes             zset of "band:kind" with work, by band (priority: lower first)
--   ring:LANE         zset of units with work, by their tenant's virtual time at their turn
--   q:LANE|UNIT       zset of job ids by due time
--   later, taken      zset of "LANE|UNIT|id": not due yet; handed out and not yet claimed
--   asleep            zset of "LANE|UNIT" that may not be asked before a time
--   vt, clock         hash of tenants' virtual times; that of the turn served last
--   share             hash tenant -> "weight cap" where they are not "1 0"
--   run:TENANT        zset of running ids of a capped tenant by lease end
-- A unit is "tenant|gate": one tenant's jobs under one engine's or phone system's limits. Its turns
-- cost the tenant as a whole, so that owning many units wins nothing.
local p, verb = KEYS[1], ARGV[1]
local clock_now = redis.call('TIME')
local now = clock_now[1] * 1000 + math.floor(clock_now[2] / 1000)
local call = redis.call

local function share_of(tenant)
  local s = call('HGET', p .. 'share', tenant)
  if not s then return 1, 0 end
  local weight, cap = s:match('^(%d+) (%d+)$')
  return tonumber(weight), tonumber(cap)
end

local function time_of(tenant)
  local vt = tonumber(call('HGET', p .. 'vt', tenant) or 0)
  local clock = tonumber(call('GET', p .. 'clock') or 0)
  return vt > clock and vt or clock
end

local function enter(lane, unit)
  if call('ZSCORE', p .. 'asleep', lane .. '|' .. unit) then return end
  local ring = p .. 'ring:' .. lane
  if not call('ZSCORE', ring, unit) then
    call('ZADD', ring, time_of(unit:match('^[^|]*')), unit)
    call('ZADD', p .. 'lanes', lane:match('^%d+'), lane)
  end
end

local function put(lane, unit, due, id)
  call('ZADD', p .. 'q:' .. lane .. '|' .. unit, 'NX', due, id)
  enter(lane, unit)
end

local function split(member)
  return member:match('^([^|]*)|(.*)|([^|]*)$')
end

-- Puts back what is due of a zset of "LANE|UNIT|id".
local function promote(name)
  for _, m in ipairs(call('ZRANGEBYSCORE', p .. name, '-inf', now, 'LIMIT', 0, 200)) do
    local lane, unit, id = split(m)
    call('ZREM', p .. name, m)
    put(lane, unit, now, id)
  end
end

local function awake()
  for _, pair in ipairs(call('ZRANGEBYSCORE', p .. 'asleep', '-inf', now, 'LIMIT', 0, 200)) do
    local lane, unit = pair:match('^([^|]*)|(.*)$')
    call('ZREM', p .. 'asleep', pair)
    if call('EXISTS', p .. 'q:' .. pair) == 1 then enter(lane, unit) end
  end
end

local function sleep(lane, unit, ms)
  call('ZREM', p .. 'ring:' .. lane, unit)
  call('ZADD', p .. 'asleep', now + ms, lane .. '|' .. unit)
end

-- The unit whose turn it is in a lane, or nil. A unit whose tenant was served elsewhere meanwhile
-- stands too far in front: it is moved to where its tenant is.
local function head(lane)
  local ring = p .. 'ring:' .. lane
  for _ = 1, 200 do
    local first = call('ZRANGE', ring, 0, 0, 'WITHSCORES')
    if not first[1] then
      call('ZREM', p .. 'lanes', lane)
      return nil
    end
    local tenant = first[1]:match('^[^|]*')
    local vt = tonumber(call('HGET', p .. 'vt', tenant) or 0)
    if vt <= tonumber(first[2]) then return first[1], tonumber(first[2]), tenant end
    call('ZADD', ring, vt, first[1])
  end
  return nil
end

local function at_cap(tenant, cap)
  if cap == 0 then return false end
  call('ZREMRANGEBYSCORE', p .. 'run:' .. tenant, '-inf', now)
  return call('ZCARD', p .. 'run:' .. tenant) >= cap
end

-- Takes one job of a lane's first unit. Nil: that unit had none, look again.
local function serve(lane, unit, score, tenant, hold_ms)
  local q = p .. 'q:' .. lane .. '|' .. unit
  local weight, cap = share_of(tenant)
  if at_cap(tenant, cap) then
    sleep(lane, unit, 2000)
    call('SADD', p .. 'capped:' .. tenant, lane .. '|' .. unit)
    return nil
  end
  local job = call('ZPOPMIN', q)
  if not job[1] then
    call('ZREM', p .. 'ring:' .. lane, unit)
    return nil
  end
  local vt = score + 1 / weight
  call('HSET', p .. 'vt', tenant, vt)
  call('SET', p .. 'clock', score)
  if call('EXISTS', q) == 1 then
    call('ZADD', p .. 'ring:' .. lane, vt, unit)
  else
    call('ZREM', p .. 'ring:' .. lane, unit)
  end
  if cap > 0 then
    call('ZADD', p .. 'run:' .. tenant, now + 15000, job[1])
    call('EXPIRE', p .. 'run:' .. tenant, 3600)
  end
  call('ZADD', p .. 'taken', now + hold_ms, lane .. '|' .. unit .. '|' .. job[1])
  return {job[1], lane, unit, job[2], cap}
end

-- Lanes with work whose kinds have room, grouped by band, most urgent first.
local function open_bands(room)
  local bands, last = {}, nil
  for _, lane in ipairs(call('ZRANGE', p .. 'lanes', 0, -1)) do
    local band, kind = lane:match('^(%d+):(.*)$')
    if room[kind] then
      if band ~= last then
        bands[#bands + 1] = {}
        last = band
      end
      table.insert(bands[#bands], {lane = lane, kind = kind})
    end
  end
  return bands
end

-- The first turn among a band's lanes: the unit furthest behind.
local function first_turn(lanes, room)
  local best
  for _, l in ipairs(lanes) do
    if room[l.kind] > 0 then
      local unit, score, tenant = head(l.lane)
      if unit and (not best or score < best.score) then
        best = {lane = l.lane, kind = l.kind, unit = unit, score = score, tenant = tenant}
      end
    end
  end
  return best
end

local function take_band(lanes, room, wanted, hold_ms, out)
  local refused = 0
  while wanted > 0 and refused < 200 do
    local t = first_turn(lanes, room)
    if not t then break end
    local job = serve(t.lane, t.unit, t.score, t.tenant, hold_ms)
    if job then
      out[#out + 1] = job
      room[t.kind] = room[t.kind] - 1
      wanted = wanted - 1
    else
      refused = refused + 1
    end
  end
  return wanted
end

local function next_in()
  local least = 1000
  for _, name in ipairs({'later', 'asleep', 'taken'}) do
    local first = call('ZRANGE', p .. name, 0, 0, 'WITHSCORES')
    if first[2] and tonumber(first[2]) - now < least then least = tonumber(first[2]) - now end
  end
  return least < 0 and 0 or math.floor(least)
end

local verbs = {}

-- n times band, kind, tenant, gate, id, delay in ms (negative: due for so long).
function verbs.push()
  for i = 2, #ARGV, 6 do
    local lane, unit = ARGV[i] .. ':' .. ARGV[i + 1], ARGV[i + 2] .. '|' .. ARGV[i + 3]
    local id, delay = ARGV[i + 4], tonumber(ARGV[i + 5])
    if delay > 0 then
      call('ZADD', p .. 'later', now + delay, lane .. '|' .. unit .. '|' .. id)
    else
      put(lane, unit, now + delay, id)
    end
  end
  call('PUBLISH', 'ringsight:jobs', '1')
  return 'OK'
end

-- wanted, how long a job may be unclaimed in ms, then kind and room by turns. Answers ms until there
-- may be more, then [id, lane, unit, due, cap] each; or "rebuild".
function verbs.take()
  if call('EXISTS', p .. 'epoch') == 0 then return 'rebuild' end
  promote('later')
  promote('taken')
  awake()
  local room, wanted, hold_ms, out = {}, tonumber(ARGV[2]), tonumber(ARGV[3]), {}
  for i = 4, #ARGV, 2 do room[ARGV[i]] = tonumber(ARGV[i + 1]) end
  local bands = open_bands(room)
  -- Each sixteenth time the least urgent are looked at first: they go slowly, never not at all.
  if #bands > 1 and call('INCR', p .. 'takes') % 16 == 0 then
    wanted = wanted - 1 + take_band(bands[#bands], room, 1, hold_ms, out)
  end
  for _, lanes in ipairs(bands) do wanted = take_band(lanes, room, wanted, hold_ms, out) end
  table.insert(out, 1, next_in())
  return out
end

-- n times verdict, lane, unit, id, due, ms: "ack" forgets the job (claimed or gone); "later" brings it
-- back after a time; "sleep" puts it back and lets its whole unit rest.
function verbs.settle()
  for i = 2, #ARGV, 6 do
    local what, lane, unit, id, due, ms = ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3], ARGV[i + 4], tonumber(ARGV[i + 5])
    local member, tenant = lane .. '|' .. unit .. '|' .. id, unit:match('^[^|]*')
    call('ZREM', p .. 'taken', member)
    if what ~= 'run' then call('ZREM', p .. 'run:' .. tenant, id) end
    if what == 'later' then
      call('ZADD', p .. 'later', now + ms, member)
    elseif what == 'sleep' then
      call('ZADD', p .. 'q:' .. lane .. '|' .. unit, 'NX', due, id)
      sleep(lane, unit, ms)
    end
  end
  return 'OK'
end

-- Pairs of tenant and id whose lease goes on.
function verbs.beat()
  for i = 2, #ARGV, 2 do call('ZADD', p .. 'run:' .. ARGV[i], 'XX', now + 15000, ARGV[i + 1]) end
  return 'OK'
end

-- A job ended that had a place of its tenant's cap or of its gate (its lane and unit; "" without one):
-- the place is free, and who waited for it is looked at again.
function verbs.done()
  local tenant, lane, unit, woken = ARGV[2], ARGV[4], ARGV[5], false
  local waiting = call('SMEMBERS', p .. 'capped:' .. tenant)
  if lane ~= '' then waiting[#waiting + 1] = lane .. '|' .. unit end
  call('ZREM', p .. 'run:' .. tenant, ARGV[3])
  for _, pair in ipairs(waiting) do
    if call('ZREM', p .. 'asleep', pair) == 1 and call('EXISTS', p .. 'q:' .. pair) == 1 then
      enter(pair:match('^([^|]*)|(.*)$'))
      woken = true
    end
  end
  call('DEL', p .. 'capped:' .. tenant)
  if woken then call('PUBLISH', 'ringsight:jobs', '1') end
  return 'OK'
end

-- All tenants with a share of their own: tenant, "weight cap" by turns.
function verbs.share()
  call('DEL', p .. 'share')
  for i = 2, #ARGV, 2 do call('HSET', p .. 'share', ARGV[i], ARGV[i + 1]) end
  return 'OK'
end

-- One process at a time fills an emptied ring: "begin" answers 1 to that one, "go" and "end" as long as
-- it still is (emptied meanwhile, it must begin again), "end" says that the ring is whole. "lost": pushes
-- failed, so that the ring may lack jobs. ARGV[3] is the process's own word.
function verbs.rebuild()
  local key, step, word = p .. 'rebuilding', ARGV[2], ARGV[3]
  if step == 'lost' then
    call('DEL', p .. 'epoch')
    if call('GET', key) == word then call('DEL', key) end
    return 1
  end
  if step == 'begin' then
    return call('SET', key, word, 'NX', 'PX', 10000) and 1 or 0
  end
  if call('GET', key) ~= word then return 0 end
  call('PEXPIRE', key, 10000)
  if step == 'end' then
    call('SET', p .. 'epoch', now)
    call('DEL', key)
    call('PUBLISH', 'ringsight:jobs', '1')
  end
  return 1
end

return verbs[verb]()
