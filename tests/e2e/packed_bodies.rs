//! `Content-Encoding`: bodies that come packed, and are as long as they are when they are unpacked.

use contract::{MemoryList, Tier, path};
use flate2::{
    Compress, Compression, FlushCompress,
    write::{GzEncoder, ZlibEncoder},
};
use serde_json::json;
use std::{
    io::Write,
    thread,
    time::{Duration, Instant},
};
use tests::{Account, Answer, Sums, bearer, imported, importing, large_body};

const MIB: usize = 1 << 20;

pub fn gzip(text: &str) -> Vec<u8> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(text.as_bytes()).unwrap();
    packed.finish().unwrap()
}

fn deflate(text: &str) -> Vec<u8> {
    let mut packed = ZlibEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(text.as_bytes()).unwrap();
    packed.finish().unwrap()
}

/// So many MiB of spaces, in a thousandth of that. It does not end.
pub fn bomb(mib: usize) -> Vec<u8> {
    let mut packed = Vec::with_capacity(MIB);
    let mut compress = Compress::new(Compression::best(), false);
    // Behind a full flush every MiB is packed alike, and none needs what was before it.
    compress.compress_vec(&vec![b' '; MIB], &mut packed, FlushCompress::Full).unwrap();
    const HEAD: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3];
    [&HEAD[..], &packed.repeat(mib)].concat()
}

fn post(account: &Account, path: &str, encoding: &str, body: impl AsRef<[u8]>) -> Answer {
    let headers = [("Authorization", &*bearer(&account.key)), ("Content-Encoding", encoding)];
    importing().send_bytes("POST", path, &headers, body.as_ref())
}

#[test]
fn a_body_may_come_as_gzip_or_deflate_or_as_it_is() {
    let account = Account::new(Tier::Scale);
    let mut contents = Vec::new();
    for (number, (encoding, pack)) in [
        ("gzip", gzip as fn(&str) -> Vec<u8>),
        ("GZip", gzip),
        ("deflate", deflate),
        ("identity", |text| text.into()),
        ("", |text| text.into()),
    ]
    .into_iter()
    .enumerate()
    {
        let (single, item) = (format!("{number} é alone"), format!("{number} é in a batch"));
        let answer = post(&account, path::MEMORIES, encoding, pack(&json!({ "content": single }).to_string()));
        assert_eq!(answer.status, 201, "{encoding:?}: {}", answer.text());
        let batch = json!({ "memories": [{ "content": item }] }).to_string();
        let answer = post(&account, path::BATCH, encoding, pack(&batch));
        assert_eq!(answer.status, 202, "{encoding:?}: {}", answer.text());
        importing().finished(answer.job().id, &account.key);
        contents.extend([single, item]);
    }
    let answer = importing().get(&format!("{}?limit=200", path::MEMORIES), &account.key);
    let list: MemoryList = serde_json::from_slice(&answer.body).unwrap();
    assert_eq!(list.memories.iter().rev().map(|memory| &*memory.content).collect::<Vec<_>>(), contents);
}

#[test]
fn what_is_packed_in_another_way_is_a_415_that_says_what_is_read() {
    let account = Account::new(Tier::Scale);
    for (path, body) in [(path::BATCH, r#"{"memories":[{"content":"c"}]}"#), (path::MEMORIES, r#"{"content":"c"}"#)] {
        for encoding in ["br", "zstd", "compress", "gzip, gzip", "deflate-raw", "nonsense", "gzip;q=1"] {
            let answer = post(&account, path, encoding, body);
            answer.assert_error(415, "unsupported_encoding");
            assert!(answer.text().contains("gzip or deflate"), "{}", answer.text());
        }
    }
    assert_eq!(imported().assert_adds_up(&account.name, 0), Sums { received: 0, imported: 0, failed: 0 });
}

#[test]
fn a_packed_body_that_is_broken_is_refused_and_leaves_nothing() {
    let account = Account::new(Tier::Scale);
    let batch = json!({ "memories": vec![json!({ "content": "c" }); 100] }).to_string();
    let (good, mut flipped) = (gzip(&batch), gzip(&batch));
    let middle = flipped.len() / 2;
    flipped[middle] ^= 0xff;
    for (encoding, body) in [
        ("gzip", &good[..good.len() / 2]),
        ("gzip", &good[..good.len() - 4]),
        ("gzip", &flipped),
        ("gzip", batch.as_bytes()),
        ("gzip", b"\x1f\x8b"),
        ("gzip", &deflate(&batch)),
        ("deflate", &good),
        ("deflate", &deflate(&batch)[..40]),
        ("gzip", &gzip("{")),
        ("gzip", &gzip(&gzip_as_text(&batch))),
    ] {
        for path in [path::BATCH, path::MEMORIES] {
            post(&account, path, encoding, body).assert_error(422, "invalid_request");
        }
    }
    assert_eq!(imported().assert_adds_up(&account.name, 0), Sums { received: 0, imported: 0, failed: 0 });
}

/// What is packed twice is no JSON when it is unpacked once.
fn gzip_as_text(text: &str) -> String {
    gzip(text).into_iter().map(char::from).collect()
}

#[test]
fn a_small_body_that_unpacks_without_end_is_a_413_and_holds_nobody_up() {
    let _turn = large_body();
    let account = Account::new(Tier::Scale);
    let bomb = bomb(1_024);
    assert!(bomb.len() < 2 * MIB, "{} bytes", bomb.len());
    let ping = || importing().get(path::PING, &account.key).status;
    assert_eq!(ping(), 200);
    thread::scope(|scope| {
        let thrown = scope.spawn(|| {
            for (path, most) in [(path::BATCH, 32 * MIB), (path::MEMORIES, 2 * MIB)] {
                let answer = post(&account, path, "gzip", &bomb);
                answer.assert_error(413, "payload_too_large");
                assert!(answer.text().contains(&most.to_string()), "{}", answer.text());
            }
        });
        while !thrown.is_finished() {
            let begin = Instant::now();
            assert_eq!(ping(), 200);
            assert!(begin.elapsed() < Duration::from_secs(5), "{} s for a ping", begin.elapsed().as_secs());
        }
    });
    assert_eq!(imported().assert_adds_up(&account.name, 0), Sums { received: 0, imported: 0, failed: 0 });
}

#[test]
fn a_packed_body_may_have_as_many_bytes_unpacked_as_one_that_comes_as_it_is() {
    let _turn = large_body();
    let account = Account::new(Tier::Scale);
    for (path, most) in [(path::BATCH, 32 * MIB), (path::MEMORIES, 2 * MIB)] {
        post(&account, path, "gzip", gzip(&" ".repeat(most + 1))).assert_error(413, "payload_too_large");
        // As long as may be, it is read: and is no JSON.
        post(&account, path, "gzip", gzip(&" ".repeat(most))).assert_error(422, "invalid_request");
    }
}
