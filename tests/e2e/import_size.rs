//! The largest bodies: 32 MiB, and not a byte more.

use contract::{CONTENT_CHARS, METADATA_BYTES, SCOPE_CHARS, Tier, path};
use serde_json::json;
use std::io::{Read, Write};
use tests::{Account, bearer, imported, importing, large_body};

const MOST: usize = 32 << 20;

/// Sends so many spaces in chunks, with no word on how many they will be.
fn post_chunked(length: usize, key: &str) -> String {
    let mut stream = importing().connect();
    let authorization = bearer(key);
    let head = format!(
        "POST /v1/batch HTTP/1.1\r\nHost: a\r\nAuthorization: {authorization}\r\nTransfer-Encoding: chunked\r\n\
         Connection: close\r\n\r\n{length:x}\r\n"
    );
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(&vec![b' '; length]).unwrap();
    stream.write_all(b"\r\n0\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn a_body_past_32_mib_is_refused_whether_or_not_it_says_its_length() {
    let _turn = large_body();
    let account = Account::new(Tier::Developer);
    let headers = [("Authorization", &*bearer(&account.key))];
    for (path, most) in [(path::BATCH, MOST), (path::MEMORIES, 2 << 20)] {
        let answer = importing().send("POST", path, &headers, &" ".repeat(most + 1));
        answer.assert_error(413, "payload_too_large");
        assert!(answer.text().contains(&most.to_string()), "{}", answer.text());
        // As large as may be, it is read: and is no JSON.
        importing().send("POST", path, &headers, &" ".repeat(most)).assert_error(422, "invalid_request");
    }
    let answer = post_chunked(MOST + 1, &account.key);
    assert!(answer.starts_with("HTTP/1.1 413 ") && answer.contains("\"payload_too_large\""), "{answer}");

    assert!(post_chunked(MOST, &account.key).starts_with("HTTP/1.1 422 "));
}

#[test]
fn five_hundred_of_the_longest_contents_are_imported() {
    let _turn = large_body();
    let account = Account::new(Tier::Developer);
    // Four bytes each: 32 MB in all.
    let longest = json!({ "content": "\u{1f9e0}".repeat(16_000) });
    let status = importing().finished(importing().import(&account.key, &vec![longest; 500]), &account.key);
    assert_eq!((status.imported, status.failed), (500, 0));
    let bytes = "SELECT SUM(octet_length(content)) FROM memories WHERE account_id = ?1";
    assert_eq!(imported().one::<u32>(bytes, [&account.name]), 32_000_000);
}

#[test]
fn the_largest_item_is_imported_however_it_is_escaped() {
    let account = Account::new(Tier::Developer);
    // Each byte doubles on its way into the store; the content comes as twelve bytes for each character.
    let metadata = format!(r#"{{"m":"{}"}}"#, r"\\".repeat((METADATA_BYTES - 8) / 2));
    let (content, scope) = (r"\ud83e\udde0".repeat(CONTENT_CHARS), r"\u0001".repeat(SCOPE_CHARS));
    let body = format!(
        r#"{{"memories":[{{"content":"{content}","metadata":{metadata},"user_id":"{scope}","agent_id":"{scope}","run_id":"{scope}"}}]}}"#
    );
    let job = importing().send("POST", path::BATCH, &[("Authorization", &*bearer(&account.key))], &body).job();
    let status = importing().finished(job.id, &account.key);
    assert_eq!((status.imported, status.failed), (1, 0), "{:?}", status.errors);
    let lengths =
        "SELECT octet_length(content) = 64000 AND octet_length(metadata) = ?2 FROM memories WHERE account_id = ?1";
    assert!(imported().one::<bool>(lengths, (&account.name, metadata.len() as u32)));
}
