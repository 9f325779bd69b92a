//! What the client says of answers that are not the API's, and that it comes to an end whatever it meets.

use crate::{refused, run};
use batch_client::{Batch, Client, Code, Error, JobStatus};
use serde_json::{Value, json};
use std::{
    error::Error as _,
    time::{Duration, Instant},
};
use tests::receiver::{Received, Receiver, Reply};

const JOB: &str = "job_8f2c1aab4d7e4f0c9a1b2c3d4e5f6a7b";

const HTML: &str = "<html><body>Sign in to the wireless network</body></html>";

fn answer(status: u16, head: &str, body: &str) -> Reply {
    let length = body.len();
    Reply::Raw(format!(
        "HTTP/1.1 {status} Said\r\nContent-Length: {length}\r\nX-Request-Id: req-7\r\nConnection: close\r\n{head}\r\n{body}"
    ))
}

fn job(status: &str) -> String {
    json!({ "id": JOB, "status": status, "received": 1, "imported": 0, "failed": 0, "errors": [] }).to_string()
}

fn refusal(code: &str) -> String {
    json!({ "code": code, "message": "Not now." }).to_string()
}

fn closed() -> Reply {
    Reply::Raw(String::new())
}

fn client(server: &Receiver) -> Client {
    Client::new(&server.root(), "kor_self_test").unwrap().with_patience(Duration::from_secs(20))
}

/// Asks for a job, and returns how that ended, after how long, and what the server got to see.
fn asked(replies: impl IntoIterator<Item = Reply>) -> (Result<JobStatus, Error>, Duration, Vec<Received>) {
    let server = Receiver::in_turn(replies);
    let begin = Instant::now();
    let done = run(client(&server).status(JOB.parse().unwrap())).map(|job| job.status);
    (done, begin.elapsed(), server.received())
}

#[track_caller]
fn not_the_api(done: Result<JobStatus, Error>) -> (u16, String) {
    match done.unwrap_err() {
        Error::NotTheApi { status, says, .. } => (status, says),
        error => panic!("{error:?}"),
    }
}

#[test]
fn html_and_half_a_json_are_said_to_be_no_answer_of_the_api_at_once() {
    let html = "Content-Type: text/html\r\n";
    let (done, _, received) = asked([answer(200, html, HTML)]);
    assert_eq!(not_the_api(done), (200, format!("text/html: {HTML:?}")));
    assert_eq!(received.len(), 1);
    let whole = job("completed");
    let half = whole.split_at(60).0;
    for (status, body) in [(200, half), (200, ""), (200, "[]"), (403, HTML), (404, "{}"), (302, ""), (304, "")] {
        let (done, _, received) = asked([answer(status, "Location: /elsewhere\r\n", body)]);
        assert_eq!((not_the_api(done).0, received.len()), (status, 1), "{body}");
    }
}

#[test]
fn a_gateways_page_is_tried_again_some_times_and_then_told() {
    let (done, _, received) = asked([answer(502, "", HTML), answer(503, "", ""), answer(200, "", &job("pending"))]);
    assert_eq!((done.unwrap(), received.len()), (JobStatus::Pending, 3));
    let (done, took, received) = asked([answer(502, "", HTML)]);
    assert_eq!((not_the_api(done).0, received.len()), (502, 5));
    assert!(took < Duration::from_secs(10), "{took:?}");
}

#[test]
fn a_closed_connection_is_tried_again_some_times_and_then_told() {
    let half = format!("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{}", job("pending"));
    let (done, _, received) = asked([closed(), Reply::Raw(half.clone()), answer(200, "", &job("pending"))]);
    assert_eq!((done.unwrap(), received.len()), (JobStatus::Pending, 3));
    for reply in [closed(), Reply::Raw(half)] {
        let (done, _, received) = asked([reply]);
        let error = done.unwrap_err();
        assert!(matches!(error, Error::Connection(_)) && error.source().is_some(), "{error:?}");
        assert_eq!(received.len(), 5);
    }
    // Nobody listens.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let nobody = Client::new(&format!("http://127.0.0.1:{port}"), "kor_self_test").unwrap();
    assert!(matches!(run(nobody.usage()).unwrap_err(), Error::Connection(_)));
}

#[test]
fn retry_after_is_obeyed_in_seconds_and_as_a_date_with_any_clock() {
    let heads = [
        "Retry-After: 2\r\n",
        "Date: Sat, 28 Nov 2026 10:00:00 GMT\r\nRetry-After: Sat, 28 Nov 2026 10:00:02 GMT\r\n",
        "Date: Sat, 28 Nov 2037 10:00:00 GMT\r\nRetry-After: Sat, 28 Nov 2037 10:00:02 GMT\r\n",
    ];
    for head in heads.map(str::to_owned).into_iter().chain([two_hours_off(-1), two_hours_off(1)]) {
        for (status, code) in [(429, "rate_limit_exceeded"), (503, "unavailable")] {
            let (done, took, received) =
                asked([answer(status, &head, &refusal(code)), answer(200, "", &job("pending"))]);
            assert_eq!((done.unwrap(), received.len()), (JobStatus::Pending, 2));
            let waited = received[1].at - received[0].at;
            assert!(waited >= Duration::from_millis(1_990) && took < Duration::from_secs(15), "{head}: {waited:?}");
        }
    }
}

/// The head of a server whose clock is two hours before or behind this machine's.
fn two_hours_off(sign: i64) -> String {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let off = now.saturating_add_signed(sign * 7_200);
    let date = |at: u64| httpdate::fmt_http_date(std::time::UNIX_EPOCH + Duration::from_secs(at));
    format!("Date: {}\r\nRetry-After: {}\r\n", date(off), date(off + 2))
}

#[test]
fn what_would_outlast_the_patience_is_given_up_at_once_and_nothing_goes_on_for_ever() {
    let refused = answer(429, "Retry-After: 7200\r\n", &refusal("rate_limit_exceeded"));
    let (done, took, received) = asked([refused]);
    let Error::GaveUp { after, last: Some(last) } = done.unwrap_err() else { panic!("it went on") };
    assert_eq!((after, last.code(), received.len()), (Duration::from_secs(20), Some(Code::RateLimitExceeded), 1));
    assert!(took < Duration::from_secs(5), "{took:?}");

    let impatient = |server: &Receiver| client(server).with_patience(Duration::from_secs(3));
    let ends = |replies: Vec<Reply>, most: usize| {
        let server = Receiver::in_turn(replies);
        let error = run(impatient(&server).wait(JOB.parse().unwrap())).unwrap_err();
        assert!(matches!(error, Error::GaveUp { .. }), "{error:?}");
        assert!((1..=most).contains(&server.received().len()), "{}", server.received().len());
    };
    // A job that never ends, in versions that never change or always do, with no pace or one that is none.
    ends(vec![answer(200, "ETag: \"1\"\r\n", &job("pending")), answer(304, "Retry-After: 0\r\n", "")], 5);
    ends(vec![answer(200, "Retry-After: 0\r\n", &job("processing"))], 5);
    ends(vec![answer(503, "Retry-After: 0\r\n", &refusal("unavailable"))], 8);
    // No answer at all, and one without an end.
    ends(vec![Reply::Silence], 1);
    let endless = Receiver::new(Reply::Endless);
    let error = run(impatient(&endless).usage()).unwrap_err();
    assert!(matches!(error, Error::GaveUp { .. } | Error::NotTheApi { .. }), "{error:?}");
    // Pages without an item, of which each names another, the next or none.
    for (names, gives_up) in [(["a", "b", "c", "d", "e"], true), (["a"; 5], false), ([""; 5], false)] {
        let replies = names.map(|next| answer(200, "", &json!({ "items": [], "next": next }).to_string()));
        let pages = Receiver::in_turn(replies);
        let error =
            run(async { impatient(&pages).items(JOB.parse().unwrap(), None).next().await.map(|_| ()) }).unwrap_err();
        assert!(
            matches!((&error, gives_up), (Error::GaveUp { .. }, true) | (Error::NotTheApi { .. }, false)),
            "{error:?}"
        );
        assert!(pages.received().len() <= 4, "{names:?}");
    }
}

#[test]
fn refusals_that_may_be_accidents_are_tried_again_and_others_are_not() {
    for (status, body) in
        [(500, refusal("internal")), (408, HTML.into()), (408, refusal("late")), (429, refusal("busy"))]
    {
        let (done, _, received) = asked([answer(status, "", &body), answer(200, "", &job("pending"))]);
        assert_eq!((done.unwrap(), received.len()), (JobStatus::Pending, 2), "{body}");
    }
    for code in ["quota_exceeded", "too_many_batches"] {
        let (done, _, received) = asked([answer(429, "", &refusal(code))]);
        assert_eq!((refused(done).0, received.len()), (429, 1), "{code}");
    }
}

#[test]
fn an_import_under_way_outlasts_a_server_that_is_away_and_keeps_its_keys() {
    let (taken, ended) = (|| answer(202, "", &job("completed")), || answer(200, "", &job("completed")));
    let away = [closed(), closed(), closed(), answer(502, "", HTML), closed(), answer(502, "", HTML)];
    let busy = answer(429, "", &refusal("too_many_batches"));
    let replies = [taken()].into_iter().chain(away).chain([busy, ended(), taken(), ended()]);
    let server = Receiver::in_turn(replies);
    let memories = vec![json!({ "content": "n" }); 501];
    let batch = Batch { key: Some("mine"), ..Batch::of(&memories) };
    let import = run(client(&server).with_patience(Duration::from_secs(60)).import(&batch)).unwrap();
    assert_eq!(import.parts.len(), 2);
    let posts: Vec<_> = server.received().into_iter().filter(|it| it.path == "/v1/batch").collect();
    let keys: Vec<&str> = posts.iter().map(|it| &*it.headers["idempotency-key"]).collect();
    assert_eq!((keys[0], &keys[1..]), ("mine-0", &["mine-500"; 8][..]));
    // What the client in TypeScript makes of the same key.
    assert!(posts.iter().all(|it| it.body.contains("f408231d-c8b3-508d-bf38-6a37a3d98ac8")), "{}", &posts[8].body);
}

#[test]
fn an_import_that_waits_for_room_keeps_its_key() {
    let busy = || answer(429, "", &refusal("too_many_batches"));
    let server = Receiver::in_turn([busy(), busy(), answer(202, "", &job("completed"))]);
    run(client(&server).send(&Batch::of(&[json!({ "content": "n" })]), |_| {})).unwrap();
    let received = server.received();
    let key = |at: usize| &received[at].headers["idempotency-key"];
    assert!(received.len() == 3 && key(0) == key(1) && key(1) == key(2));
}

#[test]
fn lines_and_keys_that_do_not_fit_are_said_before_anything_is_sent() {
    let server = Receiver::new(answer(202, "", &job("completed")));
    let memories = [json!({ "content": "n" })];
    let wrong = [
        Batch { lines: Some(&[1, 2]), ..Batch::of(&memories) },
        Batch { key: Some(""), ..Batch::of(&memories) },
        Batch { key: Some("a b"), ..Batch::of(&memories) },
    ];
    for batch in wrong {
        let stopped = run(client(&server).import(&batch)).unwrap_err();
        assert!(matches!(stopped.error, Error::Unsendable(_)), "{batch:?}");
    }
    assert!(server.received().is_empty());
}

#[test]
fn what_is_sent_again_has_the_same_idempotency_key_and_what_is_new_another() {
    let server = Receiver::in_turn([closed(), answer(502, "", HTML), answer(202, "", &job("pending"))]);
    let (client, memories) = (client(&server), [json!({ "content": "Ada prefers tea" })]);
    run(async {
        client.post(&Batch::of(&memories)).await.unwrap();
        client.post(&Batch::of(&memories)).await.unwrap();
        client.retry(JOB.parse().unwrap(), Some(&[2, 7])).await.unwrap();
    });
    let received = server.received();
    let keys: Vec<&String> = received.iter().map(|it| &it.headers["idempotency-key"]).collect();
    assert!(keys[0] == keys[1] && keys[1] == keys[2] && keys[2] != keys[3] && keys[3] != keys[4], "{keys:?}");
    assert_eq!((&*received[4].path, &*received[4].body), (&*format!("/v1/batch/{JOB}/retry"), r#"{"indexes":[2,7]}"#));
    assert!(received.iter().all(|it| it.headers["authorization"] == "Bearer kor_self_test"));
}

#[test]
fn a_key_that_is_revoked_in_mid_import_stops_it_and_what_was_taken_is_told() {
    let revoked = answer(401, "", &refusal("invalid_key"));
    let server = Receiver::in_turn([answer(202, "", &job("pending")), revoked]);
    let memories = vec![json!({ "content": "n" }); 1_200];
    let stopped = run(client(&server).import(&Batch::of(&memories))).unwrap_err();
    assert_eq!((stopped.so_far.parts.len(), stopped.so_far.parts[0].job.id.to_string()), (1, JOB.to_owned()));
    assert_eq!(refused::<()>(Err(stopped.error)), (401, Code::InvalidKey, "Not now.".to_owned()));
    let sizes = server.received().into_iter().map(|it| {
        let body: Value = serde_json::from_str(&it.body).unwrap();
        (body["memories"].as_array().unwrap().len(), body["group"].as_str().unwrap().to_owned())
    });
    let sizes: Vec<_> = sizes.collect();
    assert_eq!(sizes.iter().map(|(size, _)| *size).collect::<Vec<_>>(), [500, 500]);
    assert_eq!(sizes[0].1, sizes[1].1, "one group");
}

#[test]
fn batches_end_before_the_longest_body_that_the_server_takes() {
    let server = Receiver::new(answer(202, "", &job("completed")));
    // 80 kB each: 500 of them have 40 MB.
    let memories = vec![json!({ "content": "n", "metadata": { "note": "x".repeat(80_000) } }); 500];
    let import = run(client(&server).import(&Batch::of(&memories))).unwrap();
    assert_eq!(import.parts.iter().map(|part| part.first).collect::<Vec<_>>(), [0, 250]);
    assert!(server.received().iter().all(|it| it.body.len() < 30 << 20));
}

#[test]
fn what_is_no_address_or_no_key_is_said_before_anything_is_sent() {
    let urls = ["localhost", "", "localhost:8787", "ftp://a", "http://me@a", "http://a?b", "http://a#b"];
    for (url, key) in urls.map(|url| (url, "kor_self_a")).into_iter().chain([("http://a", "kor\nself")]) {
        assert!(matches!(Client::new(url, key).unwrap_err(), Error::Unsendable(_)), "{url}");
    }
    let debug = format!("{:?}", Client::new("http://localhost:1", "kor_self_secret").unwrap());
    assert!(!debug.contains("secret"), "{debug}");
}
