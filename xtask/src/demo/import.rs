//! `npm run demo`: posts a batch, follows it until it ends, and tells what came of it.

use super::{
    batch::{self, memories},
    outcome::outcome,
};
use crate::state::State;
use anyhow::{Context, Result, anyhow, bail, ensure};
use contract::{ApiKey, BatchStatus, ErrorBody, KeyRecord, Scope, Tier, path};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use keys::{entry::Entry, secret};
use std::{
    thread,
    time::{Duration, SystemTime, UNIX_EPOCH},
};
use ureq::{Agent, Body, http::Response};

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
    let limits = (batch::MONTHLY_WRITES, batch::AGENTS);
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
        monthly_writes: Some(batch::MONTHLY_WRITES),
        agents: Some(batch::AGENTS),
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
        let bar = bar(&job)?;
        show(&bar, &job);
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
                    show(&bar, &job);
                }
            }
            if !job.status.is_final() {
                thread::sleep(Duration::from_secs(pace));
            }
        }
        bar.abandon();
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

fn bar(job: &BatchStatus) -> Result<ProgressBar> {
    let style = ProgressStyle::with_template("  {bar:40} {msg}")?.progress_chars("██·");
    let bar = ProgressBar::with_draw_target(Some(job.received.into()), ProgressDrawTarget::stdout());
    Ok(bar.with_style(style))
}

/// On a terminal the bar moves; elsewhere each change has a line of its own.
fn show(bar: &ProgressBar, job: &BatchStatus) {
    let done = job.imported + job.failed;
    let line = format!("{done} of {}: {} imported, {} failed", job.received, job.imported, job.failed);
    if bar.is_hidden() {
        println!("  {line}");
    }
    bar.set_position(done.into());
    bar.set_message(line);
}
