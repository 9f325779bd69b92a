-- The import: what is still to do, what has landed, and what bounds it.

-- The limits that held when the batch was accepted, and when the job last moved (or was last enqueued) for the sweep.
ALTER TABLE batch_jobs ADD COLUMN monthly_writes INTEGER NOT NULL DEFAULT 0;
ALTER TABLE batch_jobs ADD COLUMN agents INTEGER NOT NULL DEFAULT 0;
ALTER TABLE batch_jobs ADD COLUMN moved_at INTEGER NOT NULL DEFAULT 0;

CREATE INDEX batch_jobs_running ON batch_jobs (account_id, moved_at) WHERE status IN ('pending', 'processing');

-- An item waits here until it is imported or has failed; then it is gone.
CREATE TABLE batch_items (
    account_id TEXT    NOT NULL,
    job_id     TEXT    NOT NULL,
    item_index INTEGER NOT NULL,
    -- Set and used up within one transaction: '' where the item lands, else why it does not.
    outcome    TEXT,
    agent_id   TEXT,
    user_id    TEXT,
    run_id     TEXT,
    kind       TEXT    NOT NULL,
    timestamp  TEXT,
    metadata   TEXT,
    content    TEXT,             -- NULL where it was empty or only white space
    PRIMARY KEY (account_id, job_id, item_index)
) STRICT;

CREATE TABLE memories (
    account_id TEXT    NOT NULL,
    id         TEXT    NOT NULL,
    user_id    TEXT,
    agent_id   TEXT,
    run_id     TEXT,
    kind       TEXT    NOT NULL CHECK (kind IN ('note', 'session')),
    timestamp  TEXT,
    created_at INTEGER NOT NULL,
    metadata   TEXT,
    content    TEXT    NOT NULL,
    PRIMARY KEY (account_id, id)
) STRICT;

-- The list, newest first: rows are numbered as they come in, and an index ends in the row's number.
CREATE INDEX memories_by_age ON memories (account_id);

CREATE TABLE agents (
    account_id TEXT NOT NULL,
    agent_id   TEXT NOT NULL,
    PRIMARY KEY (account_id, agent_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE usage (
    account_id TEXT    NOT NULL,
    month      TEXT    NOT NULL, -- YYYY-MM, UTC
    writes     INTEGER NOT NULL,
    PRIMARY KEY (account_id, month)
) STRICT, WITHOUT ROWID;

CREATE TABLE idempotency (
    account_id TEXT    NOT NULL,
    key        TEXT    NOT NULL,
    body_hash  TEXT    NOT NULL, -- SHA-256, lower-case hex
    job_id     TEXT    NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (account_id, key)
) STRICT, WITHOUT ROWID;

CREATE INDEX idempotency_by_expiry ON idempotency (expires_at);
