//! Receivers that fail, are silent, never end or send elsewhere, and a Worker that dies: nothing is lost, and nobody waits.

use crate::import_kills::{kill_worker, persist, post};
use contract::{Delivery, DeliveryStatus, JobId, Tier, Webhook};
use serde_json::json;
use std::{
    collections::BTreeSet,
    thread,
    time::{Duration, Instant},
};
use tests::{
    Account, Client, Database,
    faults::SETTINGS,
    receiver::{Receiver, Reply},
    start, start_with, wait_until,
};
use xtask::serve::Server;

const BOTH: [&str; 2] = ["batch.completed", "batch.failed"];
const OK: Reply = Reply::Answer(204, &[]);

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;

/// When a delivery is tried, in seconds behind the event.
const TRIES: [i64; 10] =
    [0, 5, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR];

/// One account's webhook on a server of its own, whose data may be changed from outside.
struct Told {
    server: Server,
    client: Client,
    database: Database,
    account: Account,
    webhook: Webhook,
    receiver: Receiver,
}

impl Told {
    fn new(reply: Reply) -> Self {
        let server = start_with(&SETTINGS, "");
        let (client, database) = (Client::new(server.url()), Database::of(server.state()));
        let (account, receiver) = (Account::new(Tier::Scale), Receiver::new(reply));
        let webhook = client.webhook(&account.key, &receiver.url(), &BOTH);
        Self { server, client, database, account, webhook, receiver }
    }

    fn import(&self) -> JobId {
        self.client.import(&self.account.key, &[json!({ "content": "n" })])
    }

    /// The newest delivery once it has been tried so often and that has come to an end.
    #[track_caller]
    fn tried(&self, attempts: u32) -> Delivery {
        let delivery = || self.client.deliveries(&self.account.key, self.webhook.id).into_iter().next();
        let is_done = |it: Delivery| it.attempts == attempts && (it.error.is_some() || it.response_status.is_some());
        // While one is under way its record still tells of the one before: the next try is a minute away then.
        wait_until(&format!("try {attempts}"), || delivery().is_some_and(is_done) && !self.is_under_way());
        delivery().unwrap()
    }

    fn is_under_way(&self) -> bool {
        self.database.one("SELECT MAX(COALESCE(next_at = attempted_at + 60000, 0)) FROM webhook_deliveries", [])
    }

    /// Lets the event be so old, and what waits be due.
    fn age(&self, seconds: i64) {
        self.database.execute(&format!(
            "UPDATE webhook_deliveries SET next_at = 1, created_at = unixepoch('subsec') * 1000 - {seconds} * 1000
             WHERE status = 'pending'"
        ));
        self.server.fire_cron().unwrap();
    }

    /// Seconds between the event and the next try.
    fn next(&self) -> f64 {
        self.database.one("SELECT (next_at - created_at) / 1000.0 FROM webhook_deliveries", [])
    }
}

#[test]
fn what_failed_is_tried_again_with_growing_waits_for_a_day() {
    let told = Told::new(Reply::Answer(500, &[]));
    told.import();
    // The first time by itself.
    told.receiver.wait_for(2);
    let delivery = told.tried(2);
    assert_eq!((delivery.status, delivery.response_status), (DeliveryStatus::Pending, Some(500)));
    assert_eq!(delivery.error.as_deref(), Some("the receiver answered 500"));
    for (at, seconds) in TRIES.into_iter().enumerate().skip(2) {
        assert_eq!(told.next(), seconds as f64, "{at}");
        told.age(seconds);
        told.tried(at as u32 + 1);
    }
    let delivery = told.tried(10);
    assert_eq!((delivery.status, delivery.next_attempt_at), (DeliveryStatus::Failed, None));
    told.server.fire_cron().unwrap();
    let received = told.receiver.received();
    assert_eq!(received.len(), 10);
    assert!(
        received
            .iter()
            .all(|it| (&it.body, &it.headers["webhook-id"]) == (&received[0].body, &received[0].headers["webhook-id"]))
    );
    let timestamps: BTreeSet<_> = received.iter().map(|it| &it.headers["webhook-timestamp"]).collect();
    assert!(timestamps.len() > 1, "each try says when it was made");
}

#[test]
fn what_is_older_than_a_day_is_given_up_without_another_try() {
    let told = Told::new(Reply::Answer(500, &[]));
    told.import();
    told.tried(2);
    let received = told.receiver.received().len();
    told.age(26 * HOUR);
    let delivery = told.client.deliveries(&told.account.key, told.webhook.id).remove(0);
    assert_eq!((delivery.status, delivery.next_attempt_at), (DeliveryStatus::Failed, None));
    assert_eq!((delivery.error.as_deref(), delivery.attempts), (Some("the receiver answered 500"), 2));
    // Another one that is younger goes through, and this one does not.
    told.receiver.set(OK);
    told.import();
    told.receiver.wait_for(received + 1);
    told.server.fire_cron().unwrap();
    assert_eq!(told.receiver.received().len(), received + 1);
}

#[test]
fn what_is_delivered_at_last_is_not_sent_again() {
    let told = Told::new(Reply::Answer(503, &[]));
    told.import();
    told.tried(1);
    told.receiver.set(OK);
    told.age(HOUR);
    let delivery = told.tried(2);
    assert_eq!(
        (delivery.status, delivery.response_status, delivery.error),
        (DeliveryStatus::Delivered, Some(204), None)
    );
    told.age(2 * HOUR);
    told.server.fire_cron().unwrap();
    assert_eq!(told.tried(2).next_attempt_at, None);
    assert_eq!(told.receiver.received().len(), 2);
}

#[test]
fn a_receiver_may_say_when_to_come_again() {
    let told = Told::new(Reply::Answer(503, &["Retry-After: 1200"]));
    told.import();
    told.tried(1);
    let wait = told.next();
    assert!((1200.0..1260.0).contains(&wait), "{wait}");
    for (head, attempts) in
        [("Retry-After: Fri, 31 Dec 2100 23:59:59 GMT", 2), ("Retry-After: 99999999999999999999", 3)]
    {
        told.receiver.set(Reply::Answer(429, Box::leak(Box::new([head]))));
        told.age(HOUR);
        told.tried(attempts);
        assert_eq!(told.next(), 24.0 * HOUR as f64, "{head}: not past the day");
    }
    for (head, attempts) in [("Retry-After: soon", 4), ("Retry-After: -1", 5), ("Retry-After: 0", 6)] {
        told.receiver.set(Reply::Answer(429, Box::leak(Box::new([head]))));
        told.age(HOUR);
        told.tried(attempts);
        assert_eq!(told.next(), 2.0 * HOUR as f64, "{head}: as ever");
    }
}

#[test]
fn a_redirect_is_a_failure_and_followed_nowhere() {
    let elsewhere = Receiver::new(OK);
    let location: &str = Box::leak(format!("Location: {}", elsewhere.url()).into());
    for status in [301, 302, 307, 308] {
        let told = Told::new(Reply::Answer(status, Box::leak(Box::new([location]))));
        told.import();
        let delivery = told.tried(1);
        assert_eq!((delivery.status, delivery.response_status), (DeliveryStatus::Pending, Some(status)));
        if status == 301 {
            assert_eq!(
                told.client
                    .send(
                        "DELETE",
                        &contract::path::webhook(told.webhook.id),
                        &[("Authorization", &tests::bearer(&told.account.key))],
                        ""
                    )
                    .status,
                204
            );
            let left: u32 = told.database.one("SELECT COUNT(*) FROM webhook_deliveries", []);
            assert_eq!(left, 0, "what waits goes with its webhook");
        }
    }
    assert!(elsewhere.received().is_empty());
}

#[test]
fn a_receiver_that_is_silent_or_never_ends_slows_nobody_and_is_cut_off() {
    let server = start();
    let client = Client::new(server.url());
    let (account, other) = (Account::new(Tier::Scale), Account::new(Tier::Scale));
    let [silent, endless, good, others] = [Reply::Silence, Reply::Endless, OK, OK].map(Receiver::new);
    let [dead, ..] = [&silent, &endless, &good].map(|it| client.webhook(&account.key, &it.url(), &BOTH));
    client.webhook(&other.key, &others.url(), &BOTH);
    let import = |account: &Account| {
        let begin = Instant::now();
        let id = client.import(&account.key, &vec![json!({ "content": "n" }); 100]);
        client.finished(id, &account.key);
        begin.elapsed()
    };
    let begin = Instant::now();
    let slowest = (0..6).map(|_| import(&account).max(import(&other))).max().unwrap();
    assert!(slowest < Duration::from_secs(3), "{slowest:?}");
    silent.wait_for(6);
    assert_eq!((good.wait_for(6).len(), others.wait_for(6).len()), (6, 6));
    assert!(
        begin.elapsed() < Duration::from_secs(14),
        "they wait for a receiver that is silent: {:?}",
        begin.elapsed()
    );

    let cut_off = |it: &Delivery| it.error.as_deref() == Some("the receiver did not answer within 15 seconds");
    wait_until("the end of their patience", || client.deliveries(&account.key, dead.id).iter().all(cut_off));
    let passed = begin.elapsed();
    assert!(passed > Duration::from_secs(14) && passed < Duration::from_secs(40), "{passed:?}");
    let first = &client.deliveries(&account.key, dead.id)[5];
    assert_eq!((first.status, first.attempts, first.response_status), (DeliveryStatus::Pending, 1, None));
    wait_until("the end of reading", || {
        let before = endless.written();
        thread::sleep(Duration::from_millis(500));
        endless.written() == before
    });
    assert!(endless.written() < 100 << 20, "{} bytes were taken", endless.written());
}

#[test]
fn a_receiver_that_is_not_there_is_tried_again() {
    let told = Told::new(OK);
    // Port 9 of this machine: nobody listens.
    told.database.execute("UPDATE webhooks SET url = 'http://127.0.0.1:9/'");
    told.import();
    let delivery = told.tried(1);
    assert_eq!((delivery.status, delivery.response_status), (DeliveryStatus::Pending, None));
    assert_eq!(delivery.error.as_deref(), Some("the receiver could not be reached"));
    assert!(!told.server.log().contains("127.0.0.1:9/"), "no address is logged");
}

#[test]
fn a_worker_that_dies_loses_no_delivery() {
    let told = Told::new(OK);
    let jobs: Vec<JobId> = (0..6)
        .map(|round| {
            let id = post(&told.client, &told.account, &round.to_string());
            // Some die during the import, some behind its end.
            if round % 2 == 1 {
                told.client.finished(id, &told.account.key);
            }
            kill_worker(&told.server);
            persist("the sweep", || told.server.fire_cron().ok());
            id
        })
        .collect();
    let told_of =
        || -> BTreeSet<String> { told.receiver.received().iter().map(|it| it.headers["webhook-id"].clone()).collect() };
    wait_until("every delivery", || {
        thread::sleep(Duration::from_millis(200));
        // What was under way when it died is due a minute later: no need to wait for that.
        told.database.execute("UPDATE webhook_deliveries SET next_at = 1 WHERE status = 'pending'");
        let _ = told.server.fire_cron();
        told_of().len() == jobs.len()
    });
    assert_eq!(told_of(), jobs.iter().map(|id| format!("msg_{}", id.hex())).collect());
}
