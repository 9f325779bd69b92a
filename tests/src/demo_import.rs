//! `npm run demo`: posts a batch, follows it until it ends, and tells what came of it.

use crate::{
    demo_batch::{self, memories},
    state::State,
};
use anyhow::{Context, Result, anyhow, bail, ensure};
use contract::{ApiKey, BatchStatus, ErrorBody, JobStatus, KeyRecord, Scope, Tier, path};
use keys::{entry::Entry, secret};
use std::{
    collections::BTreeMap,
    io::{self, IsTerminal, Write},
    thread,
    time::{Duration, SystemTime, UNIX_EPOCH},
};
use ureq::{Agent, Body, http::Response};

/// Characters of the bar.
const BAR: usize = 40;
/// Seconds between polls where the server names no pace.
const PACE: u64 = 1;

/// Posts the batch to the server on `port` of this machine, which serves `state`, and follows it.
///
/// # Errors
/// When nothing listens there, or something else does, or the job breaks.
pub fn run(port: u16, state: &State) -> Result<()> {
    let server = Server::find(port)?;
    let key = mint(state)?;
    let server = Server { authorization: format!("Bearer {key}"), ..server };
    let known = server.agent.get(server.api(path::PING)).header("Authorization", &server.authorization).call()?;
    ensure!(
        known.status() == 200,
        "the server on port {port} keeps its keys elsewhere: give the demo its --persist-to"
    );

    let memories = memories();
    let limits = (demo_batch::MONTHLY_WRITES, demo_batch::AGENTS);
    println!(
        "An account that may write {} memories a month, by {} agents, posts {}.\n",
        limits.0,
        limits.1,
        memories.len()
    );
    let posted = server.post(&serde_json::json!({ "memories": memories }).to_string())?;
    let page = format!("http://localhost:{port}/jobs/{}", posted.id);
    println!("  watch it    {page}\n  with key    {key}\n");
    let ended = server.follow(posted)?;
    println!("\n{}\nThe same, item by item: {page}", outcome(&ended));
    Ok(())
}

/// Makes a key good for an account that nobody has used yet.
fn mint(state: &State) -> Result<String> {
    let key = secret::generate("kor_self_")?;
    let created_at = SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis();
    let record = KeyRecord {
        account: format!("demo-{created_at}"),
        tier: Tier::Developer,
        scopes: Scope::ALL.to_vec(),
        created_at: u64::try_from(created_at)?,
        expires_at: None,
        monthly_writes: Some(demo_batch::MONTHLY_WRITES),
        agents: Some(demo_batch::AGENTS),
    };
    let parsed = ApiKey::parse(&key).map_err(|_| anyhow!("the new key does not have the form of one"))?;
    state.put_keys(&[Entry::new(parsed, record)?])?;
    Ok(key)
}

struct Server {
    url: String,
    agent: Agent,
    authorization: String,
}

impl Server {
    fn find(port: u16) -> Result<Self> {
        let agent = Agent::config_builder().http_status_as_error(false).build().into();
        let server = Self { url: format!("http://127.0.0.1:{port}"), agent, authorization: String::new() };
        let answer = server.agent.get(server.api(path::PING)).call();
        let answer = answer.map_err(|_| {
            anyhow!("nothing answers on port {port}: run `npm start` first, or name its port with --port")
        })?;
        ensure!(answer.status() == 401, "what answers on port {port} is not this server: name its port with --port");
        Ok(server)
    }

    fn api(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }

    fn post(&self, body: &str) -> Result<BatchStatus> {
        let post = self.agent.post(self.api(path::BATCH)).header("Authorization", &self.authorization);
        read(&mut post.send(body).context("the batch was not answered")?)
    }

    /// Polls at the pace that the server names, and shows each change.
    fn follow(&self, posted: BatchStatus) -> Result<BatchStatus> {
        let mut job = posted;
        let mut tag = String::new();
        show(&job)?;
        while !job.status.is_final() {
            let poll = self.agent.get(self.api(&path::batch_status(job.id)));
            let poll = poll.header("Authorization", &self.authorization).header("If-None-Match", &tag);
            let mut answer = poll.call().context("the server does not answer any more")?;
            let header = |name| answer.headers().get(name).and_then(|value| value.to_str().ok());
            let pace = header("Retry-After").and_then(|pace| pace.parse().ok()).unwrap_or(PACE);
            match answer.status().as_u16() {
                304 | 429 | 503 => {}
                _ => {
                    tag = header("ETag").unwrap_or_default().to_owned();
                    job = read(&mut answer)?;
                    show(&job)?;
                }
            }
            if !job.status.is_final() {
                thread::sleep(Duration::from_secs(pace));
            }
        }
        if io::stdout().is_terminal() {
            println!();
        }
        Ok(job)
    }
}

fn read(answer: &mut Response<Body>) -> Result<BatchStatus> {
    let body = answer.body_mut().read_to_string()?;
    if answer.status().is_success() {
        return serde_json::from_str(&body).context("the answer is no status of a job");
    }
    let error: ErrorBody =
        serde_json::from_str(&body).with_context(|| format!("the server says {}", answer.status()))?;
    bail!("{}", error.message)
}

/// On a terminal the line is rewritten; elsewhere each change has a line of its own.
fn show(job: &BatchStatus) -> Result<()> {
    let mut out = io::stdout();
    let done = job.imported + job.failed;
    let part = |items: u32| items as usize * BAR / job.received.max(1) as usize;
    let (imported, done_part) = (part(job.imported), part(done));
    let bar = ["█".repeat(imported), "▒".repeat(done_part - imported), "·".repeat(BAR - done_part)].concat();
    let line = format!("  {bar} {done} of {}: {} imported, {} failed", job.received, job.imported, job.failed);
    if out.is_terminal() {
        write!(out, "\r\x1b[K{line}")?;
    } else {
        writeln!(out, "{line}")?;
    }
    Ok(out.flush()?)
}

/// What came of it, in words, with the failures gathered by their reason.
fn outcome(job: &BatchStatus) -> String {
    let mut lines = vec![match job.status {
        JobStatus::Failed => format!("The job broke: {} of {} memories landed before.", job.imported, job.received),
        _ if job.failed == 0 => format!("Completed: all {} memories landed.", job.received),
        _ => format!("Completed with {} failures: {} of {} memories landed.", job.failed, job.imported, job.received),
    }];
    let mut reasons: BTreeMap<&str, Vec<u32>> = BTreeMap::new();
    for item in &job.errors {
        reasons.entry(&item.error).or_default().push(item.index);
    }
    let mut reasons: Vec<_> = reasons.into_iter().collect();
    reasons.sort_by_key(|(_, indexes)| std::cmp::Reverse(indexes.len()));
    for (reason, indexes) in reasons {
        let place = match indexes[..] {
            [only] => format!("item {only}"),
            [first, .., last] => format!("items {first} to {last}"),
            [] => continue,
        };
        lines.push(format!("  {:4} × {reason} ({place})", indexes.len()));
    }
    lines.join("\n") + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outcome_gathers_the_failures_by_reason_with_the_most_frequent_first() {
        let json = r#"{"id":"job_8f2c1aab4d7e4f0c9a1b2c3d4e5f6a7b","status":"completed","received":5,"imported":2,"failed":3,
            "errors":[{"index":1,"error":"a"},{"index":2,"error":"b"},{"index":4,"error":"b"}]}"#;
        let told = outcome(&serde_json::from_str(json).unwrap());
        let lines: Vec<_> = told.lines().map(str::trim).collect();
        assert_eq!(
            lines,
            ["Completed with 3 failures: 2 of 5 memories landed.", "2 × b (items 2 to 4)", "1 × a (item 1)"]
        );
    }
}
