//! From the `Authorization` header to the key's record: the isolate's memory first, then KV.

use crate::{
    cache::{KeyCache, Remembered},
    error::ApiError,
    http::{self, Incoming},
    limits,
};
use contract::{KeyRecord, Scope, Tier};
use sha2::{Digest, Sha256};
use std::{cell::RefCell, net::Ipv6Addr, rc::Rc};
use worker::Env;

/// Whom a request speaks for.
pub struct Caller {
    record: Rc<KeyRecord>,
    hash: [u8; 32],
}

impl Caller {
    pub fn account(&self) -> &str {
        &self.record.account
    }

    pub fn tier(&self) -> Tier {
        self.record.tier
    }

    pub fn record(&self) -> &KeyRecord {
        &self.record
    }

    /// What operators call the key by.
    pub fn key_id(&self) -> String {
        contract::key_id(&hex(&self.hash))
    }

    pub fn require(&self, scope: Scope) -> Result<(), ApiError> {
        if self.record.scopes.contains(&scope) { Ok(()) } else { Err(ApiError::MissingScope(scope)) }
    }
}

/// The KV binding: entries are named by the lower-case hex SHA-256 of a key, their value is a [`KeyRecord`].
const KEYS: &str = "KEYS";

/// For how long KV's own cache may answer, in seconds. 30 is the least that KV takes.
const KV_CACHE_TTL: u32 = 30;

thread_local! {
    static KEY_CACHE: RefCell<KeyCache> = RefCell::new(KeyCache::new());
}

/// Finds out who calls. A malformed key costs nothing, a key that this isolate saw lately costs no KV read, and one that it
/// has never seen is counted against the client's address before KV is asked.
pub async fn authenticate(env: &Env, incoming: &Incoming, now: u64) -> Result<Caller, ApiError> {
    let key =
        contract::bearer(incoming.authorization.as_deref().unwrap_or_default()).map_err(|_| ApiError::InvalidKey)?;
    let hash = hash(key.expose());
    let record = match KEY_CACHE.with_borrow_mut(|cache| cache.get(&hash, now)) {
        Remembered::Good(record) => Some(record),
        Remembered::Unknown => None,
        // Whoever was good a moment ago is not made to wait because of a neighbour.
        Remembered::WasGood => look_up(env, hash, now).await?,
        Remembered::Nothing => {
            count_stranger(env, incoming, now).await?;
            look_up(env, hash, now).await?
        }
    };
    match record {
        Some(record) if !record.is_expired(now) => Ok(Caller { record, hash }),
        _ => Err(ApiError::InvalidKey),
    }
}

/// Counts a key that nobody here has seen yet against the address that it came from.
async fn count_stranger(env: &Env, incoming: &Incoming, now: u64) -> Result<(), ApiError> {
    // As Cloudflare saw it: only where no proxy stands in front there is none.
    let address = network(&incoming.header("cf-connecting-ip").unwrap_or_default());
    let hashed = hash(&address);
    if let Some(retry_after) = KEY_CACHE.with_borrow_mut(|cache| cache.blocked(&hashed, now)) {
        return Err(ApiError::RateLimited { retry_after });
    }
    let counted = limits::count_stranger(env, &address).await;
    if let Err(ApiError::RateLimited { retry_after }) = counted {
        KEY_CACHE.with_borrow_mut(|cache| cache.block(hashed, retry_after, now));
    }
    counted
}

/// Whoever has an IPv6 address has all of its /64: those count as one.
fn network(address: &str) -> String {
    match address.parse::<Ipv6Addr>() {
        Ok(address) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}")
        }
        Err(_) => address.to_owned(),
    }
}

async fn look_up(env: &Env, hash: [u8; 32], now: u64) -> Result<Option<Rc<KeyRecord>>, ApiError> {
    let record = read(env, &hash).await?.map(Rc::new);
    KEY_CACHE.with_borrow_mut(|cache| cache.put(hash, record.clone(), now));
    Ok(record)
}

/// Whether KV answers: what, does not matter.
pub async fn look(env: &Env) -> Result<(), ApiError> {
    let answer = http::read_kv(env, KEYS, "readyz", KV_CACHE_TTL).await;
    answer.map(drop).map_err(|error| ApiError::Unavailable(format!("KV: {}", http::reason(&error))))
}

async fn read(env: &Env, hash: &[u8; 32]) -> Result<Option<KeyRecord>, ApiError> {
    let entry = http::read_kv(env, KEYS, &hex(hash), KV_CACHE_TTL).await;
    let text = entry.map_err(|error| ApiError::Unavailable(format!("KV: {}", http::reason(&error))))?.as_string();
    // A record that cannot be read is an operator's mistake: say so in the log rather than call the key unknown.
    text.map(|text| serde_json::from_str(&text).map_err(|error| ApiError::Internal(format!("key record: {error}"))))
        .transpose()
}

/// SHA-256.
pub fn hash(text: &str) -> [u8; 32] {
    Sha256::digest(text).into()
}

/// Bytes as lower-case hex digits.
pub fn hex(bytes: &[u8]) -> String {
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits.filter_map(|digit| char::from_digit(digit.into(), 16)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_one_ipv6_network_count_as_one() {
        assert_eq!(network("2001:db8:1:2::3"), network("2001:db8:1:2:ffff::"));
        assert_ne!(network("2001:db8:1:2::3"), network("2001:db8:1:3::3"));
        assert_eq!(network("192.0.2.1"), "192.0.2.1");
    }
}
