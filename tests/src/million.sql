-- The account `other` with 1,000,000 memories and 200,000 jobs. `lab::million` takes the indexes and triggers of memories
-- away before and puts them back behind it, so the sums are written here.

PRAGMA synchronous = OFF;
PRAGMA cache_size = -400000;
BEGIN;

WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < 1000000)
INSERT INTO memories (account_id, id, user_id, agent_id, run_id, kind, timestamp, created_at, metadata, content)
SELECT 'other', printf('%032x', n), 'user-' || (n % 1000), 'agent-' || (n % 50), 'run-' || (n % 10000),
    iif(n % 10 = 0, 'session', 'note'), NULL, 1793491200000 + n, '{"n":1}', 'What was said'
FROM number;

INSERT INTO agents (account_id, agent_id) SELECT DISTINCT account_id, agent_id FROM memories WHERE rowid <= 50;

-- What the trigger of agents has begun.
UPDATE account_totals SET memories = 1000000, sessions = 100000 WHERE account_id = 'other';
INSERT INTO scope_totals (account_id, scope, value, memories, sessions)
SELECT 'other', 'user_id', user_id, COUNT(*), SUM(kind = 'session') FROM memories GROUP BY user_id
UNION ALL SELECT 'other', 'agent_id', agent_id, COUNT(*), SUM(kind = 'session') FROM memories GROUP BY agent_id
UNION ALL SELECT 'other', 'run_id', run_id, COUNT(*), SUM(kind = 'session') FROM memories GROUP BY run_id;

-- One an hour is as good as any: the newest ended a moment ago, and none has served its time.
WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < 200000)
INSERT INTO batch_jobs (account_id, id, status, received, imported, failed, created_at, started_at, finished_at, moved_at)
SELECT 'other', printf('%032x', 0x100000 + n), 'completed', 10, 10, 0, at, at, at, at
FROM (SELECT n, CAST(unixepoch('subsec') * 1000 AS INTEGER) - n * 5000 AS at FROM number);

COMMIT;
