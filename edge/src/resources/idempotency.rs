//! `Idempotency-Key`, which makes a repeated write safe for 24 hours.

use crate::{auth, error::ApiError, http::Incoming};
use sha2::{Digest, Sha256};

/// The longest `Idempotency-Key`, in characters.
const LONGEST_KEY: usize = 255;

/// The client's key, and what it stands for: the body, of which the hash is remembered.
pub struct Idempotency {
    key: Option<String>,
    digest: Sha256,
}

impl Idempotency {
    /// What the request says of it. `kind` tells apart what is alike but for where it is sent.
    pub fn of(incoming: &Incoming, kind: &str) -> Result<Self, ApiError> {
        let key = incoming.header("idempotency-key");
        let is_good =
            |key: &str| (1..=LONGEST_KEY).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic());
        if key.as_deref().is_some_and(|key| !is_good(key)) {
            return Err(ApiError::InvalidRequest(format!(
                "Idempotency-Key must have 1 to {LONGEST_KEY} visible ASCII characters."
            )));
        }
        Ok(Self { key, digest: Sha256::new_with_prefix(kind) })
    }

    /// Takes the next bytes of the body.
    pub fn read(&mut self, piece: &[u8]) {
        if self.key.is_some() {
            self.digest.update(piece);
        }
    }

    /// The key and the hash of all that was read, as lower-case hex digits.
    pub fn finish(self) -> Option<(String, String)> {
        let hash = auth::hex(&self.digest.finalize());
        self.key.map(|key| (key, hash))
    }
}
