-- The jobs of the tests' accounts: `support::job` names them, `support::Account` names the accounts.

WITH RECURSIVE number(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM number WHERE n < 149),
account(name) AS (
    SELECT tier.value || '-' || n FROM number, json_each('["hobby", "developer", "team", "scale"]') AS tier
    UNION ALL VALUES ('other')
),
job(id, status, received, imported, failed, finished) AS (VALUES
    ('8f2c1aab4d7e4f0c9a1b2c3d4e5f6a7b', 'completed',   3, 2,   1, 1100),
    ('00000000000000000000000000000003', 'failed',      5, 2,   3, 5000),
    ('00000000000000000000000000000500', 'completed', 500, 0, 500, 9000)
)
INSERT INTO batch_jobs (account_id, id, status, received, imported, failed, created_at, started_at, finished_at)
SELECT name, id, status, received, imported, failed, now, now + 400, now + finished
FROM account, job, (SELECT 1793491200000 AS now);

INSERT INTO batch_errors (account_id, job_id, item_index, error)
SELECT account_id, id, 2, 'monthly write quota reached (25000)'
FROM batch_jobs WHERE id = '8f2c1aab4d7e4f0c9a1b2c3d4e5f6a7b';

INSERT INTO batch_errors (account_id, job_id, item_index, error)
SELECT account_id, batch_jobs.id, item.value, 'the import stopped before this item; send it again'
FROM batch_jobs, json_each('[2, 3, 4]') AS item WHERE batch_jobs.id = '00000000000000000000000000000003';

WITH RECURSIVE item(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM item WHERE i < 499)
INSERT INTO batch_errors (account_id, job_id, item_index, error)
SELECT account_id, id, i, CASE WHEN i % 3 = 0 THEN 'content must not be empty' ELSE 'agent cap reached (3)' END
FROM batch_jobs, item WHERE id = '00000000000000000000000000000500';

-- Every account wrote as much as it may in an earlier month, and its idempotency key `daily` has expired.
INSERT INTO usage (account_id, month, writes) SELECT DISTINCT account_id, '2000-01', 1000000 FROM batch_jobs;
INSERT INTO idempotency (account_id, key, body_hash, job_id, expires_at)
SELECT account_id, 'daily', 'of another body', id, 1793491200000
FROM batch_jobs WHERE id = '8f2c1aab4d7e4f0c9a1b2c3d4e5f6a7b';

-- The running ones last moved in the year 9999, so that no sweep ever finds them stalled.
INSERT INTO batch_jobs
    (account_id, id, status, received, imported, failed, created_at, started_at, finished_at, moved_at)
VALUES
    ('other', '0000000000000000000000000000000f', 'completed', 1, 1, 0, 1793491200000, 1793491200400, 1793491200500, 0),
    ('other', '00000000000000000000000000050000', 'completed', 50000, 0, 50000, 1793491200000, 1793491200400, 1793491209000, 0),
    ('other', '00000000000000000000000000000001', 'pending', 5, 0, 0, 1793491200000, NULL, NULL, 253370764800000),
    ('other', '00000000000000000000000000000002', 'processing', 5, 2, 1, 1793491200000, 1793491200400, NULL, 253370764800000);

INSERT INTO batch_errors (account_id, job_id, item_index, error) VALUES ('other', '00000000000000000000000000000002', 1, 'content must not be empty');

WITH RECURSIVE item(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM item WHERE i < 49999)
INSERT INTO batch_errors (account_id, job_id, item_index, error)
SELECT 'other', '00000000000000000000000000050000', i,
    printf('monthly write quota reached (25000) at row %d of an export that names its rows', i)
FROM item;
