-- The jobs that `npm start` shows, all of the account `demo`. Loaded into the local database alone; loading them again
-- changes nothing.

-- The example of the contract.
INSERT OR IGNORE INTO batch_jobs (account_id, id, status, received, imported, failed, created_at, started_at, finished_at)
SELECT 'demo', '8f2c1aab4d7e4f0c9a1b2c3d4e5f6a7b', 'completed', 3, 2, 1, now - 600000, now - 599600, now - 598900
FROM (SELECT CAST(unixepoch('subsec') * 1000 AS INTEGER) AS now);
INSERT OR IGNORE INTO batch_errors (account_id, job_id, item_index, error) VALUES
    ('demo', '8f2c1aab4d7e4f0c9a1b2c3d4e5f6a7b', 2, 'monthly write quota reached (25000)');

-- One that runs. It has no items, so nothing moves it; last moved in the year 9999, it is not swept either.
INSERT OR IGNORE INTO batch_jobs
    (account_id, id, status, received, imported, failed, created_at, started_at, moved_at)
SELECT 'demo', '0b6f3f0e7c5b4d19a8e2f4c6d7083a15', 'processing', 480, 305, 7, now - 42000, now - 41000, 253370764800000
FROM (SELECT CAST(unixepoch('subsec') * 1000 AS INTEGER) AS now);
INSERT OR IGNORE INTO batch_errors (account_id, job_id, item_index, error)
SELECT 'demo', '0b6f3f0e7c5b4d19a8e2f4c6d7083a15', key, value
FROM json_each('{"12":"content must not be empty","47":"agent cap reached (10)","48":"agent cap reached (10)",
    "131":"content must not be empty","202":"agent cap reached (10)","203":"agent cap reached (10)",
    "290":"content must not be empty"}');

-- One that has not begun, and will not.
INSERT OR IGNORE INTO batch_jobs (account_id, id, status, received, created_at, moved_at)
VALUES ('demo', '5d1e9c2a36f84b7090cd1f2e3a4b5c6d', 'pending', 120, CAST(unixepoch('subsec') * 1000 AS INTEGER), 253370764800000);

-- One that broke: what was left did not land.
INSERT OR IGNORE INTO batch_jobs (account_id, id, status, received, imported, failed, created_at, started_at, finished_at)
SELECT 'demo', 'e47a0c5b91d24f6e8a3b7c9d0e1f2a34', 'failed', 60, 24, 36, now - 3600000, now - 3599400, now - 3541000
FROM (SELECT CAST(unixepoch('subsec') * 1000 AS INTEGER) AS now);
WITH RECURSIVE item(i) AS (SELECT 24 UNION ALL SELECT i + 1 FROM item WHERE i < 59)
INSERT OR IGNORE INTO batch_errors (account_id, job_id, item_index, error)
SELECT 'demo', 'e47a0c5b91d24f6e8a3b7c9d0e1f2a34', i, 'the import stopped before this item; send it again' FROM item;

-- One with 500 failures of a few kinds.
INSERT OR IGNORE INTO batch_jobs (account_id, id, status, received, imported, failed, created_at, started_at, finished_at)
SELECT 'demo', 'c3a8b1d6e5f74092b6a1c0d9e8f70615', 'completed', 500, 0, 500, now - 86400000, now - 86399700, now - 86388000
FROM (SELECT CAST(unixepoch('subsec') * 1000 AS INTEGER) AS now);
WITH RECURSIVE item(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM item WHERE i < 499)
INSERT OR IGNORE INTO batch_errors (account_id, job_id, item_index, error)
SELECT 'demo', 'c3a8b1d6e5f74092b6a1c0d9e8f70615', i,
    CASE WHEN i % 11 = 3 THEN 'content must not be empty'
         WHEN i % 5 = 1 THEN 'agent cap reached (10)'
         ELSE 'monthly write quota reached (25000)' END
FROM item;

-- One with 50,000 failures, about 4 MB as JSON: each names its row, as an importer of files would.
INSERT OR IGNORE INTO batch_jobs (account_id, id, status, received, imported, failed, created_at, started_at, finished_at)
SELECT 'demo', '7e0d4c1b2a3948f5869708a9b0c1d2e3', 'completed', 60000, 10000, 50000, now - 172800000, now - 172799500, now - 172510000
FROM (SELECT CAST(unixepoch('subsec') * 1000 AS INTEGER) AS now);
WITH RECURSIVE item(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM item WHERE i < 49999)
INSERT OR IGNORE INTO batch_errors (account_id, job_id, item_index, error)
SELECT 'demo', '7e0d4c1b2a3948f5869708a9b0c1d2e3', i * 6 / 5,
    CASE WHEN i % 17 = 5 THEN printf('content must not be empty (row %d of the export has only white space)', i * 6 / 5)
         WHEN i % 7 = 2 THEN printf('agent cap reached (10) (row %d names the new agent importer-%04d)', i * 6 / 5, i % 997)
         ELSE printf('monthly write quota reached (25000) (row %d came after the last write)', i * 6 / 5) END
FROM item;
