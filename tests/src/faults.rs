//! A server on which much goes wrong.

use crate::{Client, Database, start_with};
use std::sync::LazyLock;
use xtask::serve::Server;

/// One item at a time makes imports long; nothing waits before it is tried again, or before the sweep finds it.
pub const SETTINGS: [(&str, &str); 3] =
    [("IMPORT_CHUNK_ITEMS", "1"), ("IMPORT_RETRY_SECONDS", "0"), ("IMPORT_STALLED_SECONDS", "0")];

/// Content that keeps the database busy for some milliseconds, and a job of the account `other` whose message got lost.
const PLANTED: &str = r#"
    CREATE VIEW some_milliseconds AS
    WITH RECURSIVE number(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM number WHERE n < 20000)
    SELECT COUNT(*) AS count FROM number;
    CREATE TRIGGER slow BEFORE INSERT ON memories WHEN new.content = 'slow'
    BEGIN SELECT count FROM some_milliseconds; END;

    INSERT INTO batch_jobs (account_id, id, status, received, created_at, monthly_writes, agents)
    VALUES ('other', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', 'pending', 3, 1793491200000, 1000000, 500);
    INSERT INTO batch_items (account_id, job_id, item_index, kind, content)
    SELECT 'other', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', key, 'note', value FROM json_each('["One", "Two", null]');
"#;

static SERVER: LazyLock<Server> = LazyLock::new(|| start_with(&SETTINGS, PLANTED));

/// The server, shared by the tests of faults. To store a memory whose content is `slow` takes a while there.
pub fn faulty() -> &'static Server {
    &SERVER
}

/// Speaks to [`faulty`].
pub fn client() -> Client {
    Client::new(SERVER.url())
}

/// The database of [`faulty`], to look at.
pub fn database() -> Database {
    Database::of(SERVER.state())
}
