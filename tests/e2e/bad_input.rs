//! Any bytes in path, headers or body.

use contract::{ErrorBody, Tier};
use proptest::{collection::vec, prelude::*, test_runner::TestRunner};
use std::{
    io::Write,
    net::TcpStream,
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};
use tests::{Account, bearer, job, log, server};

/// No request here has a reason to take longer, however bad it is.
const NO_HANG: Duration = Duration::from_secs(10);

/// What came back of a raw request: the status line's number, the head, the body.
struct Reply {
    status: u16,
    head: String,
    body: Vec<u8>,
}

/// Sends bytes that may be no HTTP; `None` where the connection was closed without a word.
fn send(bytes: &[u8]) -> Option<Reply> {
    let (server, begin) = (server(), Instant::now());
    let answer = server.raw(bytes);
    assert!(begin.elapsed() < NO_HANG, "{} s for {}", begin.elapsed().as_secs(), shown(bytes));
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n")?;
    let head = String::from_utf8(answer[..end].to_vec()).unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    Some(Reply { status, head: head.to_lowercase(), body: answer[end + 4..].to_vec() })
}

/// The beginning of a request, for messages.
fn shown(bytes: &[u8]) -> String {
    String::from_utf8_lossy(&bytes[..bytes.len().min(300)]).into_owned()
}

fn request(method: &[u8], path: &[u8], headers: &[u8], body: &[u8]) -> Vec<u8> {
    [method, b" ", path, b" HTTP/1.1\r\nHost: a\r\nConnection: close\r\n", headers, b"\r\n", body].concat()
}

fn authorization(key: &str) -> Vec<u8> {
    format!("Authorization: {}\r\n", bearer(key)).into_bytes()
}

/// Sends a request that the server in front of the Worker may refuse as no HTTP; what reaches the Worker is answered as
/// the contract has it. Returns the status.
fn assert_in_contract(bytes: &[u8]) -> u16 {
    let reply = send(bytes).unwrap_or_else(|| panic!("no answer to {}", shown(bytes)));
    assert!(reply.status < 500, "{} for {}", reply.status, shown(bytes));
    if reply.head.contains("x-request-id:") {
        assert!([200, 304, 401, 403, 404, 405, 413, 422, 429].contains(&reply.status), "{}", reply.status);
        if reply.status >= 400 && !bytes.starts_with(b"HEAD ") {
            serde_json::from_slice::<ErrorBody>(&reply.body).unwrap_or_else(|error| panic!("{error}: {}", reply.head));
        }
    }
    reply.status
}

#[test]
fn a_strange_path_is_a_404() {
    let key = authorization(&Account::new(Tier::Team).key);
    let id = job::EXAMPLE;
    for path in [
        format!("/v1/batch/{}", "a".repeat(10_240)),
        format!("/v1/batch/{id}{}", "0".repeat(10_240)),
        format!("/v1/batch/{id}{}", "%00".repeat(3_000)),
        format!("/v1/batch/%FF%FE{id}"),
        format!("/v1/batch/{{{id}}}"),
        format!("/v1/batch/{id}|"),
        format!("/v1/batch/{id}'--"),
        format!("/v1/batch/{id}%"),
        format!("/v1/batch/{id}%zz"),
        format!("/v1/batch/{id}/"),
        format!("/v1/batch//{id}"),
        format!("/v1/batch/..%2Fbatch%2F{id}"),
        format!("/v1{}", "/batch".repeat(2_000)),
    ] {
        assert_eq!(assert_in_contract(&request(b"GET", path.as_bytes(), &key, b"")), 404, "{}", shown(path.as_bytes()));
    }
}

#[test]
fn a_strange_authorization_is_a_401() {
    let key = Account::new(Tier::Team).key;
    for value in [
        [b"Bearer kor_self_", "a".repeat(16_384).as_bytes()].concat(),
        [b"Bearer ", "a".repeat(60_000).as_bytes()].concat(),
        ["a ".repeat(8_192).as_bytes(), key.as_bytes()].concat(),
        b"Bearer kor_self_\xff\xfe\x80".to_vec(),
        b"Bearer kor_self_\xc3\x28".to_vec(),
        "Bearer kor_self_schlüssel".into(),
        "Bearer kor_self_\u{202e}".into(),
        b"\x80".to_vec(),
        format!("Bearer {key}\r\nAuthorization: Bearer {key}").into_bytes(),
        format!("Bearer {key}\r\nauthorization: Bearer kor_self_nobodys").into_bytes(),
    ] {
        let header = [b"Authorization: ", &value[..], b"\r\n"].concat();
        let status = assert_in_contract(&request(b"GET", b"/v1/ping", &header, b""));
        assert_eq!(status, 401, "{}", shown(&value));
    }
}

#[test]
fn strange_headers_do_not_change_the_answer() {
    let key = authorization(&Account::new(Tier::Team).key);
    let path = format!("/v1/batch/{}", job::EXAMPLE);
    for header in [
        b"If-None-Match: \xff\xfe\r\n".to_vec(),
        format!("If-None-Match: {}\r\n", "\"x\", ".repeat(3_000)).into_bytes(),
        b"If-None-Match: \"a\"\r\nIf-None-Match: \"b\"\r\n".to_vec(),
        (0..500).flat_map(|n| format!("X-{n}: {n}\r\n").into_bytes()).collect(),
        format!("X-Long: {}\r\n", "y".repeat(16_384)).into_bytes(),
        b"X-Bytes: \x01\x02\x80\xff\r\n".to_vec(),
        b"Range: bytes=0-1\r\nIf-Range: x\r\n".to_vec(),
        b"Content-Type: \xff\r\nAccept: \xff\r\nCookie: =;=\r\n".to_vec(),
        b"X-Request-Id: mine\r\nX-HTTP-Method-Override: DELETE\r\n".to_vec(),
        b"Content-Length: 3\r\n".to_vec(),
    ] {
        let body: &[u8] = if header.starts_with(b"Content-Length") { b"abc" } else { b"" };
        let bytes = request(b"GET", path.as_bytes(), &[&key[..], &header].concat(), body);
        assert_eq!(assert_in_contract(&bytes), 200, "{}", shown(&header));
    }
}

#[test]
fn an_odd_method_is_a_405_or_stopped_in_front_of_the_worker() {
    let key = authorization(&Account::new(Tier::Team).key);
    let path = format!("/v1/batch/{}", job::EXAMPLE);
    for method in ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND", "QUERY", "PURGE", "SEARCH"] {
        let body = [0xff; 1_000];
        let headers = [&key[..], b"Content-Length: 1000\r\n"].concat();
        let bytes = request(method.as_bytes(), path.as_bytes(), &headers, &body);
        assert_eq!(assert_in_contract(&bytes), 405, "{method}");
    }
    for method in [&b"get"[..], b"GETT", b"G\xff", b"\0", b"GET\t", b"", b"M-SEARCH"] {
        let reply = send(&request(method, path.as_bytes(), &key, b""));
        let refused = reply.is_none_or(|reply| matches!(reply.status, 400 | 501));
        assert!(refused, "{}", shown(method));
    }
}

#[test]
fn bytes_that_are_not_http_leave_the_request_beside_them_alone() {
    let account = Account::new(Tier::Scale);
    let all: Vec<u8> = (0..=255).collect();
    for bytes in [
        &b"\x00\x01\x02\xff\xfe\r\n\r\n"[..],
        &all,
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
        b"GET /v1/ping\r\n\r\n",
        b"GET  HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
        b"GET v1/ping HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
        b"GET /v1/batch/\xff\xfe HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
        b"GET /v1/batch/a\tb HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
        b"GET /v1/batch/a b HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
        b"GET /v1/batch?after=\0 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
        b"GET /v1/ping HTTP/9.9\r\nHost: a\r\nConnection: close\r\n\r\n",
        b"GET /v1/ping HTTP/1.1\r\nHost: a\r\nno colon\r\nConnection: close\r\n\r\n",
        b"GET /v1/ping HTTP/1.1\r\nHost: a\r\n\xff: x\r\nConnection: close\r\n\r\n",
        b"GET /v1/ping HTTP/1.1\r\nHost: a\r\nX: \0\r\nConnection: close\r\n\r\n",
        b"GET /v1/ping HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer\r\n folded\r\nConnection: close\r\n\r\n",
        b"GET /v1/ping HTTP/1.1\r\nConnection: close\r\n\r\n",
        b"POST /v1/batch HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\nConnection: close\r\n\r\n",
        b"POST /v1/batch HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\nConnection: close\r\n\r\nab",
    ] {
        let status = send(bytes).map(|reply| reply.status);
        assert!(
            status.is_none_or(|status| (400..500).contains(&status)),
            "{status:?}: {}",
            String::from_utf8_lossy(bytes)
        );
        assert_eq!(server().get("/v1/ping", &account.key).status, 200);
    }
}

#[test]
fn a_body_that_breaks_off_holds_nobody_up() {
    let account = Account::new(Tier::Scale);
    let headers = [&authorization(&account.key)[..], b"Content-Length: 1000000\r\n"].concat();
    let half: Vec<TcpStream> = (0..20)
        .map(|_| {
            let mut stream = server().connect();
            stream.write_all(&request(b"POST", b"/v1/batch", &headers, b"{\"memories\":[")).unwrap();
            stream
        })
        .collect();
    let example = format!("/v1/batch/{}", job::EXAMPLE);
    assert_eq!(server().get(&example, &account.key).status, 200);
    drop(half);
    assert_eq!(server().get(&example, &account.key).status, 200);
}

/// Requests of all kinds with any bytes where HTTP has room for them.
fn any_request(key: Vec<u8>) -> impl Strategy<Value = Vec<u8>> {
    let method = prop::sample::select(&["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"][..]);
    let start = prop::sample::select(&["/v1/", "/v1/batch/", "/v1/batch/job_", "/v1/batch?", "/v1/ping?"][..]);
    let rest = prop_oneof![
        vec(0x21_u8..0x7f, 0..80),
        vec(any::<u8>(), 0..20),
        vec(any::<u8>(), 0..40)
            .prop_map(|bytes| bytes.iter().flat_map(|byte| format!("%{byte:02X}").into_bytes()).collect()),
        "[0-9a-fA-F-]{30,40}".prop_map(String::into_bytes),
        "(limit|after)=[0-9a-f%-]{0,40}".prop_map(String::into_bytes),
    ];
    let value = || vec(any::<u8>().prop_filter("ends the line", |byte| !b"\r\n\0".contains(byte)), 0..60);
    let credentials = prop_oneof![
        3 => Just(key),
        1 => value().prop_map(|value| [b"Authorization: Bearer kor_self_", &value[..], b"\r\n"].concat()),
        1 => value().prop_map(|value| [b"Authorization: ", &value[..], b"\r\n"].concat()),
        1 => Just(Vec::new()),
    ];
    (method, start, rest, credentials, value(), vec(any::<u8>(), 0..200)).prop_map(
        |(method, start, rest, credentials, tag, body)| {
            let length = format!("Content-Length: {}\r\n", body.len());
            let headers = [&credentials[..], b"If-None-Match: ", &tag, b"\r\n", length.as_bytes()].concat();
            request(method.as_bytes(), &[start.as_bytes(), &rest].concat(), &headers, &body)
        },
    )
}

#[test]
fn any_bytes_get_one_of_the_contract_s_answers_while_good_requests_go_on() {
    let (account, beside) = (Account::new(Tier::Scale), Account::new(Tier::Scale));
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        let good = scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                let answer = server().get(&format!("/v1/batch/{}", job::EXAMPLE), &beside.key);
                assert_eq!(answer.status, 200, "{}", answer.text());
            }
        });
        let config = ProptestConfig {
            cases: 400,
            max_shrink_iters: 100,
            failure_persistence: None,
            ..ProptestConfig::default()
        };
        let tried = TestRunner::new(config).run(&any_request(authorization(&account.key)), |bytes| {
            assert_in_contract(&bytes);
            Ok(())
        });
        done.store(true, Ordering::Relaxed);
        good.join().unwrap();
        tried.unwrap_or_else(|failure| panic!("{failure}"));
    });
    let log = log();
    for sign in ["panicked", "unreachable", "RuntimeError"] {
        assert!(!log.contains(sign), "{sign} in the log");
    }
}

#[test]
fn neither_a_key_nor_an_error_of_a_job_reaches_the_log() {
    let (server, account) = (server(), Account::new(Tier::Team));
    let good = server.get(&format!("/v1/batch/{}", job::EXAMPLE), &account.key);
    let unknown = server.send("GET", "/v1/ping", &[("Authorization", &bearer("kor_self_nobody_has_this"))], "");
    assert_eq!((good.status, unknown.status), (200, 401));
    let log = log();
    assert!(log.contains("/v1/ping 401"), "{log}");
    for secret in ["kor_self_", "kor_live_", "monthly write quota"] {
        assert!(!log.contains(secret), "{log}");
    }
}
