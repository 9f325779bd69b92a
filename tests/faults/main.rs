//! `npm run faults`: everything goes wrong at once, and what was survived is told in figures.

use clap::Parser;
use std::process::ExitCode;
use tests::storm::{Extent, run};

/// Has 32 clients poll, wait, retry and ask for what is another's, and 8 import and cancel, while workerd is killed, D1 fails
/// and is slow, keys are revoked, receivers of webhooks break and the schema changes. Ends with 1 where something was lost,
/// doubled, shown to somebody else, or answered otherwise than the contract says
#[derive(Parser)]
#[command(bin_name = "npm run faults --")]
struct Options {
    /// Each fault once and 1,000 requests for what is another's, as in `npm test`, instead of ten times and 100,000
    #[arg(long)]
    short: bool,
}

fn main() -> ExitCode {
    let extent = if Options::parse().short { Extent::SHORT } else { Extent::FULL };
    match run(&extent) {
        Ok(survived) => {
            println!("\n{survived}");
            ExitCode::SUCCESS
        }
        Err(lost) => {
            eprintln!("\nerror: {lost}");
            ExitCode::FAILURE
        }
    }
}
