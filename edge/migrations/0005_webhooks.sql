-- Who is told when a batch ends, and what is still to be told.

CREATE TABLE webhooks (
    account_id       TEXT    NOT NULL,
    id               TEXT    NOT NULL CHECK (length(id) = 32), -- lower-case hex, without the wh_ of the wire
    url              TEXT    NOT NULL CHECK (length(CAST(url AS BLOB)) <= 2000),
    events           TEXT    NOT NULL, -- a JSON array of their names
    status           TEXT    NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'disabled')),
    -- As it is shown once, and not its hash: it has to sign.
    secret           TEXT    NOT NULL,
    -- The one before, which signs beside it until then.
    old_secret       TEXT,
    old_secret_until INTEGER,
    created_at       INTEGER NOT NULL,
    PRIMARY KEY (account_id, id)
) STRICT, WITHOUT ROWID;

-- A job ends once, so a webhook hears of it in one delivery.
CREATE TABLE webhook_deliveries (
    account_id   TEXT    NOT NULL,
    webhook_id   TEXT    NOT NULL,
    job_id       TEXT    NOT NULL,
    type         TEXT    NOT NULL,
    payload      TEXT    NOT NULL, -- what is sent: each try signs the same bytes, also when the job is gone
    status       TEXT    NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'delivered', 'failed')),
    attempts     INTEGER NOT NULL DEFAULT 0,
    response     INTEGER,          -- the status of the last answer
    error        TEXT,             -- why the last try failed
    created_at   INTEGER NOT NULL, -- when the event happened
    attempted_at INTEGER,
    next_at      INTEGER,          -- while one is under way, when that is given up
    PRIMARY KEY (account_id, webhook_id, job_id),
    CHECK ((next_at IS NOT NULL) = (status = 'pending'))
) STRICT, WITHOUT ROWID;

-- A webhook's log, newest first; of what is done with, so that it can be cut to its last rows; what was tried lately and has
-- not succeeded, so that a receiver has few of them at a time; and what is due.
CREATE INDEX webhook_deliveries_by_age ON webhook_deliveries (account_id, webhook_id, created_at DESC);
CREATE INDEX webhook_deliveries_done ON webhook_deliveries (account_id, webhook_id, created_at DESC)
    WHERE status IN ('delivered', 'failed');
CREATE INDEX webhook_deliveries_tried ON webhook_deliveries (account_id, webhook_id, attempted_at)
    WHERE status = 'pending';
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (next_at) WHERE status = 'pending';
