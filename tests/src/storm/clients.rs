//! Those who import and cancel, and those who poll, wait, retry, and ask for what is another's.

use super::{Storm, ledger::Ledger};
use crate::{Answer, Client, bearer};
use contract::{BatchStatus, JobId, path};
use serde_json::{Value, json};
use std::{
    collections::HashMap,
    hash::{BuildHasher, RandomState},
    thread,
    time::{Duration, Instant},
};

/// Before somebody tries again.
const PAUSE: Duration = Duration::from_millis(50);

/// For how long a revoked key may still be good: an isolate and KV believe its record for 30 seconds each.
const DYING: Duration = Duration::from_secs(70);

/// Chance.
pub struct Dice(RandomState, u64);

impl Dice {
    /// New ones.
    pub fn new() -> Self {
        Self(RandomState::new(), 0)
    }

    /// A number below `sides`.
    pub fn throw(&mut self, sides: usize) -> usize {
        self.1 += 1;
        (self.0.hash_one(self.1) % sides as u64) as usize
    }

    /// One of them.
    pub fn pick<T: Copy>(&mut self, of: &[T]) -> Option<T> {
        if of.is_empty() { None } else { Some(of[self.throw(of.len())]) }
    }
}

/// Somebody with a key, and what they have seen so far.
pub struct Somebody<'a> {
    storm: &'a Storm,
    /// Whose key it is.
    account: usize,
    key: String,
    /// Whether the key may be revoked.
    is_revocable: bool,
    dice: Dice,
    client: (u64, Client),
    /// The newest of each job, with its version.
    seen: HashMap<JobId, (u64, BatchStatus)>,
}

impl<'a> Somebody<'a> {
    /// Of the account of this number.
    pub fn new(storm: &'a Storm, account: usize, is_revocable: bool) -> Self {
        let keys = &storm.accounts[account];
        let key = if is_revocable { &keys.read_only } else { &keys.key }.clone();
        let client = (storm.starts(), Client::new(storm.lab.url()));
        Self { storm, account, key, is_revocable, dice: Dice::new(), client, seen: HashMap::new() }
    }

    fn ledger(&self) -> &'a Ledger {
        &self.storm.ledger
    }

    /// Asks once. `None` where there was no server to answer.
    fn ask(&mut self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Option<Answer> {
        let starts = self.storm.starts();
        if self.client.0 != starts {
            // Nobody is at the other end of the old connections.
            self.client = (starts, Client::new(self.storm.lab.url()));
        }
        let key = bearer(&self.key);
        let headers = [&[("Authorization", &*key)], headers].concat();
        let (began, request) = (Instant::now(), format!("{method} {path}"));
        match self.client.1.try_send(method, path, &headers, body) {
            Ok(answer) => {
                self.ledger().judge(&request, &answer);
                self.look_for_others(&request, &answer);
                if answer.status == 401 {
                    self.refused(began);
                } else if self.is_revocable && answer.status != 503 && self.revoked_for(began) > Some(DYING) {
                    self.ledger().wrong(format!("{request}: a revoked key is still good"));
                }
                Some(answer)
            }
            Err(error) => {
                if self.storm.starts() == starts && starts.is_multiple_of(2) {
                    self.ledger().wrong(format!("{request} got no answer: {error}"));
                }
                assert!(starts.is_multiple_of(2) || !self.storm.is_over(), "there is no server any more");
                self.ledger().counts.unanswered.up();
                thread::sleep(PAUSE);
                None
            }
        }
    }

    fn revoked_for(&self, at: Instant) -> Option<Duration> {
        Some(at.saturating_duration_since((*self.storm.revoked[self.account].lock().unwrap())?))
    }

    /// From now on with the account's other key.
    fn refused(&mut self, began: Instant) {
        let is_revoked = self.storm.revoked[self.account].lock().unwrap().is_some();
        if !self.is_revocable || !is_revoked {
            self.ledger().wrong(format!("a good key was refused after {} ms", began.elapsed().as_millis()));
        }
        self.ledger().counts.refused.up();
        self.key.clone_from(&self.storm.accounts[self.account].key);
        self.is_revocable = false;
    }

    /// All that an account sends bears its name.
    fn look_for_others(&self, request: &str, answer: &Answer) {
        let text = String::from_utf8_lossy(&answer.body);
        for (number, other) in self.storm.accounts.iter().enumerate() {
            if number != self.account && text.contains(&super::mark(&other.name)) {
                self.ledger().wrong(format!("{request} of {} shows {}", self.account, other.name));
            }
        }
    }

    /// Asks until somebody answers other than that they cannot.
    fn insist(&mut self, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        loop {
            match self.ask("POST", path, headers, body) {
                Some(answer) if answer.status != 503 => return answer,
                _ => thread::sleep(PAUSE),
            }
        }
    }

    /// Imports batch after batch, cancels some, and sends some again.
    pub fn import(mut self) {
        for number in 0.. {
            if self.storm.is_over() {
                return;
            }
            let key = format!("import-{number}");
            let (body, headers) = (self.batch().to_string(), [("Idempotency-Key", &*key)]);
            // Whether it came in may be unknown: so it is sent until that is known.
            let job = loop {
                let answer = self.insist(path::BATCH, &headers, &body);
                match answer.status {
                    202 => break self.let_in(&key, &answer),
                    429 => thread::sleep(PAUSE),
                    _ => return self.ledger().wrong(format!("a batch was not let in: {}", answer.text())),
                }
            };
            if self.dice.throw(4) == 0 {
                let again = self.insist(path::BATCH, &headers, &body);
                if again.status == 202 {
                    self.let_in(&key, &again);
                }
            }
            if self.dice.throw(5) == 0 {
                thread::sleep(Duration::from_millis(self.dice.throw(500) as u64));
                if self.insist(&path::cancel(job), &[], "").status == 202 {
                    self.ledger().counts.cancelled.up();
                }
            }
        }
    }

    fn let_in(&self, key: &str, answer: &Answer) -> JobId {
        let job = answer.job();
        self.ledger().imported(self.account, key, job.id, job.received);
        job.id
    }

    fn batch(&mut self) -> Value {
        let mark = super::mark(&self.storm.accounts[self.account].name);
        let item = |dice: &mut Dice| match dice.throw(10) {
            0 => json!({ "content": " " }),
            agent => json!({ "content": mark, "agent_id": agent.to_string() }),
        };
        let memories: Vec<_> = (0..=self.dice.throw(60)).map(|_| item(&mut self.dice)).collect();
        json!({ "memories": memories, "label": mark })
    }

    /// Looks at the account's jobs and at others', in all ways.
    pub fn look(mut self) {
        while !self.storm.is_over() {
            if self.dice.throw(3) > 0 {
                self.ask_for_anothers();
                continue;
            }
            let jobs = self.ledger().jobs(self.account);
            let Some((job, _)) = self.dice.pick(&jobs) else {
                thread::sleep(PAUSE);
                continue;
            };
            match self.dice.throw(8) {
                0 => _ = self.ask("GET", path::BATCH, &[], ""),
                1 => _ = self.ask("GET", path::MEMORIES, &[], ""),
                2 => _ = self.ask("GET", &path::items(job), &[], ""),
                3 => _ = self.ask("GET", path::USAGE, &[], ""),
                4 => self.retry(job),
                5 => self.poll(job, &[("Prefer", "wait=3")]),
                _ => self.poll(job, &[]),
            }
        }
    }

    fn poll(&mut self, job: JobId, headers: &[(&str, &str)]) {
        let known = self.seen.get(&job).map(|(version, _)| format!("\"{version}\""));
        let mut headers = headers.to_vec();
        headers.extend(known.as_deref().map(|version| ("If-None-Match", version)));
        let Some(answer) = self.ask("GET", &path::batch_status(job), &headers, "") else { return };
        if answer.header("Preference-Applied").is_some() {
            self.ledger().counts.waited.up();
        }
        match answer.status {
            200 => self.saw(&answer),
            304 if known.is_some() => {}
            401 | 503 => {}
            _ => self.ledger().wrong(format!("{job} is gone: {}", answer.text())),
        }
    }

    /// What is seen later is no older.
    fn saw(&mut self, answer: &Answer) {
        let (status, ledger) = (answer.job(), self.ledger());
        let version = answer.header("ETag").and_then(|etag| etag.trim_matches('"').parse().ok()).unwrap_or(0);
        if status.imported + status.failed > status.received || status.errors.len() != status.failed as usize {
            ledger.wrong(format!("the counts do not add up: {}", answer.text()));
        }
        if answer.header("Retry-After").is_some() == status.status.is_final() {
            ledger.wrong(format!("when to poll again is wrong: {}", answer.text()));
        }
        if status.status.is_final() {
            ledger.ended(&status);
        }
        if let Some((before, old)) = self.seen.insert(status.id, (version, status.clone()))
            && (before > version
                || old.imported > status.imported
                || old.failed > status.failed
                || (old.status.is_final() && old != status))
        {
            ledger.wrong(format!("it went back from {old:?} to {status:?}"));
        }
    }

    fn retry(&mut self, job: JobId) {
        if self.is_revocable {
            return;
        }
        let key = format!("retry-{job}");
        loop {
            let answer = self.insist(&path::retry(job), &[("Idempotency-Key", &key)], "");
            match answer.status {
                202 => {
                    self.let_in(&key, &answer);
                    return self.ledger().counts.retried.up();
                }
                409 => return,
                429 => thread::sleep(PAUSE),
                _ => return self.ledger().wrong(format!("{job} was not retried: {}", answer.text())),
            }
        }
    }

    /// It is as if there were no such thing.
    fn ask_for_anothers(&mut self) {
        let other = (self.account + 1 + self.dice.throw(self.storm.accounts.len() - 1)) % self.storm.accounts.len();
        let Some((job, _)) = self.dice.pick(&self.ledger().jobs(other)) else { return thread::sleep(PAUSE) };
        let webhook = self.storm.webhooks[other];
        let ways = if self.is_revocable { 3 } else { 7 };
        let (method, path) = match self.dice.throw(ways) {
            0 => ("GET", path::batch_status(job)),
            1 => ("GET", path::items(job)),
            2 => ("GET", path::deliveries(webhook)),
            3 => ("POST", path::cancel(job)),
            4 => ("POST", path::retry(job)),
            5 => ("POST", path::rotate(webhook)),
            _ => ("DELETE", path::webhook(webhook)),
        };
        match self.ask(method, &path, &[], "") {
            Some(answer) if answer.status == 404 => self.ledger().counts.foreign.up(),
            Some(answer) if ![401, 503].contains(&answer.status) => {
                self.ledger().wrong(format!("{method} {path} is another's: {}", answer.text()));
            }
            _ => {}
        }
    }
}
