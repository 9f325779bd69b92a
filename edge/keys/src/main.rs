//! `npm run key`: mints, lists and revokes API keys.

mod args;
mod table;
mod time;

use anyhow::{Context, Result, anyhow};
use args::{Args, Mint, Operation};
use clap::Parser;
use contract::{ApiKey, KeyRecord, NotAKey, Scope};
use keys::{
    entry::{Entry, key_id},
    kv::{Listed, Namespace},
    secret,
};
use serde::Serialize;
use std::process::ExitCode;
use table::table;

fn main() -> ExitCode {
    let args = Args::parse();
    match run(args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: Args) -> Result<()> {
    let namespace = args.namespace();
    match args.operation {
        Operation::Mint(flags) => mint(&namespace, flags, args.json),
        Operation::List { account } => list(&namespace, account.as_deref(), args.json),
        Operation::Revoke { hash_prefix } => revoke(&namespace, &hash_prefix, args.json),
    }
}

/// What is said of a key.
#[derive(Serialize)]
struct Shown {
    id: String,
    #[serde(flatten)]
    record: KeyRecord,
}

impl From<Listed> for Shown {
    fn from(listed: Listed) -> Self {
        Self { id: key_id(&listed.name), record: listed.record }
    }
}

fn mint(namespace: &Namespace, flags: Mint, json: bool) -> Result<()> {
    let key = secret::generate(&flags.prefix)?;
    let record = KeyRecord {
        account: flags.account,
        tier: flags.tier,
        scopes: Scope::ALL.into_iter().filter(|scope| flags.scopes.contains(scope)).collect(),
        created_at: time::now(),
        expires_at: flags.expires,
        monthly_writes: flags.monthly_writes,
        agents: flags.agents,
    };
    let api_key = ApiKey::parse(&key).map_err(|NotAKey| anyhow!("the new key is in no form of a key"))?;
    let entry = Entry::new(api_key, record)?;
    namespace.put(&entry)?;
    let shown = Shown { id: key_id(&entry.key), record: entry.metadata };
    if json {
        #[derive(Serialize)]
        struct Minted {
            key: String,
            #[serde(flatten)]
            shown: Shown,
        }
        return print_json(&Minted { key, shown });
    }
    // The key alone on standard output, so that `KEY=$(npm run --silent key -- mint …)` works.
    eprintln!("{} of account {}. Keep the key: it is shown this once.", shown.id, shown.record.account);
    println!("{key}");
    Ok(())
}

fn list(namespace: &Namespace, account: Option<&str>, json: bool) -> Result<()> {
    let is_meant = |key: &Shown| account.is_none_or(|account| key.record.account == account);
    let mut keys: Vec<Shown> = namespace.list("")?.into_iter().map(Shown::from).filter(is_meant).collect();
    keys.sort_by_cached_key(|key| (key.record.account.clone(), key.record.created_at));
    if json {
        return print_json(&keys);
    }
    println!("{}", table(&keys));
    Ok(())
}

fn revoke(namespace: &Namespace, hash_prefix: &str, json: bool) -> Result<()> {
    let found = namespace.list(hash_prefix)?.into_iter().next();
    let entry = found.with_context(|| format!("there is no {}: see `list`", key_id(hash_prefix)))?;
    namespace.delete(&entry.name)?;
    let shown = Shown::from(entry);
    if json {
        return print_json(&shown);
    }
    println!(
        "{} of account {} is revoked; it dies everywhere in typically about a minute",
        shown.id, shown.record.account
    );
    Ok(())
}

fn print_json(value: &impl Serialize) -> Result<()> {
    println!("{}", serde_json::to_string(value)?);
    Ok(())
}
