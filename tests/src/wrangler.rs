//! The one place that runs wrangler.

use crate::checkout;
use std::process::Command;

/// wrangler, which asks nothing, reports nothing, and reads the real `wrangler.toml`.
pub fn command(arguments: &[&str]) -> Command {
    let mut command = checkout::command(checkout::npm_program("wrangler"));
    command.args(arguments).env("CI", "1").env("WRANGLER_SEND_METRICS", "false").env("WRANGLER_WRITE_LOGS", "false");
    command
}
