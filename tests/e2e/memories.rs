//! `GET` and `POST /v1/memories`: what has landed, and one write at a time.

use contract::{Memory, MemoryList, Tier, path};
use serde_json::{Value, json};
use tests::{Account, Sums, bearer, imported, importing};

fn list(account: &Account, query: &str) -> MemoryList {
    let answer = importing().get(&format!("{}?{query}", path::MEMORIES), &account.key);
    assert_eq!(answer.status, 200, "{}", answer.text());
    serde_json::from_slice(&answer.body).unwrap()
}

fn contents(list: &MemoryList) -> Vec<&str> {
    list.memories.iter().map(|memory| &*memory.content).collect()
}

fn import(account: &Account, memories: &[Value]) {
    importing().finished(importing().import(&account.key, memories), &account.key);
}

#[test]
fn one_memory_is_written_at_once_and_answered_as_it_is_read_back() {
    let account = Account::new(Tier::Developer);
    let answer = importing().post(path::MEMORIES, &account.write_only, &json!({ "content": "Ada likes tea" }));
    assert_eq!(answer.status, 201);
    let memory: Memory = serde_json::from_slice(&answer.body).unwrap();
    let (id, time) = (&memory.id, &memory.created_at);
    assert!(
        id.len() == 36 && id.starts_with("mem_") && id[4..].bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
    );
    let body = format!(
        r#"{{"id":"{id}","content":"Ada likes tea","user_id":null,"agent_id":null,"run_id":null,"metadata":{{}},{}"facts":[]}}"#,
        format_args!(r#""timestamp":null,"kind":"note","created_at":"{time}","updated_at":"{time}","#)
    );
    assert_eq!(answer.text(), body);
    let age = "SELECT (julianday('now') - julianday(?1)) * 86400 BETWEEN -1 AND 60";
    assert!(imported().one::<bool>(age, [time]), "{time} is no time of now");
    let read = importing().get(path::MEMORIES, &account.read_only);
    assert_eq!(read.text(), format!(r#"{{"memories":[{body}],"total":1,"next":null}}"#));
    imported().assert_adds_up(&account.name, 1);
}

#[test]
fn a_batch_item_and_a_single_write_come_to_the_same_memory() {
    let account = Account::new(Tier::Developer);
    let metadata = r#"{"n":12345678901234567890,"f":0.1,"s":"\u0000 é","deep":[{"a":null},[]],"a":1,"a":2}"#;
    let memory = format!(
        r#"{{"content":" \u0063\ud83e\udde0\/\u0000é ","user_id":"u","agent_id":"a","run_id":"r","metadata":{metadata},"kind":"session","timestamp":"2026-05-04"}}"#
    );
    let authorization = bearer(&account.key);
    let post = |path, body: &str| importing().send("POST", path, &[("Authorization", &*authorization)], body);
    assert_eq!(post(path::MEMORIES, &memory).status, 201);
    let job = post(path::BATCH, &format!(r#"{{"memories":[{memory}]}}"#)).job();
    importing().finished(job.id, &account.key);

    let listed = list(&account, "");
    assert_eq!(listed.total, 2);
    for memory in &listed.memories {
        let scopes = [&memory.user_id, &memory.agent_id, &memory.run_id].map(Option::as_deref);
        assert_eq!((&*memory.content, scopes), (" c\u{1f9e0}/\u{0}é ", [Some("u"), Some("a"), Some("r")]));
        assert_eq!(memory.metadata.get(), metadata);
        assert_eq!(memory.kind, contract::Kind::Session);
    }
    assert_ne!(listed.memories[0].id, listed.memories[1].id);
    let timestamps = "SELECT COUNT(*) FROM memories WHERE account_id = ?1 AND timestamp = '2026-05-04'";
    assert_eq!(imported().one::<u32>(timestamps, [&account.name]), 2);
}

#[test]
fn any_text_comes_back_as_it_was_sent() {
    let account = Account::new(Tier::Developer);
    let texts = [
        "\"quoted\" \\ / \u{8}\u{c}\n\r\t",
        "a\u{0}b",
        "\u{feff}bom",
        "line\u{2028}separators\u{2029}",
        "\u{202e}right to left",
        "e\u{301} is not é",
        "\u{1f469}\u{200d}\u{1f467} \u{10ffff} \u{fffd}",
        "'); DROP TABLE memories; --",
        "{\"json\": [1]}",
        "null",
        "1e3",
    ];
    let memories = texts.map(|text| json!({ "content": text, "user_id": text, "metadata": { text: text } }));
    import(&account, &memories);
    for memory in &memories {
        assert_eq!(importing().post(path::MEMORIES, &account.key, memory).status, 201);
    }
    let listed = list(&account, "");
    for (index, memory) in listed.memories.iter().rev().enumerate() {
        let text = texts[index % texts.len()];
        assert_eq!((&*memory.content, memory.user_id.as_deref()), (text, Some(text)));
        assert_eq!(serde_json::from_str::<Value>(memory.metadata.get()).unwrap(), json!({ text: text }));
    }
    assert_eq!(listed.total as usize, 2 * texts.len());
}

#[test]
fn the_list_is_newest_first_in_pages_and_says_how_many_there_are() {
    let account = Account::new(Tier::Developer);
    let memories: Vec<_> = (0..230).map(|n| json!({ "content": n.to_string() })).collect();
    import(&account, &memories);
    assert_eq!(importing().post(path::MEMORIES, &account.key, &json!({ "content": "230" })).status, 201);
    let newest_first: Vec<_> = (0..=230).rev().map(|n: u32| n.to_string()).collect();

    for (query, page) in
        [("", 0..50), ("limit=200", 0..200), ("limit=200&offset=200", 200..231), ("limit=1&offset=230", 230..231)]
    {
        let listed = list(&account, query);
        assert_eq!(
            (contents(&listed), listed.total),
            (newest_first[page].iter().map(|n| &**n).collect(), 231),
            "{query}"
        );
    }
    let beyond = list(&account, "offset=231");
    assert_eq!((contents(&beyond).len(), beyond.total), (0, 231));
    for (query, name) in [
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("limit=x", "limit"),
        ("limit=-1", "limit"),
        ("offset=-1", "offset"),
        ("offset=99999999999999999999", "offset"),
        ("offset=4294967296", "offset"),
        ("offset=10001", "offset"),
        (&format!("user_id={}", "u".repeat(256)), "user_id"),
    ] {
        let answer = importing().get(&format!("{}?{query}", path::MEMORIES), &account.key);
        answer.assert_error(422, "invalid_request");
        assert!(answer.json()["message"].as_str().unwrap().starts_with(name), "{query}: {}", answer.text());
    }
}

#[test]
fn a_parameter_that_the_list_does_not_have_is_a_422_that_names_it() {
    let account = Account::new(Tier::Scale);
    for (query, name) in [
        ("userId=ada", "userId"),
        ("user_id%5B%5D=ada", "user_id[]"),
        ("user_id=ada&agentid=a", "agentid"),
        ("Limit=1", "Limit"),
        ("page=2", "page"),
        ("=1", " is"),
        (&format!("{}=1", "u".repeat(200)), &"u".repeat(64)),
    ] {
        let answer = importing().get(&format!("{}?{query}", path::MEMORIES), &account.key);
        answer.assert_error(422, "invalid_request");
        let message = answer.json()["message"].as_str().unwrap().to_owned();
        assert!(message.contains(name) && message.contains("no parameter of this request"), "{query}: {message}");
        assert!(message.contains("user_id, agent_id"), "it says what there is: {message}");
    }
}

#[test]
fn the_list_is_narrowed_by_user_agent_run_and_kind() {
    let account = Account::new(Tier::Developer);
    import(
        &account,
        &[
            json!({ "content": "1", "user_id": "ada", "agent_id": "helper", "run_id": "r1" }),
            json!({ "content": "2", "user_id": "ada", "agent_id": "other", "kind": "session" }),
            json!({ "content": "3", "user_id": "a d&a=é", "agent_id": "helper", "run_id": "r1" }),
            json!({ "content": "4" }),
        ],
    );
    for (query, found) in [
        ("user_id=ada", &["2", "1"][..]),
        ("agent_id=helper", &["3", "1"]),
        ("run_id=r1", &["3", "1"]),
        ("user_id=ada&agent_id=helper&run_id=r1", &["1"]),
        ("user_id=a%20d%26a%3D%C3%A9", &["3"]),
        ("user_id=ada&limit=1&offset=1", &["1"]),
        ("user_id=nobody", &[]),
        ("exclude_sessions=true", &["4", "3", "1"]),
    ] {
        assert_eq!(contents(&list(&account, query)), found, "{query}");
    }
    assert_eq!(list(&account, "user_id=ada&limit=1").total, 2, "of those that match");
    assert_eq!(list(&Account::new(Tier::Developer), "").total, 0, "another account has its own");
}

#[test]
fn a_new_agent_past_the_cap_is_refused_and_nothing_is_stored_of_it() {
    let account = Account::new(Tier::Hobby);
    let post =
        |agent: &str| importing().post(path::MEMORIES, &account.key, &json!({ "content": "c", "agent_id": agent }));
    for agent in ["one", "two", "one"] {
        assert_eq!(post(agent).status, 201, "{agent}");
    }
    let refusal = post("three");
    refusal.assert_error(403, "agent_cap_exceeded");
    assert!(refusal.text().contains("(2)"), "{}", refusal.text());
    assert_eq!(post("two").status, 201);
    imported().assert_adds_up(&account.name, 4);
}

#[test]
fn a_single_write_of_a_broken_shape_or_without_content_is_refused() {
    let account = Account::new(Tier::Developer);
    for (body, place) in [
        (json!({}), "content is missing"),
        (json!({ "content": 1 }), "content must be a string"),
        (json!({ "content": " \n" }), "content must not be empty"),
        (json!({ "content": "é".repeat(16_001) }), "content must have at most 16000"),
        (json!({ "content": "c", "user_id": {} }), "user_id must be a string"),
        (json!({ "content": "c", "memories": [] }), "memories is not a field"),
        (json!([]), "The body must be a JSON object"),
    ] {
        let answer = importing().post(path::MEMORIES, &account.key, &body);
        answer.assert_error(422, "invalid_request");
        assert!(answer.json()["message"].as_str().unwrap().starts_with(place), "{}", answer.text());
    }
    importing().post(path::MEMORIES, &account.read_only, &json!({ "content": "c" })).assert_error(403, "forbidden");
    importing().get(path::MEMORIES, &account.write_only).assert_error(403, "forbidden");
    assert_eq!(imported().assert_adds_up(&account.name, 0), Sums { received: 0, imported: 0, failed: 0 });
}
