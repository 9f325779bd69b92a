//! What a webhook is told: once for each end of a job, signed so that the library of the specification believes it.

use contract::{DeliveryStatus, Event, EventData, EventType, JobId, JobStatus, Tier, Webhook, WebhookStatus, path};
use serde_json::json;
use std::{env, process::Command};
use tests::{
    Account, Client, Database, bearer,
    faults::{SETTINGS, client, faulty},
    importing, place,
    receiver::{Received, Receiver, Reply},
    start_with, wait_until,
};
use xtask::checkout;

const BOTH: [&str; 2] = ["batch.completed", "batch.failed"];
const OK: Reply = Reply::Answer(204, &[]);

/// Whether the specification's library believes it under this secret, and what it says happened.
fn verified(received: &Received, secret: &str) -> Option<String> {
    let header = |name: &str| received.headers.get(name).unwrap();
    let mut python = Command::new(place("TEST_PYTHON"));
    python.arg(checkout::path("tests/e2e/webhook_verify.py")).arg(secret);
    python.args(["webhook-id", "webhook-timestamp", "webhook-signature"].map(header)).arg(&received.body);
    let done = python.output().unwrap();
    done.status.success().then(|| String::from_utf8(done.stdout).unwrap().trim().to_owned())
}

/// Whether there is a Python for [`verified`].
fn has_python() -> bool {
    env::var_os("TEST_PYTHON").is_none_or(|python| !python.is_empty())
}

fn event(received: &Received) -> Event {
    serde_json::from_str(&received.body).unwrap()
}

fn cancel(id: JobId, account: &Account) {
    client().send("POST", &path::cancel(id), &[("Authorization", &bearer(&account.key))], "");
}

#[test]
fn a_completed_batch_is_told_once_signed_and_to_the_letter() {
    let (account, receiver) = (Account::new(Tier::Team), Receiver::new(OK));
    let webhook = importing().webhook(&account.key, &receiver.url(), &BOTH);
    let id = importing().import(&account.key, &[json!({ "content": "One" }), json!({ "content": " " })]);
    let received = receiver.wait_for(1).remove(0);
    let timestamp = event(&received).timestamp;
    let body = format!(
        r#"{{"type":"batch.completed","timestamp":"{timestamp}","data":{{"id":"{id}","status":"completed","received":2,"imported":1,"failed":1}}}}"#
    );
    assert_eq!((&*received.method, &*received.path, &*received.body), ("POST", "/hook?a=b", &*body));
    let header = |name: &str| received.headers.get(name).map(String::as_str);
    assert_eq!(header("content-type"), Some("application/json"));
    assert_eq!(header("webhook-id"), Some(&*format!("msg_{}", id.hex())));
    assert_eq!(header("authorization"), None);
    if has_python() {
        assert_eq!(verified(&received, &webhook.secret.unwrap()).as_deref(), Some("batch.completed"));
        assert_eq!(verified(&received, "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="), None);
    }

    let delivery = || importing().deliveries(&account.key, webhook.id).remove(0);
    wait_until("its record", || delivery().status == DeliveryStatus::Delivered);
    let delivery = delivery();
    assert_eq!(
        (delivery.id, delivery.r#type, delivery.job_id),
        (format!("msg_{}", id.hex()), EventType::BatchCompleted, id)
    );
    assert_eq!((delivery.attempts, delivery.response_status, delivery.error), (1, Some(204), None));
    assert_eq!((delivery.created_at, delivery.next_attempt_at), (timestamp, None));
    assert!(delivery.last_attempt_at.is_some());
    assert_eq!(receiver.received().len(), 1);
}

#[test]
fn a_cancelled_batch_is_told_as_failed_and_only_to_whom_wants_to_hear_of_it() {
    let account = Account::new(Tier::Team);
    let [failed, completed, others] = [(); 3].map(|()| Receiver::new(OK));
    client().webhook(&account.key, &failed.url(), &["batch.failed"]);
    client().webhook(&account.key, &completed.url(), &["batch.completed"]);
    client().webhook(&Account::new(Tier::Team).key, &others.url(), &BOTH);
    let id = client().import(&account.key, &vec![json!({ "content": "slow" }); 500]);
    cancel(id, &account);
    let Event { r#type, data, .. } = event(&failed.wait_for(1)[0]);
    let EventData { status, received, imported, failed: lost, .. } = data;
    assert_eq!((r#type, data.id, status), (EventType::BatchFailed, id, JobStatus::Failed));
    assert_eq!((received, imported + lost), (500, 500));
    let next = client().import(&account.key, &[json!({ "content": "One" })]);
    assert_eq!(event(&completed.wait_for(1)[0]).data.id, next);
    // Nor is it told of what ended already.
    cancel(id, &account);
    client().webhook(&account.key, &others.url(), &BOTH);
    faulty().fire_cron().unwrap();
    assert_eq!((failed.received().len(), completed.received().len(), others.received().len()), (1, 1, 0));
}

#[test]
fn a_batch_that_is_given_up_is_told_as_failed() {
    let poison = "CREATE TRIGGER poison BEFORE INSERT ON memories BEGIN SELECT RAISE(ABORT, 'poison'); END;";
    let server = start_with(&SETTINGS, poison);
    let (client, account, receiver) = (Client::new(server.url()), Account::new(Tier::Scale), Receiver::new(OK));
    client.webhook(&account.key, &receiver.url(), &BOTH);
    let id = client.import(&account.key, &[json!({ "content": "n" })]);
    let Event { r#type, data, .. } = event(&receiver.wait_for(1)[0]);
    assert_eq!((r#type, data.id, data.imported, data.failed), (EventType::BatchFailed, id, 0, 1));
}

#[test]
fn both_secrets_sign_for_a_day_after_a_rotation() {
    let server = start_with(&[], "");
    let (client, database) = (Client::new(server.url()), Database::of(server.state()));
    let (account, receiver) = (Account::new(Tier::Team), Receiver::new(OK));
    let made = client.webhook(&account.key, &receiver.url(), &BOTH);
    let answer = client.send("POST", &path::rotate(made.id), &[("Authorization", &bearer(&account.key))], "");
    let rotated: Webhook = serde_json::from_slice(&answer.body).unwrap();
    let secrets = [rotated.secret.unwrap(), made.secret.unwrap()];
    let told = || {
        let count = receiver.received().len();
        client.import(&account.key, &[json!({ "content": "One" })]);
        receiver.wait_for(count + 1).remove(count)
    };
    let hours = "SELECT (old_secret_until - unixepoch('subsec') * 1000) / 3600000 FROM webhooks WHERE account_id = ?1";
    let hours: f64 = database.one(hours, [&account.name]);
    assert!((23.9..=24.0).contains(&hours), "{hours}");
    let both = told();
    database.execute("UPDATE webhooks SET old_secret_until = 1");
    let one = told();
    assert_eq!(both.headers["webhook-signature"].split(' ').count(), 2);
    assert_eq!(one.headers["webhook-signature"].split(' ').count(), 1);
    if has_python() {
        for secret in &secrets {
            assert_eq!(verified(&both, secret).as_deref(), Some("batch.completed"));
        }
        assert!(verified(&one, &secrets[0]).is_some());
        assert_eq!(verified(&one, &secrets[1]), None);
    }
}

#[test]
fn a_receiver_that_is_gone_is_told_nothing_more() {
    let (account, receiver) = (Account::new(Tier::Team), Receiver::new(Reply::Answer(410, &["Retry-After: 1"])));
    let webhook = client().webhook(&account.key, &receiver.url(), &BOTH);
    client().import(&account.key, &[json!({ "content": "One" })]);
    let status = || {
        let answer = client().get(path::WEBHOOKS, &account.key).json();
        serde_json::from_value::<WebhookStatus>(answer["webhooks"][0]["status"].clone()).unwrap()
    };
    wait_until("the end", || status() == WebhookStatus::Disabled);
    let id = client().import(&account.key, &[json!({ "content": "Two" })]);
    client().finished(id, &account.key);
    faulty().fire_cron().unwrap();
    let deliveries = client().deliveries(&account.key, webhook.id);
    assert_eq!(deliveries.len(), 1);
    assert_eq!((deliveries[0].status, deliveries[0].response_status), (DeliveryStatus::Failed, Some(410)));
    assert_eq!((&deliveries[0].next_attempt_at, receiver.received().len()), (&None, 1));
}

#[test]
fn the_log_keeps_the_last_fifty() {
    let server = start_with(&[], "");
    let (client, database) = (Client::new(server.url()), Database::of(server.state()));
    let (account, receiver) = (Account::new(Tier::Scale), Receiver::new(OK));
    let webhook = client.webhook(&account.key, &receiver.url(), &BOTH);
    database.execute(&format!(
        "WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < 60)
         INSERT INTO webhook_deliveries (account_id, webhook_id, job_id, type, payload, status, created_at)
         SELECT '{}', '{}', printf('%032d', n), 'batch.completed', '{{}}', 'delivered', n FROM number",
        account.name,
        webhook.id.hex()
    ));
    let id = client.import(&account.key, &[json!({ "content": "One" })]);
    receiver.wait_for(1);
    let deliveries = client.deliveries(&account.key, webhook.id);
    assert_eq!((deliveries.len(), deliveries[0].job_id), (50, id));
    assert_eq!(deliveries[49].job_id.hex(), format!("{:032}", 12));
    let kept = "SELECT COUNT(*) FROM webhook_deliveries WHERE account_id = ?1";
    assert_eq!(database.one::<u32>(kept, [&account.name]), 51);
}
