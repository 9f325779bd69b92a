//! The client in TypeScript: its types, its own tests, and the lines of its README as a user runs them.

use contract::Tier;
use std::{
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::LazyLock,
    thread,
};
use tests::{Account, lab::Lab, wait_until};
use xtask::checkout;

static LAB: LazyLock<Lab> = LazyLock::new(|| Lab::start(&[("WEBHOOK_LOCAL", "1")], ""));

fn source(path: &str) -> PathBuf {
    checkout::path("clients/typescript").join(path)
}

fn node() -> Command {
    checkout::command(checkout::npm_program("node"))
}

/// What a command prints, which must succeed.
#[track_caller]
fn said(command: &mut Command) -> String {
    let done = command.output().unwrap();
    let said = String::from_utf8_lossy(&done.stdout).into_owned();
    assert!(done.status.success(), "{said}{}", String::from_utf8_lossy(&done.stderr));
    said
}

#[track_caller]
fn tsc(project: &Path, arguments: &[&OsStr]) {
    let mut tsc = checkout::command(checkout::npm_program("tsc"));
    said(tsc.arg("--project").arg(project).args(arguments));
}

/// The file of tests `name`, with an account of tier scale.
fn tests_in(name: &str, account: &Account) -> Command {
    let mut node = node();
    node.args(["--test", "--test-reporter", "spec"]).arg(source("test").join(name));
    node.env("BATCH_URL", LAB.url()).env("BATCH_KEY", &account.key);
    node
}

#[test]
fn it_and_its_tests_are_of_the_types_that_they_say() {
    tsc(&source(""), &["--noEmit".as_ref()]);
    tsc(&source("test"), &[]);
}

#[test]
fn its_types_are_those_of_the_description() {
    let types = ["run", "types", "--prefix"];
    let check = checkout::command("npm").args(types).arg(source("")).args(["--", "--check"]).output().unwrap();
    assert!(check.status.success(), "write them anew: npm run types --prefix clients/typescript");
}

#[test]
fn it_says_what_is_not_the_api_and_comes_to_an_end() {
    said(node().args(["--test"]).arg(source("test/hostile.test.ts")));
}

#[test]
fn it_does_with_the_real_worker_what_it_says() {
    let slow = Lab::start_slow();
    let [account, other, revoked] = [(); 3].map(|()| Account::new(Tier::Scale));
    let mut tests = tests_in("service.test.ts", &account);
    tests.env("SLOW_URL", slow.url()).env("OTHER_KEY", &other.key).env("REVOKED_KEY", &revoked.key);
    thread::scope(|scope| {
        scope.spawn(|| {
            let landed = || slow.client().get("/v1/usage", &revoked.read_only).json()["writes"]["used"] != 0;
            wait_until("the import of whose key is to be revoked", landed);
            slow.revoke(&revoked.key);
        });
        said(&mut tests);
    });
}

#[test]
#[ignore = "wants the machine to itself: npm test runs it last"]
fn it_imports_five_hundred_with_four_requests_and_a_hundred_thousand() {
    eprintln!("{}", said(&mut tests_in("alone.test.ts", &Account::new(Tier::Scale))));
}

#[test]
fn the_readmes_lines_import_and_tell_what_failed() {
    let folder = checkout::target("typescript");
    let package = folder.join("node_modules/batch-client");
    tsc(&source(""), &["--outDir".as_ref(), package.join("dist").as_ref()]);
    fs::copy(source("package.json"), package.join("package.json")).unwrap();
    let readme = fs::read_to_string(source("README.md")).unwrap();
    let lines = readme.split("```ts\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let program = folder.join("import.mts");
    fs::write(&program, lines).unwrap();
    let account = Account::new(Tier::Developer);
    let told = said(node().arg(program).env("BATCH_URL", LAB.url()).env("BATCH_KEY", &account.key));
    assert_eq!(told, "1 of 2 landed\nmemory 1: content must not be empty\n");
}
