use ::stack::state::State;
use rusqlite::{Connection, Params, types::FromSql};
use std::{fs, path::Path, time::Duration};

/// The database of a [`State`] from below, also while it is served: what no request tells, and damage.
pub struct Database(Connection);

impl Database {
    /// The one of `state`, which must have been migrated.
    pub fn of(state: &State) -> Self {
        let folder = state.folder().join("v3/d1/miniflare-D1DatabaseObject");
        let is_database = |file: &Path| {
            file.extension().is_some_and(|extension| extension == "sqlite") && !file.ends_with("metadata.sqlite")
        };
        let mut files = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).filter(|file| is_database(file));
        let connection = Connection::open(files.next().unwrap()).unwrap();
        assert!(files.next().is_none(), "more than one database");
        connection.busy_timeout(Duration::from_secs(10)).unwrap();
        Self(connection)
    }

    /// Runs one statement or more.
    pub fn execute(&self, sql: &str) {
        self.0.execute_batch(sql).unwrap_or_else(|error| panic!("{error}: {sql}"));
    }

    /// The only column of the only row.
    pub fn one<T: FromSql>(&self, sql: &str, values: impl Params) -> T {
        self.0.query_row(sql, values, |row| row.get(0)).unwrap_or_else(|error| panic!("{error}: {sql}"))
    }
}

/// What an account's imports and single writes have come to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Sums {
    pub received: u32,
    pub imported: u32,
    pub failed: u32,
}

impl Database {
    /// Asserts that the account's imports have all ended and left exactly what their counts say, nothing of it twice;
    /// returns the counts. `singles` memories were written one by one.
    #[track_caller]
    pub fn assert_adds_up(&self, account: &str, singles: u32) -> Sums {
        // The seeded jobs were not imported: they remember no limits.
        const IMPORTS: &str = "FROM batch_jobs WHERE account_id = ?1 AND monthly_writes > 0";
        const USAGE: &str = "SUM(writes), 0) FROM usage WHERE account_id = ?1 AND month <> '2000-01'";
        let count = |of: &str| self.one::<u32>(&format!("SELECT COALESCE({of}"), [account]);
        let sums = Sums {
            received: count(&format!("SUM(received), 0) {IMPORTS}")),
            imported: count(&format!("SUM(imported), 0) {IMPORTS}")),
            failed: count(&format!("SUM(failed), 0) {IMPORTS}")),
        };
        assert_eq!(count(&format!("SUM(finished_at IS NULL), 0) {IMPORTS}")), 0, "all have ended");
        assert_eq!(sums.imported + sums.failed, sums.received, "{sums:?}");
        assert_eq!(count("COUNT(*), 0) FROM memories WHERE account_id = ?1"), sums.imported + singles, "memories");
        assert_eq!(count(USAGE), sums.imported + singles, "usage");
        assert_eq!(count("COUNT(*), 0) FROM batch_items WHERE account_id = ?1"), 0, "no item is left");
        let errors =
            format!("COUNT(*), 0) FROM batch_errors WHERE account_id = ?1 AND job_id IN (SELECT id {IMPORTS})");
        assert_eq!(count(&errors), sums.failed, "errors");
        let agents = "(SELECT COUNT(DISTINCT agent_id) FROM memories WHERE account_id = ?1) \
             - (SELECT COUNT(*) FROM agents WHERE account_id = ?1), 1)";
        assert_eq!(count(agents), 0, "the agents are those of the memories");
        sums
    }
}
