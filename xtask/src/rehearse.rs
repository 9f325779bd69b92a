//! `npm run rehearse`: an upgrade and its rollback on this machine: an earlier commit, this checkout, and the earlier commit
//! again, all on one state, each with an import of its own.

use crate::{checkout, guard, progress, state::State};
use anyhow::{Context, Result, ensure};
use std::{
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

/// A server that starts also fills its state.
const PATIENCE: Duration = Duration::from_secs(180);
const PACE: Duration = Duration::from_millis(200);

/// Rehearses the upgrade from the commit that `earlier` names.
///
/// # Errors
/// When there is no such commit, when it does not build, and when one of the three does not serve or import.
pub fn run(earlier: &str) -> Result<()> {
    let old = checked_out(earlier)?;
    let new = checkout::path("");
    for root in [&old, &new] {
        let mut build = xtask(root);
        build.arg("build");
        progress::run(&format!("Building {}", root.display()), build)?;
    }
    let state = State::scratch()?;
    for (what, root) in [("before", &old), ("upgraded", &new), ("rolled back", &old)] {
        progress::say(&format!("\n{what}: {}", root.display()));
        import_on(root, state.folder())?;
    }
    println!(
        "\nThree imports on one state: by {earlier}, by this checkout, and by {earlier} on what this one has migrated."
    );
    Ok(())
}

/// The commit in a folder of its own, which later rehearsals use again.
fn checked_out(commit: &str) -> Result<PathBuf> {
    let git = |arguments: &[&str]| crate::setup::output("git", arguments);
    let commit = git(&["rev-parse", "--verify", &format!("{commit}^{{commit}}")])?;
    let folder = checkout::target("rehearsal").join(commit.trim());
    if !folder.exists() {
        git(&["worktree", "prune"])?;
        git(&["worktree", "add", "--detach", &folder.to_string_lossy(), commit.trim()])?;
    }
    Ok(folder)
}

/// Serves `state` by the checkout at `root`, which migrates it as far as it can, and imports a batch.
fn import_on(root: &Path, state: &Path) -> Result<()> {
    let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
    let with = |task: &str| {
        let mut command = xtask(root);
        command.args([task, "--port", &port.to_string(), "--persist-to"]).arg(state);
        command
    };
    let mut server = guard::spawn(&with("start"), (Stdio::null(), Stdio::inherit())).context("cannot run sh")?;
    let begin = Instant::now();
    let served = loop {
        // Without a key it answers 401.
        if let Err(ureq::Error::StatusCode(401)) = ureq::get(format!("http://127.0.0.1:{port}/v1/ping")).call() {
            break progress::pass_through(with("demo"));
        }
        ensure!(server.try_wait()?.is_none() && begin.elapsed() < PATIENCE, "it does not serve");
        thread::sleep(PACE);
    };
    drop(server.stdin.take());
    server.wait()?;
    served
}

fn xtask(root: &Path) -> Command {
    let mut cargo = Command::new("cargo");
    cargo.args(["run", "--quiet", "--package", "xtask", "--"]).current_dir(root).env_remove("CARGO_TARGET_DIR");
    cargo
}
