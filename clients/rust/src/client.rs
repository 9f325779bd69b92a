use crate::{
    Batch, Error, ItemStatus, Items,
    http::{self, Answer},
    pace::{self, Deadline, PACE},
};
use contract::{BatchStatus, Forecast, JobId, Usage, path};
use reqwest::{
    Method, RequestBuilder, StatusCode, Url,
    header::{AUTHORIZATION, ETAG, HeaderMap, HeaderValue, IF_NONE_MATCH},
    redirect::Policy,
};
use serde::Serialize;
use std::time::{Duration, Instant};
use uuid::Uuid;

/// How long a call goes on, if nothing else is said.
const PATIENCE: Duration = Duration::from_secs(60 * 60);

/// For so long an answer may wait for news. The server grants 25 s at most.
const WAIT: &str = "wait=20";

const IDEMPOTENCY_KEY: &str = "idempotency-key";

/// Speaks to one server with one key. Cloning it is cheap, and shares the connections.
#[derive(Clone, Debug)]
pub struct Client {
    http: reqwest::Client,
    url: String,
    patience: Duration,
}

impl Client {
    /// Of the server at `url`, such as `https://batch.example.com`. Nothing is sent yet.
    ///
    /// # Errors
    /// The address is none, or the key cannot stand in a header.
    pub fn new(url: &str, key: &str) -> Result<Self, Error> {
        let parsed = Url::parse(url).map_err(|error| Error::Unsendable(format!("the address is none: {error}")))?;
        let is_root = matches!(parsed.scheme(), "http" | "https")
            && (parsed.username(), parsed.password()) == ("", None)
            && (parsed.query(), parsed.fragment()) == (None, None);
        if !is_root {
            let says = "the address must be http:// or https:// and a host, without a user, a query or a fragment";
            return Err(Error::Unsendable(says.to_owned()));
        }
        let mut authorization = HeaderValue::from_str(&format!("Bearer {key}"))
            .map_err(|_| Error::Unsendable("the key holds characters that no key has".to_owned()))?;
        authorization.set_sensitive(true);
        let builder = reqwest::Client::builder();
        #[cfg(feature = "tls")]
        if rustls::crypto::CryptoProvider::get_default().is_none() {
            // Somebody else may be quicker, which is as good.
            let _ = rustls::crypto::ring::default_provider().install_default();
        }
        // Where nothing is certified, a machine need not have certificates.
        #[cfg(feature = "tls")]
        let builder = if parsed.scheme() == "http" { builder.tls_certs_only([]) } else { builder };
        // The key is for this server, not for where it may point to.
        let http = builder
            .redirect(Policy::none())
            .default_headers(HeaderMap::from_iter([(AUTHORIZATION, authorization)]))
            .build()
            .map_err(Error::Connection)?;
        Ok(Self { http, url: parsed.as_str().trim_end_matches('/').to_owned(), patience: PATIENCE })
    }

    /// The same, with calls that give up after so long rather than after an hour, whatever they wait for.
    #[must_use]
    pub fn with_patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    pub(crate) const fn patience(&self) -> Duration {
        self.patience
    }

    /// Posts one batch as it is, and returns its job, which has not begun. However often it has to be sent, it is imported
    /// once.
    ///
    /// # Errors
    /// Those of a request.
    pub async fn post<M: Serialize>(&self, batch: &Batch<'_, M>) -> Result<BatchStatus, Error> {
        let key = batch.key.map_or_else(new_key, str::to_owned);
        self.post_body(body(batch)?, &key, Deadline::new(self.patience)).await
    }

    pub(crate) async fn post_body(&self, body: Vec<u8>, key: &str, deadline: Deadline) -> Result<BatchStatus, Error> {
        let request = self.request(Method::POST, path::BATCH).header(IDEMPOTENCY_KEY, key).body(body);
        http::send(request, deadline).await?.json()
    }

    /// What would become of a batch if it were sent now. Nothing is stored.
    ///
    /// # Errors
    /// Those of a request.
    pub async fn dry_run<M: Serialize>(&self, batch: &Batch<'_, M>) -> Result<Forecast, Error> {
        let request = self.request(Method::POST, &format!("{}?dry_run=true", path::BATCH)).body(body(batch)?);
        http::send(request, Deadline::new(self.patience)).await?.json()
    }

    /// How far a job is.
    ///
    /// # Errors
    /// Those of a request.
    pub async fn status(&self, id: JobId) -> Result<BatchStatus, Error> {
        self.get(&path::batch_status(id), Deadline::new(self.patience)).await?.json()
    }

    /// Waits until a job has ended, and returns how.
    ///
    /// # Errors
    /// Those of a request, and [`Error::GaveUp`] where it does not end.
    pub async fn wait(&self, id: JobId) -> Result<BatchStatus, Error> {
        self.follow(id, Duration::ZERO, Deadline::new(self.patience), |_| {}).await
    }

    /// Asks for a job, after a pause at first, until it has ended. `each` is told whenever it has moved.
    pub(crate) async fn follow(
        &self,
        id: JobId,
        mut pause: Duration,
        deadline: Deadline,
        mut each: impl FnMut(&BatchStatus),
    ) -> Result<BatchStatus, Error> {
        let mut etag = None::<HeaderValue>;
        loop {
            deadline.pause(pause, None).await?;
            let asked = Instant::now();
            let request = self.request(Method::GET, &path::batch_status(id));
            let request = match &etag {
                Some(etag) => request.header(IF_NONE_MATCH, etag).header("prefer", WAIT),
                None => request,
            };
            let answer = http::send(request, deadline).await?;
            if answer.status != StatusCode::NOT_MODIFIED || etag.is_none() {
                let job: BatchStatus = answer.json()?;
                each(&job);
                if job.status.is_final() {
                    return Ok(job);
                }
                etag = answer.headers.get(ETAG).cloned();
            }
            // From one request to the next: an answer that waited for news was the wait.
            let pace = pace::retry_after(&answer.headers).unwrap_or_default().max(PACE);
            pause = pace.saturating_sub(asked.elapsed());
        }
    }

    /// What became of each item of a job, or of those that are in one state.
    pub fn items(&self, id: JobId, status: Option<ItemStatus>) -> Items<'_> {
        Items::new(self, id, status)
    }

    /// Sends again what failed in a job and may land now, or the items at `indexes`, as a new job.
    ///
    /// # Errors
    /// Those of a request: [`Code::NothingToRetry`](crate::Code::NothingToRetry),
    /// [`Code::JobNotFinal`](crate::Code::JobNotFinal).
    pub async fn retry(&self, id: JobId, indexes: Option<&[u32]>) -> Result<BatchStatus, Error> {
        let request = self.request(Method::POST, &path::retry(id)).header(IDEMPOTENCY_KEY, new_key());
        let request = match indexes {
            Some(indexes) => request.body(serde_json::json!({ "indexes": indexes }).to_string()),
            None => request,
        };
        http::send(request, Deadline::new(self.patience)).await?.json()
    }

    /// Ends a job. What has landed stays; a job that has ended already is returned as it is.
    ///
    /// # Errors
    /// Those of a request.
    pub async fn cancel(&self, id: JobId) -> Result<BatchStatus, Error> {
        let request = self.request(Method::POST, &path::cancel(id));
        http::send(request, Deadline::new(self.patience)).await?.json()
    }

    /// What the account has used up, and what it still may.
    ///
    /// # Errors
    /// Those of a request.
    pub async fn usage(&self) -> Result<Usage, Error> {
        self.get(path::USAGE, Deadline::new(self.patience)).await?.json()
    }

    pub(crate) async fn get(&self, path: &str, deadline: Deadline) -> Result<Answer, Error> {
        http::send(self.request(Method::GET, path), deadline).await
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.url))
    }
}

/// The same goes with each try of a request, and another one with the next.
pub fn new_key() -> String {
    Uuid::new_v4().to_string()
}

pub fn body<M: Serialize>(batch: &Batch<'_, M>) -> Result<Vec<u8>, Error> {
    serde_json::to_vec(batch).map_err(|error| Error::Unsendable(format!("a memory has no form in JSON: {error}")))
}
