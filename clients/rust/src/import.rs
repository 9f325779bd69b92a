use crate::{
    Batch, Client, Code, Error,
    client::{body, new_key},
    pace::{self, Deadline, PACE},
};
use contract::{BATCH_ITEMS, BatchStatus};
use serde::Serialize;
use std::{collections::VecDeque, ops::Range, time::Instant};
use uuid::Uuid;

/// So many of an account's batches may run at once.
const RUNNING: usize = 3;

/// The longest body of one batch. The server takes 32 MiB.
const BODY_BYTES: usize = 30 << 20;

/// What became of memories that were sent in as many batches as it took.
#[derive(Clone, Debug, Default)]
pub struct Import {
    /// In the order of the memories.
    pub parts: Vec<Part>,
}

/// One batch of an [`Import`].
#[derive(Clone, Debug)]
pub struct Part {
    /// Where its first memory stands among all, from 0.
    pub first: usize,
    /// As it was last seen.
    pub job: BatchStatus,
}

impl Import {
    /// Memories that were taken.
    pub fn received(&self) -> u64 {
        self.sum(|job| job.received)
    }

    /// Memories that landed.
    pub fn imported(&self) -> u64 {
        self.sum(|job| job.imported)
    }

    /// Memories that did not land.
    pub fn failed(&self) -> u64 {
        self.sum(|job| job.failed)
    }

    /// Which memories did not land, by their place among all, and why.
    pub fn errors(&self) -> impl Iterator<Item = (usize, &str)> {
        self.parts.iter().flat_map(|part| {
            part.job.errors.iter().map(|it| (part.first.saturating_add(it.index as usize), it.error.as_str()))
        })
    }

    fn sum(&self, count: impl Fn(&BatchStatus) -> u32) -> u64 {
        self.parts.iter().map(|part| u64::from(count(&part.job))).sum()
    }
}

/// An import that did not come to its end. What was taken before goes on at the server.
#[derive(Debug, thiserror::Error)]
#[error("the import stopped after {} memories were taken", so_far.received())]
pub struct Stopped {
    /// What was taken, as it was last seen.
    pub so_far: Import,
    /// Why.
    #[source]
    pub error: Error,
}

impl From<Stopped> for Error {
    fn from(stopped: Stopped) -> Self {
        stopped.error
    }
}

impl Client {
    /// Sends any number of memories, at most 500 at a time, and waits until all batches have ended.
    ///
    /// # Errors
    /// The first that is not waited out, with what was taken before it.
    pub async fn import<M: Serialize>(&self, batch: &Batch<'_, M>) -> Result<Import, Stopped> {
        self.import_with(batch, |_| {}).await
    }

    /// [`Client::import`]; `each` is told whenever something has moved.
    ///
    /// # Errors
    /// As there.
    pub async fn import_with<M: Serialize>(
        &self,
        batch: &Batch<'_, M>,
        each: impl FnMut(&Import),
    ) -> Result<Import, Stopped> {
        let mut run = Run::new(self, each);
        let done = match run.send(batch).await {
            Ok(()) => run.end().await,
            stopped => stopped,
        };
        run.stopped(done)
    }

    /// Sends any number of memories like [`Client::import`], and returns as soon as all are taken.
    ///
    /// # Errors
    /// As there.
    pub async fn send<M: Serialize>(&self, batch: &Batch<'_, M>, each: impl FnMut(&Import)) -> Result<Import, Stopped> {
        let mut run = Run::new(self, each);
        let done = run.send(batch).await;
        run.stopped(done)
    }
}

/// An import under way.
struct Run<'c, F> {
    client: &'c Client,
    deadline: Deadline,
    import: Import,
    /// Which parts have not been seen to end, and when each was posted.
    running: VecDeque<(usize, Instant)>,
    each: F,
}

impl<'c, F: FnMut(&Import)> Run<'c, F> {
    fn new(client: &'c Client, each: F) -> Self {
        let deadline = Deadline::new(client.patience());
        Self { client, deadline, import: Import::default(), running: VecDeque::new(), each }
    }

    fn stopped(self, done: Result<(), Error>) -> Result<Import, Stopped> {
        match done {
            Ok(()) => Ok(self.import),
            Err(error) => Err(Stopped { so_far: self.import, error }),
        }
    }

    async fn send<M: Serialize>(&mut self, batch: &Batch<'_, M>) -> Result<(), Error> {
        if batch.lines.is_some_and(|lines| lines.len() != batch.memories.len()) {
            return Err(Error::Unsendable("there must be as many lines as memories".to_owned()));
        }
        if batch.key.is_some_and(|key| key.is_empty() || !key.bytes().all(|byte| byte.is_ascii_graphic())) {
            return Err(Error::Unsendable("the key of an import must be of visible ASCII characters".to_owned()));
        }
        let group = (batch.memories.len() > BATCH_ITEMS).then(|| group(batch.key).to_string());
        let mut ranges: VecDeque<Range<usize>> = ranges(batch.memories.len()).collect();
        while let Some(range) = ranges.pop_front() {
            let part = Batch {
                memories: batch.memories.get(range.clone()).unwrap_or_default(),
                label: batch.label,
                group: batch.group.or(group.as_deref()),
                lines: batch.lines.map(|lines| lines.get(range.clone()).unwrap_or_default()),
                key: None,
            };
            let body = body(&part)?;
            if body.len() > BODY_BYTES && range.len() > 1 {
                let middle = range.start.midpoint(range.end);
                ranges.push_front(middle..range.end);
                ranges.push_front(range.start..middle);
                continue;
            }
            // One for all tries, also for those that come too early.
            let key = batch.key.map_or_else(new_key, |key| format!("{key}-{}", range.start));
            let job = self.post(body, &key).await?;
            self.deadline.persists = true;
            self.running.push_back((self.import.parts.len(), Instant::now()));
            self.import.parts.push(Part { first: range.start, job });
            (self.each)(&self.import);
        }
        Ok(())
    }

    /// Posts a batch as soon as there is room for one more.
    async fn post(&mut self, body: Vec<u8>, key: &str) -> Result<BatchStatus, Error> {
        if self.running.len() >= RUNNING {
            self.end_of_first().await?;
        }
        let mut refusals = 0_u32;
        loop {
            match self.client.post_body(body.clone(), key, self.deadline).await {
                Err(error) if error.code() == Some(Code::TooManyBatches) => {
                    self.deadline.persists = true;
                    // Others of the account run beside it.
                    if self.running.is_empty() {
                        refusals = refusals.saturating_add(1);
                        self.deadline.pause(pace::after_accidents(refusals).max(PACE), Some(error)).await?;
                    } else {
                        self.end_of_first().await?;
                    }
                }
                done => return done,
            }
        }
    }

    async fn end(&mut self) -> Result<(), Error> {
        while !self.running.is_empty() {
            self.end_of_first().await?;
        }
        Ok(())
    }

    async fn end_of_first(&mut self) -> Result<(), Error> {
        let Some((at, posted)) = self.running.pop_front() else { return Ok(()) };
        let Some(id) = self.import.parts.get(at).map(|part| part.job.id) else { return Ok(()) };
        let pause = PACE.saturating_sub(posted.elapsed());
        let (import, each) = (&mut self.import, &mut self.each);
        self.client
            .follow(id, pause, self.deadline, |job| {
                if let Some(part) = import.parts.get_mut(at) {
                    part.job.clone_from(job);
                }
                each(import);
            })
            .await?;
        Ok(())
    }
}

/// What the batches of an import share: the same where the import is sent again.
fn group(key: Option<&str>) -> Uuid {
    key.map_or_else(Uuid::new_v4, |key| Uuid::new_v5(&Uuid::NAMESPACE_OID, key.as_bytes()))
}

/// Of batches as full as they may be; one that is empty where there is nothing, which is the server's to refuse.
fn ranges(memories: usize) -> impl Iterator<Item = Range<usize>> {
    let starts = (0..memories.max(1)).step_by(BATCH_ITEMS);
    starts.map(move |start| start..start.saturating_add(BATCH_ITEMS).min(memories))
}
