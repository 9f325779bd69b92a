//! `/v1/webhooks`: made, listed, rotated, removed, and whose they are.

use contract::{Tier, Webhook, WebhookId, path};
use serde_json::{Value, json};
use tests::{Account, Answer, bearer, imported, importing, importing_server, start_with};

const BOTH: [&str; 2] = ["batch.completed", "batch.failed"];

/// Nobody listens there, and nothing is sent.
const URL: &str = "https://hooks.example.com/in?a=b";

fn post(account: &Account, body: &Value) -> Answer {
    importing().post(path::WEBHOOKS, &account.key, body)
}

fn send(method: &str, path: &str, key: &str) -> Answer {
    importing().send(method, path, &[("Authorization", &bearer(key))], "")
}

fn list(account: &Account) -> String {
    importing().get(path::WEBHOOKS, &account.key).text().to_owned()
}

/// The secret of a webhook: 32 bytes in base64 behind its prefix.
#[track_caller]
fn secret(webhook: &Webhook) -> &str {
    let secret = webhook.secret.as_deref().unwrap();
    let base64 = secret.strip_prefix("whsec_").unwrap();
    assert_eq!(base64::Engine::decode(&base64::prelude::BASE64_STANDARD, base64).unwrap().len(), 32);
    secret
}

#[test]
fn a_webhook_is_made_listed_without_its_secret_and_removed() {
    let account = Account::new(Tier::Team);
    assert_eq!(list(&account), r#"{"webhooks":[]}"#);
    let answer = post(&account, &json!({ "url": URL, "events": ["batch.failed", "batch.completed"] }));
    assert_eq!(answer.status, 201);
    let webhook: Webhook = serde_json::from_slice(&answer.body).unwrap();
    let (id, secret, created) = (webhook.id, secret(&webhook), &webhook.created_at);
    let events = r#""events":["batch.failed","batch.completed"]"#;
    assert_eq!(
        answer.text(),
        format!(
            r#"{{"id":"{id}","url":"{URL}",{events},"secret":"{secret}","created_at":"{created}","status":"active"}}"#
        )
    );
    let listed = format!(r#"{{"id":"{id}","url":"{URL}",{events},"created_at":"{created}","status":"active"}}"#);
    assert_eq!(list(&account), format!(r#"{{"webhooks":[{listed}]}}"#));
    assert_eq!(importing().get(&path::deliveries(id), &account.key).text(), r#"{"deliveries":[]}"#);

    let removed = send("DELETE", &path::webhook(id), &account.key);
    assert_eq!((removed.status, removed.text()), (204, ""));
    assert_eq!(list(&account), r#"{"webhooks":[]}"#);
    send("DELETE", &path::webhook(id), &account.key).assert_error(404, "not_found");
    send("GET", &path::deliveries(id), &account.key).assert_error(404, "not_found");
    assert!(!importing_server().log().contains(secret), "it is not logged");
}

#[test]
fn a_new_secret_is_shown_once_and_is_another_one() {
    let account = Account::new(Tier::Team);
    let made = importing().webhook(&account.key, URL, &BOTH);
    let answer = send("POST", &path::rotate(made.id), &account.key);
    assert_eq!(answer.status, 200);
    let rotated: Webhook = serde_json::from_slice(&answer.body).unwrap();
    assert_ne!(secret(&rotated), secret(&made));
    assert_eq!(Webhook { secret: made.secret.clone(), ..rotated }, made);
    assert!(!list(&account).contains("whsec_"));
}

#[test]
fn an_account_has_five_webhooks_at_most() {
    let account = Account::new(Tier::Team);
    let made: Vec<_> = (0..5).map(|_| importing().webhook(&account.key, URL, &BOTH)).collect();
    let refused = post(&account, &json!({ "url": URL, "events": BOTH }));
    refused.assert_error(409, "too_many_webhooks");
    assert_eq!(send("DELETE", &path::webhook(made[2].id), &account.key).status, 204);
    importing().webhook(&account.key, URL, &BOTH);
    importing().webhook(&Account::new(Tier::Team).key, URL, &BOTH);
}

#[test]
fn nobody_reaches_anothers_webhook() {
    let (account, other) = (Account::new(Tier::Team), Account::new(Tier::Team));
    let id = importing().webhook(&account.key, URL, &BOTH).id;
    let nobodys: WebhookId = "wh_00000000000000000000000000000000".parse().unwrap();
    for (method, of) in [("DELETE", path::webhook as fn(_) -> _), ("POST", path::rotate), ("GET", path::deliveries)] {
        let answers = [of(id), of(nobodys)].map(|path| send(method, &path, &other.key));
        answers[0].assert_error(404, "not_found");
        assert_eq!(answers[0].text(), answers[1].text(), "{method}");
    }
    assert_eq!(list(&other), r#"{"webhooks":[]}"#);
    assert!(list(&account).contains(&id.to_string()));
}

#[test]
fn each_route_wants_its_scope_and_its_method() {
    let account = Account::new(Tier::Team);
    let webhook = importing().webhook(&account.key, URL, &BOTH);
    let (one, rotate, deliveries) = (path::webhook(webhook.id), path::rotate(webhook.id), path::deliveries(webhook.id));
    for (method, path, key) in [
        ("GET", path::WEBHOOKS, &account.write_only),
        ("POST", path::WEBHOOKS, &account.read_only),
        ("DELETE", &one, &account.read_only),
        ("POST", &rotate, &account.read_only),
        ("GET", &deliveries, &account.write_only),
    ] {
        send(method, path, key).assert_error(403, "forbidden");
        send(method, path, "kor_self_nobodys").assert_error(401, "invalid_key");
    }
    for (path, allow) in
        [(path::WEBHOOKS, "GET, HEAD, POST"), (&one, "DELETE"), (&rotate, "POST"), (&deliveries, "GET, HEAD")]
    {
        let answer = send("PATCH", path, &account.key);
        answer.assert_error(405, "method_not_allowed");
        assert_eq!(answer.header("Allow"), Some(allow), "{path}");
    }
    for path in ["/v1/webhooks/", "/v1/webhooks//rotate/x", "/v1/webhooksx", &format!("{one}/secret")] {
        send("GET", path, &account.key).assert_error(404, "not_found");
    }
    for id in ["no-id", &webhook.id.hex(), &webhook.id.to_string().to_uppercase()] {
        send("DELETE", &format!("{}/{id}", path::WEBHOOKS), &account.key).assert_error(404, "not_found");
    }
    assert!(list(&account).contains(&webhook.id.to_string()), "nothing of it did anything");
}

#[test]
fn a_bad_body_or_address_is_named_and_nothing_is_stored() {
    let account = Account::new(Tier::Scale);
    let good = json!({ "url": URL, "events": BOTH });
    let with = |name: &str, value: Value| {
        let mut body = good.clone();
        body[name] = value;
        body
    };
    let long = format!("https://example.com/{}", "é".repeat(600));
    let mut refused = vec![
        (json!([]), "The body must be"),
        (json!({ "url": URL }), "events is missing"),
        (with("events", json!(["batch.started"])), "events must be"),
        (with("secret", json!("whsec_AAAA")), "secret is not a field"),
        (with("url", json!(null)), "url must be a string"),
        (with("url", json!("example.com")), "url must be an address"),
        (with("url", json!(long)), "url must have at most 2000 bytes"),
        (with("url", json!("http://example.com/")), "url must begin with https://"),
        (with("url", json!("https://a:b@example.com/")), "url must hold no name and no password"),
        (with("url", json!("https://example.com/#a")), "url must hold no fragment"),
    ];
    for host in [
        "10.0.0.1",
        "2130706434",
        "0x7f000002",
        "0177.0.0.2",
        "169.254.169.254",
        "100.64.0.1",
        "0",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[fe80::1]",
        "[fd00::1]",
        "printer.local",
        "１２７.０.０.２",
        "a.internal",
        "intranet",
    ] {
        refused.push((with("url", json!(format!("https://{host}/"))), "url must name a host of the public Internet"));
    }
    for (body, place) in &refused {
        let answer = post(&account, body);
        answer.assert_error(422, "invalid_request");
        let message = answer.json()["message"].as_str().unwrap().to_owned();
        assert!(message.starts_with(place), "{body}: {message}");
    }
    let large = json!({ "url": URL, "events": BOTH, "more": "a".repeat(20_000) });
    post(&account, &large).assert_error(413, "payload_too_large");
    assert_eq!(imported().one::<u32>("SELECT COUNT(*) FROM webhooks WHERE account_id = ?1", [&account.name]), 0);

    // It is kept as it will be read when something is sent.
    let kept = importing().webhook(&account.key, "https://EXAMPLE.com:443/a/../é", &BOTH);
    assert_eq!(kept.url, "https://example.com/%C3%A9");
    assert_eq!(
        importing().webhook(&account.key, "https://bücher.example", &BOTH).url,
        "https://xn--bcher-kva.example/"
    );
}

#[test]
fn only_a_local_install_tells_this_machine() {
    let account = Account::new(Tier::Team);
    let body = json!({ "url": "http://localhost:9/", "events": BOTH });
    assert_eq!(post(&account, &body).status, 201);
    let server = start_with(&[("WEBHOOK_LOCAL", "0")], "");
    for url in ["http://localhost:9/", "https://localhost/", "https://127.0.0.1/", "https://[::1]/"] {
        let body = json!({ "url": url, "events": BOTH });
        let answer = tests::Client::new(server.url()).post(path::WEBHOOKS, &account.key, &body);
        answer.assert_error(422, "invalid_request");
    }
}
