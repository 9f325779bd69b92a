-- What the benchmark asks for: `bench/data.rs` says the same in Rust, and expects it in the answers.
-- 50 accounts, bench-0 to bench-49, have 20 running and 20 finished jobs each. Nothing moves the running ones.

-- What an earlier version of this file left.
DELETE FROM batch_jobs;
DELETE FROM batch_errors;

WITH RECURSIVE number(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM number WHERE n < 999)
INSERT INTO batch_jobs (account_id, id, status, received, imported, failed, version, created_at, started_at, moved_at)
SELECT 'bench-' || (n % 50), printf('%032x', 0x10000 + n), 'processing', 480, 300 + n % 100, 2, n + 2,
    1793491200000, 1793491200400, 253370764800000 FROM number;

WITH RECURSIVE number(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM number WHERE n < 999)
INSERT INTO batch_jobs
    (account_id, id, status, received, imported, failed, version, created_at, started_at, finished_at)
SELECT 'bench-' || (n % 50), printf('%032x', 0x20000 + n), 'completed', 480, 478, 2, n + 2,
    1793491200000, 1793491200400, 1793491209000 FROM number;

INSERT INTO batch_jobs
    (account_id, id, status, received, imported, failed, version, created_at, started_at, finished_at)
SELECT 'bench-0', printf('%032x', value), 'completed', value, 0, value, 2, 1793491200000, 1793491200400, 1793491209000
FROM json_each('[500, 50000]');

INSERT INTO batch_errors (account_id, job_id, item_index, error)
SELECT account_id, batch_jobs.id, item.value, 'content must not be empty'
FROM batch_jobs, json_each('[7, 11]') AS item WHERE failed = 2;

WITH RECURSIVE item(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM item WHERE i < 49999)
INSERT INTO batch_errors (account_id, job_id, item_index, error)
SELECT account_id, id, i, printf('monthly write quota reached (25000) (row %d of the export)', i)
FROM batch_jobs JOIN item ON i < failed WHERE failed >= 500;
