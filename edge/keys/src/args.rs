//! The flags of the command. What cannot be read here ends it with exit code 2.

use crate::time;
use clap::{
    Parser, Subcommand,
    builder::{PossibleValuesParser, TypedValueParser},
};
use contract::{KEY_PREFIXES, Scope, Tier};
use keys::{entry::hash_prefix, kv::Namespace};
use std::{path::PathBuf, time::SystemTime};

/// API keys of this install: mint one, list them, revoke one
#[derive(Parser)]
#[command(bin_name = "npm run key --", after_help = EXAMPLES)]
pub struct Args {
    #[command(subcommand)]
    pub operation: Operation,
    /// Work on the deployed keys instead of those of `npm start`
    #[arg(long, global = true, display_order = 100, conflicts_with = "persist_to")]
    remote: bool,
    /// The state folder of a local install other than the one of `npm start`
    #[arg(long, global = true, display_order = 100, value_name = "FOLDER")]
    persist_to: Option<PathBuf>,
    /// Print JSON for scripts; times in it are milliseconds since 1970 UTC
    #[arg(long, global = true, display_order = 100)]
    pub json: bool,
}

const EXAMPLES: &str = "\
Examples:
  npm run key -- mint --account acme --tier developer
  npm run key -- mint --account acme --scopes memories:read --expires 90d --remote
  npm run key -- list --account acme
  npm run key -- revoke key_0123456789abcdef";

#[derive(Subcommand)]
pub enum Operation {
    /// Make a key and print it: it is shown this once and kept nowhere
    Mint(Mint),
    /// Show the keys that there are, by their ids
    List {
        /// Only those of this account
        #[arg(long, value_name = "NAME", value_parser = account)]
        account: Option<String>,
    },
    /// Refuse a key from now on; it dies everywhere in typically about a minute
    Revoke {
        /// The id that `mint` and `list` show, like key_0123456789abcdef
        #[arg(value_name = "KEY ID", value_parser = key_id)]
        hash_prefix: String,
    },
}

#[derive(clap::Args)]
pub struct Mint {
    /// The account that the key belongs to: up to 64 letters, digits, `_`, `-` and `.`
    #[arg(long, value_name = "NAME", value_parser = account)]
    pub account: String,
    /// What the account has paid for
    #[arg(long, default_value = "hobby", value_parser = tier())]
    pub tier: Tier,
    /// What the key may do
    #[arg(long, value_delimiter = ',', default_value = "memories:read,memories:write", value_parser = scope())]
    pub scopes: Vec<Scope>,
    /// How the key begins. The official client sends kor_live_ keys to the vendor's host only
    #[arg(long, default_value = "kor_self_", value_parser = PossibleValuesParser::new(KEY_PREFIXES))]
    pub prefix: String,
    /// When the key ends: in a time like 90d, 12h, 30m or 45s, or on a day like 2030-01-31 (UTC)
    #[arg(long, value_name = "WHEN", value_parser = expiry)]
    pub expires: Option<u64>,
    /// Memories that the account may write a month, instead of the tier's number
    #[arg(long, value_name = "N")]
    pub monthly_writes: Option<u64>,
    /// Agents that the account may have, instead of the tier's number
    #[arg(long, value_name = "N")]
    pub agents: Option<u64>,
}

impl Args {
    /// The namespace that the flags name.
    pub fn namespace(&self) -> Namespace {
        if self.remote { Namespace::Remote } else { Namespace::Local { persist_to: self.persist_to.clone() } }
    }
}

fn tier() -> impl TypedValueParser<Value = Tier> {
    PossibleValuesParser::new(Tier::ALL.map(Tier::name)).try_map(|name| name.parse::<Tier>())
}

fn scope() -> impl TypedValueParser<Value = Scope> {
    PossibleValuesParser::new(Scope::ALL.map(Scope::name)).try_map(|name| name.parse::<Scope>())
}

fn account(text: &str) -> Result<String, &'static str> {
    let charset = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    if (1..=64).contains(&text.len()) && text.bytes().all(charset) {
        Ok(text.to_owned())
    } else {
        Err("an account is named by 1 to 64 letters, digits, `_`, `-` and `.`")
    }
}

fn key_id(text: &str) -> Result<String, &'static str> {
    hash_prefix(text).map(str::to_owned).ok_or("a key id is key_ and 16 hex digits in lower case; `list` shows them")
}

/// When a key ends, in milliseconds since 1970 UTC.
fn expiry(text: &str) -> Result<u64, &'static str> {
    const FORMS: &str = "not a time like 90d, 12h, 30m or 45s, nor a day like 2030-01-31";
    let now = time::now();
    let end = match humantime::parse_duration(text) {
        Ok(duration) => time::milliseconds(duration).and_then(|length| now.checked_add(length)),
        Err(_) => humantime::parse_rfc3339(&format!("{text}T00:00:00Z"))
            .ok()
            .and_then(|day| time::milliseconds(day.duration_since(SystemTime::UNIX_EPOCH).ok()?)),
    };
    match end.ok_or(FORMS)? {
        end if end <= now => Err("that is over already, so the key would never be good"),
        end => Ok(end),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: u64 = 24 * 60 * 60 * 1000;

    #[test]
    fn the_flags_make_sense() {
        use clap::CommandFactory;
        Args::command().debug_assert();
    }

    #[test]
    fn an_expiry_counts_from_now() {
        let before = time::now();
        for (text, length) in
            [("90d", 90 * DAY), ("36h", DAY + DAY / 2), ("1440m", DAY), ("1s", 1000), ("1d 12h", DAY + DAY / 2)]
        {
            let end = expiry(text).unwrap();
            assert!((before + length..=time::now() + length).contains(&end), "{text}");
        }
    }

    #[test]
    fn an_expiry_may_be_a_day() {
        assert_eq!(expiry("2100-01-01"), Ok(4_102_444_800_000));
    }

    #[test]
    fn an_expiry_in_another_form_or_in_the_past_is_refused() {
        for text in ["", "90", "d", "-1d", "soon", "2100-13-01", "2100-01-01T00:00:00Z", "1e9d", "9999999999999999999y"]
        {
            assert!(expiry(text).unwrap_err().starts_with("not a time"), "{text}");
        }
        for text in ["0s", "2020-01-31", "1970-01-01"] {
            assert!(expiry(text).unwrap_err().starts_with("that is over"), "{text}");
        }
    }

    #[test]
    fn an_account_has_a_plain_name() {
        for name in ["acme", "a", "Acme-2.eu_west", &"a".repeat(64)] {
            assert_eq!(account(name).as_deref(), Ok(name));
        }
        for name in ["", "a b", "ä", "a/b", "a\n", &"a".repeat(65)] {
            assert!(account(name).is_err(), "{name}");
        }
    }
}
