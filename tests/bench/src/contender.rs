//! The Workers that are compared, each served by a workerd of its own.

use anyhow::{Context, Result};
use serde_json::{Value, json};
use std::{fs, process::Command};
use xtask::{bare::Bare, checkout, progress, state::State};

/// What is served.
pub enum Contender {
    /// This Worker.
    This,
    /// This Worker, counting its D1 statements.
    Counted,
    /// This Worker, whose limiters let everything in without counting.
    Unlimited,
    /// The same endpoint with Hono.
    Peer,
    /// A constant: an object with `status`, `headers` and `body`. With `limiter` it asks one first.
    Floor { answer: Value, limiter: bool },
}

/// A contender that answers. Dropped, it ends.
pub struct Running(Bare);

impl Contender {
    /// Serves it over a copy of `state`.
    ///
    /// # Errors
    /// When it does not start: then with where its log is.
    pub fn start(&self, state: &State) -> Result<Running> {
        let state = state.copy_to_memory()?;
        let what = match self {
            Self::This => json!({ "worker": "this" }),
            Self::Counted => json!({ "worker": "this", "around": "lab.js" }),
            Self::Unlimited => json!({ "worker": "this", "around": "unlimited.js" }),
            Self::Peer => {
                bundle_peer(&state)?;
                json!({ "worker": "peer" })
            }
            Self::Floor { answer, limiter } => json!({ "worker": "floor", "answer": answer, "limiter": limiter }),
        };
        Bare::start(state, what).map(Running)
    }
}

impl Running {
    /// `http://127.0.0.1:<port>`.
    pub fn url(&self) -> &str {
        self.0.url()
    }

    /// What workerd holds of the machine's memory, in bytes.
    ///
    /// # Errors
    /// When `ps` does not tell.
    pub fn memory(&self) -> Result<u64> {
        let said = Command::new("ps").args(["-o", "rss=", "-p", &self.0.workerd().to_string()]).output();
        let said = said.context("cannot run ps")?;
        let kibibytes: u64 = String::from_utf8_lossy(&said.stdout).trim().parse().context("workerd has ended")?;
        Ok(kibibytes * 1024)
    }

    /// The seconds that workerd has computed so far, where the system tells it in hundredths.
    pub fn computed(&self) -> Option<f64> {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.0.workerd())).ok()?;
        // The name in brackets may hold spaces. Behind it, the 12th and 13th field are the ticks in user and system mode.
        let mut ticks =
            stat.rsplit_once(')')?.1.split_whitespace().skip(11).map_while(|field| field.parse::<f64>().ok());
        Some((ticks.next()? + ticks.next()?) / 100.0)
    }
}

fn bundle_peer(state: &State) -> Result<()> {
    let mut esbuild = checkout::command(checkout::npm_program("esbuild"));
    esbuild.arg(checkout::path("tests/bench/peer/index.ts")).arg(format!("--outdir={}", state.folder().display()));
    esbuild.args(["--entry-names=peer", "--bundle", "--minify", "--format=esm", "--target=es2022"]);
    progress::run("Bundling the peer", esbuild)
}
