-- Which accounts are not in this database but in another, by its number: where there are several. In the first database
-- stand all that are not there. An account that is being moved stands with the number of this one: it can be read here, and
-- not be written to.
CREATE TABLE placements (
    account_id TEXT    PRIMARY KEY,
    database   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Who shall move and who has moved, in the first database alone.
CREATE TABLE moves (
    account_id TEXT    PRIMARY KEY,
    target     INTEGER NOT NULL,
    source     INTEGER,
    state      TEXT    NOT NULL DEFAULT 'ordered'
        CHECK (state IN ('ordered', 'copying', 'fenced', 'verified', 'switched', 'done', 'failed')),
    rows       INTEGER NOT NULL DEFAULT 0, -- copied so far
    held_until INTEGER NOT NULL DEFAULT 0, -- somebody is at it
    fenced_at  INTEGER,
    opened_at  INTEGER,
    error      TEXT
) STRICT, WITHOUT ROWID;
