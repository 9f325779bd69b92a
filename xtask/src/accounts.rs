//! `npm run accounts`: moves an account to another database.
//!
//! The Worker itself carries it out (`edge/src/store/moving.js`); here it is ordered, and watched until it has ended.

use crate::{deploy::ENVIRONMENTS, progress, state::State, wrangler};
use anyhow::{Context, Result, bail, ensure};
use clap::{Args, Subcommand};
use keys::entry::account;
use serde::Deserialize;
use std::{
    path::PathBuf,
    process::Command,
    thread,
    time::{Duration, Instant},
};

/// How often it is looked how far the Worker has come. To look takes wrangler a second or two.
const PACE: Duration = Duration::from_secs(2);

/// So often in a row wrangler may fail: while others write, a local database is busy at times.
const TRIES: u32 = 10;

/// The Worker's cron begins with an order within a minute. After so long there is none that would.
const PATIENCE: Duration = Duration::from_secs(150);

/// What can be done with an account.
#[derive(Subcommand)]
pub enum Operation {
    /// Move all that an account has to another database, while it is read and written to
    ///
    /// The Worker copies what it has, in steps that the cron begins once a minute; writes are answered by 503 and Retry-After
    /// while the last part is copied and compared; then the account is at its new place, and what it had at the old one is
    /// removed. Broken off, by Ctrl-C too, it goes on without this command; repeated, this command tells how it goes on. It
    /// ends with 1 where the account stayed where it was, because a copy was not like it: nothing is lost then.
    Move(Move),
}

/// Who moves, and where to.
#[derive(Args)]
pub struct Move {
    /// The account
    #[arg(long, value_name = "NAME", value_parser = account)]
    account: String,
    /// The number of a database: 0 is the binding DB in wrangler.toml, 1 is DB_1, and so on
    #[arg(long, value_name = "NUMBER")]
    to: u32,
    /// Move it in the databases of this environment in wrangler.toml instead of those of `npm start`
    #[arg(long, value_name = "NAME", value_parser = ENVIRONMENTS, conflicts_with = "persist_to")]
    env: Option<String>,
    /// The state folder of a local install other than the one of `npm start`
    #[arg(long, value_name = "FOLDER")]
    persist_to: Option<PathBuf>,
}

/// How far the Worker has come.
#[derive(Deserialize)]
struct Stage {
    target: u32,
    source: Option<u32>,
    state: String,
    rows: u64,
    fenced_at: Option<u64>,
    opened_at: Option<u64>,
    error: Option<String>,
}

/// What wrangler prints of a statement.
#[derive(Deserialize)]
struct Printed {
    results: Vec<Stage>,
}

impl Operation {
    /// Does it.
    ///
    /// # Errors
    /// When wrangler fails again and again, or the account stays where it was.
    pub fn run(&self) -> Result<()> {
        let Self::Move(order) = self;
        order.run()
    }
}

impl Move {
    fn run(&self) -> Result<()> {
        let Self { account, to, .. } = self;
        let begin = Instant::now();
        if let Some(env) = &self.env {
            let declared = wrangler::databases(&wrangler::config()?["env"][env]).len();
            let is_there = usize::try_from(*to).is_ok_and(|to| to < declared);
            ensure!(
                is_there,
                "{env} has {declared} databases in wrangler.toml, numbered from 0: docs/scale.md adds one"
            );
        }
        self.persist(&format!(
            "INSERT INTO moves (account_id, target) VALUES ('{account}', {to}) ON CONFLICT DO UPDATE SET target = {to}, \
               source = NULL, state = 'ordered', rows = 0, fenced_at = NULL, opened_at = NULL, error = NULL \
             WHERE state IN ('done', 'failed')"
        ))?;
        let select = "SELECT target, source, state, rows, fenced_at, opened_at, error FROM moves";
        let (mut heard, mut is_warned) = (String::new(), false);
        loop {
            let stages = self.persist(&format!("{select} WHERE account_id = '{account}'"))?;
            let stage = stages.into_iter().next().context("the order is gone")?;
            ensure!(
                stage.target == *to,
                "it is being moved to database {} already: wait for the end of that",
                stage.target
            );
            let told = stage.told();
            if told != heard {
                progress::say(&format!("{account}: {told}"));
                heard = told;
            }
            if stage.state == "ordered" && begin.elapsed() > PATIENCE && !is_warned {
                progress::say(
                    "nobody has begun: is the Worker running, and does it have more than one database? The order stands, \
                     and Ctrl-C ends only this",
                );
                is_warned = true;
            }
            match &*stage.state {
                "done" => {
                    stage.report(account, begin.elapsed());
                    return Ok(());
                }
                "failed" => bail!("{account} stays where it was: {}", stage.error.unwrap_or_default()),
                _ => thread::sleep(PACE),
            }
        }
    }

    /// Runs a statement, again where somebody else is writing this moment.
    fn persist(&self, sql: &str) -> Result<Vec<Stage>> {
        let mut tries = 0;
        loop {
            match self.execute(sql) {
                Err(_) if tries < TRIES => tries += 1,
                done => return done,
            }
            thread::sleep(PACE);
        }
    }

    fn execute(&self, sql: &str) -> Result<Vec<Stage>> {
        let output = self.wrangler(&["d1", "execute", "DB", "--yes", "--json", "--command", sql]).output()?;
        let said = String::from_utf8_lossy(&output.stdout);
        ensure!(
            output.status.success(),
            "wrangler says: {}{}",
            said.trim(),
            String::from_utf8_lossy(&output.stderr).trim()
        );
        let printed: Vec<Printed> = serde_json::from_str(&said).context("wrangler prints no JSON")?;
        Ok(printed.into_iter().flat_map(|printed| printed.results).collect())
    }

    fn wrangler(&self, arguments: &[&str]) -> Command {
        if let Some(env) = &self.env {
            let mut command = wrangler::command(arguments);
            command.args(["--remote", "--env", env]);
            return command;
        }
        self.persist_to.clone().map_or_else(State::of_checkout, State::of_folder).wrangler(arguments)
    }
}

impl Stage {
    fn told(&self) -> String {
        let Self { rows, .. } = self;
        match &*self.state {
            "ordered" => "ordered; the Worker's next cron begins".to_owned(),
            "copying" => format!("{rows} rows are copied, while it is written to"),
            "fenced" => format!("{rows} rows are copied; until the rest is, writes are refused"),
            "verified" => "the copy is like the account".to_owned(),
            "switched" => "it is at its new place; what it had at the old one is being removed".to_owned(),
            other => other.to_owned(),
        }
    }

    fn report(&self, account: &str, took: Duration) {
        let Some(source) = self.source else {
            println!("{account} is in database {} already", self.target);
            return;
        };
        let fence = self.opened_at.unwrap_or_default().saturating_sub(self.fenced_at.unwrap_or_default());
        println!(
            "{account} has moved from database {source} to {}: {} rows, compared at both places by count and sum; \
             0 lost, 0 doubled. Writes were refused for {:.1} s of {} s.",
            self.target,
            self.rows,
            fence as f64 / 1_000.0,
            took.as_secs()
        );
    }
}
