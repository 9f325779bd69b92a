-- Drives one server with wrk. Each request is a random line of the file that the first argument names, and each answer
-- must be the one to a request that is under way. A line holds, between tabs: the status to expect, the body to expect
-- (or, where there is none, the ETag), the path, the key, and an ETag to send or nothing.

-- Global where `done`, which runs elsewhere, asks for it.
answers, wrong = 0, ""
local threads, requests, expected, waiting = {}, {}, {}, {}

function setup(thread)
  threads[#threads + 1] = thread
end

function init(arguments)
  math.randomseed(os.time())
  for line in io.lines(arguments[1]) do
    local status, body, path, key, etag = line:match("^(%d+)\t([^\t]*)\t([^\t]*)\t([^\t]*)\t([^\t]*)$")
    local headers = { Host = wrk.headers.Host, Authorization = "Bearer " .. key }
    if etag ~= "" then headers["If-None-Match"] = etag end
    requests[#requests + 1] = wrk.format("GET", path, headers)
    expected[#expected + 1] = body
    waiting[body] = { status = tonumber(status), requests = 0 }
  end
end

function request()
  local at = math.random(#requests)
  local answer = waiting[expected[at]]
  answer.requests = answer.requests + 1
  return requests[at]
end

function response(status, headers, body)
  if body == "" then body = headers.etag or headers.ETag or "" end
  local answer = waiting[body]
  if answer and answer.status == status and answer.requests > 0 then
    answer.requests = answer.requests - 1
    answers = answers + 1
  else
    wrong = status .. " " .. body:sub(1, 200)
    wrk.thread:stop()
  end
end

function done(summary, latency)
  local errors = summary.errors
  print("seconds", summary.duration / 1e6)
  print("answers", threads[1]:get("answers"))
  print("broken", errors.connect + errors.read + errors.write + errors.timeout)
  print("median_us", latency:percentile(50))
  print("p99_us", latency:percentile(99))
  print("wrong", threads[1]:get("wrong"))
end
