//! Says in one line what is being done, while it is being done.

use anyhow::{Context, Result, bail};
use std::{
    fmt,
    io::{self, BufRead, BufReader, IsTerminal, Write},
    process::{Command, ExitStatus, Stdio},
    sync::{
        Mutex, MutexGuard, PoisonError,
        mpsc::{self, RecvTimeoutError},
    },
    thread,
    time::{Duration, Instant},
};

/// Steps that take less are not worth a line.
const SHORT: Duration = Duration::from_millis(500);
/// How often a step that goes on is heard of where lines cannot be rewritten.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// The narrowest usual terminal: a longer line would wrap, and could not be rewritten.
const LINE: usize = 79;
/// So many of its last lines tell why a command failed.
const TAIL: usize = 60;

/// The steps under way, in the order of their beginning.
static STEPS: Mutex<Vec<Step>> = Mutex::new(Vec::new());

struct Step {
    doing: String,
    since: Instant,
    latest: String,
    /// When a line was last written about it.
    told: Option<Instant>,
}

/// Runs `command` to its end and shows how long it takes and what it says last. Steps may run side by side.
///
/// # Errors
/// When it cannot be run, or fails: then with the end of its output.
pub fn run(doing: &str, mut command: Command) -> Result<()> {
    let program = command.get_program().to_string_lossy().into_owned();
    let (reader, writer) = io::pipe().context("no pipe to be had")?;
    command.stdin(Stdio::null()).stdout(writer.try_clone().context("no pipe to be had")?).stderr(writer);
    let mut child = command.spawn().with_context(|| format!("{doing}: cannot run {program}"))?;
    drop(command); // With the writing end, so that reading ends when the child does.

    let (said, lines) = mpsc::channel();
    thread::spawn(move || {
        BufReader::new(reader).split(b'\n').map_while(Result::ok).try_for_each(|line| said.send(line))
    });
    let since = Instant::now();
    steps().push(Step { doing: doing.to_owned(), since, latest: String::new(), told: None });
    let mut output = Vec::new();
    loop {
        match lines.recv_timeout(SHORT) {
            Ok(line) => output.push(String::from_utf8_lossy(&line).trim_end().to_owned()),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => break,
        }
        show(doing, output.last());
    }
    let status = child.wait().with_context(|| format!("{doing}: lost {program}"));
    finish(doing, status.as_ref().is_ok_and(ExitStatus::success));
    let status = status?;
    if !status.success() {
        let tail = output.split_off(output.len().saturating_sub(TAIL)).join("\n");
        bail!("{doing}: {program} ended with {status}\n{tail}");
    }
    Ok(())
}

/// Does `other` beside `one`, on a thread of its own, and waits for both. Where both fail, the error is that of `one`.
///
/// # Errors
/// When one of them fails.
pub fn side_by_side<A, B: Send>(
    one: impl FnOnce() -> Result<A>,
    other: impl FnOnce() -> Result<B> + Send,
) -> Result<(A, B)> {
    thread::scope(|scope| {
        let other = scope.spawn(other);
        let one = one();
        let other = other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        Ok((one?, other?))
    })
}

/// Says `text` in a line of its own.
pub fn say(text: &str) {
    let steps = steps();
    let _ = writeln!(io::stderr(), "{}{text}", start_of_line());
    draw(&steps);
}

fn show(doing: &str, latest: Option<&String>) {
    let mut steps = steps();
    let Some(step) = steps.iter_mut().find(|step| step.doing == doing) else { return };
    step.latest = latest.cloned().unwrap_or_default();
    if step.since.elapsed() < SHORT {
        return;
    }
    if !io::stderr().is_terminal() && step.told.is_none_or(|told| told.elapsed() >= HEARTBEAT) {
        let _ = writeln!(io::stderr(), "{step}");
        step.told = Some(Instant::now());
    }
    step.told.get_or_insert_with(Instant::now);
    draw(&steps);
}

/// A failure is told at once: the step beside it may go on for a minute before the error is reported.
fn finish(doing: &str, succeeded: bool) {
    let mut steps = steps();
    let Some(place) = steps.iter().position(|step| step.doing == doing) else { return };
    let step = steps.remove(place);
    if step.told.is_some() || !succeeded {
        let (seconds, failed) = (step.since.elapsed().as_secs(), if succeeded { "" } else { ", failed" });
        let _ = writeln!(io::stderr(), "{}{doing}: {seconds} s{failed}", start_of_line());
    }
    draw(&steps);
}

/// Rewrites the last line of a terminal: it holds all steps under way.
fn draw(steps: &[Step]) {
    if !io::stderr().is_terminal() {
        return;
    }
    let all: Vec<_> = steps.iter().filter(|step| step.told.is_some()).map(Step::to_string).collect();
    let line: String = all.join(" · ").chars().take(LINE).collect();
    let _ = write!(io::stderr(), "{}{line}", start_of_line());
    let _ = io::stderr().flush();
}

fn start_of_line() -> &'static str {
    if io::stderr().is_terminal() { "\r\x1b[K" } else { "" }
}

fn steps() -> MutexGuard<'static, Vec<Step>> {
    STEPS.lock().unwrap_or_else(PoisonError::into_inner)
}

impl fmt::Display for Step {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.since.elapsed().as_secs();
        write!(out, "{} …", self.doing)?;
        if seconds > 0 {
            write!(out, " {seconds} s")?;
        }
        if self.latest.is_empty() { Ok(()) } else { write!(out, " ({})", self.latest.trim()) }
    }
}
