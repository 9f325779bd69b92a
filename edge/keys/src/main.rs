//! `npm run key`: mints, lists, changes and revokes API keys.

mod args;
mod limits;
mod table;
mod time;

use anyhow::{Context, Result, anyhow, ensure};
use args::{Args, Change, Mint, Operation};
use clap::Parser;
use contract::{ApiKey, KeyRecord, NotAKey, Scope, key_id};
use keys::{
    entry::{Entry, Metadata},
    kv::{Listed, Namespace},
    secret,
};
use limits::{FIRST, Limits, agreed};
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
        Operation::Change(flags) => change(&namespace, &flags, args.json),
        Operation::Revoke { hash_prefix } => revoke(&namespace, &hash_prefix, args.json),
    }
}

/// What is said of a key.
#[derive(Serialize)]
struct Shown {
    id: String,
    #[serde(flatten)]
    metadata: Metadata,
}

impl From<Listed> for Shown {
    fn from(listed: Listed) -> Self {
        Self { id: key_id(&listed.name), metadata: listed.metadata }
    }
}

impl From<Entry> for Shown {
    fn from(entry: Entry) -> Self {
        Self { id: key_id(&entry.key), metadata: entry.metadata }
    }
}

fn mint(namespace: &Namespace, flags: Mint, json: bool) -> Result<()> {
    let Limits { tier, monthly_writes, agents } = limits_of_new(namespace, &flags)?;
    let key = secret::generate(&flags.prefix)?;
    let record = KeyRecord {
        account: flags.account,
        tier,
        scopes: Scope::ALL.into_iter().filter(|scope| flags.scopes.contains(scope)).collect(),
        created_at: time::now(),
        expires_at: flags.expires,
        monthly_writes,
        agents,
    };
    let api_key = ApiKey::parse(&key).map_err(|NotAKey| anyhow!("the new key is in no form of a key"))?;
    let entry = Entry::new(api_key, record)?;
    namespace.put(&entry)?;
    let shown = Shown::from(entry);
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
    eprintln!("{} of account {}. Keep the key: it is shown this once.", shown.id, shown.metadata.record.account);
    println!("{key}");
    Ok(())
}

/// What the account's good keys say, but for what the flags do; only where it is asked for these may win.
fn limits_of_new(namespace: &Namespace, flags: &Mint) -> Result<Limits> {
    if flags.unlike_others {
        return Ok(flags.limits.over(FIRST));
    }
    let keys = of_account(namespace, &flags.account)?;
    let good = keys.iter().map(|key| &key.metadata.record).filter(|record| !record.is_expired(time::now()));
    let Some(others) = agreed(good.map(Limits::of))? else { return Ok(flags.limits.over(FIRST)) };
    ensure!(
        flags.limits.over(others) == others,
        "the other keys of account {} have {others}: leave that out, have `change` change them all, or say --unlike-others",
        flags.account
    );
    Ok(others)
}

fn change(namespace: &Namespace, flags: &Change, json: bool) -> Result<()> {
    let keys = of_account(namespace, &flags.account)?;
    ensure!(!keys.is_empty(), "account {} has no keys", flags.account);
    let changed = keys.into_iter().map(|Listed { name, mut metadata }| {
        flags.limits.over(Limits::of(&metadata.record)).put_into(&mut metadata.record);
        Entry::of(name, metadata)
    });
    let changed = changed.collect::<Result<Vec<_>, _>>()?;
    namespace.put_all(&changed)?;
    let shown: Vec<Shown> = changed.into_iter().map(Shown::from).collect();
    if json {
        return print_json(&shown);
    }
    println!("{}", table(&shown));
    println!("These keys of account {} are changed: it holds everywhere in typically about a minute", flags.account);
    Ok(())
}

fn of_account(namespace: &Namespace, account: &str) -> Result<Vec<Listed>> {
    let mut keys = namespace.list("")?;
    keys.retain(|key| key.metadata.record.account == account);
    Ok(keys)
}

fn list(namespace: &Namespace, account: Option<&str>, json: bool) -> Result<()> {
    let keys = account.map_or_else(|| namespace.list(""), |account| of_account(namespace, account))?;
    let mut keys: Vec<Shown> = keys.into_iter().map(Shown::from).collect();
    keys.sort_by_cached_key(|key| (key.metadata.record.account.clone(), key.metadata.record.created_at));
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
        shown.id, shown.metadata.record.account
    );
    Ok(())
}

fn print_json(value: &impl Serialize) -> Result<()> {
    println!("{}", serde_json::to_string(value)?);
    Ok(())
}
