-- Batch jobs and what did not land. Every key that a request reads by begins with the account.

CREATE TABLE batch_jobs (
    account_id  TEXT    NOT NULL,
    id          TEXT    NOT NULL CHECK (length(id) = 32), -- lower-case hex, without the job_ of the wire
    status      TEXT    NOT NULL CHECK (status IN ('pending', 'processing', 'completed', 'failed')),
    received    INTEGER NOT NULL CHECK (received > 0),
    imported    INTEGER NOT NULL DEFAULT 0 CHECK (imported >= 0),
    failed      INTEGER NOT NULL DEFAULT 0 CHECK (failed >= 0),
    version     INTEGER NOT NULL DEFAULT 1, -- grows with every change of the row or of its errors
    created_at  INTEGER NOT NULL,           -- milliseconds since 1970 UTC, like all times here
    started_at  INTEGER,
    finished_at INTEGER,
    PRIMARY KEY (account_id, id),
    CHECK (imported + failed <= received),
    CHECK ((finished_at IS NOT NULL) = (status IN ('completed', 'failed')))
) STRICT, WITHOUT ROWID;

-- The list of an account's jobs, newest first.
CREATE INDEX batch_jobs_by_age ON batch_jobs (account_id, created_at DESC, id DESC);

CREATE TABLE batch_errors (
    account_id TEXT    NOT NULL,
    job_id     TEXT    NOT NULL,
    item_index INTEGER NOT NULL CHECK (item_index >= 0),
    -- A status query gathers errors in groups of 256; the bound keeps a group under the size of one D1 value.
    error      TEXT    NOT NULL CHECK (length(CAST(error AS BLOB)) <= 1000),
    PRIMARY KEY (account_id, job_id, item_index)
) STRICT, WITHOUT ROWID;
