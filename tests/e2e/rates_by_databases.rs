//! What more databases change, measured: here all of them and the Worker share one thread of workerd, which bounds the rates.

use contract::{Tier, path};
use serde_json::json;
use std::{
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};
use tests::{Account, Client, Database, start_many};
use xtask::serve::Server;

const ACCOUNTS: usize = 8;
const LASTS: Duration = Duration::from_secs(3);

/// Between two reads of one account, so that it stays within its rate limit.
const PACE: Duration = Duration::from_millis(10);

/// Where each account is, after it has written something.
fn accounts(server: &Server, databases: u32) -> Vec<(Account, u32)> {
    let place = |account: &Account| {
        let sql = "SELECT EXISTS (SELECT 1 FROM account_totals WHERE account_id = ?1)";
        let is_there = |number: &u32| Database::numbered(server.state(), *number).one::<bool>(sql, [&account.name]);
        (0..databases).find(is_there).unwrap()
    };
    let client = Client::new(server.url());
    let accounts = (0..ACCOUNTS).map(|_| Account::new(Tier::Scale));
    let write = |account: Account| {
        let answer = client.post(path::MEMORIES, &account.key, &json!({ "content": "n" }));
        assert_eq!(answer.status, 201, "{}", answer.text());
        let place = place(&account);
        (account, place)
    };
    accounts.map(write).collect()
}

/// Requests a second, of one client of each account.
fn rate(server: &Server, accounts: &[(Account, u32)], request: impl Fn(&Client, &Account) + Sync) -> usize {
    let request = &request;
    let counts = thread::scope(|scope| {
        let one = |(account, _): &_| {
            let (client, begin, mut count) = (Client::new(server.url()), Instant::now(), 0);
            while begin.elapsed() < LASTS {
                request(&client, account);
                count += 1;
            }
            count
        };
        let clients: Vec<_> = accounts.iter().map(|account| scope.spawn(move || one(account))).collect();
        clients.into_iter().map(|client| client.join().unwrap()).sum::<usize>()
    });
    counts / LASTS.as_secs() as usize
}

fn read(client: &Client, account: &Account) {
    assert_eq!(client.get("/v1/memories?limit=1", &account.key).status, 200);
}

/// Of the reads of one account, while four clients flood another one with writes.
fn p95(server: &Server, account: &Account, flooded: Option<&Account>) -> Duration {
    let (ended, client) = (AtomicBool::new(false), Client::new(server.url()));
    thread::scope(|scope| {
        for flooded in [flooded; 4].into_iter().flatten() {
            let ended = &ended;
            scope.spawn(move || {
                let client = Client::new(server.url());
                while !ended.load(Ordering::Relaxed) {
                    write(&client, flooded);
                }
            });
        }
        let (begin, mut times) = (Instant::now(), Vec::new());
        while begin.elapsed() < LASTS {
            thread::sleep(PACE);
            let sent = Instant::now();
            read(&client, account);
            times.push(sent.elapsed());
        }
        ended.store(true, Ordering::Relaxed);
        times.sort_unstable();
        times[times.len() * 95 / 100]
    })
}

fn write(client: &Client, account: &Account) {
    let answer = client.post(path::MEMORIES, &account.key, &json!({ "content": "n".repeat(1_000) }));
    // The flood may use up its rate limit.
    assert!([201, 429].contains(&answer.status), "{}", answer.text());
}

#[test]
#[ignore = "wants the machine to itself: npm test runs it last"]
fn rates_are_told_for_one_two_and_four_databases() {
    eprintln!(
        "| databases | reads a second | writes a second | p95 of one's reads alone | another's flood beside it | elsewhere |"
    );
    for databases in [1, 2, 4] {
        let server = start_many(databases, &[]);
        let accounts = accounts(&server, databases);
        let (reads, writes) = (rate(&server, &accounts, read), rate(&server, &accounts, write));
        let (account, place) = &accounts[0];
        let other = |is_beside: bool| accounts[1..].iter().find(|it| (it.1 == *place) == is_beside).map(|it| &it.0);
        let told = |flooded| format!("{:.1} ms", p95(&server, account, flooded).as_secs_f64() * 1_000.0);
        let (alone, beside) = (told(None), other(true).map(|it| told(Some(it))));
        let elsewhere = other(false).map_or("-".to_owned(), |it| told(Some(it)));
        let beside = beside.unwrap_or("-".to_owned());
        eprintln!("| {databases} | {reads} | {writes} | {alone} | {beside} | {elsewhere} |");
        assert!(reads > 0 && writes > 0);
    }
}
