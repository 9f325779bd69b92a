//! The flags of the command. What cannot be read here ends it with exit code 2.

use crate::{limits::Limits, time};
use clap::{
    ArgGroup, Parser, Subcommand,
    builder::{PossibleValuesParser, TypedValueParser},
};
use contract::{KEY_PREFIXES, Scope, Tier, hash_prefix};
use keys::{entry::account, kv::Namespace};
use std::{path::PathBuf, time::SystemTime};

/// API keys of this install: mint one, list them, change what an account may, revoke one
#[derive(Parser)]
#[command(bin_name = "npm run key --", after_help = EXAMPLES)]
pub struct Args {
    #[command(subcommand)]
    pub operation: Operation,
    /// Work on the deployed keys of this environment, staging or production, instead of those of `npm start`
    #[arg(long, global = true, display_order = 100, value_name = "NAME", conflicts_with = "persist_to")]
    env: Option<String>,
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
  npm run key -- mint --account acme --scopes memories:read --expires 90d --env production
  npm run key -- list --account acme
  npm run key -- change --account acme --tier team --monthly-writes 5000
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
    /// Change what an account may, in all of its keys at once; it holds everywhere in typically about a minute
    Change(Change),
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
    #[command(flatten)]
    pub limits: Own,
    /// Let the key differ from the account's other keys in tier or limits
    #[arg(long)]
    pub unlike_others: bool,
    /// What the key may do
    #[arg(long, value_delimiter = ',', default_value = "memories:read,memories:write", value_parser = scope())]
    pub scopes: Vec<Scope>,
    /// How the key begins. The official client sends kor_live_ keys to the vendor's host only
    #[arg(long, default_value = "kor_self_", value_parser = PossibleValuesParser::new(KEY_PREFIXES))]
    pub prefix: String,
    /// When the key ends: in a time like 90d, 12h, 30m or 45s, or on a day like 2030-01-31 (UTC)
    #[arg(long, value_name = "WHEN", value_parser = expiry)]
    pub expires: Option<u64>,
}

#[derive(clap::Args)]
#[command(group(ArgGroup::new("said").args(["tier", "monthly_writes", "agents"]).required(true).multiple(true)))]
pub struct Change {
    /// The account whose keys are changed. Mint and revoke none of them meanwhile
    #[arg(long, value_name = "NAME", value_parser = account)]
    pub account: String,
    #[command(flatten)]
    pub limits: Own,
}

/// What an account may, as far as it is said.
#[derive(clap::Args)]
pub struct Own {
    /// What the account has paid for. A new key has its account's, the first of an account is hobby
    #[arg(long, value_parser = tier())]
    tier: Option<Tier>,
    /// Memories that the account may write a month, or `tier` for as many as its tier may
    #[arg(long, value_name = "N", value_parser = number)]
    monthly_writes: Option<Number>,
    /// Agents that the account may have, or `tier` for as many as its tier may
    #[arg(long, value_name = "N", value_parser = number)]
    agents: Option<Number>,
}

/// A number of the account's own, or its tier's.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Number {
    Own(u64),
    Tiers,
}

impl Own {
    /// `limits`, but for what is said here.
    pub fn over(&self, limits: Limits) -> Limits {
        let number = |said: Option<Number>, was| match said {
            None => was,
            Some(Number::Own(number)) => Some(number),
            Some(Number::Tiers) => None,
        };
        Limits {
            tier: self.tier.unwrap_or(limits.tier),
            monthly_writes: number(self.monthly_writes, limits.monthly_writes),
            agents: number(self.agents, limits.agents),
        }
    }
}

impl Args {
    /// The namespace that the flags name.
    pub fn namespace(&self) -> Namespace {
        match &self.env {
            Some(environment) => Namespace::Deployed { environment: environment.clone() },
            None => Namespace::Local { persist_to: self.persist_to.clone() },
        }
    }
}

fn tier() -> impl TypedValueParser<Value = Tier> {
    PossibleValuesParser::new(Tier::ALL.map(Tier::name)).try_map(|name| name.parse::<Tier>())
}

fn scope() -> impl TypedValueParser<Value = Scope> {
    PossibleValuesParser::new(Scope::ALL.map(Scope::name)).try_map(|name| name.parse::<Scope>())
}

/// The largest number that JSON carries to everybody without loss.
const LARGEST: u64 = 1 << 53;

fn number(text: &str) -> Result<Number, &'static str> {
    match text.parse() {
        Ok(number) if number <= LARGEST => Ok(Number::Own(number)),
        _ if text == "tier" => Ok(Number::Tiers),
        _ => Err("a whole number from 0 to 9007199254740992, or `tier`"),
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
    fn a_number_is_one_that_json_carries_or_the_tiers() {
        assert_eq!(number("0"), Ok(Number::Own(0)));
        assert_eq!(number("9007199254740992"), Ok(Number::Own(1 << 53)));
        assert_eq!(number("tier"), Ok(Number::Tiers));
        for text in ["9007199254740993", "18446744073709551616", "-1", "", "many", "1.5"] {
            assert!(number(text).is_err(), "{text}");
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
