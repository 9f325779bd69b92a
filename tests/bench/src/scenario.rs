//! What is compared.

use crate::data::{self, Target};

/// One row of the table.
pub struct Scenario {
    /// How `--only` and the table call it.
    pub letter: &'static str,
    pub what: &'static str,
    /// Connections, each with one request under way.
    pub clients: u32,
    /// The least ratio of this Worker's answers a second to the peer's.
    pub bar: f64,
    pub targets: fn() -> Vec<Target>,
}

/// All of them, in the table's order.
pub const SCENARIOS: [Scenario; 8] = [
    Scenario { clients: 64, ..scenario("a", "one running job", 3.0, || data::running(0..1)) },
    scenario("b", "1,000 running jobs of 50 accounts", 1.3, data::all_running),
    scenario("c", "1,000 finished jobs", 3.0, data::finished),
    scenario("d", "64 running jobs, If-None-Match", 2.0, data::unchanged),
    scenario("e", "100 unknown keys", 2.0, data::unknown_keys),
    scenario("f", "a job with 500 errors", 1.5, || data::failures(500)),
    Scenario { clients: 1, ..scenario("g", "a job with 50,000 errors", 2.0, || data::failures(50_000)) },
    scenario("h", "70 % b, 20 % c, 10 % d", 1.5, mix),
];

const fn scenario(letter: &'static str, what: &'static str, bar: f64, targets: fn() -> Vec<Target>) -> Scenario {
    Scenario { letter, what, clients: 16, bar, targets }
}

/// The least ratio of this Worker's answers a second, when its limiters do not count, to the floor's.
pub const FLOOR_BAR: f64 = 0.6;

/// The most D1 statements a second that the watchers of one running job may cause.
pub const STATEMENTS_BAR: f64 = 2.0;

/// The most that a POST of 500 memories may take, in terms of a POST of one.
pub const POST_BAR: f64 = 3.0;

/// The most that the memory may have grown from the second minute of the mix to its last, as a ratio: it is all of workerd's,
/// which also simulates D1, KV and the limiters, and breathes.
pub const MEMORY_BAR: f64 = 1.05;

fn mix() -> Vec<Target> {
    // The 64 jobs of d sixteen times are about as many as 1,000 once.
    let parts = [(7, data::all_running()), (2, data::finished()), (16, data::unchanged())];
    let shared =
        parts.into_iter().flat_map(|(share, targets)| targets.into_iter().map(move |it| Target { share, ..it }));
    shared.collect()
}
