-- What holds when an account has a million memories: an index wherever rows are looked for, and sums kept in rows, since
-- what is counted costs a row for each row counted.

-- The running jobs of an account, and of all accounts by how long they have waited. The second moves with each chunk.
DROP INDEX batch_jobs_running;
CREATE INDEX batch_jobs_running ON batch_jobs (account_id) WHERE status IN ('pending', 'processing');
CREATE INDEX batch_jobs_waiting ON batch_jobs (moved_at) WHERE status IN ('pending', 'processing');

-- What retention removes, the oldest first.
CREATE INDEX batch_jobs_finished ON batch_jobs (finished_at) WHERE finished_at IS NOT NULL;
CREATE INDEX usage_by_month ON usage (month);

-- The list by each of its filters, newest first: an index ends in the row's number.
CREATE INDEX memories_by_user ON memories (account_id, user_id) WHERE user_id IS NOT NULL;
CREATE INDEX memories_by_agent ON memories (account_id, agent_id) WHERE agent_id IS NOT NULL;
CREATE INDEX memories_by_run ON memories (account_id, run_id) WHERE run_id IS NOT NULL;

-- What was sent, whether or not it landed. It is bounded too.
ALTER TABLE usage ADD COLUMN received INTEGER NOT NULL DEFAULT 0;

-- What was let in, a batch or a single write, for as long as its items are on their way. One that stays was broken off.
CREATE TABLE admissions (
    account_id  TEXT    NOT NULL,
    id          TEXT    NOT NULL, -- the job's, or the memory's
    admitted_at INTEGER NOT NULL,
    PRIMARY KEY (account_id, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE account_totals (
    account_id TEXT    PRIMARY KEY,
    memories   INTEGER NOT NULL DEFAULT 0,
    sessions   INTEGER NOT NULL DEFAULT 0, -- of the memories, those of the kind `session`
    agents     INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

CREATE TABLE scope_totals (
    account_id TEXT    NOT NULL,
    scope      TEXT    NOT NULL CHECK (scope IN ('user_id', 'agent_id', 'run_id')),
    value      TEXT    NOT NULL,
    memories   INTEGER NOT NULL,
    sessions   INTEGER NOT NULL,
    PRIMARY KEY (account_id, scope, value)
) STRICT, WITHOUT ROWID;

INSERT INTO account_totals
SELECT account_id, COUNT(*), SUM(kind = 'session'), (SELECT COUNT(*) FROM agents WHERE agents.account_id = memories.account_id)
FROM memories GROUP BY account_id;
INSERT INTO scope_totals SELECT account_id, 'user_id', user_id, COUNT(*), SUM(kind = 'session')
FROM memories WHERE user_id IS NOT NULL GROUP BY account_id, user_id;
INSERT INTO scope_totals SELECT account_id, 'agent_id', agent_id, COUNT(*), SUM(kind = 'session')
FROM memories WHERE agent_id IS NOT NULL GROUP BY account_id, agent_id;
INSERT INTO scope_totals SELECT account_id, 'run_id', run_id, COUNT(*), SUM(kind = 'session')
FROM memories WHERE run_id IS NOT NULL GROUP BY account_id, run_id;

-- Triggers, so that no statement can forget the sums, nor the version of the Worker that runs while this is applied.
CREATE TRIGGER memories_counted AFTER INSERT ON memories BEGIN
    INSERT INTO account_totals (account_id, memories, sessions) VALUES (new.account_id, 1, new.kind = 'session')
    ON CONFLICT DO UPDATE SET memories = memories + 1, sessions = sessions + excluded.sessions;
    INSERT INTO scope_totals (account_id, scope, value, memories, sessions)
    SELECT new.account_id, scope, value, 1, new.kind = 'session'
    FROM (SELECT 'user_id' AS scope, new.user_id AS value
        UNION ALL SELECT 'agent_id', new.agent_id UNION ALL SELECT 'run_id', new.run_id)
    WHERE value IS NOT NULL
    ON CONFLICT DO UPDATE SET memories = memories + 1, sessions = sessions + excluded.sessions;
END;

CREATE TRIGGER agents_counted AFTER INSERT ON agents BEGIN
    INSERT INTO account_totals (account_id, agents) VALUES (new.account_id, 1)
    ON CONFLICT DO UPDATE SET agents = agents + 1;
END;
