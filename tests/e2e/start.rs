//! `npm start` and the running server itself.

use std::{
    io::{BufRead, BufReader},
    net::{TcpListener, TcpStream},
    process::{Command, Stdio},
};
use tests::{Account, Client, Database, job, place, start, wait_until};
use xtask::state::State;

#[test]
fn start_prints_a_line_that_answers_the_example_and_ends_with_its_process() {
    let state = State::scratch().unwrap();
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mut start = Command::new(place("XTASK"));
    start.args(["start", "--port", &port.to_string(), "--persist-to"]).arg(state.folder());
    let mut start = start.stdout(Stdio::piped()).spawn().unwrap();

    let mut lines = BufReader::new(start.stdout.take().unwrap()).lines().map(Result::unwrap);
    let line = lines.find(|line| line.contains("curl")).unwrap();
    let (header, url) = line.split_once("'Authorization: ").unwrap().1.split_once("' ").unwrap();
    let (url, path) = url.split_at(url.find("/v1/").unwrap());
    assert_eq!(url, format!("http://localhost:{port}"));
    let server = Client::new(&format!("http://127.0.0.1:{port}"));
    let answer = server.send("GET", path, &[("Authorization", header)], "");
    assert_eq!(answer.json()["errors"][0]["error"], "monthly write quota reached (25000)", "{}", answer.text());

    // The hardest end: nothing in the process can clear up any more.
    start.kill().unwrap();
    start.wait().unwrap();
    assert_closes(port);
}

#[test]
fn a_port_in_use_is_said_in_one_sentence_with_what_helps() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let start = Command::new(place("XTASK")).args(["start", "--port", &port.to_string()]).output().unwrap();
    assert_eq!(start.status.code(), Some(1));
    let said = String::from_utf8(start.stderr).unwrap();
    assert_eq!(said.lines().count(), 1, "{said}");
    assert!(said.contains(&format!("port {port} is in use")) && said.contains("npm start -- --port"), "{said}");
}

#[test]
fn a_flag_that_does_not_exist_is_a_usage_error() {
    let start = Command::new(place("XTASK")).args(["start", "--prot", "9000"]).output().unwrap();
    assert_eq!(start.status.code(), Some(2));
}

#[test]
fn a_server_sees_what_is_changed_in_its_database_runs_its_cron_and_ends_when_it_is_dropped() {
    let server = start();
    let account = Account::other();
    let path = format!("/v1/batch/{}", job::PENDING);
    assert_eq!(Client::new(server.url()).get(&path, &account.key).json()["status"], "pending");
    let change =
        format!("UPDATE batch_jobs SET status = 'processing', version = 2 WHERE account_id = '{}'", account.name);
    Database::of(server.state()).execute(&(change + " AND status = 'pending'"));
    wait_until("the change", || Client::new(server.url()).get(&path, &account.key).json()["status"] == "processing");

    server.fire_cron().unwrap();

    let port = server.url().rsplit_once(':').unwrap().1.parse().unwrap();
    drop(server);
    assert_closes(port);
}

fn assert_closes(port: u16) {
    wait_until("its end", || TcpStream::connect(("127.0.0.1", port)).is_err());
}
