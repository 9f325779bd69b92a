//! Each status that the description has of an operation, brought about. That each answer is as described, the client sees to.

use crate::packed_bodies::gzip;
use contract::{Tier, WEBHOOKS, path};
use serde_json::json;
use std::{cell::RefCell, collections::BTreeSet};
use tests::{
    Account, Answer, BROKEN, bearer,
    described::{self, DESCRIPTION},
    job,
    lab::{Faults, Lab},
    large_body, wait_until,
};

/// A webhook that nobody has.
const NO_WEBHOOK: &str = "wh_ffffffffffffffffffffffffffffffff";

/// Method, path and status.
type Status = (String, String, u16);

/// Those that are described, by operations with a key or by all.
fn described(with_key: bool) -> Vec<(Status, bool)> {
    let paths = DESCRIPTION["paths"].as_object().unwrap();
    let operations = paths.iter().flat_map(|(path, item)| {
        item.as_object().unwrap().iter().map(move |(method, operation)| (path, method, operation))
    });
    let wanted = operations.filter(|(.., operation)| !with_key || operation["security"].is_array());
    let statuses = wanted.flat_map(|(path, method, operation)| {
        let has_scope = operation["security"][0]["key"].as_array().is_some_and(|scopes| !scopes.is_empty());
        let statuses = operation["responses"].as_object().unwrap().keys();
        statuses.map(move |status| ((method.clone(), path.clone(), status.parse().unwrap()), has_scope))
    });
    statuses.collect()
}

/// Asks, and keeps in mind what came.
struct Asking {
    lab: Lab,
    seen: RefCell<BTreeSet<Status>>,
}

impl Asking {
    #[track_caller]
    fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: impl AsRef<[u8]>, status: u16) -> Answer {
        let answer = self.lab.client().send_bytes(method, path, headers, body.as_ref());
        assert_eq!(answer.status, status, "{method} {path}: {}", String::from_utf8_lossy(&answer.body));
        let (method, path) = described::operation(method, path).unwrap();
        self.seen.borrow_mut().insert((method.to_owned(), path.to_owned(), status));
        answer
    }

    #[track_caller]
    fn with_key(&self, key: &str, method: &str, path: &str, body: &str, status: u16) -> Answer {
        self.ask(method, path, &[("Authorization", &bearer(key))], body, status)
    }

    /// All operations with a key that may answer with `status`.
    fn everywhere(&self, status: u16, headers: impl Fn(&str) -> Vec<(&'static str, String)>) {
        for ((method, path, _), _) in described(true).iter().filter(|((.., it), _)| *it == status) {
            let path = path.replace("{job_id}", job::EXAMPLE).replace("{id}", NO_WEBHOOK);
            let headers = headers(method);
            let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, &**value)).collect();
            self.ask(&method.to_uppercase(), &path, &headers, "", status);
        }
    }
}

#[test]
fn every_status_of_every_operation_is_brought_about() {
    let _turn = large_body();
    let asking = Asking { lab: Lab::start_limited(), seen: RefCell::default() };
    let (account, other) = (Account::new(Tier::Scale), Account::other());

    // Whatever is asked for.
    let with = |key: &str| vec![("Authorization", bearer(key))];
    asking.everywhere(401, |_| vec![]);
    asking.everywhere(403, |method| with(if method == "get" { &account.write_only } else { &account.read_only }));
    asking.everywhere(500, |_| with(BROKEN));
    let stranger = |number: u32| {
        vec![
            ("Authorization", bearer(&format!("kor_self_guess_{number}"))),
            ("CF-Connecting-IP", "192.0.2.7".to_owned()),
        ]
    };
    let guess = |number: u32| {
        let headers = stranger(number);
        let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, &**value)).collect();
        asking.lab.client().send("GET", path::PING, &headers, "").status
    };
    assert!((0..1_000).any(|number| guess(number) == 429), "nobody who guesses is stopped");
    asking.everywhere(429, |_| stranger(1_000));
    asking.lab.set(Faults { keys: true, ..Faults::DOWN });
    let unseen = Account::new(Tier::Scale);
    asking.everywhere(503, |_| with(&unseen.key));
    wait_until("it is not ready", || asking.lab.client().send("GET", path::READY, &[], "").status == 503);
    asking.ask("GET", path::READY, &[], "", 503);
    asking.lab.set(Faults::NONE);
    wait_until("it is ready", || asking.lab.client().send("GET", path::READY, &[], "").status == 200);
    asking.ask("GET", path::READY, &[], "", 200);
    asking.ask("GET", path::HEALTH, &[], "", 200);

    let read = |path: &str, status: u16| asking.with_key(&account.key, "GET", path, "", status);
    for path in [path::PING, path::BATCH, path::MEMORIES, path::USAGE, path::WEBHOOKS] {
        read(path, 200);
    }
    for path in [path::BATCH, path::MEMORIES] {
        read(&format!("{path}?limit=0"), 422);
    }
    let (example, nobodys) = (format!("/v1/batch/{}", job::EXAMPLE), format!("/v1/batch/{}", job::UNKNOWN));
    let etag = read(&example, 200).header("ETag").unwrap().to_owned();
    asking.ask("GET", &example, &[("Authorization", &bearer(&account.key)), ("If-None-Match", &etag)], "", 304);
    read(&format!("{example}/items"), 200);
    read(&format!("{example}/items?limit=0"), 422);
    for path in ["", "/items"] {
        read(&format!("{nobodys}{path}"), 404);
    }

    // What is in a body.
    let write = |path: &str, body: &str, status: u16| asking.with_key(&account.key, "POST", path, body, status);
    let batch = json!({ "memories": [{ "content": "One" }] }).to_string();
    write("/v1/batch?dry_run=true", &batch, 200);
    let authorization = bearer(&account.key);
    let (retry, hook) = (format!("{example}/retry"), path::WEBHOOKS);
    for (path, most) in [(path::BATCH, 32 << 20), (path::MEMORIES, 2 << 20), (&retry, 64 << 10), (hook, 16 << 10)] {
        let packed = |encoding| [("Authorization", authorization.as_str()), ("Content-Encoding", encoding)];
        // Small until it is unpacked: an answer that comes while a body is still being sent is not always read.
        asking.ask("POST", path, &packed("gzip"), gzip(&" ".repeat(most + 1)), 413);
        asking.ask("POST", path, &packed("br"), "{}", 415);
        write(path, "[]", 422);
    }
    for (path, body, status) in [
        (path::BATCH, &*batch, 202),
        (path::MEMORIES, r#"{"content":"One"}"#, 201),
        (&retry, r#"{"indexes":[2]}"#, 409),
    ] {
        let keyed = [("Authorization", &*bearer(&account.key)), ("Idempotency-Key", "once")];
        // That key has stood for the first one since.
        asking.ask("POST", path, &keyed, body, if path == path::MEMORIES { 409 } else { status });
    }
    let keyed = [("Authorization", &*bearer(&account.key)), ("Idempotency-Key", "once")];
    asking.ask("POST", path::BATCH, &keyed, batch.replace("One", "Two"), 409);
    write(path::MEMORIES, r#"{"content":"One"}"#, 201);

    // The jobs of `other` stand still.
    let of_other = |path: String, status: u16| asking.with_key(&other.key, "POST", &path, "", status);
    of_other(format!("/v1/batch/{}/cancel", job::PENDING), 202);
    of_other(format!("/v1/batch/{}/cancel", job::PENDING), 200);
    let blank = asking.lab.client().import(&account.key, &[json!({ "content": " " })]);
    asking.lab.client().finished(blank, &account.key);
    write(&path::retry(blank), r#"{"indexes":[0]}"#, 202);
    for path in ["retry", "cancel"] {
        write(&format!("{nobodys}/{path}"), "", 404);
    }

    let body = json!({ "url": "https://example.com/hook", "events": ["batch.failed"] }).to_string();
    let made: Vec<String> =
        (0..WEBHOOKS).map(|_| write(hook, &body, 201).json()["id"].as_str().unwrap().to_owned()).collect();
    write(hook, &body, 409);
    let one = format!("{hook}/{}", made[0]);
    read(&format!("{one}/deliveries"), 200);
    read(&format!("{hook}/{NO_WEBHOOK}/deliveries"), 404);
    write(&format!("{one}/rotate"), "", 200);
    write(&format!("{hook}/{NO_WEBHOOK}/rotate"), "", 404);
    asking.with_key(&account.key, "DELETE", &one, "", 204);
    asking.with_key(&account.key, "DELETE", &one, "", 404);

    let seen = asking.seen.borrow();
    let missing: Vec<Status> =
        described(false).into_iter().map(|(status, _)| status).filter(|status| !seen.contains(status)).collect();
    assert!(missing.is_empty(), "nothing brings about {missing:?}");
}
