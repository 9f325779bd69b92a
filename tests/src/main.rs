//! The command behind `npm start`, `npm test` and `npm run deploy`.

use anyhow::{Context, Result, ensure};
use clap::{Args, Parser, Subcommand};
use contract::{Tier, path};
use stack::{bench, build, checkout, demo, demo_import, progress, serve, serve::Server, setup, state::State, wrangler};
use std::{
    path::PathBuf,
    process::{Command, ExitCode},
    sync::mpsc,
};

const PORT: u16 = 8787;
/// The test that takes the README's screenshots.
const SCREENSHOTS: &str = "browser_screenshots";

/// Sets up, builds and runs the batch status endpoint and its dashboard on this machine.
#[derive(Parser)]
#[command(bin_name = "stack", arg_required_else_help = true)]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Serve everything on 127.0.0.1, with demo jobs and keys (npm start)
    Start(Local),
    /// Post a batch to what `npm start` serves, and follow it until it ends (npm run demo)
    Demo(Local),
    /// Run all tests, or those whose names contain one of the filters (npm test)
    Test {
        /// Parts of the names of tests
        filters: Vec<String>,
    },
    /// Compare this Worker with others, and print and write the figures (npm run bench)
    Bench {
        #[command(flatten)]
        options: bench::Options,
    },
    /// Take the README's screenshots of the dashboard (npm run screenshots)
    Screenshots,
    /// Install what is missing, without building anything
    Setup,
    /// Build the Worker and the dashboard, as far as something changed
    Build,
    /// Build and deploy to Cloudflare (npm run deploy)
    Deploy {
        /// Passed on to `wrangler deploy`, e.g. --dry-run
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
}

#[derive(Args)]
struct Local {
    /// The port of the server on this machine
    #[arg(long, default_value_t = PORT, value_parser = clap::value_parser!(u16).range(1..))]
    port: u16,
    /// Where the local database and the keys are kept, if not in .wrangler/state
    #[arg(long, value_name = "FOLDER")]
    persist_to: Option<PathBuf>,
}

impl Local {
    fn state(&self) -> State {
        self.persist_to.clone().map_or_else(State::of_checkout, State::of_folder)
    }

    /// How `npm run demo` is told of it.
    fn flags(&self) -> String {
        let port = if self.port == PORT { String::new() } else { format!(" --port {}", self.port) };
        let folder = self.persist_to.as_ref().map_or_else(String::new, |it| format!(" --persist-to {}", it.display()));
        if port.is_empty() && folder.is_empty() { port } else { format!(" --{port}{folder}") }
    }
}

fn main() -> ExitCode {
    let done = match Arguments::parse().task {
        Task::Start(local) => start(&local),
        Task::Demo(local) => demo_import::run(local.port, &local.state()),
        Task::Test { filters } => test(&filters),
        Task::Bench { options } => bench::run(&options),
        Task::Screenshots => screenshots(),
        Task::Setup => setup::wasm_target().and_then(|()| setup::tools()).map(drop),
        Task::Build => build::all(),
        Task::Deploy { arguments } => deploy(&arguments),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            progress::say(&format!("error: {error}"));
            error.chain().skip(1).for_each(|cause| progress::say(&format!("  {cause}")));
            ExitCode::FAILURE
        }
    }
}

fn start(local: &Local) -> Result<()> {
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

fn test(filters: &[String]) -> Result<()> {
    let browser = setup::browser()?;
    if setup::official_client()?.is_none() {
        progress::say("Python is missing: the tests of the official client are skipped");
    }
    build::all()?;
    let mut all = checkout::command("cargo");
    all.args(["test", "--workspace", "--"]).args(filters).env("CHROME", &browser);
    // Many tests wait for a window or a server, not for a core.
    if std::env::var_os("RUST_TEST_THREADS").is_none() {
        all.env("RUST_TEST_THREADS", "4");
    }
    pass_through(all)?;
    // Those that measure, one after another, when no other test takes the machine from them.
    let mut speed = ignored_tests();
    speed.args(["--skip", SCREENSHOTS, "--test-threads", "1"]).args(filters).env("CHROME", browser);
    pass_through(speed)
}

/// Run as one of the end-to-end tests: they have the browser and the jobs.
fn screenshots() -> Result<()> {
    let mut cargo = ignored_tests();
    cargo.arg(SCREENSHOTS);
    pass_through(cargo)
}

/// The tests that a plain `cargo test` ignores. They are in one package, but for that alone cargo would compile its
/// dependencies anew, with other features than for the whole workspace.
fn ignored_tests() -> Command {
    let mut cargo = checkout::command("cargo");
    cargo.args(["test", "--workspace", "--tests", "--quiet", "--", "--ignored"]);
    cargo
}

fn deploy(arguments: &[String]) -> Result<()> {
    build::all()?;
    let mut deploy = wrangler::command(&["deploy"]);
    deploy.args(arguments);
    pass_through(deploy)
}

/// Runs a command that speaks for itself.
fn pass_through(mut command: Command) -> Result<()> {
    let program = command.get_program().to_string_lossy().into_owned();
    let status = command.status().with_context(|| format!("cannot run {program}"))?;
    ensure!(status.success(), "{program} ended with {status}");
    Ok(())
}
