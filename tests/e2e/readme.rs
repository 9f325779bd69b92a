//! The README's shell session, line by line as it stands there.

use contract::{Tier, Usage, path};
use std::{
    cell::RefCell,
    fs,
    net::TcpListener,
    process::{Command, Stdio},
};
use tests::{Account, Client, start_with, wait_until};
use xtask::checkout;

/// The lines below the heading that are set apart as code.
fn session() -> String {
    let readme = fs::read_to_string(checkout::path("README.md")).unwrap();
    let (_, section) = readme.split_once("\n## From a file to what landed\n").unwrap();
    let section = section.split("\n## ").next().unwrap_or_default();
    section.lines().filter_map(|line| line.strip_prefix("    ")).map(|line| format!("{line}\n")).collect()
}

#[test]
fn the_session_goes_from_a_dry_run_to_a_retry() {
    // A few items at a time, so that a cancel is in time on every machine.
    let server = start_with(&[("IMPORT_CHUNK_ITEMS", "5")], "");
    let account = Account::new(Tier::Team);
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();

    let mut shell = checkout::command("sh");
    shell.args(["-euc", &session()]).env("API", server.url()).env("KEY", &account.key).env("PORT", port.to_string());
    let said = output(shell);
    let lines: Vec<&str> = said.lines().collect();
    let [dry_run, job, verified, cancelled, columns, first, second, retried, again] = lines[..] else {
        panic!("{said}");
    };
    let errors = r#""errors":[{"index":1,"error":"content must not be empty"}]"#;
    assert_eq!(dry_run, format!(r#"{{"received":2,"would_import":1,"would_fail":1,{errors}}}"#));
    assert!(
        job.ends_with(&format!(r#""status":"completed","received":2,"imported":1,"failed":1,{errors}}}"#)),
        "{job}"
    );
    assert!(verified.starts_with(r#"verified: {"type":"batch.completed","timestamp":"#), "{verified}");
    assert_eq!(cancelled, "202");
    assert!(columns.ends_with("index,line,status,id,error,content,user_id,agent_id,run_id,metadata,timestamp,kind"));
    for row in [first, second] {
        assert!(row.contains(r#",failed,"","cancelled","memory "#), "{row}");
    }
    assert!(retried.contains(r#""status":"pending""#), "{retried}");
    assert_eq!(retried, again);

    // All that was cancelled lands in the end, once.
    let client = Client::new(server.url());
    let usage = || -> Usage { serde_json::from_slice(&client.get(path::USAGE, &account.key).body).unwrap() };
    wait_until("the retry's end", || usage().batches.running == 0);
    assert_eq!(usage().writes.used, 501);
}

fn output(mut shell: Command) -> String {
    let shell = RefCell::new(shell.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap());
    wait_until("the session's end", || shell.borrow_mut().try_wait().unwrap().is_some());
    let output = shell.into_inner().wait_with_output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{said}");
    said
}
