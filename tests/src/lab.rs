//! The Worker in a laboratory: the real one, in the real workerd, with a switch between it and D1 (`tests/bench/lab.js`).

use crate::{Client, Database, SEEDED, faults};
use contract::ApiKey;
use keys::{entry, kv::Namespace};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::{fs, path::PathBuf, sync::Mutex, thread};
use xtask::{bare::Bare, state::State};

/// Lines of the log that a test that fails leaves behind.
const LAST_WORDS: usize = 40;

/// What D1 does wrong. Each call is slow, and some fail.
#[derive(Clone, Copy, Default, Serialize)]
pub struct Faults {
    /// Milliseconds that each call takes longer.
    pub latency: u32,
    /// The share of the calls that D1 does not get to see.
    pub refused: f64,
    /// The share of the calls that D1 does as asked, and nobody hears of it.
    pub lost: f64,
    /// Whether KV, too, does not get to see what it is asked.
    pub keys: bool,
}

impl Faults {
    /// All is well.
    pub const NONE: Self = Self { latency: 0, refused: 0.0, lost: 0.0, keys: false };
    /// Nothing gets through.
    pub const DOWN: Self = Self { latency: 0, refused: 1.0, lost: 0.0, keys: false };
}

/// What passed between the Worker and D1.
#[derive(Deserialize)]
pub struct Seen {
    /// When each call was made, in milliseconds since 1970 UTC: a statement, or the statements of one transaction.
    pub calls: Vec<u64>,
    /// How many of them failed.
    pub failed: u32,
    /// Those that D1 did.
    pub statements: Vec<Statement>,
}

/// A statement, and what it cost.
#[derive(Clone, Deserialize)]
pub struct Statement {
    /// As D1 got it.
    pub sql: String,
    /// How often.
    pub runs: u64,
    /// `rows_read` of all runs, as D1 bills them.
    pub read: u64,
    /// `rows_written` of all runs.
    pub written: u64,
}

impl Seen {
    /// Rows read and rows written by all statements.
    pub fn rows(&self) -> (u64, u64) {
        self.statements.iter().fold((0, 0), |(read, written), it| (read + it.read, written + it.written))
    }
}

/// What the isolate holds in JavaScript at most, in bytes. The memory of the Worker's wasm is not in it.
#[derive(Clone, Copy, Deserialize)]
pub struct Heap {
    /// V8's heap, without garbage.
    pub heap: u64,
    /// What stands behind array buffers.
    pub buffers: u64,
    /// Both together.
    pub both: u64,
}

/// A copy of the seeded state in which the account `other` has 1,000,000 memories and 200,000 jobs.
pub fn million() -> State {
    let state = SEEDED.copy_to_memory().unwrap();
    let database = Database::of(&state);
    let gathered = |what: &str| {
        let of_memories =
            "sqlite_schema WHERE tbl_name = 'memories' AND type IN ('index', 'trigger') AND sql IS NOT NULL";
        database.one::<String>(&format!("SELECT group_concat({what}, ';') FROM {of_memories}"), [])
    };
    // Row by row they would take most of the time.
    let (made, dropped) = (gathered("sql"), gathered("'DROP ' || type || ' ' || name"));
    for sql in [&dropped, include_str!("million.sql"), &made] {
        database.execute(sql);
    }
    drop(database);
    state
}

/// The laboratory. Ends when it is dropped.
pub struct Lab {
    bare: Mutex<Bare>,
    url: String,
    client: Client,
    database: Mutex<Database>,
}

impl Lab {
    /// Over a fresh copy of the seeded state, with SQL that has run before, and other values for some of the variables in
    /// `wrangler.toml`.
    pub fn start(variables: &[(&str, &str)], planted: &str) -> Self {
        let state = SEEDED.copy_to_memory().unwrap();
        Database::of(&state).execute(planted);
        Self::start_on(state, variables)
    }

    /// One in which imports last: one item at a time, in a database that takes its time.
    pub fn start_slow() -> Self {
        let lab = Self::start(&faults::SETTINGS, "");
        lab.set(Faults { latency: 20, ..Faults::NONE });
        lab
    }

    /// [`Lab::start`], with the limits as they are declared. Elsewhere no load reaches them.
    pub fn start_limited() -> Self {
        Self::serving(SEEDED.copy_to_memory().unwrap(), json!({ "limited": true }))
    }

    /// [`Lab::start`], and [`Lab::watch_heap`] works. That takes a good part of the time.
    pub fn start_watched() -> Self {
        Self::serving(SEEDED.copy_to_memory().unwrap(), json!({ "heap": true }))
    }

    /// On a state of the test's own.
    pub fn start_on(state: State, variables: &[(&str, &str)]) -> Self {
        let variables: Value = variables.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
        Self::serving(state, json!({ "variables": variables }))
    }

    fn serving(state: State, mut what: Value) -> Self {
        what["worker"] = "this".into();
        what["around"] = "lab.js".into();
        let database = Mutex::new(Database::of(&state));
        let bare = Bare::start(state, what).unwrap();
        let url = bare.url().to_owned();
        Self { client: Client::new(&url), url, bare: Mutex::new(bare), database }
    }

    /// Speaks to it.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// `http://127.0.0.1:<port>`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Looks at its database, or changes it.
    pub fn with_database<T>(&self, look: impl FnOnce(&Database) -> T) -> T {
        look(&self.database.lock().unwrap())
    }

    /// What it has logged so far.
    pub fn log(&self) -> String {
        self.bare.lock().unwrap().log()
    }

    /// Kills the process of the Worker, without a word of warning, and starts another. All is well there.
    pub fn kill(&self) {
        self.bare.lock().unwrap().kill().unwrap();
    }

    /// Where its state is.
    pub fn folder(&self) -> PathBuf {
        self.bare.lock().unwrap().state().folder().to_owned()
    }

    /// Makes `key` nobody's, as `npm run key -- revoke` does.
    pub fn revoke(&self, key: &str) {
        let keys = Namespace::Local { persist_to: Some(self.folder()) };
        keys.delete(&entry::hash(ApiKey::parse(key).unwrap())).unwrap();
    }

    /// From now on.
    pub fn set(&self, faults: Faults) {
        self.control("PUT", "faults", &serde_json::to_string(&faults).unwrap());
    }

    /// What passed since [`Lab::forget`].
    pub fn seen(&self) -> Seen {
        serde_json::from_value(self.control("GET", "seen", "")).unwrap()
    }

    /// From now on.
    pub fn forget(&self) {
        self.control("DELETE", "seen", "");
    }

    /// What passes while `what` is done.
    pub fn watch(&self, what: impl FnOnce()) -> Seen {
        self.forget();
        what();
        self.seen()
    }

    /// The data points that the Worker wrote for the metrics.
    pub fn points(&self) -> Vec<Value> {
        serde_json::from_value(self.control("GET", "points", "")).unwrap()
    }

    /// Runs the scheduled handler once, to its end.
    pub fn fire_cron(&self) {
        self.control("POST", "cron", "");
    }

    /// The bytes of the Worker's own memory, which never shrinks.
    pub fn wasm(&self) -> u64 {
        self.control("GET", "wasm", "").as_u64().unwrap()
    }

    /// What workerd held of the machine's memory at most since the last call, in bytes: with what plays D1 there.
    pub fn resident(&self) -> u64 {
        let process = format!("/proc/{}", self.bare.lock().unwrap().workerd());
        let status = fs::read_to_string(format!("{process}/status")).unwrap();
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")).unwrap();
        // So that the next peak counts from here.
        fs::write(format!("{process}/clear_refs"), "5").unwrap();
        peak.trim().parse::<u64>().unwrap() << 10
    }

    /// What it holds while `what` is done.
    pub fn watch_heap<T>(&self, what: impl FnOnce() -> T) -> (T, Heap) {
        let ask = || self.bare.lock().unwrap().ask("heap").unwrap();
        ask();
        let done = what();
        (done, serde_json::from_str(&ask()).unwrap())
    }

    fn control(&self, method: &str, name: &str, body: &str) -> Value {
        // On a connection of its own: those of before may lead to a process that was killed.
        let answer = Client::new(&self.url).send(method, &format!("/lab/{name}"), &[], body);
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()
    }
}

impl Drop for Lab {
    /// What a failing test waited for in vain is seen in the jobs and in the end of the log, and nowhere else on a machine that
    /// is gone afterwards.
    fn drop(&mut self) {
        if !thread::panicking() {
            return;
        }
        // The test may have been looking at either when it failed.
        if let Ok(database) = self.database.lock() {
            let jobs = "SELECT group_concat(json_array(account_id, id, status, received, imported, failed, version, moved_at), char(10)) \
                FROM (SELECT * FROM batch_jobs ORDER BY moved_at DESC LIMIT 20)";
            eprintln!("the jobs that moved last:\n{}", database.one::<Option<String>>(jobs, []).unwrap_or_default());
        }
        if let Ok(bare) = self.bare.lock() {
            let log = bare.log();
            let lines: Vec<&str> = log.lines().collect();
            let last = lines.get(lines.len().saturating_sub(LAST_WORDS)..).unwrap_or_default();
            eprintln!("the end of its log of {} lines:\n{}", lines.len(), last.join("\n"));
        }
    }
}
