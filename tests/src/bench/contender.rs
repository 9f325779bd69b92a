//! The Workers that are compared, each served by a workerd of its own.

use crate::{checkout, progress, state::State};
use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use std::{
    fs::{self, File},
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
};

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
    /// A constant: an object with `status`, `headers` and `body`.
    Floor(Value),
}

/// A contender that answers. Dropped, it ends.
pub struct Running {
    node: Child,
    workerd: u32,
    url: String,
    _state: State,
}

impl Contender {
    /// Serves it over a copy of `state`.
    ///
    /// # Errors
    /// When it does not start: then with where its log is.
    pub fn start(&self, state: &State) -> Result<Running> {
        let state = state.copy_to_memory()?;
        let (worker, around, answer) = match self {
            Self::This => ("this", None, None),
            Self::Counted => ("this", Some("counted.js"), None),
            Self::Unlimited => ("this", Some("unlimited.js"), None),
            Self::Peer => ("peer", None, None),
            Self::Floor(answer) => ("floor", None, Some(answer)),
        };
        if let Self::Peer = self {
            bundle_peer(&state)?;
        }
        let what = json!({ "worker": worker, "around": around, "answer": answer, "state": state.folder() });
        // In a file: the answer of the floor may be too long for an argument.
        let file = state.folder().join("contender.json");
        fs::write(&file, what.to_string()).with_context(|| format!("cannot write {}", file.display()))?;
        let log = File::create(state.folder().join("server.log")).context("cannot create the server's log")?;
        let mut node = checkout::command(checkout::npm_program("node"));
        node.arg(checkout::path("tests/bench/serve.mjs")).arg(file);
        node.env("WRANGLER_SEND_METRICS", "false").env("WRANGLER_WRITE_LOGS", "false");
        node.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(log);
        let mut node = node.spawn().context("cannot run node")?;

        let mut first = String::new();
        BufReader::new(node.stdout.take().context("node has an output")?).read_line(&mut first)?;
        ensure!(
            first.starts_with("http"),
            "{worker} did not start: see {}",
            state.folder().join("server.log").display()
        );
        let workerd = workerd_of(&node)?;
        Ok(Running { node, workerd, url: first.trim_end().to_owned(), _state: state })
    }
}

impl Running {
    /// `http://127.0.0.1:<port>`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// What workerd holds of the machine's memory, in bytes.
    ///
    /// # Errors
    /// When `ps` does not tell.
    pub fn memory(&self) -> Result<u64> {
        let said = Command::new("ps").args(["-o", "rss=", "-p", &self.workerd.to_string()]).output();
        let said = said.context("cannot run ps")?;
        let kibibytes: u64 = String::from_utf8_lossy(&said.stdout).trim().parse().context("workerd has ended")?;
        Ok(kibibytes * 1024)
    }

    /// The seconds that workerd has computed so far, where the system tells it in hundredths.
    pub fn computed(&self) -> Option<f64> {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.workerd)).ok()?;
        // The name in brackets may hold spaces. Behind it, the 12th and 13th field are the ticks in user and system mode.
        let mut ticks =
            stat.rsplit_once(')')?.1.split_whitespace().skip(11).map_while(|field| field.parse::<f64>().ok());
        Some((ticks.next()? + ticks.next()?) / 100.0)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.node.stdin.take());
        let _ = self.node.wait();
    }
}

/// The id of the workerd that `node` has started.
fn workerd_of(node: &Child) -> Result<u32> {
    let processes = Command::new("ps").args(["-A", "-o", "pid=,ppid=,comm="]).output().context("cannot run ps")?;
    let processes = String::from_utf8_lossy(&processes.stdout).into_owned();
    let workerd = processes.lines().find_map(|line| {
        let mut words = line.split_whitespace();
        let (id, parent) = (words.next()?.parse().ok()?, words.next()?);
        (parent == node.id().to_string() && words.next()?.ends_with("workerd")).then_some(id)
    });
    workerd.context("node runs no workerd")
}

fn bundle_peer(state: &State) -> Result<()> {
    let mut esbuild = checkout::command(checkout::npm_program("esbuild"));
    esbuild.arg(checkout::path("tests/bench/peer/index.ts")).arg(format!("--outdir={}", state.folder().display()));
    esbuild.args(["--entry-names=peer", "--bundle", "--minify", "--format=esm", "--target=es2022"]);
    progress::run("Bundling the peer", esbuild)
}
