//! Everything at once: clients that import, cancel, poll, wait, retry and ask for what is another's, while the Worker is
//! killed, D1 fails and is slow, keys are revoked, receivers of webhooks break and the schema changes under them.
//!
//! - `clients`: what the clients do, and what each may see
//! - `mischief`: what goes wrong
//! - `ledger`: what all have seen, and what must not have been
//! - `reckoning`: what is there when all is quiet again

mod clients;
mod ledger;
mod mischief;
mod reckoning;

use crate::{
    Account,
    faults::SETTINGS,
    lab::Lab,
    receiver::{Receiver, Reply},
};
use clients::Somebody;
use contract::{Tier, WebhookId};
use ledger::Ledger;
use mischief::Mischief;
use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

/// Clients that import and cancel, each for an account of its own.
const IMPORTERS: usize = 8;

/// Clients that poll, wait and retry, as many for each account.
const WATCHERS: usize = 32;

/// Between two lines of progress.
const PROGRESS: Duration = Duration::from_secs(5);

/// How long it takes.
pub struct Extent {
    /// At least.
    pub least: Duration,
    /// Until so many requests for what another account has were answered.
    pub foreign: u64,
    /// Until all that can go wrong has gone wrong so often.
    pub rounds: u64,
}

impl Extent {
    /// As `npm run faults`.
    pub const FULL: Self = Self { least: Duration::from_secs(180), foreign: 100_000, rounds: 10 };
    /// As one of the tests: each fault once.
    pub const SHORT: Self = Self { least: Duration::from_secs(20), foreign: 1_000, rounds: 1 };
}

/// What all threads share.
struct Storm {
    lab: Lab,
    accounts: Vec<Account>,
    receivers: Vec<Receiver>,
    webhooks: Vec<WebhookId>,
    /// Since when the account's read-only key has been revoked.
    revoked: Vec<Mutex<Option<Instant>>>,
    ledger: Ledger,
    /// Odd while there is no server.
    starts: AtomicU64,
    over: AtomicBool,
}

impl Storm {
    fn starts(&self) -> u64 {
        self.starts.load(Ordering::SeqCst)
    }

    fn is_over(&self) -> bool {
        self.over.load(Ordering::Relaxed)
    }

    fn progress(&self, mischief: &Mischief, begin: Instant) -> String {
        let (counts, mischief) = (&self.ledger.counts, mischief.told());
        let (answers, foreign) = (counts.answers.get(), counts.foreign.get());
        format!("{} s: {mischief}; {answers} answers, {foreign} about others", begin.elapsed().as_secs())
    }
}

/// What an account's name stands in wherever it sends text: no name's mark is a part of another's.
fn mark(name: &str) -> String {
    format!("<{name}>")
}

/// Brings all of it about, tells how it goes on, and returns what was survived: as lines for a person, or what must not have
/// been.
///
/// # Errors
/// When something was lost, doubled, shown to somebody else, or answered otherwise than the contract says.
pub fn run(extent: &Extent) -> Result<String, String> {
    let settings = [("IMPORT_CHUNK_ITEMS", "4"), SETTINGS[1], ("IMPORT_STALLED_SECONDS", "1"), ("WEBHOOK_LOCAL", "1")];
    let lab = Lab::start(&settings, "");
    let accounts: Vec<_> = (0..IMPORTERS).map(|_| Account::new(Tier::Scale)).collect();
    let receivers: Vec<_> = accounts.iter().map(|_| Receiver::new(Reply::Answer(204, &[]))).collect();
    let hook = |(account, receiver): (&Account, &Receiver)| {
        lab.client().webhook(&account.key, &receiver.url(), &["batch.completed", "batch.failed"]).id
    };
    let webhooks = accounts.iter().zip(&receivers).map(hook).collect();
    let revoked = accounts.iter().map(|_| Mutex::default()).collect();
    let (ledger, starts, over) = (Ledger::default(), AtomicU64::new(0), AtomicBool::new(false));
    let storm = Storm { lab, accounts, receivers, webhooks, revoked, ledger, starts, over };
    let (mischief, begin) = (Mischief::default(), Instant::now());

    let shared = &storm;
    thread::scope(|scope| {
        for account in 0..IMPORTERS {
            scope.spawn(move || guarded(shared, || Somebody::new(shared, account, false).import()));
            for watcher in 0..WATCHERS / IMPORTERS {
                scope.spawn(move || guarded(shared, || Somebody::new(shared, account, watcher == 0).look()));
            }
        }
        scope.spawn(|| {
            guarded(&storm, || mischief.make(&storm, extent));
            // Whatever became of it.
            storm.over.store(true, Ordering::Relaxed);
        });
        scope.spawn(|| {
            while !storm.is_over() {
                println!("{}", storm.progress(&mischief, begin));
                let told = Instant::now();
                while told.elapsed() < PROGRESS && !storm.is_over() {
                    thread::sleep(Duration::from_millis(50));
                }
            }
        });
    });
    println!("{}; all is quiet: counting", storm.progress(&mischief, begin));
    let figures = catch_unwind(AssertUnwindSafe(|| reckoning::reckon(&storm)));
    let wrong = storm.ledger.all_wrong();
    match figures {
        Ok(figures) if wrong.is_empty() => Ok(format!(
            "Survived in {} s: {}.\n{figures}\n0 lost, 0 doubled, 0 foreign, 0 answers that are none of the contract's.",
            begin.elapsed().as_secs(),
            mischief.told()
        )),
        _ => {
            let first: Vec<_> = wrong.iter().take(20).cloned().collect();
            Err(format!("{} things must not have been, such as:\n{}", wrong.len().max(1), first.join("\n")))
        }
    }
}

/// Whoever breaks off has seen something that must not be.
fn guarded(storm: &Storm, what: impl FnOnce()) {
    if catch_unwind(AssertUnwindSafe(what)).is_err() {
        storm.ledger.wrong("somebody broke off: the reason stands above");
    }
}
