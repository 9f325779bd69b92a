//! A Worker in a workerd of its own, without wrangler in front of it: what is measured and what is broken on purpose.

use crate::{checkout, state::State};
use anyhow::{Context, Result, ensure};
use serde_json::Value;
use std::{
    fs::{self, OpenOptions},
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, Stdio},
};

/// A Worker that answers. Dropped, it ends.
pub struct Bare {
    running: Running,
    what: Value,
    state: State,
    log: PathBuf,
}

struct Running {
    node: Child,
    said: BufReader<ChildStdout>,
    workerd: u32,
    url: String,
}

impl Bare {
    /// Serves what `what` says over `state`; `tests/bench/serve.mjs` says what may be said. What is served must be built.
    ///
    /// # Errors
    /// When it does not start: then with where its log is.
    pub fn start(state: State, mut what: Value) -> Result<Self> {
        what["state"] = state.folder().to_string_lossy().into();
        // Each start goes on with it.
        let log = state.new_log()?;
        Ok(Self { running: Running::start(&state, &what, &log)?, what, state, log })
    }

    /// Ends the process that runs the Worker, with all that it has in memory and no word of warning, and starts another at the
    /// same address.
    ///
    /// # Errors
    /// As [`Bare::start`].
    pub fn kill(&mut self) -> Result<()> {
        let kill = Command::new("kill").args(["-s", "KILL", &self.running.workerd.to_string()]).status();
        ensure!(kill.context("cannot run kill")?.success(), "workerd had ended before");
        // It minds no state: what it would still do is to end what has ended.
        self.running.node.kill()?;
        self.running.node.wait()?;
        self.what["port"] = self.running.url.rsplit(':').next().and_then(|port| port.parse::<u16>().ok()).into();
        self.running = Running::start(&self.state, &self.what, &self.log)?;
        Ok(())
    }

    /// `http://127.0.0.1:<port>`.
    pub fn url(&self) -> &str {
        &self.running.url
    }

    /// What is served.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// The process in which the Worker runs.
    pub fn workerd(&self) -> u32 {
        self.running.workerd
    }

    /// What it has logged so far.
    pub fn log(&self) -> String {
        fs::read(&self.log).map(|log| String::from_utf8_lossy(&log).into_owned()).unwrap_or_default()
    }

    /// Says a line to what serves it, and returns the line that it answers.
    ///
    /// # Errors
    /// When it has ended.
    pub fn ask(&mut self, line: &str) -> Result<String> {
        writeln!(self.running.node.stdin.as_ref().context("node has an input")?, "{line}")?;
        let mut answer = String::new();
        self.running.said.read_line(&mut answer)?;
        ensure!(!answer.is_empty(), "it has ended: see {}", self.log.display());
        Ok(answer)
    }
}

impl Running {
    fn start(state: &State, what: &Value, log: &Path) -> Result<Self> {
        // In a file: it may be too long for an argument.
        let file = state.folder().join("served.json");
        fs::write(&file, what.to_string()).with_context(|| format!("cannot write {}", file.display()))?;
        let output = OpenOptions::new().append(true).open(log).context("cannot open the server's log")?;
        let mut node = checkout::command(checkout::npm_program("node"));
        node.arg(checkout::path("tests/bench/serve.mjs")).arg(file);
        node.env("WRANGLER_SEND_METRICS", "false").env("WRANGLER_WRITE_LOGS", "false");
        node.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(output);
        let mut node = node.spawn().context("cannot run node")?;

        let mut said = BufReader::new(node.stdout.take().context("node has an output")?);
        let mut url = String::new();
        said.read_line(&mut url)?;
        ensure!(url.starts_with("http"), "it did not start: see {}", log.display());
        let workerd = workerd_of(&node)?;
        Ok(Self { node, said, workerd, url: url.trim_end().to_owned() })
    }
}

impl Drop for Bare {
    fn drop(&mut self) {
        drop(self.running.node.stdin.take());
        let _ = self.running.node.wait();
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
