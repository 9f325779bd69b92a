//! Bodies as clients of all languages write them: what they mean is taken, and nothing that is stored makes an answer
//! unreadable.

use contract::{MemoryList, Tier, path};
use serde_json::{Value, json};
use tests::{Account, Answer, bearer, imported, importing};

/// As databases, Go, Python and JavaScript write a moment.
const TIMESTAMPS: [&str; 13] = [
    "2026-05-04T10:30:00.123456789Z",
    "2026-05-04T10:30:00.123456789012345678901234567890Z",
    "2026-05-04 10:30:00.123456+00",
    "2026-05-04 10:30:00+0000",
    "2026-05-04T10:30:00-0330",
    "2026-05-04T10:30:00+05:30",
    "2026-05-04 10:30:00",
    "2026-05-04t10:30:00z",
    "2026-05-04T10:30",
    "2026-05-04",
    "20260504T103000Z",
    "20260504T103000.5+0200",
    "20260504",
];

fn post(account: &Account, path: &str, body: &str) -> Answer {
    importing().send("POST", path, &[("Authorization", &*bearer(&account.key))], body)
}

/// Posts each memory alone, then all of them as one batch, all as they are written here.
fn write_both_ways(account: &Account, memories: &[&str]) {
    for memory in memories {
        let answer = post(account, path::MEMORIES, memory);
        assert_eq!(answer.status, 201, "{memory}: {}", answer.text());
    }
    let answer = post(account, path::BATCH, &format!(r#"{{"memories":[{}]}}"#, memories.join(",")));
    assert_eq!(answer.status, 202, "{}", answer.text());
    let status = importing().finished(answer.job().id, &account.key);
    assert_eq!((status.imported as usize, status.failed), (memories.len(), 0), "{:?}", status.errors);
}

/// What is read back, the oldest first. A reader that takes no half of a surrogate pair takes all of it.
fn read_back(account: &Account, query: &str) -> Vec<Value> {
    let answer = importing().get(&format!("{}?limit=200{query}", path::MEMORIES), &account.key);
    assert_eq!(answer.status, 200, "{}", answer.text());
    let list: MemoryList<Value> = serde_json::from_value(answer.json()).unwrap();
    list.memories.into_iter().rev().collect()
}

#[test]
fn a_timestamp_is_taken_as_databases_and_languages_write_it_and_given_back_as_it_was_sent() {
    let account = Account::new(Tier::Scale);
    let memories = TIMESTAMPS.map(|timestamp| format!(r#"{{"content":"c","timestamp":"{timestamp}"}}"#));
    write_both_ways(&account, &memories.each_ref().map(String::as_str));
    let read: Vec<_> = read_back(&account, "").iter().map(|memory| memory["timestamp"].clone()).collect();
    assert_eq!(read, [TIMESTAMPS, TIMESTAMPS].concat());

    for (moment, why) in [
        ("2026-02-30", "must be an ISO 8601"),
        (&*format!("2026-05-04T10:30:00.{}Z", "1".repeat(44)), "must have at most 64"),
    ] {
        let memory = format!(r#"{{"content":"c","timestamp":"{moment}"}}"#);
        for (path, body, place) in [
            (path::MEMORIES, &memory, "timestamp"),
            (path::BATCH, &format!(r#"{{"memories":[{memory}]}}"#), "memories[0].timestamp"),
        ] {
            let answer = post(&account, path, body);
            answer.assert_error(422, "invalid_request");
            assert!(answer.text().contains(&format!("{place} {why}")), "{}", answer.text());
        }
    }
}

#[test]
fn what_is_null_counts_as_not_there() {
    let account = Account::new(Tier::Scale);
    let null =
        r#"{"content":"c","user_id":null,"agent_id":null,"run_id":null,"metadata":null,"timestamp":null,"kind":null}"#;
    write_both_ways(&account, &[null, r#"{"content":"c"}"#]);
    let mut read = read_back(&account, "");
    for memory in &mut read {
        for own in ["id", "created_at", "updated_at"] {
            memory.as_object_mut().unwrap().remove(own);
        }
    }
    let bare = json!({ "content": "c", "user_id": null, "agent_id": null, "run_id": null, "metadata": {},
        "timestamp": null, "kind": "note", "facts": [] });
    assert_eq!(read, vec![bare; 4]);
}

#[test]
fn an_empty_id_counts_as_none_and_uses_up_no_agent() {
    // Two agents.
    let account = Account::new(Tier::Hobby);
    let empty = r#"{"content":"c","user_id":"","agent_id":"","run_id":""}"#;
    write_both_ways(
        &account,
        &[empty, r#"{"content":"c","agent_id":"a"}"#, r#"{"content":"c","agent_id":"b"}"#, empty],
    );
    let nobody = json!([null, null, null]);
    let empty = read_back(&account, "").into_iter().filter(|memory| memory["agent_id"].is_null());
    let ids: Vec<_> = empty.map(|memory| json!([memory["user_id"], memory["agent_id"], memory["run_id"]])).collect();
    assert_eq!(ids, vec![nobody; 4]);
    assert_eq!(imported().one::<u32>("SELECT COUNT(*) FROM agents WHERE account_id = ?1", [&account.name]), 2);
}

#[test]
fn a_byte_order_mark_before_a_body_is_no_part_of_it() {
    let account = Account::new(Tier::Scale);
    let memory = "{\"content\":\"\u{feff}kept\"}";
    assert_eq!(post(&account, path::MEMORIES, &format!("\u{feff}{memory}")).status, 201);
    let batch = post(&account, path::BATCH, &format!("\u{feff}{{\"memories\":[{memory}]}}"));
    assert_eq!(batch.status, 202, "{}", batch.text());
    importing().finished(batch.job().id, &account.key);
    let contents: Vec<_> = read_back(&account, "").iter().map(|memory| memory["content"].clone()).collect();
    assert_eq!(contents, vec!["\u{feff}kept"; 2]);
    post(&account, path::BATCH, &format!("\u{feff}\u{feff}{{\"memories\":[{memory}]}}"))
        .assert_error(422, "invalid_request");
}

#[test]
fn half_a_surrogate_pair_comes_back_as_the_replacement_character_wherever_it_was_sent() {
    let account = Account::new(Tier::Scale);
    let memory = r#"{"content":"cut \ud83d","user_id":"\ude00u","agent_id":"\uD83D","run_id":"r\ud83d\ud83d\ude00",
        "metadata":{"k\ud83d":"\ude00","deep":[{"\udfff":["\ud83d!","whole \ud83d\ude00"]}]}}"#;
    write_both_ways(&account, &[memory]);
    for query in ["", "&user_id=%EF%BF%BDu", "&agent_id=%EF%BF%BD", "&run_id=r%EF%BF%BD%F0%9F%98%80"] {
        let read = read_back(&account, query);
        assert_eq!(read.len(), 2, "{query}");
        for memory in &read {
            assert_eq!(memory["content"], "cut \u{fffd}");
            let ids = ["user_id", "agent_id", "run_id"].map(|name| memory[name].as_str().unwrap());
            assert_eq!(ids, ["\u{fffd}u", "\u{fffd}", "r\u{fffd}\u{1f600}"]);
            let metadata =
                json!({ "k\u{fffd}": "\u{fffd}", "deep": [{ "\u{fffd}": ["\u{fffd}!", "whole \u{1f600}"] }] });
            assert_eq!(memory["metadata"], metadata);
        }
    }
    // Nor does an error give it back.
    let answer = post(&account, path::BATCH, r#"{"memories":[{"content":"c","tag\ud83d":1}]}"#);
    answer.assert_error(422, "invalid_request");
    assert!(answer.text().contains("memories[0].tag\u{fffd} is not a field"), "{}", answer.text());
}

#[test]
fn a_number_that_no_reader_holds_is_refused_by_its_place() {
    let account = Account::new(Tier::Scale);
    let memory = r#"{"content":"x","metadata":{"n":1e400}}"#;
    for (path, body, place) in [
        (path::BATCH, &*format!(r#"{{"memories":[{memory}]}}"#), "memories[0].metadata"),
        (path::MEMORIES, memory, "metadata"),
    ] {
        let answer = post(&account, path, body);
        answer.assert_error(422, "invalid_request");
        let message = answer.json()["message"].as_str().unwrap().to_owned();
        assert!(message.starts_with(&format!("{place} holds a number past")), "{message}");
    }
    write_both_ways(
        &account,
        &[r#"{"content":"x","metadata":{"n":1.7976931348623157e308,"m":-1e-400,"text":"1e400"}}"#],
    );
}
