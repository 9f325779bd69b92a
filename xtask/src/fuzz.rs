//! `npm run fuzz`: throws input at a reader for as long as one likes.

use crate::{checkout, progress};
use anyhow::Result;

/// What reads what strangers send, and what people drop. The tests that are named `fuzz_` and one of these throw it; a run of
/// all tests has them throw a little.
pub const TARGETS: [&str; 10] =
    ["id", "header", "body", "timestamp", "webhook", "cursor", "filters", "conditions", "address", "files"];

/// Throws input at `target` for so many seconds, or until something is found.
///
/// # Errors
/// When something is found, which is printed as small as it can be.
pub fn run(target: &str, seconds: u64) -> Result<()> {
    let mut cargo = checkout::command("cargo");
    // As `npm test` compiles them, so that nothing is compiled twice.
    cargo.args(["test", "--quiet", "--workspace", "--lib", "--bins", "--test", "fuzz", "--"]);
    cargo.args(["--nocapture", &format!("fuzz_{target}")]);
    // `tests/fuzz` reads the first.
    cargo.env("FUZZ_SECONDS", seconds.to_string()).env("RUST_BACKTRACE", "0");
    progress::pass_through(cargo)
}
