//! Whether the service is alive and ready, as what stands in front of it asks: without a key, and often.

use std::{thread, time::Instant};
use tests::{
    Client,
    lab::{Faults, Lab},
    server, wait_until,
};

#[test]
fn both_answer_without_a_key_and_take_get_and_head_alone() {
    for path in ["/healthz", "/readyz"] {
        let answer = server().send("GET", path, &[], "");
        assert_eq!((answer.status, answer.text()), (200, r#"{"ok":true}"#), "{path}");
        assert_eq!(answer.header("Content-Type"), Some("application/json"));
        assert_eq!(answer.header("RateLimit-Policy"), None, "it is nobody's request");
        assert!(answer.header("X-Request-Id").is_some());
        let head = server().send("HEAD", path, &[], "");
        assert_eq!((head.status, head.body.len(), head.header("Content-Length")), (200, 0, Some("11")), "{path}");
        // A bad key is no reason either.
        assert_eq!(server().get(path, "kor_self_nobodys").status, 200);
        for method in ["POST", "PUT", "DELETE", "OPTIONS"] {
            let refused = server().send(method, path, &[], "");
            refused.assert_error(405, "method_not_allowed");
            assert_eq!(refused.header("Allow"), Some("GET, HEAD"), "{method} {path}");
        }
    }
}

#[test]
fn it_is_not_ready_while_d1_does_not_answer_and_alive_all_the_same() {
    let lab = Lab::start(&[], "");
    let ask = |path: &str| lab.client().send("GET", path, &[], "");
    assert_eq!(ask("/readyz").status, 200);
    for faults in [Faults::DOWN, Faults { latency: 60_000, ..Faults::NONE }] {
        lab.set(faults);
        wait_until("it is not ready", || ask("/readyz").status == 503);
        let begin = Instant::now();
        let answer = ask("/readyz");
        answer.assert_error(503, "unavailable");
        assert!(answer.header("Retry-After").is_some());
        assert!(begin.elapsed().as_secs() < 10, "a probe is not kept waiting");
        assert_eq!(ask("/healthz").status, 200);
        lab.set(Faults::NONE);
        wait_until("it is ready again", || ask("/readyz").status == 200);
    }
}

#[test]
fn a_thousand_who_ask_make_d1_look_once_a_second() {
    let lab = Lab::start(&[], "");
    lab.forget();
    let begin = Instant::now();
    thread::scope(|scope| {
        for _ in 0..20 {
            scope.spawn(|| {
                let client = Client::new(lab.url());
                for _ in 0..50 {
                    assert_eq!(client.send("GET", "/readyz", &[], "").status, 200);
                }
            });
        }
    });
    let (looks, seconds) = (lab.seen().calls.len() as u64, begin.elapsed().as_secs());
    assert!((1..=seconds + 1).contains(&looks), "{looks} looks in {seconds} s");
}
