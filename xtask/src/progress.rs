//! Says in one line what is being done, while it is being done: on a terminal beside a spinner, elsewhere now and then.

use anyhow::{Context, Result, bail, ensure};
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use std::{
    io::{self, BufRead, BufReader},
    process::{Command, Stdio},
    sync::{
        LazyLock,
        mpsc::{self, RecvTimeoutError},
    },
    thread,
    time::Duration,
};

/// Steps that take less are not worth a line that stays.
const SHORT: Duration = Duration::from_millis(500);
/// How often a step that goes on is heard of where there is no spinner.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// So many of its last lines tell why a command failed.
const TAIL: usize = 60;

/// The steps under way.
static STEPS: LazyLock<MultiProgress> = LazyLock::new(MultiProgress::new);

/// Runs `command` to its end and shows how long it takes and what it says last. Steps may run side by side.
///
/// # Errors
/// When it cannot be run, or fails. The end of its output is told at once: the step beside it may go on for minutes.
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
    let (spinner, mut heard, mut output) = (spinner(doing), None, Vec::new());
    loop {
        match lines.recv_timeout(SHORT) {
            Ok(line) => output.push(String::from_utf8_lossy(&line).trim().to_owned()),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => break,
        }
        let (latest, elapsed) = (output.last().cloned().unwrap_or_default(), spinner.elapsed());
        if spinner.is_hidden() && elapsed >= heard.map_or(SHORT, |heard| heard + HEARTBEAT) {
            say(format!("{doing} … {} s {latest}", elapsed.as_secs()).trim_end());
            heard = Some(elapsed);
        }
        spinner.set_message(latest);
    }
    let status = child.wait().with_context(|| format!("{doing}: lost {program}"))?;
    let elapsed = spinner.elapsed();
    STEPS.remove(&spinner);
    if !status.success() {
        let tail = output.split_off(output.len().saturating_sub(TAIL)).join("\n");
        say(&format!("{doing}: failed after {} s\n{tail}", elapsed.as_secs()));
        bail!("{doing}: {program} ended with {status}");
    }
    if elapsed >= SHORT {
        say(&format!("{doing}: {} s", elapsed.as_secs()));
    }
    Ok(())
}

/// Runs a command that speaks for itself.
///
/// # Errors
/// When it cannot be run, or fails.
pub fn pass_through(mut command: Command) -> Result<()> {
    let program = command.get_program().to_string_lossy().into_owned();
    let status = command.status().with_context(|| format!("cannot run {program}"))?;
    ensure!(status.success(), "{program} ended with {status}");
    Ok(())
}

fn spinner(doing: &str) -> ProgressBar {
    let style = ProgressStyle::with_template("{spinner} {prefix} … {elapsed_precise} {wide_msg:.dim}");
    let spinner = STEPS.add(ProgressBar::new_spinner().with_prefix(doing.to_owned()));
    spinner.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
    spinner.enable_steady_tick(Duration::from_millis(100));
    spinner
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
    STEPS.suspend(|| eprintln!("{text}"));
}
