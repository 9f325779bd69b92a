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
pub mod faults;
mod running;
pub mod traffic;

pub use account::{Account, entry};
pub use client::{Answer, Client, bearer};
pub use database::{Database, Sums};
pub use running::Running;

use ::stack::{build, checkout, serve::Server, state::State};
use std::{
    sync::LazyLock,
    thread,
    time::{Duration, Instant},
};

/// The jobs that `seed.sql` makes.
pub mod job {
    /// Every account's: the example of the contract. Completed, 3 received, 2 imported, 1 failed.
    pub const EXAMPLE: &str = "job_8f2c1aab4d7e4f0c9a1b2c3d4e5f6a7b";
    /// Every account's: failed, 5 received, 2 imported, 3 failed at indexes 2 to 4.
    pub const FAILED: &str = "job_00000000000000000000000000000003";
    /// Every account's: completed, 500 received, all failed.
    pub const ERRORS_500: &str = "job_00000000000000000000000000000500";
    /// [`super::Account::other`]'s alone: completed, 1 received, 1 imported.
    pub const OTHERS: &str = "job_0000000000000000000000000000000f";
    /// [`super::Account::other`]'s alone: completed, 50,000 received, all failed.
    pub const ERRORS_50000: &str = "job_00000000000000000000000000050000";
    /// [`super::Account::other`]'s alone: pending, 5 received. Nothing moves it, and the sweep does not see it.
    pub const PENDING: &str = "job_00000000000000000000000000000001";
    /// [`super::Account::other`]'s alone: processing, 5 received, 2 imported, 1 failed at index 1. As little moved.
    pub const PROCESSING: &str = "job_00000000000000000000000000000002";
    /// Nobody's.
    pub const UNKNOWN: &str = "job_ffffffffffffffffffffffffffffffff";
}

/// The migrated and seeded state that every server of this run begins with.
static SEEDED: LazyLock<State> = LazyLock::new(|| {
    build::all().unwrap();
    let state = State::scratch().unwrap();
    state.migrate().unwrap();
    state.run_sql(&checkout::path("tests/e2e/support/seed.sql")).unwrap();
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

/// Looks again and again until `done`, at most a minute long.
#[track_caller]
pub fn wait_until(what: &str, done: impl Fn() -> bool) {
    let begin = Instant::now();
    while !done() {
        assert!(begin.elapsed() < Duration::from_secs(60), "{what} does not happen");
        thread::sleep(Duration::from_millis(5));
    }
}
