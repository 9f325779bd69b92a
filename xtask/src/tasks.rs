//! What takes more than one call of the library.

use crate::Local;
use anyhow::{Context, Result};
use contract::{Tier, path};
use std::{env, fs, process::Command, sync::mpsc};
use xtask::{build, checkout, demo, leaks, progress, serve, serve::Server, setup};

/// Builds, and serves until Ctrl-C.
pub fn start(local: &Local) -> Result<()> {
    serve::ensure_free(local.port)?;
    let state = local.state();
    build::all_while(|| demo::load(&state))?;

    // From here on there is a server to end. Before, Ctrl-C ends this program and what it runs by itself.
    let (stop, stopped) = mpsc::channel();
    ctrlc::set_handler(move || _ = stop.send(())).context("cannot listen for Ctrl-C")?;
    progress::say("Starting the server …");
    let mut server = Server::start(state, local.port)?;
    server.fire_crons();
    let address = server.url().replace("127.0.0.1", "localhost");
    println!("\nReady on {address}\n");
    for tier in Tier::ALL {
        println!("  key, {:10} {}", tier.name(), demo::key(tier));
    }
    let (key, batch, job) = (demo::key(Tier::Developer), path::BATCH, demo::EXAMPLE_JOB);
    println!("\n  curl -H 'Authorization: Bearer {key}' {address}{batch}/{job}\n");
    println!("  npm run demo{}    imports a batch, in another terminal\n", local.flags());
    println!("Ctrl-C ends it. The server's log:\n");
    server.follow_log(&stopped)
}

/// Runs the tests whose names contain one of the filters, with all that they need.
pub fn test(filters: &[String]) -> Result<()> {
    let (browser, python) = (setup::browser()?, setup::python()?);
    if python.is_none() {
        progress::say("Python is missing: the tests that need it are skipped");
    }
    build::all()?;
    let logs = checkout::target("test-logs");
    if logs.exists() {
        fs::remove_dir_all(&logs).context("cannot remove the logs of the last run")?;
    }
    fs::create_dir_all(&logs).context("cannot make a folder for the logs")?;
    let cargo = |arguments: &[&str]| -> Result<Command> {
        let mut cargo = checkout::command("cargo");
        cargo.args(["test", "--workspace"]).args(arguments).args(filters);
        // Where the tests find what was set up for them: they set up nothing.
        cargo.env("XTASK", env::current_exe()?).env("CHROME", &browser);
        cargo.env("TEST_PYTHON", python.as_deref().unwrap_or("".as_ref())).env(leaks::FOLDER, &logs);
        Ok(cargo)
    };
    let mut all = cargo(&["--"])?;
    // Many tests wait for a window or a server, not for a core.
    if env::var_os("RUST_TEST_THREADS").is_none() {
        all.env("RUST_TEST_THREADS", "4");
    }
    progress::pass_through(all)?;
    // Those that measure, one after another, when no other test takes the machine from them. They print what they measure.
    progress::pass_through(cargo(&["--tests", "--quiet", "--", "--ignored", "--nocapture", "--test-threads", "1"])?)?;
    progress::say(&leaks::look(&logs)?);
    Ok(())
}

/// Runs the benchmark on what is built.
pub fn bench(arguments: &[String]) -> Result<()> {
    if !arguments.iter().any(|argument| argument == "--help" || argument == "-h") {
        setup::load_generator()?;
        build::all()?;
    }
    let mut cargo = checkout::command("cargo");
    cargo.args(["run", "--package", "bench", "--"]).args(arguments);
    progress::pass_through(cargo)
}

/// Lets everything go wrong on what is built.
pub fn faults(arguments: &[String]) -> Result<()> {
    if !arguments.iter().any(|argument| argument == "--help" || argument == "-h") {
        build::all()?;
    }
    let mut cargo = checkout::command("cargo");
    cargo.args(["test", "--quiet", "--workspace", "--test", "faults", "--"]).args(arguments);
    progress::pass_through(cargo)
}

/// Takes the screenshots of what is built.
pub fn screenshots() -> Result<()> {
    let browser = setup::browser()?;
    build::all()?;
    let mut cargo = checkout::command("cargo");
    cargo.args(["test", "--workspace", "--test", "screenshots"]).env("CHROME", browser);
    progress::pass_through(cargo)
}
