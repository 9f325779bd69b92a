//! Compares this Worker with one that is written with Hono, and with one that answers a constant: the same data, the same
//! workerd, round by round. wrk makes the load, and every answer is checked.

mod check;
mod contender;
mod data;
mod imports;
mod load;
mod machine;
mod measure;
mod report;
mod scenario;

use anyhow::{Result, ensure};
use clap::Parser;
use contender::Contender;
use measure::Bench;
use report::Report;
use scenario::SCENARIOS;
use std::process::ExitCode;
use xtask::{checkout, progress, state::State};

/// The part that compares this Worker without its limiters to the floor.
const FLOOR: &str = "floor";
/// The part that imports batches.
const IMPORTS: &str = "imports";
/// The part that watches the memory.
const MEMORY: &str = "memory";

/// Compares this Worker with others on what is built, prints the figures and writes them as JSON
#[derive(Parser)]
#[command(bin_name = "npm run bench --")]
pub struct Options {
    /// Take some two minutes: five rounds, no look at the memory, the floor only where it is the bar
    #[arg(long)]
    short: bool,
    /// Only these parts: the letters of the table, floor, imports, memory
    #[arg(long, value_delimiter = ',', value_name = "PARTS", value_parser = parts())]
    only: Vec<String>,
}

fn parts() -> clap::builder::PossibleValuesParser {
    SCENARIOS.iter().map(|scenario| scenario.letter).chain([FLOOR, IMPORTS, MEMORY]).collect::<Vec<_>>().into()
}

impl Options {
    fn wants(&self, part: &str) -> bool {
        if self.only.is_empty() { part != MEMORY || !self.short } else { self.only.iter().any(|only| only == part) }
    }

    /// Of one second each.
    const fn rounds(&self) -> usize {
        if self.short { 5 } else { 15 }
    }
}

fn main() -> ExitCode {
    match run(&Options::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Measures, prints the table and writes it as JSON. It fails when an answer is wrong, or, at the end, when a bar was missed.
fn run(options: &Options) -> Result<()> {
    let state = State::of_folder(checkout::target("bench/state"));
    state.seed("tests/bench/data.sql", &data::entries()?)?;
    let bench = Bench { options, this: Contender::This.start(&state)?, peer: Contender::Peer.start(&state)?, state };
    let mut report = Report::default();
    bench.warm_up_all()?;
    for scenario in SCENARIOS.iter().filter(|scenario| options.wants(scenario.letter)) {
        bench.compare(scenario, &mut report)?;
    }
    if options.wants(FLOOR) {
        bench.compare_with_floor(&mut report)?;
    }
    if options.wants("a") || options.wants(IMPORTS) {
        bench.count_statements(&mut report)?;
    }
    if options.wants(IMPORTS) {
        progress::say("Importing …");
        report.imports(&imports::measure(bench.this.url(), if options.short { 3 } else { 7 })?);
    }
    if options.wants(MEMORY) {
        bench.watch_memory(&mut report)?;
    }
    println!("{}", report.table());
    println!("\nAll rounds: {}", report.write()?.display());
    ensure!(report.missed() == 0, "{} bars were missed", report.missed());
    Ok(())
}
