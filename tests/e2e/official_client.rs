//! The official Python client, unmodified: the library, and its command line.

use contract::Tier;
use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};
use tests::{Account, faults::faulty, imported, importing, importing_server, place};
use xtask::checkout;

/// The Python that has the client; `npm test` leaves it empty where there is no Python at all.
fn python() -> Option<PathBuf> {
    if env::var_os("TEST_PYTHON").is_some_and(|python| python.is_empty()) {
        eprintln!("skipped: Python is missing");
        return None;
    }
    Some(place("TEST_PYTHON"))
}

/// Runs a command of the client and returns what it prints. It finds no settings but those given.
fn run(program: &Path, arguments: &[&str], account: &Account) -> String {
    let home = importing_server().state().folder();
    let mut command = Command::new(program);
    command.args(arguments).current_dir(home).env("HOME", home).env("KORELY_CONFIG_HOME", home);
    command.env("KORELY_API_KEY", &account.key).env("KORELY_BASE_URL", importing_server().url());
    let done = command.output().unwrap();
    let told = String::from_utf8(done.stdout).unwrap();
    assert!(done.status.success(), "{told}{}", String::from_utf8_lossy(&done.stderr));
    told
}

#[test]
fn the_library_gets_all_that_it_expects() {
    let Some(python) = python() else { return };
    let (developer, hobby) = (Account::new(Tier::Developer), Account::new(Tier::Hobby));
    let script = checkout::path("tests/e2e/official_client.py").display().to_string();
    let (url, slow) = (importing_server().url(), faulty().url());
    run(&python, &[&script, url, &developer.key, &hobby.key, &developer.read_only, slow], &developer);
    imported().assert_adds_up(&developer.name, 2);
    imported().assert_adds_up(&hobby.name, 2);
}

#[test]
fn the_lines_of_the_documents_import_and_tell_what_failed() {
    let Some(python) = python() else { return };
    let account = Account::new(Tier::Developer);
    let lines = checkout::path("docs/examples/import.py").display().to_string();
    assert_eq!(run(&python, &[&lines], &account), "1 of 2 landed\nmemory 1: content must not be empty\n");
}

#[test]
fn the_command_line_sends_a_file_and_follows_its_job() {
    let Some(python) = python() else { return };
    let korely = python.with_file_name("korely");
    let account = Account::new(Tier::Developer);
    let file = importing_server().state().folder().join("memories.jsonl");
    fs::write(&file, "{\"content\": \"One\"}\n\"Two\"\n{\"content\": \"\"}\n").unwrap();

    let queued = run(&korely, &["batch", &file.display().to_string(), "--agent-id", "importer"], &account);
    let id = queued.strip_prefix("queued  ").and_then(|rest| rest.split_whitespace().next()).unwrap();
    assert!(queued.contains("(3 memory(ies), pending)"), "{queued}");
    importing().finished(id.parse().unwrap(), &account.key);
    let told = run(&korely, &["batch-status", id], &account);
    assert_eq!(told, format!("{id}  completed  2 of 3 imported, 1 failed\n  memory 2: content must not be empty\n"));
    let json: serde_json::Value =
        serde_json::from_str(&run(&korely, &["batch-status", id, "--json"], &account)).unwrap();
    assert_eq!(json["errors"][0]["index"], 2);
    imported().assert_adds_up(&account.name, 0);
}
