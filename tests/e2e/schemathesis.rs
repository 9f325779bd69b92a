//! Requests that schemathesis makes of the description: those that are in shape and those that are not, one by one and in
//! sequence, with all its checks.

use contract::Tier;
use std::{env, process::Command};
use tests::{Account, place, start};
use xtask::checkout;

/// Of each it sends more; fewer would mean that something has stopped it.
const REQUESTS: usize = 2_000;

/// For how long, in seconds.
const SECONDS: &str = "150";

#[test]
#[ignore = "wants the machine to itself: npm test runs it last"]
fn schemathesis_finds_nothing_that_is_not_as_described() {
    let python = env::var_os("TEST_PYTHON").filter(|python| !python.is_empty()).map(|_| place("TEST_PYTHON"));
    let program = python.map(|python| python.with_file_name("schemathesis")).filter(|program| program.exists());
    let Some(program) = program else {
        eprintln!("skipped: Python 3.11 is missing");
        return;
    };
    let (server, account) = (start(), Account::new(Tier::Scale));
    let folder = checkout::path("tests/schemathesis");
    let mut command = Command::new(program);
    command.arg("--config-file").arg(folder.join("schemathesis.toml"));
    command.arg("run").arg(format!("{}/openapi.json", server.url()));
    command.args(["--url", server.url(), "--checks", "all", "--continue-on-failure", "--no-color"]);
    // One worker: of two threads at once that compile, Python 3.11 breaks off.
    command.args(["--workers", "1", "--max-time", SECONDS]).current_dir(server.state().folder());
    command.env("KEY", &account.key).env("HOOKS", folder.join("hooks.py")).env("PYTHONDONTWRITEBYTECODE", "1");
    let done = command.output().unwrap();
    let told = String::from_utf8_lossy(&done.stdout);
    assert!(done.status.success(), "{told}{}", String::from_utf8_lossy(&done.stderr));
    let sent = server.log().matches(r#"{"request":""#).count();
    println!("schemathesis sent {sent} requests, at least {REQUESTS}");
    assert!(sent >= REQUESTS, "{told}");
}
