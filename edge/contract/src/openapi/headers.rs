//! The headers of answers.

use super::fields::{count, text};
use utoipa::openapi::{Header, HeaderBuilder, Object};

/// A header that an answer may have.
pub struct Sent {
    pub name: &'static str,
    about: &'static str,
    schema: fn() -> Object,
}

impl Sent {
    pub fn header(&self) -> Header {
        HeaderBuilder::new().description(Some(self.about)).schema((self.schema)()).build()
    }
}

/// On every answer.
pub const REQUEST_ID: Sent = Sent {
    name: "X-Request-Id",
    about: "Whoever runs the service finds the request by it.",
    schema: || text("^[0-9a-f]{24}$"),
};

/// On every answer to a good key.
pub const POLICY: Sent = Sent {
    name: "RateLimit-Policy",
    about: "The limit of the key's tier: so many requests (`q`) in so many seconds (`w`). On every answer to a good key.",
    schema: || text("^\"(hobby|developer|team|scale)\";q=[0-9]+;w=[0-9]+$"),
};

pub const ETAG: Sent = Sent {
    name: "ETag",
    about: "The job's version. Sent back as `If-None-Match` it makes an unchanged job cost an empty 304.",
    schema: || text("^\"[0-9]+\"$"),
};

pub const POLL_AFTER: Sent = Sent {
    name: "Retry-After",
    about: "In how many seconds to ask again: 1 at first, 10 later. Absent once the job is final.",
    schema: || count(1, 10),
};

pub const RETRY_AFTER: Sent = Sent {
    name: "Retry-After",
    about: "In how many seconds to try again. Never shorter than the true wait.",
    schema: || count(1, 60),
};

pub const APPLIED: Sent = Sent {
    name: "Preference-Applied",
    about: "Where `Prefer: wait` came with `If-None-Match`: for how many seconds the answer would have waited.",
    schema: || text("^wait=[0-9]+$"),
};

pub const LOCATION: Sent = Sent {
    name: "Location",
    about: "Where the job is to be asked for.",
    schema: || text("^/v1/batch/job_[0-9a-f]{32}$"),
};

pub const ALLOW: Sent =
    Sent { name: "Allow", about: "The methods that the path takes.", schema: || text("^[A-Z]+(, [A-Z]+)*$") };

pub const AUTHENTICATE: Sent =
    Sent { name: "WWW-Authenticate", about: "How to send a key.", schema: || text("^Bearer$") };
