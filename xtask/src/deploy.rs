//! `npm run deploy`: what stands between a checkout and an environment that customers use.

use crate::{build, checkout, progress, setup, wrangler};
use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;
use std::{
    fs,
    path::{self, PathBuf},
    process::Command,
};

/// What to deploy, and how far to go.
#[derive(clap::Args)]
pub struct Flags {
    /// The environment in wrangler.toml; a dry run without it is one of each
    #[arg(long, value_name = "NAME", value_parser = ENVIRONMENTS, required_unless_present = "dry_run")]
    env: Option<String>,
    /// Say what would be refused and what would be uploaded, and change nothing. Needs no account
    #[arg(long)]
    dry_run: bool,
    /// Migrate the local state in FOLDER as the deployed one would be, and upload nothing. Needs no account
    #[arg(long, value_name = "FOLDER", conflicts_with = "dry_run")]
    rehearse: Option<PathBuf>,
}

/// The environments in `wrangler.toml`.
pub const ENVIRONMENTS: [&str; 2] = ["staging", "production"];

/// Checks, migrates, deploys, in this order, and says what changed.
///
/// # Errors
/// When something is refused, and when a step fails: then nothing behind it was done.
pub fn run(flags: &Flags) -> Result<()> {
    let config = wrangler::config()?;
    let uncommitted = uncommitted(&setup::output("git", &["status", "--porcelain"])?);
    let refused = |env: &str| [placeholders(&config, env), uncommitted.clone()].concat();
    if flags.dry_run {
        build::all()?;
        for env in flags.env.as_deref().map_or(ENVIRONMENTS.to_vec(), |env| vec![env]) {
            progress::pass_through(wrangler::command(&["deploy", "--env", env, "--dry-run"]))?;
            refused(env).iter().for_each(|reason| progress::say(&format!("{env} would be refused: {reason}")));
        }
        return Ok(());
    }
    let env = flags.env.as_deref().context("which environment is meant?")?;
    let target = Target { env, local: flags.rehearse.as_ref().map(path::absolute).transpose()? };
    let refused = refused(env);
    ensure!(target.local.is_some() || refused.is_empty(), "nothing was deployed:\n  {}", refused.join("\n  "));
    let known = known()?;
    let pending = |database: &String| Ok((database.clone(), pending(&target.applied(database)?, &known)?));
    let pending = wrangler::databases(&config["env"][env]).iter().map(pending).collect::<Result<Vec<_>>>()?;
    // What does not compile must not have migrated anything.
    build::all()?;
    for (database, pending) in &pending {
        progress::say(&match pending.len() {
            0 => format!("{env}: no migration is pending in {database}"),
            count => format!("{env}: {count} pending in {database}: {}", pending.join(", ")),
        });
        if !pending.is_empty() {
            progress::run("Migrating", target.d1(&["migrations", "apply"], database, &[]))?;
        }
    }
    if target.local.is_some() {
        return Ok(());
    }
    let was = setup::output("git", &["rev-parse", "HEAD"]).and_then(|commit| upload(env, commit.trim()))?;
    let range = was.map_or_else(|| "HEAD^..HEAD".to_owned(), |was| format!("{was}..HEAD"));
    let migrated: Vec<_> = pending.into_iter().flat_map(|(_, pending)| pending).collect();
    println!("\nDeployed to {env}: migrations {migrated:?}, and these commits:");
    print!("{}", setup::output("git", &["log", "--oneline", &range]).unwrap_or_else(|error| format!("{error}\n")));
    Ok(())
}

/// Deploys the commit, and returns the one that was deployed before, as far as its version names it.
fn upload(env: &str, commit: &str) -> Result<Option<String>> {
    // There is none before the first deployment.
    let status = wrangler::command(&["deployments", "status", "--env", env]).output().context("cannot run wrangler")?;
    let status = String::from_utf8_lossy(&status.stdout).into_owned();
    print!("{status}");
    progress::pass_through(wrangler::command(&["deploy", "--env", env, "--tag", commit]))?;
    let tag = status.split_once("Tag:").and_then(|(_, rest)| rest.split_whitespace().next());
    Ok(tag.filter(|tag| tag.bytes().all(|byte| byte.is_ascii_hexdigit())).map(str::to_owned))
}

/// The ids of the environment that are not those of anything: what `wrangler … create` prints must be put in their places.
fn placeholders(config: &Value, env: &str) -> Vec<String> {
    let ids = [("kv_namespaces", "id", 32), ("d1_databases", "database_id", 36)];
    let bindings = ids.iter().flat_map(|(kind, id, length)| {
        let bindings = config["env"][env][kind].as_array().into_iter().flatten();
        bindings.map(move |binding| (kind, id, length, binding))
    });
    let is_id = |text: &str, length| {
        text.len() == length
            && text.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
            && !text.starts_with("0000")
    };
    bindings
        .filter(|(_, id, length, binding)| !binding[**id].as_str().is_some_and(|text| is_id(text, **length)))
        .map(|(kind, id, _, binding)| format!("{id} of {} in [[env.{env}.{kind}]] names nothing", binding["binding"]))
        .collect()
}

/// What stands in the checkout and in no commit, of which `status` tells: nobody could say later what was deployed.
fn uncommitted(status: &str) -> Vec<String> {
    status.lines().map(|line| format!("not committed: {}", line.trim())).collect()
}

/// The migrations of this checkout, in order.
fn known() -> Result<Vec<String>> {
    let files = fs::read_dir(checkout::path("edge/migrations")).context("cannot list the migrations")?;
    let mut names =
        files.map(|file| Ok(file?.file_name().to_string_lossy().into_owned())).collect::<Result<Vec<_>>>()?;
    names.sort();
    Ok(names)
}

/// Those of the `known` migrations that are not `applied` yet.
fn pending(applied: &[String], known: &[String]) -> Result<Vec<String>> {
    if let Some(unknown) = applied.iter().find(|name| !known.contains(name)) {
        bail!("a database has the migration {unknown}, which this checkout lacks: a newer one was deployed there");
    }
    Ok(known.iter().filter(|name| !applied.contains(name)).cloned().collect())
}

/// Where databases are migrated.
struct Target<'a> {
    env: &'a str,
    /// A local state in its place.
    local: Option<PathBuf>,
}

impl Target<'_> {
    /// The migrations that a database has. A new one has not even their table.
    fn applied(&self, database: &str) -> Result<Vec<String>> {
        let query = |sql: &str| -> Result<Vec<Value>> {
            let output = self
                .d1(&["execute"], database, &["--json", "--command", sql])
                .output()
                .context("cannot run wrangler")?;
            let told = [&output.stderr[..], &output.stdout].concat();
            ensure!(output.status.success(), "the database does not answer: {}", String::from_utf8_lossy(&told).trim());
            let results: Value = serde_json::from_slice(&output.stdout).context("wrangler did not answer in JSON")?;
            Ok(results[0]["results"].as_array().cloned().unwrap_or_default())
        };
        if query("SELECT name FROM sqlite_schema WHERE name = 'd1_migrations'")?.is_empty() {
            return Ok(Vec::new());
        }
        let rows = query("SELECT name FROM d1_migrations ORDER BY id")?;
        Ok(rows.iter().filter_map(|row| row["name"].as_str().map(str::to_owned)).collect())
    }

    fn d1(&self, operation: &[&str], database: &str, more: &[&str]) -> Command {
        let mut command = wrangler::command(&["d1"]);
        command.args(operation).args([database, "--env", self.env]).args(more);
        match &self.local {
            Some(folder) => command.arg("--local").arg("--persist-to").arg(folder),
            None => command.arg("--remote"),
        };
        command
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_id_that_names_nothing_is_a_placeholder() {
        let config = |kv: &str, d1: &str| {
            json!({ "env": { "staging": {
                "kv_namespaces": [{ "binding": "KEYS", "id": kv }],
                "d1_databases": [{ "binding": "DB", "database_id": d1 }, { "binding": "DB_1", "database_id": d1 }],
            } } })
        };
        let (kv, d1) = ("0123456789abcdef0123456789abcdef", "0a1b2c3d-0123-4567-89ab-0123456789ab");
        assert_eq!(placeholders(&config(kv, d1), "staging"), [""; 0]);
        assert_eq!(wrangler::databases(&config(kv, d1)["env"]["staging"]), ["DB", "DB_1"]);
        for placeholder in ["", "<id>", "00000000000000000000000000000000", "00000000-0000-0000-0000-000000000000"] {
            let found = placeholders(&config(placeholder, placeholder), "staging");
            assert_eq!(found.len(), 3, "{found:?}");
            assert!(found[2].contains("\"DB_1\" in [[env.staging.d1_databases]]"), "{found:?}");
        }
    }

    #[test]
    fn a_migration_that_the_checkout_lacks_is_refused_and_one_that_the_database_lacks_is_pending() {
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let known = names(&["0001_a.sql", "0002_b.sql"]);
        assert_eq!(pending(&[], &known).unwrap(), known);
        assert_eq!(pending(&known[..1], &known).unwrap(), known[1..]);
        assert_eq!(pending(&known, &known).unwrap(), [""; 0]);
        let newer = names(&["0001_a.sql", "0002_b.sql", "0003_c.sql"]);
        assert!(pending(&newer, &known).unwrap_err().to_string().contains("0003_c.sql"));
    }

    #[test]
    fn whatever_is_in_no_commit_is_named() {
        assert_eq!(
            uncommitted(" M README.md\n?? new.rs\n"),
            ["not committed: M README.md", "not committed: ?? new.rs"]
        );
        assert!(uncommitted("").is_empty());
    }
}
