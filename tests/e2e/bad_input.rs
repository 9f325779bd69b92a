use crate::support::{Account, Answer, bearer, job, log, server};
use contract::Tier;

#[test]
fn bytes_that_are_not_http_leave_the_request_beside_them_alone() {
    let (server, account) = (server(), Account::new(Tier::Scale));
    for bytes in [
        &b"\x00\x01\x02\xff\xfe\r\n\r\n"[..],
        b"GET /v1/batch/\xff\xfe HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        b"GET /v1/ping HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \xc3\x28\r\nConnection: close\r\n\r\n",
    ] {
        let answer = String::from_utf8_lossy(&server.raw(bytes)).into_owned();
        assert!(answer.starts_with("HTTP/1.1 4"), "{answer}");
        assert_eq!(server.get("/v1/ping", &account.key).status, 200);
    }
}

#[test]
fn neither_a_key_nor_an_error_of_a_job_reaches_the_log() {
    let (server, account) = (server(), Account::new(Tier::Team));
    let good: Answer = server.get(&format!("/v1/batch/{}", job::EXAMPLE), &account.key);
    let unknown = server.send("GET", "/v1/ping", &[("Authorization", &bearer("kor_self_nobody_has_this"))], "");
    assert_eq!((good.status, unknown.status), (200, 401));
    let log = log();
    assert!(log.contains("/v1/ping 401"), "{log}");
    for secret in [&account.key, "kor_self_nobody_has_this", "monthly write quota"] {
        assert!(!log.contains(secret), "{log}");
    }
}
