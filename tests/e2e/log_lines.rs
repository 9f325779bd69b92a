//! What is logged of a request: one line, by which whoever runs the service finds what became of it, and no secret.

use contract::Tier;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use tests::{Account, Answer, Client, bearer, job, lab::Faults, lab::Lab, start, wait_until};

/// All lines of the log about the request that `answer` answers, once there are any.
fn lines(log: impl Fn() -> String, answer: &Answer) -> Vec<Value> {
    let id = answer.header("X-Request-Id").unwrap();
    let found = || -> Vec<Value> {
        let log = log();
        let lines = log.lines().filter(|line| line.contains(id)).filter_map(|line| line.get(line.find('{')?..));
        // wrangler colours the lines of faults: what is behind the JSON is its own.
        lines.map(|line| serde_json::Deserializer::from_str(line).into_iter().next().unwrap().unwrap()).collect()
    };
    wait_until("its line", || !found().is_empty());
    found()
}

/// The line of a request without its id and its time, which are looked at here.
fn line(log: impl Fn() -> String, answer: &Answer) -> Value {
    let mut lines = lines(log, answer);
    assert_eq!(lines.len(), 1, "{lines:?}");
    let mut line = lines.remove(0);
    let fields = line.as_object_mut().unwrap();
    assert!(fields.remove("request").is_some_and(|id| id == answer.header("X-Request-Id").unwrap()));
    assert!(fields.remove("ms").unwrap().as_u64().is_some_and(|ms| ms < 30_000));
    line
}

#[test]
fn a_request_is_one_line_with_whose_it_was_what_came_of_it_and_what_it_cost() {
    let (lab, account) = (Lab::start(&[], ""), Account::new(Tier::Developer));
    let path = format!("/v1/batch/{}", job::EXAMPLE);
    let line = |answer: &Answer| line(|| lab.log(), answer);
    let key = contract::key_id(&keys::entry::hash(contract::ApiKey::parse(&account.key).unwrap()));
    let of = |route: &str, status: u16, calls: Value| {
        let mut line = json!({ "method": "GET", "route": route, "status": status, "account": account.name,
            "key": key, "tier": "developer" });
        line.as_object_mut().unwrap().extend(calls.as_object().unwrap().clone());
        line
    };
    let route = "/v1/batch/{job_id}";
    let first = lab.client().get(&path, &account.key);
    assert_eq!(line(&first), of(route, 200, json!({ "kv": 1, "limiter": 2, "d1": 1, "cache": "miss" })));
    let again = lab.client().get(&path, &account.key);
    assert_eq!(line(&again), of(route, 200, json!({ "kv": 0, "limiter": 1, "d1": 0, "cache": "hit" })));
    let ping = lab.client().get("/v1/ping", &account.key);
    assert_eq!(line(&ping), of("/v1/ping", 200, json!({ "kv": 0, "limiter": 0, "d1": 0 })));
    let bad = lab.client().get("/v1/batch?limit=0", &account.key);
    assert_eq!(line(&bad), of("/v1/batch", 422, json!({ "kv": 0, "limiter": 1, "d1": 0 })));

    let refused = lab.client().send("GET", &path, &[("Authorization", "Bearer kor_self_nobodys")], "");
    let nobodys = json!({ "method": "GET", "route": route, "status": 401, "kv": 1, "limiter": 1, "d1": 0 });
    assert_eq!(line(&refused), nobodys);
    let nowhere = lab.client().send("POST", "/v1/secret-path?user_id=ada", &[], "");
    assert_eq!(line(&nowhere), json!({ "method": "POST", "status": 404, "kv": 0, "limiter": 0, "d1": 0 }));

    // The same as data points.
    let points = lab.points();
    let find = |blobs: &[&str]| {
        let found = |point: &&Value| blobs.iter().enumerate().all(|(at, blob)| point["blobs"][at] == *blob);
        points.iter().filter(found).collect::<Vec<_>>()
    };
    let polls = find(&["GET", route, "200"]);
    assert_eq!(polls.len(), 2, "{points:?}");
    assert_eq!(polls[0]["indexes"], json!([account.name]));
    assert_eq!(polls[0]["blobs"], json!(["GET", route, "200", "developer", "miss"]));
    assert_eq!(polls[0]["doubles"].as_array().unwrap()[1..], [json!(1), json!(2), json!(1)]);
    assert_eq!(polls[1]["blobs"][4], "hit");
    assert_eq!(find(&["POST", "", "404"]).len(), 1, "{points:?}");
}

#[test]
fn who_waited_for_somebody_elses_read_is_told_apart() {
    let (lab, account) = (Lab::start(&[], ""), Account::new(Tier::Scale));
    // Known to the isolate, so that all of them come to the job at once.
    assert_eq!(lab.client().get("/v1/ping", &account.key).status, 200);
    lab.set(Faults { latency: 500, ..Faults::NONE });
    let path = format!("/v1/batch/{}", job::EXAMPLE);
    let answers = std::thread::scope(|scope| {
        let polls: Vec<_> = (0..8).map(|_| scope.spawn(|| Client::new(lab.url()).get(&path, &account.key))).collect();
        polls.into_iter().map(|poll| poll.join().unwrap()).collect::<Vec<_>>()
    });
    let outcomes: Vec<String> =
        answers.iter().map(|answer| line(|| lab.log(), answer)["cache"].as_str().unwrap().to_owned()).collect();
    assert_eq!(outcomes.iter().filter(|outcome| *outcome == "miss").count(), 1, "{outcomes:?}");
    assert!(outcomes.iter().any(|outcome| outcome == "shared"), "{outcomes:?}");
}

#[test]
fn a_fault_has_its_detail_in_its_line_under_wrangler_too() {
    let (server, account) = (start(), Account::new(Tier::Team));
    let client = Client::new(server.url());
    let sent = json!({ "content": "a content that stands in no line" });
    let answer = client.post("/v1/memories", &account.key, &sent);
    assert_eq!(answer.status, 201);
    let written = line(|| server.log(), &answer);
    assert_eq!((&written["route"], &written["method"]), (&json!("/v1/memories"), &json!("POST")));
    assert!(written["d1"].as_u64().is_some_and(|statements| statements > 3), "{written}");

    tests::Database::of(server.state()).execute("ALTER TABLE memories RENAME TO away");
    let answer = client.send("POST", "/v1/memories", &[("Authorization", &bearer(&account.key))], &sent.to_string());
    answer.assert_error(503, "unavailable");
    let failed = line(|| server.log(), &answer);
    assert!(failed["detail"].as_str().is_some_and(|detail| detail.starts_with("D1: ")), "{failed}");
    let log = server.log();
    for secret in ["kor_self_", "Authorization", "stands in no line"] {
        assert!(!log.contains(secret), "{secret} in {log}");
    }
    let fields: BTreeSet<&str> = failed.as_object().unwrap().keys().map(String::as_str).collect();
    let known =
        ["method", "route", "status", "account", "key", "tier", "kv", "limiter", "d1", "cache", "detail"].into();
    assert!(fields.is_subset(&known), "{fields:?}");
}
