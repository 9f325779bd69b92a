use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// How a key may begin: issued by the hosted service, or minted by an install of one's own.
pub const KEY_PREFIXES: [&str; 2] = ["kor_live_", "kor_self_"];

/// The longest key that is looked up, in bytes. Ours have 58; the rest is room for keys issued elsewhere.
const LONGEST_KEY: usize = 256;

/// A key that has the form of one; whether anybody holds it, only the store knows.
///
/// It has no `Debug` and no `Display`, so that it cannot reach a log by accident.
#[derive(Clone, Copy)]
pub struct ApiKey<'a>(&'a str);

/// The text does not have the form of a key. On the wire that is a 401, like an unknown key.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NotAKey;

impl<'a> ApiKey<'a> {
    /// Reads a key as it was issued: a known prefix, then letters, digits, `_` and `-`.
    pub fn parse(text: &'a str) -> Result<Self, NotAKey> {
        let secret = KEY_PREFIXES.iter().find_map(|prefix| text.strip_prefix(prefix)).ok_or(NotAKey)?;
        let charset = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
        if secret.is_empty() || text.len() > LONGEST_KEY || !secret.bytes().all(charset) {
            return Err(NotAKey);
        }
        Ok(Self(text))
    }

    /// The secret itself: to be hashed, never to be kept or logged.
    pub const fn expose(self) -> &'a str {
        self.0
    }
}

/// The key in an `Authorization` header: the scheme `Bearer` in any case, one space, the key as issued.
pub fn bearer(header: &str) -> Result<ApiKey<'_>, NotAKey> {
    match header.split_once(' ') {
        Some((scheme, key)) if scheme.eq_ignore_ascii_case("bearer") => ApiKey::parse(key),
        _ => Err(NotAKey),
    }
}

/// What an account has paid for.
// The rate limits of the tiers are bindings in `wrangler.toml`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs, reason = "the names are all there is to say")]
pub enum Tier {
    Hobby,
    Developer,
    Team,
    Scale,
}

impl Tier {
    /// All tiers, the smallest first.
    pub const ALL: [Self; 4] = [Self::Hobby, Self::Developer, Self::Team, Self::Scale];

    /// The name on the wire and in key records.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Hobby => "hobby",
            Self::Developer => "developer",
            Self::Team => "team",
            Self::Scale => "scale",
        }
    }

    /// Memories that may be written in a calendar month, UTC.
    pub const fn monthly_writes(self) -> u64 {
        match self {
            Self::Hobby => 1_000,
            Self::Developer => 25_000,
            Self::Team => 100_000,
            Self::Scale => 1_000_000,
        }
    }

    /// Distinct `agent_id`s that an account may use.
    pub const fn agents(self) -> u64 {
        match self {
            Self::Hobby => 2,
            Self::Developer => 10,
            Self::Team => 100,
            Self::Scale => 500,
        }
    }
}

impl FromStr for Tier {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|tier| tier.name() == text)
            .ok_or_else(|| "a tier is hobby, developer, team or scale".to_owned())
    }
}

impl fmt::Display for Tier {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name())
    }
}

/// What a key may do.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Scope {
    /// Read jobs and memories.
    #[serde(rename = "memories:read")]
    MemoriesRead,
    /// Write memories, one by one or as a batch.
    #[serde(rename = "memories:write")]
    MemoriesWrite,
}

impl Scope {
    /// All scopes.
    pub const ALL: [Self; 2] = [Self::MemoriesRead, Self::MemoriesWrite];

    /// The name on the wire and in key records.
    pub const fn name(self) -> &'static str {
        match self {
            Self::MemoriesRead => "memories:read",
            Self::MemoriesWrite => "memories:write",
        }
    }
}

impl FromStr for Scope {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|scope| scope.name() == text)
            .ok_or_else(|| "a scope is memories:read or memories:write".to_owned())
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name())
    }
}

/// What KV keeps about a key, under the lower-case hex SHA-256 of the key.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct KeyRecord {
    /// The account that the key belongs to.
    pub account: String,
    /// The account's tier.
    pub tier: Tier,
    /// What the key may do; never empty.
    pub scopes: Vec<Scope>,
    /// When it was minted, in milliseconds since 1970 UTC.
    pub created_at: u64,
    /// From when on it is refused, in milliseconds since 1970 UTC; `None` is never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<u64>,
    /// The account's own monthly quota; wins over [`Tier::monthly_writes`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub monthly_writes: Option<u64>,
    /// The account's own agent cap; wins over [`Tier::agents`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agents: Option<u64>,
}

impl KeyRecord {
    /// Whether the key is refused at `now`, in milliseconds since 1970 UTC.
    pub fn is_expired(&self, now: u64) -> bool {
        self.expires_at.is_some_and(|end| end <= now)
    }

    /// Memories that the account may write in a calendar month.
    pub fn monthly_writes(&self) -> u64 {
        self.monthly_writes.unwrap_or(self.tier.monthly_writes())
    }

    /// Distinct `agent_id`s that the account may use.
    pub fn agents(&self) -> u64 {
        self.agents.unwrap_or(self.tier.agents())
    }
}

/// The answer of `GET /v1/ping`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Ping {
    /// Always `true`: a key that is not good gets a 401.
    pub ok: bool,
    /// The key's tier.
    pub tier: Tier,
    /// What the key may do.
    pub scopes: Vec<Scope>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_scheme_is_matched_without_regard_to_case_and_the_key_with_it() {
        for header in ["Bearer kor_self_abc", "bearer kor_self_abc", "BEARER kor_self_abc"] {
            assert_eq!(bearer(header).map(ApiKey::expose), Ok("kor_self_abc"), "{header}");
        }
    }

    #[test]
    fn a_header_in_another_form_holds_no_key() {
        for header in [
            "",
            "Bearer",
            "Bearer ",
            "Bearer  kor_self_abc",
            "Bearer kor_self_abc ",
            "Bearer\tkor_self_abc",
            "Basic kor_self_abc",
            "kor_self_abc",
            "Bearer kor_self_",
            "Bearer KOR_SELF_abc",
            "Bearer kor_test_abc",
            "Bearer kor_self_a b",
            "Bearer kor_self_abc, Bearer kor_self_abc",
            "Bearer kor_self_é",
        ] {
            assert_eq!(bearer(header).map(ApiKey::expose), Err(NotAKey), "{header}");
        }
        let long = format!("Bearer kor_self_{}", "a".repeat(16_384));
        assert_eq!(bearer(&long).map(ApiKey::expose), Err(NotAKey));
    }

    proptest! {
        #[test]
        fn any_header_is_read_without_a_panic(header in r"\PC*|[Bb]earer kor_(live|self)_\PC*") {
            if let Ok(key) = bearer(&header) {
                prop_assert!(header.ends_with(key.expose()));
                prop_assert!(KEY_PREFIXES.iter().any(|prefix| key.expose().starts_with(prefix)));
            }
        }

        #[test]
        fn any_key_of_the_alphabet_is_read_whole(key in "kor_(live|self)_[A-Za-z0-9_-]{1,240}") {
            let header = format!("Bearer {key}");
            prop_assert_eq!(bearer(&header).map(ApiKey::expose), Ok(key.as_str()));
        }
    }
}
