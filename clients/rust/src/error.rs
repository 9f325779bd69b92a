use contract::{Code, ErrorBody};
use std::time::Duration;

/// Why a call has no result.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The API refused, and says why.
    #[error("{} ({status}, request {})", body.message, request_id.as_deref().unwrap_or("without an id"))]
    Api {
        /// Of the answer.
        status: u16,
        /// Its code is for programs, its message for people.
        body: Box<ErrorBody>,
        /// By which whoever runs the service finds the request.
        request_id: Option<String>,
    },
    /// Something answered that is not the API: a proxy, another server, or half of an answer.
    #[error("the answer is not the API's: {status}, {says}")]
    NotTheApi {
        /// Of the answer.
        status: u16,
        /// What kind of body came, and how it begins.
        says: String,
        /// Where there was one.
        request_id: Option<String>,
    },
    /// No answer came, or it broke off.
    #[error("no whole answer came")]
    Connection(#[source] reqwest::Error),
    /// The client's patience was over.
    #[error("gave up after {after:?}")]
    GaveUp {
        /// The patience.
        after: Duration,
        /// What went wrong last, if anything did: a job may just take longer.
        #[source]
        last: Option<Box<Error>>,
    },
    /// The address, the key or a memory cannot be sent at all.
    #[error("{0}")]
    Unsendable(String),
}

impl Error {
    /// The API's code, where it was the API that refused.
    pub fn code(&self) -> Option<Code> {
        match self {
            Self::Api { body, .. } => Some(body.code),
            _ => None,
        }
    }

    /// Whether the API says that the same request may do later: such answers are waited out for as long as there is patience.
    pub(crate) fn is_for_now(&self) -> bool {
        matches!(self.code(), Some(Code::RateLimitExceeded | Code::Unavailable))
    }

    /// Whether it may have been an accident: such are tried again some times.
    pub(crate) fn is_accident(&self) -> bool {
        match self {
            Self::Connection(_) => true,
            Self::NotTheApi { status, .. } => *status >= 500 || matches!(status, 408 | 429),
            Self::Api { status, body, .. } => {
                *status >= 500 || *status == 408 || (*status == 429 && body.code == Code::Unknown)
            }
            _ => false,
        }
    }
}
