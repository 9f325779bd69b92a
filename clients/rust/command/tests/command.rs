//! The command, as people run it.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "clippy knows a test by its attribute, and what tests share has none"
)]

use contract::Tier;
use std::{
    fs,
    path::PathBuf,
    process::{Command, Output},
    sync::LazyLock,
};
use tests::{
    Account,
    lab::Lab,
    receiver::{Receiver, Reply},
};

static LAB: LazyLock<Lab> = LazyLock::new(|| Lab::start(&[], ""));

/// A file with these contents.
fn file(name: &str, contents: &str) -> PathBuf {
    let file = LAB.folder().join(name);
    fs::write(&file, contents).unwrap();
    file
}

/// Imports it, and returns the exit code with what was written.
fn batch(url: &str, key: &str, file: &PathBuf, flags: &[&str]) -> (Option<i32>, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_batch"));
    command.env("BATCH_KEY", key).args(["--url", url, "--patience", "900", "import"]).arg(file).args(flags);
    let Output { status, stdout, stderr } = command.output().unwrap();
    (status.code(), String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap())
}

#[test]
fn the_exit_code_says_whether_all_some_or_none_landed() {
    let account = Account::new(Tier::Team);
    let import = |name: &str, contents: &str| batch(LAB.url(), &account.key, &file(name, contents), &["--wait"]);
    let (code, told, _) = import("all.json", r#"[{"content":"Ada prefers tea"}]"#);
    assert_eq!((code, &*told), (Some(0), "1 of 1 memories landed.\n"));
    let (code, told, _) = import("some.csv", "content,user_id\nAda prefers tea,ada\n\" \",ada\n\"\",bob\n");
    assert_eq!(code, Some(1));
    assert_eq!(told, "1 of 3 memories landed.\n     2 × content must not be empty (line 3, 4)\n");
    let (code, told, _) = import("none.jsonl", "{\"content\":\" \"}\n");
    assert_eq!(code, Some(2));
    assert!(told.starts_with("0 of 1 memories landed."), "{told}");

    let jobs = LAB.client().get("/v1/batch", &account.key).json();
    let labels: Vec<_> = jobs["jobs"].as_array().unwrap().iter().take(3).map(|job| &job["label"]).collect();
    assert_eq!(labels, ["none.jsonl", "some.csv", "all.json"]);
}

#[test]
fn without_waiting_the_jobs_are_told_as_soon_as_they_are_taken() {
    let account = Account::new(Tier::Team);
    let rows = "{\"content\":\"Ada prefers tea\"}\n".repeat(501);
    let (code, told, _) = batch(LAB.url(), &account.key, &file("two.jsonl", &rows), &[]);
    let jobs: Vec<contract::JobId> = told.lines().map(|line| line.parse().unwrap()).collect();
    assert_eq!((code, jobs.len()), (Some(0), 2));
    for job in jobs {
        LAB.client().finished(job, &account.key);
    }
}

#[test]
fn what_cannot_be_imported_ends_with_two_and_a_sentence() {
    let account = Account::new(Tier::Team);
    let says = |done: (Option<i32>, String, String), what: &str| {
        assert_eq!(done.0, Some(2), "{}", done.2);
        assert!(done.2.contains(what), "{}", done.2);
        assert!(!done.2.contains("kor_self"), "{}", done.2);
    };
    let good = file("good.json", r#"[{"content":"Ada prefers tea"}]"#);
    let wrong = file("wrong.jsonl", "{\"content\":\"a\"}\n{\"text\":\"b\"}\n");
    let import = |file: &PathBuf| batch(LAB.url(), &account.key, file, &["--wait"]);
    says(import(&wrong), "line 2: text is not a field of a memory");
    says(import(&file("empty.json", "[]")), "holds no memories");
    says(import(&file("page.json", "<html>")), "it begins with neither [ nor {");
    says(import(&PathBuf::from("/no/such/file.json")), "cannot read /no/such/file.json");
    says(batch(LAB.url(), "kor_self_nobodys", &good, &["--wait"]), "API key");
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    says(batch(&format!("http://{nobody}"), &account.key, &good, &["--wait"]), "no whole answer came");
    let page = Receiver::new(Reply::Raw("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<html>".to_owned()));
    says(batch(&page.root(), &account.key, &good, &["--wait"]), "the answer is not the API's");
    let jobs = LAB.client().get("/v1/batch", &account.key).json();
    assert!(jobs["jobs"].as_array().unwrap().iter().all(|job| job["label"].is_null()), "nothing was sent: {jobs}");
}

#[test]
#[ignore = "wants the machine to itself: npm test runs it last"]
fn a_file_of_a_hundred_thousand_rows_lands() {
    let account = Account::new(Tier::Scale);
    let rows: String = (1..=100_000).map(|row| format!("{{\"content\":\"memory {row}\"}}\n")).collect();
    let begin = std::time::Instant::now();
    let (code, told, said) = batch(LAB.url(), &account.key, &file("large.jsonl", &rows), &["--wait"]);
    eprintln!("100,000 rows: {:?}", begin.elapsed());
    assert_eq!((code, &*told), (Some(0), "100000 of 100000 memories landed.\n"), "{said}");
}
