//! The command behind `npm start`, `npm test` and the other scripts of `package.json`.

mod tasks;

use clap::{Args, Parser, Subcommand};
use std::{path::PathBuf, process::ExitCode};
use xtask::{accounts, build, demo, deploy, fuzz, progress, rehearse, setup, state::State, supply};

const PORT: u16 = 8787;

/// Sets up, builds and runs the batch status endpoint and its dashboard on this machine.
#[derive(Parser)]
#[command(bin_name = "xtask", arg_required_else_help = true)]
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
    #[command(disable_help_flag = true)]
    Bench {
        /// Passed on to the benchmark, e.g. --help
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Let everything go wrong at once, and print what was survived (npm run faults)
    #[command(disable_help_flag = true)]
    Faults {
        /// Passed on, e.g. --short or --help
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Move an account to another database (npm run accounts)
    Accounts {
        #[command(subcommand)]
        operation: accounts::Operation,
    },
    /// Throw input at a reader, for as long as you like (npm run fuzz)
    Fuzz {
        /// What is to read it
        #[arg(value_parser = fuzz::TARGETS)]
        target: String,
        /// For how long; it ends earlier when it finds something
        #[arg(long, default_value_t = 60, value_name = "N")]
        seconds: u64,
    },
    /// Check licences, sources, duplicates and known holes of what is linked in (npm run audit)
    Audit,
    /// Take the newest versions that the manifests allow, and say what changed (npm run update)
    Update,
    /// Take the README's screenshots of the dashboard (npm run screenshots)
    Screenshots,
    /// Install what is missing, without building anything
    Setup,
    /// Build the Worker and the dashboard, as far as something changed
    Build,
    /// Check, migrate and deploy to an environment (npm run deploy)
    Deploy(deploy::Flags),
    /// Upgrade from an earlier commit and roll back to it, on this machine (npm run rehearse)
    Rehearse {
        /// The commit, tag or branch that is upgraded from, e.g. main
        earlier: String,
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
        Task::Start(local) => tasks::start(&local),
        Task::Demo(local) => demo::import::run(local.port, &local.state()),
        Task::Test { filters } => tasks::test(&filters),
        Task::Bench { arguments } => tasks::bench(&arguments),
        Task::Faults { arguments } => tasks::faults(&arguments),
        Task::Accounts { operation } => operation.run(),
        Task::Fuzz { target, seconds } => fuzz::run(&target, seconds),
        Task::Audit => supply::audit(),
        Task::Update => supply::update(),
        Task::Screenshots => tasks::screenshots(),
        Task::Setup => setup::wasm_target().and_then(|()| setup::tools()).map(drop),
        Task::Build => build::all(),
        Task::Deploy(flags) => deploy::run(&flags),
        Task::Rehearse { earlier } => rehearse::run(&earlier),
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
