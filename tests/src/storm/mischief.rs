//! What goes wrong.

use super::{Extent, Storm, ledger::Count};
use crate::{lab::Faults, receiver::Reply};
use std::{
    sync::atomic::Ordering,
    thread,
    time::{Duration, Instant},
};

/// For how long each fault lasts, and the quiet behind it.
const LASTS: Duration = Duration::from_millis(1_500);

/// How often each thing has gone wrong.
#[derive(Default)]
pub struct Mischief {
    kills: Count,
    outages: Count,
    failing: Count,
    slow: Count,
    revoked: Count,
    receivers: Count,
    migrations: Count,
}

impl Mischief {
    /// All of it in turn, until the storm is to end.
    pub(super) fn make(&self, storm: &Storm, extent: &Extent) {
        let begin = Instant::now();
        let mut round = 0;
        while round < extent.rounds
            || begin.elapsed() < extent.least
            || storm.ledger.counts.foreign.get() < extent.foreign
        {
            self.revoke(storm, round);
            self.receivers(storm, Reply::Answer(500, &[]));
            self.d1(storm, Faults { refused: 0.25, lost: 0.25, ..Faults::NONE }, &self.failing);
            self.kill(storm);
            self.receivers(storm, Reply::Silence);
            self.d1(storm, Faults { latency: 250, ..Faults::NONE }, &self.slow);
            self.kill(storm);
            self.d1(storm, Faults::DOWN, &self.outages);
            self.receivers(storm, Reply::Answer(204, &[]));
            self.migrate(storm, round);
            self.quiet(storm);
            round += 1;
        }
    }

    /// In numbers.
    pub(super) fn told(&self) -> String {
        format!(
            "{} kills of workerd, {} outages of D1, {} times half of its calls failing, {} times slow, {} keys revoked, \
             {} changes of all receivers, {} migrations",
            self.kills.get(),
            self.outages.get(),
            self.failing.get(),
            self.slow.get(),
            self.revoked.get(),
            self.receivers.get(),
            self.migrations.get()
        )
    }

    /// With the cron once in a while, as ever.
    fn quiet(&self, storm: &Storm) {
        let begin = Instant::now();
        while begin.elapsed() < LASTS {
            storm.lab.fire_cron();
            thread::sleep(LASTS / 4);
        }
    }

    fn d1(&self, storm: &Storm, faults: Faults, count: &Count) {
        storm.lab.set(faults);
        self.quiet(storm);
        storm.lab.set(Faults::NONE);
        count.up();
        self.quiet(storm);
    }

    fn kill(&self, storm: &Storm) {
        storm.starts.fetch_add(1, Ordering::SeqCst);
        storm.lab.kill();
        storm.starts.fetch_add(1, Ordering::SeqCst);
        self.kills.up();
        self.quiet(storm);
    }

    fn receivers(&self, storm: &Storm, reply: Reply) {
        for receiver in &storm.receivers {
            receiver.set(reply.clone());
        }
        self.receivers.up();
    }

    /// One account's read-only key a round.
    fn revoke(&self, storm: &Storm, round: u64) {
        let Some((account, revoked)) = storm.accounts.iter().zip(&storm.revoked).nth(round as usize) else { return };
        // From here on it may be refused.
        *revoked.lock().unwrap() = Some(Instant::now());
        storm.lab.revoke(&account.read_only);
        *revoked.lock().unwrap() = Some(Instant::now());
        self.revoked.up();
    }

    /// A column and an index more in the tables that everybody reads and writes, as a migration adds them.
    fn migrate(&self, storm: &Storm, round: u64) {
        storm.lab.with_database(|database| {
            database.execute(&format!(
                "BEGIN IMMEDIATE; ALTER TABLE batch_jobs ADD COLUMN next_{round} TEXT; \
                 CREATE INDEX next_jobs_{round} ON batch_jobs (account_id, next_{round}); \
                 ALTER TABLE memories ADD COLUMN next_{round} INTEGER NOT NULL DEFAULT 0; COMMIT;"
            ));
        });
        self.migrations.up();
    }
}
