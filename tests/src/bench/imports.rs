//! How fast batches are let in and imported.

use super::data::{IMPORTERS, importer};
use anyhow::{Context, Result, ensure};
use contract::{BatchStatus, path};
use serde_json::{Value, json};
use std::{
    thread,
    time::{Duration, Instant},
};
use ureq::Agent;

/// Memories in a batch.
const BATCH: usize = 500;
/// Bytes of each.
const CONTENT: usize = 1_000;
/// Batches of as many accounts that are imported at once.
const AT_ONCE: u32 = 10;
/// Batches one by one, for each try of those at once: they take less.
const POSTS: usize = 5;
const PACE: Duration = Duration::from_millis(5);

/// The figures, each the median of some tries. Times are in seconds.
pub struct Imports {
    /// From a POST of 500 memories to `completed`.
    pub completed: f64,
    /// Memories a second, with ten such batches of ten accounts at once.
    pub memories: f64,
    /// Until the answer to a POST of one memory.
    pub post_one: f64,
    /// Until the answer to a POST of 500 memories of 1 kB.
    pub post_batch: f64,
}

/// Posts batches to the server at `url` and follows them to their end.
///
/// # Errors
/// When one is refused, or is not imported whole.
pub fn measure(url: &str, tries: usize) -> Result<Imports> {
    let agent = agent();
    let (one, batch) = (body(1), body(BATCH));
    let (mut completed, mut posts_of_one, mut posts_of_batch, mut memories) = (vec![], vec![], vec![], vec![]);
    // The first of each warms up and does not count.
    for n in 0..=tries * POSTS {
        let key = importer(AT_ONCE + n as u32 % (IMPORTERS - AT_ONCE));
        let (posted_one, _) = import(&agent, url, &key, &one)?;
        let (posted_batch, ended) = import(&agent, url, &key, &batch)?;
        if n > 0 {
            posts_of_one.push(posted_one);
            posts_of_batch.push(posted_batch);
            completed.push(ended);
        }
    }
    for n in 0..=tries {
        let seconds = import_at_once(url, &batch)?;
        if n > 0 {
            memories.push(f64::from(AT_ONCE) * BATCH as f64 / seconds);
        }
    }
    let median = super::report::median;
    Ok(Imports {
        completed: median(&completed),
        memories: median(&memories),
        post_one: median(&posts_of_one),
        post_batch: median(&posts_of_batch),
    })
}

/// Imports one batch of `size` memories.
///
/// # Errors
/// As [`measure`].
pub fn import_one(url: &str, size: usize) -> Result<()> {
    import(&agent(), url, &importer(0), &body(size)).map(drop)
}

/// The seconds until the last of the batches was imported.
fn import_at_once(url: &str, batch: &str) -> Result<f64> {
    let begin = Instant::now();
    thread::scope(|scope| {
        let imports = (0..AT_ONCE).map(|n| scope.spawn(move || import(&agent(), url, &importer(n), batch)));
        let imports: Vec<_> = imports.collect();
        imports
            .into_iter()
            .try_for_each(|import| import.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)).map(drop))
    })?;
    Ok(begin.elapsed().as_secs_f64())
}

/// The seconds until the batch was let in, and until it was imported.
fn import(agent: &Agent, url: &str, key: &str, batch: &str) -> Result<(f64, f64)> {
    let authorization = format!("Bearer {key}");
    let begin = Instant::now();
    let mut answer = agent.post(format!("{url}{}", path::BATCH)).header("authorization", &authorization).send(batch)?;
    let mut status: BatchStatus = read(&mut answer)?;
    let posted = begin.elapsed().as_secs_f64();
    let job = format!("{url}{}", path::batch_status(status.id));
    while !status.status.is_final() {
        thread::sleep(PACE);
        status = read(&mut agent.get(&job).header("authorization", &authorization).call()?)?;
    }
    ensure!(status.imported == status.received, "not all of a batch was imported: {status:?}");
    Ok((posted, begin.elapsed().as_secs_f64()))
}

fn read(answer: &mut ureq::http::Response<ureq::Body>) -> Result<BatchStatus> {
    serde_json::from_str(&answer.body_mut().read_to_string()?).context("not the status of a batch")
}

fn body(size: usize) -> String {
    let content = "Remembers what was said on Monday. ".chars().cycle().take(CONTENT).collect::<String>();
    let memories: Vec<Value> =
        (0..size).map(|n| json!({ "content": content, "user_id": format!("user-{n}") })).collect();
    json!({ "memories": memories }).to_string()
}

fn agent() -> Agent {
    Agent::config_builder().timeout_global(Some(Duration::from_secs(60))).build().into()
}
