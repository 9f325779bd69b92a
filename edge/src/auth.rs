//! From the `Authorization` header to the key's record: the isolate's memory first, then KV.

use crate::{
    error::ApiError,
    http::{self, Incoming},
    key_cache::KeyCache,
    limits,
};
use contract::{ApiKey, KeyRecord, Scope, Tier};
use sha2::{Digest, Sha256};
use std::{cell::RefCell, rc::Rc};
use worker::Env;

/// Whom a request speaks for.
pub struct Caller(Rc<KeyRecord>);

impl Caller {
    pub fn account(&self) -> &str {
        &self.0.account
    }

    pub fn tier(&self) -> Tier {
        self.0.tier
    }

    pub fn record(&self) -> &KeyRecord {
        &self.0
    }

    pub fn require(&self, scope: Scope) -> Result<(), ApiError> {
        if self.0.scopes.contains(&scope) { Ok(()) } else { Err(ApiError::MissingScope(scope)) }
    }
}

/// The KV binding: entries are named by the lower-case hex SHA-256 of a key, their value is a [`KeyRecord`].
const KEYS: &str = "KEYS";

/// For how long KV's own cache may answer, in seconds. 30 is the least that KV takes.
const KV_CACHE_TTL: u32 = 30;

thread_local! {
    static KEY_CACHE: RefCell<KeyCache> = RefCell::new(KeyCache::new());
}

/// Finds out who calls. A malformed key costs nothing, a key that this isolate saw lately costs no KV read, and an
/// address that tries too many unknown keys is refused before KV is asked.
pub async fn authenticate(env: &Env, incoming: &Incoming, now: u64) -> Result<Caller, ApiError> {
    let key =
        contract::bearer(incoming.authorization.as_deref().unwrap_or_default()).map_err(|_| ApiError::InvalidKey)?;
    let hash = hash(key);
    let cached = KEY_CACHE.with_borrow_mut(|cache| cache.get(&hash, now));
    let record = match cached {
        Some(record) => record,
        None => look_up(env, hash, incoming, now).await?,
    };
    match record {
        Some(record) if !record.is_expired(now) => Ok(Caller(record)),
        _ => Err(ApiError::InvalidKey),
    }
}

async fn look_up(env: &Env, hash: [u8; 32], incoming: &Incoming, now: u64) -> Result<Option<Rc<KeyRecord>>, ApiError> {
    // As Cloudflare saw it: only where no proxy stands in front there is none.
    let address = incoming.header("cf-connecting-ip").unwrap_or_default();
    if let Some(retry_after) = KEY_CACHE.with_borrow_mut(|cache| cache.blocked(&address, now)) {
        return Err(ApiError::RateLimited { retry_after });
    }
    let record = read(env, &hash).await?.map(Rc::new);
    KEY_CACHE.with_borrow_mut(|cache| cache.put(hash, record.clone(), now));
    if record.is_none()
        && let Err(error) = limits::count_unknown_key(env, &address).await
    {
        if let ApiError::RateLimited { retry_after } = error {
            KEY_CACHE.with_borrow_mut(|cache| cache.block(&address, retry_after, now));
        }
        return Err(error);
    }
    Ok(record)
}

async fn read(env: &Env, hash: &[u8; 32]) -> Result<Option<KeyRecord>, ApiError> {
    let entry = http::read_kv(env, KEYS, &hex(hash), KV_CACHE_TTL).await;
    let text = entry.map_err(|error| ApiError::Unavailable(format!("KV: {error:?}")))?.as_string();
    // A record that cannot be read is an operator's mistake: say so in the log rather than call the key unknown.
    text.map(|text| serde_json::from_str(&text).map_err(|error| ApiError::Internal(format!("key record: {error}"))))
        .transpose()
}

fn hash(key: ApiKey<'_>) -> [u8; 32] {
    Sha256::digest(key.expose()).into()
}

/// SHA-256 as lower-case hex digits.
pub fn sha256_hex(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
