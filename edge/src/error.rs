//! What can go wrong, and how it is said: the only place with status codes and error bodies.

use contract::{Code, ErrorBody, Invalid, Scope, WEBHOOKS};

/// Everything a request can be refused for.
#[derive(Debug)]
pub enum ApiError {
    InvalidKey,
    MissingScope(Scope),
    NoSuchPath,
    NoSuchJob,
    /// The value of `Allow`.
    MethodNotAllowed(&'static str),
    /// The sentence for the client, which names the place.
    InvalidRequest(String),
    /// In seconds.
    RateLimited {
        retry_after: u32,
    },
    /// The most bytes that a body may have, unpacked.
    PayloadTooLarge(u32),
    /// How the body is packed, which nobody here can unpack.
    UnsupportedEncoding,
    IdempotencyConflict,
    TooManyBatches,
    NothingToRetry,
    JobNotFinal,
    NoSuchWebhook,
    TooManyWebhooks,
    /// What may land in a month, or be sent, in memories; what did; and the day on which the next month's quota begins.
    QuotaExceeded(Box<Quota>),
    /// The most agents that the account may have.
    AgentCapExceeded(Box<u64>),
    /// A bug. The detail is for the log alone.
    Internal(String),
    /// The store or a limiter did not answer. The detail is for the log alone.
    Unavailable(String),
    /// The isolate is full of other bodies at the moment.
    Busy,
}

/// What an account may do in a month, in memories, how much of it is used up, and on which day the next month's begins.
#[derive(Debug)]
pub struct Quota {
    pub limit: u64,
    pub used: u64,
    pub resets_at: String,
}

/// After how many seconds a client should try again when the store did not answer.
const UNAVAILABLE_RETRY_AFTER: u32 = 5;

/// After how many seconds a client should send its body again when there was no room for it.
const BUSY_RETRY_AFTER: u32 = 1;

impl From<Invalid> for ApiError {
    fn from(invalid: Invalid) -> Self {
        Self::InvalidRequest(invalid.to_string())
    }
}

impl ApiError {
    /// What the log should know beyond the answer itself.
    pub fn detail(&self) -> Option<&str> {
        match self {
            Self::Internal(detail) | Self::Unavailable(detail) => Some(detail),
            _ => None,
        }
    }

    /// The status that it goes out with.
    pub fn status(&self) -> u16 {
        self.said().0
    }

    /// The body that it goes out with.
    pub fn body(&self) -> ErrorBody {
        let (_, code, message) = self.said();
        let mut body = ErrorBody { code, message, limit: None, used: None, resets_at: None };
        if let Self::QuotaExceeded(quota) = self {
            (body.limit, body.used, body.resets_at) =
                (Some(quota.limit), Some(quota.used), Some(quota.resets_at.clone()));
        }
        body
    }

    /// The header that it needs beyond those of every answer.
    pub fn header(&self) -> Option<(&'static str, String)> {
        match self {
            Self::InvalidKey => Some(("www-authenticate", "Bearer".to_owned())),
            Self::MethodNotAllowed(allow) => Some(("allow", (*allow).to_owned())),
            Self::RateLimited { retry_after } => Some(("retry-after", retry_after.to_string())),
            Self::Unavailable(_) => Some(("retry-after", UNAVAILABLE_RETRY_AFTER.to_string())),
            Self::Busy => Some(("retry-after", BUSY_RETRY_AFTER.to_string())),
            _ => None,
        }
    }

    fn said(&self) -> (u16, Code, String) {
        match self {
            Self::InvalidKey => (
                401,
                Code::InvalidKey,
                "The API key is missing, malformed, unknown, revoked or expired. Send a valid one as: Authorization: Bearer kor_…"
                    .to_owned(),
            ),
            Self::MissingScope(scope) => {
                (403, Code::Forbidden, format!("This API key lacks the scope {scope}. Use a key that has it."))
            }
            Self::NoSuchPath => (
                404,
                Code::NotFound,
                "There is nothing at this path: those of the API begin with /v1/. Check it against the API's documentation."
                    .to_owned(),
            ),
            Self::NoSuchJob => (
                404,
                Code::NotFound,
                "There is no such batch job in this account. Check the job id, and that the key belongs to the account that sent the batch."
                    .to_owned(),
            ),
            Self::MethodNotAllowed(allow) => {
                (405, Code::MethodNotAllowed, format!("This path does not take that method. It takes: {allow}."))
            }
            Self::InvalidRequest(message) => (422, Code::InvalidRequest, message.clone()),
            Self::RateLimited { retry_after } => (
                429,
                Code::RateLimitExceeded,
                format!("Too many requests. Wait {retry_after} seconds, then try again."),
            ),
            Self::PayloadTooLarge(most) => (
                413,
                Code::PayloadTooLarge,
                format!("The body is too large: at most {most} bytes. Send less at once, memories in smaller batches."),
            ),
            Self::UnsupportedEncoding => (
                415,
                Code::UnsupportedEncoding,
                "The Content-Encoding of the body is none that is read here. Send it as it is, or as gzip or deflate."
                    .to_owned(),
            ),
            Self::IdempotencyConflict => (
                409,
                Code::IdempotencyConflict,
                "This Idempotency-Key came before with another body. Send a new key for a new batch.".to_owned(),
            ),
            Self::NothingToRetry => (
                409,
                Code::NothingToRetry,
                "No item of this job can be sent again as it is. See its items: those that failed for good want indexes, and those that were taken already are in another job."
                    .to_owned(),
            ),
            Self::JobNotFinal => (
                409,
                Code::JobNotFinal,
                "This job is still running. Wait until it has ended, or cancel it, then send what failed again.".to_owned(),
            ),
            Self::NoSuchWebhook => (
                404,
                Code::NotFound,
                "There is no such webhook in this account. Check its id, and that the key belongs to the account that made it."
                    .to_owned(),
            ),
            Self::TooManyWebhooks => (
                409,
                Code::TooManyWebhooks,
                format!("This account has {WEBHOOKS} webhooks, which is as many as it may. Delete one first."),
            ),
            Self::TooManyBatches => (
                429,
                Code::TooManyBatches,
                "Three batches of this account are still running. Wait until one of them has ended, then send this one again."
                    .to_owned(),
            ),
            Self::QuotaExceeded(quota) => (
                429,
                Code::QuotaExceeded,
                format!(
                    "{} of the {} memories of this month are used up, and no more of this may come. The next month's begin on {}.",
                    quota.used, quota.limit, quota.resets_at
                ),
            ),
            Self::AgentCapExceeded(limit) => (
                403,
                Code::AgentCapExceeded,
                format!("This account has as many agents as it may ({limit}). Use an agent_id that it has already."),
            ),
            Self::Internal(_) => (
                500,
                Code::Internal,
                "Something broke on our side. If it happens again, report the X-Request-Id of this answer.".to_owned(),
            ),
            Self::Unavailable(_) => (
                503,
                Code::Unavailable,
                format!("The service cannot answer right now. Wait {UNAVAILABLE_RETRY_AFTER} seconds, then try again."),
            ),
            Self::Busy => (
                503,
                Code::Unavailable,
                "Many large bodies are coming in at once. Wait a second, then send this one again.".to_owned(),
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn the_description_has_every_error_and_no_other() {
        let quota = Quota { limit: 1, used: 1, resets_at: "2026-12-01".to_owned() };
        let all = [
            ApiError::InvalidKey,
            ApiError::MissingScope(Scope::MemoriesRead),
            ApiError::NoSuchPath,
            ApiError::NoSuchJob,
            ApiError::MethodNotAllowed("GET"),
            ApiError::InvalidRequest(String::new()),
            ApiError::RateLimited { retry_after: 10 },
            ApiError::PayloadTooLarge(1),
            ApiError::UnsupportedEncoding,
            ApiError::IdempotencyConflict,
            ApiError::TooManyBatches,
            ApiError::NothingToRetry,
            ApiError::JobNotFinal,
            ApiError::NoSuchWebhook,
            ApiError::TooManyWebhooks,
            ApiError::QuotaExceeded(Box::new(quota)),
            ApiError::AgentCapExceeded(Box::new(1)),
            ApiError::Internal(String::new()),
            ApiError::Unavailable(String::new()),
            ApiError::Busy,
        ];
        let name = |code: Code| serde_json::to_string(&code).unwrap();
        let said: BTreeSet<_> = all.iter().map(|error| (error.status(), name(error.body().code))).collect();
        let described = contract::openapi::ERRORS.iter().map(|said| (said.status, name(said.code)));
        assert_eq!(said, described.collect());
    }
}
