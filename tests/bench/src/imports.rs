//! How fast batches are let in and imported.

use crate::data::{IMPORTERS, importer};
use anyhow::{Context, Result, bail, ensure};
use contract::{BatchStatus, JobList, path};
use serde::de::DeserializeOwned;
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
    let median = crate::report::median;
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
    let answer = agent.post(format!("{url}{}", path::BATCH)).header("authorization", &authorization).send(batch)?;
    let job: BatchStatus = read(answer)?;
    let posted = begin.elapsed().as_secs_f64();
    // The list, unlike the status, is no snapshot that may be half a second old.
    let newest = format!("{url}{}?limit=1", path::BATCH);
    loop {
        let list: JobList = read(agent.get(&newest).header("authorization", &authorization).call()?)?;
        let Some(found) = list.jobs.into_iter().find(|found| found.id == job.id) else {
            bail!("the list does not begin with the newest job");
        };
        if found.status.is_final() {
            ensure!(found.imported == found.received, "not all of a batch was imported: {found:?}");
            return Ok((posted, begin.elapsed().as_secs_f64()));
        }
        thread::sleep(PACE);
    }
}

fn read<T: DeserializeOwned>(mut answer: ureq::http::Response<ureq::Body>) -> Result<T> {
    let text = answer.body_mut().read_to_string()?;
    serde_json::from_str(&text).with_context(|| format!("not what a batch answers: {text}"))
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
