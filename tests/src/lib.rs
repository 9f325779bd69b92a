//! What the tests stand on. In short:
//!
//! ```ignore
//! let account = Account::new(Tier::Hobby);            // nobody else's, so no other test uses up its rate limit
//! let answer = server().get("/v1/ping", &account.key);
//! assert_eq!(answer.status, 200);
//! ```
//!
//! [`server`] is started once for all tests, over a state that `seed.sql` filled: see there which jobs each account has.
//! A test that needs one to itself (since it breaks it, or uses up the limit of an address) calls [`start`].

mod account;
pub mod browser;
mod client;
mod database;
pub mod described;
pub mod faults;
pub mod lab;
pub mod receiver;
mod running;
pub mod storm;
pub mod traffic;

pub use account::{Account, BROKEN, entry, key_id};
pub use client::{Answer, Client, bearer};
pub use database::{Database, Sums};
pub use running::Running;

use std::{
    env,
    path::PathBuf,
    sync::{LazyLock, Mutex, MutexGuard, PoisonError},
    thread,
    time::{Duration, Instant},
};
use xtask::{checkout, serve::Server, state::State};

/// The jobs that `seed.sql` makes.
pub mod job {
    /// Every account's: the example of the contract. Completed, 3 received, 2 imported, 1 failed.
    pub const EXAMPLE: &str = "job_8f2c1aab4d7e4f0c9a1b2c3d4e5f6a7b";
    /// Every account's: failed, 5 received, 2 imported, 3 failed at indexes 2 to 4.
    pub const FAILED: &str = "job_00000000000000000000000000000003";
    /// Every account's: completed, 500 received, all failed.
    pub const ERRORS_500: &str = "job_00000000000000000000000000000500";
    /// [`crate::Account::other`]'s alone: completed, 1 received, 1 imported.
    pub const OTHERS: &str = "job_0000000000000000000000000000000f";
    /// [`crate::Account::other`]'s alone: completed, 50,000 received, all failed.
    pub const ERRORS_50000: &str = "job_00000000000000000000000000050000";
    /// [`crate::Account::other`]'s alone: pending, 5 received. Nothing moves it, and the sweep does not see it.
    pub const PENDING: &str = "job_00000000000000000000000000000001";
    /// [`crate::Account::other`]'s alone: processing, 5 received, 2 imported, 1 failed at index 1. As little moved.
    pub const PROCESSING: &str = "job_00000000000000000000000000000002";
    /// Nobody's.
    pub const UNKNOWN: &str = "job_ffffffffffffffffffffffffffffffff";

    /// Finds the row of the job `id` in the list on the page.
    pub fn row(id: &str) -> String {
        format!("tr:has([href='/jobs/{id}'])")
    }
}

/// Where `npm test` has put something that tests need, which it tells in the environment.
#[track_caller]
pub fn place(variable: &str) -> PathBuf {
    let place = env::var_os(variable).filter(|place| !place.is_empty());
    assert!(place.is_some(), "{variable} is not set: run `npm test`, which sets up what the tests need");
    place.unwrap_or_default().into()
}

/// Fails where nothing is built: tests build nothing.
#[track_caller]
pub fn assert_built() {
    let built = ["edge/build/edge.js", "dashboard/dist/index.html"].map(checkout::path);
    assert!(built.iter().all(|file| file.exists()), "nothing is built here: run `npm test`");
}

/// The migrated and seeded state that every server of this run begins with.
static SEEDED: LazyLock<State> = LazyLock::new(|| {
    assert_built();
    let state = State::scratch().unwrap();
    state.migrate().unwrap();
    state.run_sql(&checkout::path("tests/src/seed.sql")).unwrap();
    state.put_keys(&account::entries()).unwrap();
    state
});

/// It is never dropped; that it ends with the process is what [`Server`] promises.
static SHARED: LazyLock<Server> = LazyLock::new(start);

/// The server that the tests share. Leave it as you found it.
pub fn server() -> Client {
    Client::new(SHARED.url())
}

/// What the shared server serves, for changes to an account of the test's own.
pub fn state() -> &'static State {
    SHARED.state()
}

/// What the shared server has logged so far.
pub fn log() -> String {
    SHARED.log()
}

/// The server for tests that write. It has a state of its own, which nothing but requests changes while it runs: the
/// local D1 refuses a write at once while somebody else's is under way.
pub fn importing() -> Client {
    Client::new(importing_server().url())
}

/// What [`importing`] speaks to.
pub fn importing_server() -> &'static Server {
    &IMPORTING
}

/// The database of [`importing`], to look at.
pub fn imported() -> Database {
    Database::of(IMPORTING.state())
}

static IMPORTING: LazyLock<Server> = LazyLock::new(start);

/// A server of the test's own over a fresh copy of the seeded state. Ends when it is dropped.
pub fn start() -> Server {
    start_with(&[], "")
}

/// [`start`], with other values for some of the variables in `wrangler.toml`, and SQL that has run before.
pub fn start_with(variables: &[(&str, &str)], planted: &str) -> Server {
    let state = SEEDED.copy().unwrap();
    Database::of(&state).execute(planted);
    Server::start_with(state, 0, variables).unwrap()
}

/// A server with so many databases. The accounts of the tiers hobby and developer have data from when there was one; the others
/// are new.
pub fn start_many(databases: u32, variables: &[(&str, &str)]) -> Server {
    let state = SEEDED.copy().unwrap().with_databases(databases);
    let database = Database::of(&state);
    database.multiply(&state, databases);
    for table in database.tables() {
        database.execute(&format!("DELETE FROM {table} WHERE account_id LIKE 'team-%' OR account_id LIKE 'scale-%'"));
    }
    drop(database);
    Server::start_with(state, 0, variables).unwrap()
}

/// Held while a body of many megabytes is under way: an isolate has room for one of the largest, and has others come later.
pub fn large_body() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// How long anything is waited for: a machine that is busy takes its time. What must be fast is measured by itself.
pub const PATIENCE: Duration = Duration::from_secs(240);

/// Looks again and again until `done`, for as long as [`PATIENCE`] at most.
#[track_caller]
pub fn wait_until(what: &str, done: impl Fn() -> bool) {
    let begin = Instant::now();
    while !done() {
        assert!(begin.elapsed() < PATIENCE, "{what} does not happen");
        thread::sleep(Duration::from_millis(5));
    }
}
