//! What can go wrong, and how it is said: the only place with status codes and error bodies.

use crate::http::Answer;
use contract::{Code, ErrorBody, Scope};

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
    /// The most bytes that a body may have.
    PayloadTooLarge(u32),
    IdempotencyConflict,
    TooManyBatches,
    /// Memories a month, memories written, and the day on which the next month's quota begins.
    QuotaExceeded {
        limit: u64,
        used: u64,
        resets_at: String,
    },
    /// The most agents that the account may have.
    AgentCapExceeded(u64),
    /// A bug. The detail is for the log alone.
    Internal(String),
    /// The store or a limiter did not answer. The detail is for the log alone.
    Unavailable(String),
}

/// After how many seconds a client should try again when the store did not answer.
const UNAVAILABLE_RETRY_AFTER: u32 = 5;

impl ApiError {
    /// What the log should know beyond the answer itself.
    pub fn detail(&self) -> Option<&str> {
        match self {
            Self::Internal(detail) | Self::Unavailable(detail) => Some(detail),
            _ => None,
        }
    }

    pub fn answer(&self) -> Answer {
        match self {
            Self::InvalidKey => error(
                401,
                Code::InvalidKey,
                "The API key is missing, malformed, unknown, revoked or expired. Send a valid one as: Authorization: Bearer kor_…",
            )
            .header("www-authenticate", "Bearer"),
            Self::MissingScope(scope) => error(
                403,
                Code::Forbidden,
                &format!("This API key lacks the scope {scope}. Use a key that has it."),
            ),
            Self::NoSuchPath => error(404, Code::NotFound, "There is nothing at this path. Check it against the API's documentation."),
            Self::NoSuchJob => error(
                404,
                Code::NotFound,
                "There is no such batch job in this account. Check the job id, and that the key belongs to the account that sent the batch.",
            ),
            Self::MethodNotAllowed(allow) => error(
                405,
                Code::MethodNotAllowed,
                &format!("This path does not take that method. It takes: {allow}."),
            )
            .header("allow", allow),
            Self::InvalidRequest(message) => error(422, Code::InvalidRequest, message),
            Self::RateLimited { retry_after } => error(
                429,
                Code::RateLimitExceeded,
                &format!("Too many requests. Wait {retry_after} seconds, then try again."),
            )
            .header("retry-after", retry_after),
            Self::PayloadTooLarge(most) => error(
                413,
                Code::PayloadTooLarge,
                &format!("The body is too large: at most {most} bytes. Send the memories in smaller batches."),
            ),
            Self::IdempotencyConflict => error(
                409,
                Code::IdempotencyConflict,
                "This Idempotency-Key came before with another body. Send a new key for a new batch.",
            ),
            Self::TooManyBatches => error(
                429,
                Code::TooManyBatches,
                "Three batches of this account are still running. Wait until one of them has ended, then send this one again.",
            ),
            Self::QuotaExceeded { limit, used, resets_at } => answer(
                429,
                &ErrorBody {
                    code: Code::QuotaExceeded,
                    message: format!("The {limit} memories of this month are used up. The next month's begin on {resets_at}."),
                    limit: Some(*limit),
                    used: Some(*used),
                    resets_at: Some(resets_at.clone()),
                },
            ),
            Self::AgentCapExceeded(limit) => error(
                403,
                Code::AgentCapExceeded,
                &format!("This account has as many agents as it may ({limit}). Use an agent_id that it has already."),
            ),
            Self::Internal(_) => error(
                500,
                Code::Internal,
                "Something broke on our side. If it happens again, report the X-Request-Id of this answer.",
            ),
            Self::Unavailable(_) => error(
                503,
                Code::Unavailable,
                &format!("The service cannot answer right now. Wait {UNAVAILABLE_RETRY_AFTER} seconds, then try again."),
            )
            .header("retry-after", UNAVAILABLE_RETRY_AFTER),
        }
    }
}

fn error(status: u16, code: Code, message: &str) -> Answer {
    answer(status, &ErrorBody { code, message: message.to_owned(), limit: None, used: None, resets_at: None })
}

fn answer(status: u16, body: &ErrorBody) -> Answer {
    // A struct of plain strings and numbers always has a JSON form.
    Answer::new(status, serde_json::to_string(body).unwrap_or_default().into())
}
