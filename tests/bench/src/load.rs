//! Load on one server, from wrk.

use crate::{contender::Running, data::Target};
use anyhow::{Context, Result, bail, ensure};
use std::{fs, iter, path::PathBuf};
use xtask::checkout;

/// What one round brought.
#[derive(Clone, Copy)]
pub struct Round {
    /// Answers a second, all of them right.
    pub rate: f64,
    /// In milliseconds.
    pub median: f64,
    /// In milliseconds.
    pub p99: f64,
    /// Answers, and for how many seconds they were asked for.
    pub answers: f64,
    pub seconds: f64,
    /// Microseconds that workerd computed for each answer, where the system tells. Other work on the machine changes this
    /// less than the rate.
    pub computed: Option<f64>,
}

/// Requests in a file, each with the answer that must come back to it.
pub struct Plan {
    file: PathBuf,
}

impl Plan {
    /// `answer` tells the right status of a target, and the body or, where there is none, the entity tag.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn new<'a>(name: &str, targets: &'a [Target], answer: impl Fn(&'a Target) -> (u16, &'a str)) -> Result<Self> {
        let mut lines = String::new();
        for target in targets {
            let ((status, proof), known) = (answer(target), target.known.as_deref().unwrap_or_default());
            let line = format!("{status}\t{proof}\t{}\t{}\t{known}\n", target.path, target.key);
            lines.extend(iter::repeat_n(line, target.share));
        }
        let file = checkout::target("bench").join(name);
        fs::create_dir_all(checkout::target("bench"))?;
        fs::write(&file, lines).with_context(|| format!("cannot write {}", file.display()))?;
        Ok(Self { file })
    }

    /// Asks as fast as `clients` connections can, for `seconds`.
    ///
    /// # Errors
    /// When an answer is wrong, or a connection breaks.
    pub fn run(&self, server: &Running, clients: u32, seconds: u32) -> Result<Round> {
        let mut command = checkout::command("wrk");
        command.args(["--threads", "1", "--timeout", "30s", "--connections"]).arg(clients.to_string());
        command.arg("--duration").arg(format!("{seconds}s"));
        command.arg("--script").arg(checkout::path("tests/bench/load.lua")).args([server.url(), "--"]).arg(&self.file);
        let before = server.computed();
        let output = command.output().context("cannot run wrk: `npm run bench` installs it")?;
        let computed = server.computed().zip(before).map(|(after, before)| after - before);
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        ensure!(output.status.success(), "wrk: {said}{}", String::from_utf8_lossy(&output.stderr));
        let figure = |name: &str| {
            let figure = said.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('\t'));
            figure.with_context(|| format!("wrk did not tell {name}: {said}"))
        };
        let number = |name| Ok::<f64, anyhow::Error>(figure(name)?.parse()?);
        let wrong = figure("wrong")?;
        if !wrong.is_empty() {
            bail!("a wrong answer under load: {wrong}");
        }
        ensure!(number("broken")? == 0.0, "connections broke under load: {said}");
        let (answers, seconds) = (number("answers")?, number("seconds")?);
        ensure!(answers > 0.0, "nothing answered under load: {said}");
        Ok(Round {
            rate: answers / seconds,
            median: number("median_us")? / 1e3,
            p99: number("p99_us")? / 1e3,
            answers,
            seconds,
            computed: computed.map(|seconds| seconds / answers * 1e6),
        })
    }
}
