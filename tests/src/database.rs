use hmac::{Hmac, Mac};
use rusqlite::{Connection, Params, types::FromSql};
use sha2::{Digest, Sha256};
use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};
use xtask::state::State;

/// The database of a [`State`] from below, also while it is served: what no request tells, and damage.
pub struct Database(Connection);

impl Database {
    /// The one of `state`, which must have been migrated.
    pub fn of(state: &State) -> Self {
        Self::numbered(state, 0)
    }

    /// One of `state`, whatever it is called: an environment's goes by its id.
    pub fn any(state: &State) -> Self {
        let is_database = |file: &Path| {
            file.extension().is_some_and(|extension| extension == "sqlite") && !file.ends_with("metadata.sqlite")
        };
        let files = fs::read_dir(folder(state)).unwrap().map(|file| file.unwrap().path());
        Self::open(&files.into_iter().find(|file| is_database(file)).unwrap())
    }

    /// The one of the binding `DB`, or `DB_1` and so on.
    pub fn numbered(state: &State, number: u32) -> Self {
        let file = file(state, number);
        assert!(file.exists(), "{} is not there", file.display());
        Self::open(&file)
    }

    fn open(file: &Path) -> Self {
        let connection = Connection::open(file).unwrap();
        connection.busy_timeout(Duration::from_secs(10)).unwrap();
        Self(connection)
    }

    /// Makes the others up to `count`, like this one, but without anybody's data.
    pub fn multiply(&self, state: &State, count: u32) {
        for number in 1..count {
            self.0.execute("VACUUM INTO ?1", [file(state, number).to_str().unwrap()]).unwrap();
            let other = Self::numbered(state, number);
            for table in other.tables() {
                other.execute(&format!("DELETE FROM {table}"));
            }
        }
    }

    /// The tables that have accounts in them.
    pub fn tables(&self) -> Vec<String> {
        let sql = "SELECT name FROM sqlite_schema WHERE type = 'table' \
            AND EXISTS (SELECT 1 FROM pragma_table_info(sqlite_schema.name) WHERE name = 'account_id')";
        self.all(sql, [])
    }

    /// The only column of all rows.
    pub fn all<T: FromSql>(&self, sql: &str, values: impl Params) -> Vec<T> {
        let mut statement = self.0.prepare(sql).unwrap_or_else(|error| panic!("{error}: {sql}"));
        statement.query_map(values, |row| row.get(0)).unwrap().map(Result::unwrap).collect()
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

/// Where the local D1 keeps a database that has no id in `wrangler.toml`: by the name of an object that is named after it.
fn file(state: &State, number: u32) -> PathBuf {
    let binding = if number == 0 { "DB".to_owned() } else { format!("DB_{number}") };
    let key = Sha256::digest("miniflare-D1DatabaseObject");
    let keyed = |text: &[u8]| Hmac::<Sha256>::new_from_slice(&key).unwrap().chain_update(text).finalize().into_bytes();
    let name = keyed(binding.as_bytes());
    let name = [&name[..16], &keyed(&name[..16])[..16]].concat();
    let name: String = name.iter().map(|byte| format!("{byte:02x}")).collect();
    folder(state).join(name + ".sqlite")
}

fn folder(state: &State) -> PathBuf {
    state.folder().join("v3/d1/miniflare-D1DatabaseObject")
}

/// What an account's imports and single writes have come to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Sums {
    /// Items let in.
    pub received: u32,
    /// Those that landed.
    pub imported: u32,
    /// Those that did not.
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
