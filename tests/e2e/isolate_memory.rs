//! An isolate has 128 MB: whatever is sent, it holds no more than 100 MiB.
//!
//! Counted are the memory of the Worker's wasm, which never shrinks, and what JavaScript holds: V8's heap and what stands
//! behind its array buffers, asked for without a pause through the inspector. The process as a whole is printed only:
//! there D1 is played by another isolate, which holds every statement several times.

use crate::packed_bodies::{bomb, gzip};
use contract::{CONTENT_CHARS, METADATA_BYTES, Tier, path};
use std::{io::Write, net::TcpStream, sync::LazyLock, thread};
use tests::{
    Account, Client, bearer, job,
    lab::{Faults, Lab},
    wait_until,
};

const MOST: u64 = 100 << 20;
const AT_ONCE: usize = 8;
/// The most bytes of a body that is read.
const LARGEST: usize = 32 << 20;

static LAB: LazyLock<Lab> = LazyLock::new(Lab::start_watched);
static ACCOUNTS: LazyLock<Vec<Account>> = LazyLock::new(|| (0..AT_ONCE).map(|_| Account::new(Tier::Scale)).collect());

/// As many of `item` as a batch and a body may have.
fn batch(item: &str) -> String {
    let count = ((LARGEST - 32) / (item.len() + 1)).min(500);
    format!(r#"{{"memories":[{}]}}"#, vec![item; count].join(","))
}

fn content(char: &str) -> String {
    batch(&format!(r#"{{"content":"{}"}}"#, char.repeat(CONTENT_CHARS)))
}

fn memory_with_metadata(char: &str) -> String {
    format!(r#"{{"content":"n","metadata":{{"m":"{}"}}}}"#, char.repeat((METADATA_BYTES - 8) / char.len()))
}

/// `start`, and then `part` up to `length` bytes.
fn filled(start: &str, part: &str, length: usize) -> String {
    start.to_owned() + &part.repeat((length - start.len()) / part.len())
}

fn mib(bytes: u64) -> u64 {
    bytes >> 20
}

/// Does it, and asserts that nothing it brings about takes more than an isolate may.
fn measure(what: &str, done: impl FnOnce() -> String) {
    let idle = LAB.resident();
    let (outcome, heap) = LAB.watch_heap(|| {
        let outcome = done();
        wait_until("the end of the imports", || {
            let running = "SELECT COUNT(*) FROM batch_jobs WHERE finished_at IS NULL AND monthly_writes > 0";
            LAB.with_database(|database| database.one::<u32>(running, [])) == 0
        });
        outcome
    });
    let (wasm, resident) = (LAB.wasm(), LAB.resident());
    let sum = wasm + heap.both;
    let [inside, buffers, resident, idle] = [heap.heap, heap.buffers, resident, idle].map(mib);
    eprintln!("| {what} | {outcome} | {} | {inside} | {buffers} | {} | {resident} of {idle} |", mib(wasm), mib(sum));
    assert!(sum <= MOST, "{what}: {sum} bytes");
}

/// The status, or 0 where the answer came and the connection went before all of the body was sent.
fn send(client: &Client, account: &Account, method: &str, path: &str, body: &str) -> u16 {
    let headers = [("Authorization", &*bearer(&account.key))];
    client.try_send(method, path, &headers, body).map_or(0, |answer| answer.status)
}

fn alone_and_at_once(what: &str, method: &str, path: &str, body: &str) {
    measure(&format!("{what}, alone"), || send(LAB.client(), &ACCOUNTS[0], method, path, body).to_string());
    measure(&format!("{what}, eight at once"), || {
        let mut statuses: Vec<_> = thread::scope(|scope| {
            let sent = ACCOUNTS
                .iter()
                .map(|account| scope.spawn(move || send(&Client::new(LAB.url()), account, method, path, body)));
            sent.collect::<Vec<_>>().into_iter().map(|sent| sent.join().unwrap()).collect()
        });
        statuses.sort_unstable();
        let counted = statuses.chunk_by(|a, b| a == b).map(|same| format!("{} × {}", same.len(), same[0]));
        counted.collect::<Vec<_>>().join(", ")
    });
}

#[test]
#[ignore = "wants the machine to itself: npm test runs it last"]
fn no_body_takes_an_isolate_over_100_mib() {
    measure("idle", String::new);
    for length in [LARGEST, 40 << 20] {
        alone_and_at_once("zeros for memories", "POST", path::BATCH, &filled(r#"{"memories":[0"#, ",0", length));
        alone_and_at_once("fields without names", "POST", path::BATCH, &filled(r#"{"":0"#, r#","":0"#, length));
        alone_and_at_once("one field name", "POST", path::BATCH, &filled(r#"{""#, "n", length));
    }
    alone_and_at_once("backslashes", "POST", path::BATCH, &batch(&memory_with_metadata(r"\\")));
    alone_and_at_once("quotes", "POST", path::BATCH, &batch(&memory_with_metadata(r#"\""#)));
    alone_and_at_once("a memory of backslashes", "POST", path::MEMORIES, &memory_with_metadata(r"\\"));
    alone_and_at_once("ASCII", "POST", path::BATCH, &content("n"));
    alone_and_at_once("CJK", "POST", path::BATCH, &content("憶"));
    alone_and_at_once("emoji", "POST", path::BATCH, &content("\u{1f9e0}"));
    alone_and_at_once("emoji as escapes", "POST", path::BATCH, &content(r"\ud83e\udde0"));
}

#[test]
#[ignore = "wants the machine to itself: npm test runs it last"]
fn no_packed_body_takes_an_isolate_over_100_mib() {
    let (bomb, large) = (bomb(1_024), gzip(&content("n")));
    for (what, body, at_once) in
        [("a gigabyte, packed", &bomb, 1), ("a gigabyte, packed", &bomb, AT_ONCE), ("ASCII, packed", &large, AT_ONCE)]
    {
        let idle = LAB.resident();
        measure(&format!("{what}, {at_once} at once"), || {
            thread::scope(|scope| {
                for account in &ACCOUNTS[..at_once] {
                    scope.spawn(|| {
                        let headers = [("Authorization", &*bearer(&account.key)), ("Content-Encoding", "gzip")];
                        // Where the answer comes before all of it was sent, the connection may be gone.
                        let _ = Client::new(LAB.url()).try_send("POST", path::BATCH, &headers, body);
                    });
                }
            });
            let most = LAB.resident().saturating_sub(idle);
            // What unpacks it stands outside of the heap. Nothing of a bomb goes on to D1.
            assert!(body != &bomb || most <= MOST, "{most} bytes");
            format!("{} MiB more in all", mib(most))
        });
    }
}

#[test]
#[ignore = "wants the machine to itself: npm test runs it last"]
fn a_body_for_which_there_is_no_room_is_refused_with_a_time_to_come_back() {
    let _first = announce(&ACCOUNTS[0], LARGEST);
    let _second = announce(&ACCOUNTS[1], 4 << 20);
    wait_until("that there is no room", || {
        let headers = [("Authorization", &*bearer(&ACCOUNTS[0].key))];
        let answer = LAB.client().send("POST", path::BATCH, &headers, "{}");
        let is_full = answer.status == 503;
        if is_full {
            answer.assert_error(503, "unavailable");
            assert_eq!(answer.header("Retry-After"), Some("1"));
        }
        is_full
    });
}

#[test]
#[ignore = "wants the machine to itself: npm test runs it last"]
fn no_answer_takes_an_isolate_over_100_mib() {
    const PLANTED: &str = "
        WITH RECURSIVE number(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM number WHERE n < 199)
        INSERT INTO memories (account_id, id, kind, created_at, metadata, content)
        SELECT 'other', printf('%032x', n), 'note', n, json_object('m', printf('%.*c', 899990, 'n')), 'n' FROM number";
    LAB.with_database(|database| database.execute(PLANTED));
    let other = Account::other();
    let job = format!("{}/{}", path::BATCH, job::ERRORS_50000);
    for (what, path) in
        [("a job with 50,000 errors", &*job), ("a page of memories of 900 kB", "/v1/memories?limit=200")]
    {
        measure(&format!("{what}, alone"), || send(LAB.client(), &other, "GET", path, "").to_string());
        measure(&format!("{what}, eight at once"), || {
            thread::scope(|scope| {
                for _ in 0..AT_ONCE {
                    scope.spawn(|| send(&Client::new(LAB.url()), &other, "GET", path, ""));
                }
            });
            "8".to_owned()
        });
    }
}

/// Begins to send a batch of so many bytes.
fn announce(account: &Account, length: usize) -> TcpStream {
    let mut stream = LAB.client().connect();
    let authorization = bearer(&account.key);
    let head = format!(
        "POST /v1/batch HTTP/1.1\r\nHost: a\r\nAuthorization: {authorization}\r\nContent-Length: {length}\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).unwrap();
    stream
}

/// Sends a batch of a megabyte, or half of it, and goes away.
fn go_away(account: &Account, body: &str, sent: usize) {
    announce(account, body.len()).write_all(&body.as_bytes()[..sent]).unwrap();
}

#[test]
#[ignore = "wants the machine to itself: npm test runs it last"]
fn what_a_client_that_went_away_had_sent_is_freed() {
    let body = batch(&format!(r#"{{"content":"{}"}}"#, "n".repeat(2_000)));
    let mut wasm = Vec::new();
    for (what, latency, sent) in [
        ("before the end of their bodies", 0, body.len() / 2),
        ("while D1 is slow", 2_000, body.len()),
        ("before the end of their bodies, again", 0, body.len() / 2),
        ("while D1 is slow, again", 2_000, body.len()),
    ] {
        measure(&format!("60 clients that go away {what}"), || {
            LAB.set(Faults { latency, ..Faults::NONE });
            for n in 0..60 {
                go_away(&ACCOUNTS[n % AT_ONCE], &body, sent);
            }
            LAB.set(Faults::NONE);
            // There is room for as large a body as any.
            wait_until("that there is room", || {
                send(LAB.client(), &ACCOUNTS[0], "POST", path::BATCH, &" ".repeat(LARGEST)) == 422
            });
            String::new()
        });
        wasm.push(LAB.wasm());
    }
    // Had each left a megabyte, it were 60 MiB more each time.
    assert!(wasm[3] < wasm[1] + (16 << 20), "{wasm:?}: what was held once is used again");
}
