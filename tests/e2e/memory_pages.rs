//! `GET /v1/memories` page by page: `after` and `next` lead through every memory once, whatever is filtered.

use contract::{Memory, MemoryList, Tier, path};
use serde_json::{Value, json};
use tests::{Account, Client, importing, start_with};

fn page(client: &Client, account: &Account, query: &str) -> MemoryList {
    let answer = client.get(&format!("{}?{query}", path::MEMORIES), &account.key);
    assert_eq!(answer.status, 200, "{query}: {}", answer.text());
    serde_json::from_slice(&answer.body).unwrap()
}

/// All pages of a query that names its limit, each with the total of all.
fn walk(client: &Client, account: &Account, query: &str) -> (Vec<Vec<Memory>>, u64) {
    let (mut pages, mut next, mut total) = (Vec::new(), None::<String>, None);
    loop {
        let after = next.map(|next| format!("&after={next}")).unwrap_or_default();
        let list = page(client, account, &format!("{query}{after}"));
        assert_eq!(*total.get_or_insert(list.total), list.total, "{query}");
        pages.push(list.memories);
        next = list.next;
        assert!(pages.len() < 1_000, "{query} has no end");
        if next.is_none() {
            return (pages, total.unwrap());
        }
    }
}

fn contents<'a>(memories: impl IntoIterator<Item = &'a Memory>) -> Vec<&'a str> {
    memories.into_iter().map(|memory| &*memory.content).collect()
}

/// 180 memories of every combination, the oldest first.
fn mixed() -> Vec<Value> {
    let id = |n: usize, of: &[&'static str]| of[n % of.len()];
    (0..180)
        .map(|n| {
            json!({ "content": n.to_string(), "user_id": id(n, &["ada", "bob", ""]), "agent_id": id(n / 3, &["helper", ""]),
                "run_id": id(n / 6, &["r1", "r2"]), "kind": id(n / 12, &["note", "session", "note"]) })
        })
        .collect()
}

type Matches<'a> = &'a dyn Fn(&Value) -> bool;

#[test]
fn pages_behind_each_other_hold_every_match_once_and_the_newest_first() {
    let account = Account::new(Tier::Scale);
    let memories = mixed();
    // Imported and written one by one, in turn.
    for batch in memories.chunks(60) {
        let (imported, single) = batch.split_at(50);
        importing().finished(importing().import(&account.key, imported), &account.key);
        for memory in single {
            assert_eq!(importing().post(path::MEMORIES, &account.key, memory).status, 201);
        }
    }
    let of = |name: &'static str, id: &'static str| move |memory: &Value| memory[name] == id;
    let is_note = |memory: &Value| memory["kind"] == "note";
    let filters: [(&str, Matches<'_>); 9] = [
        ("", &|_| true),
        ("&user_id=ada", &of("user_id", "ada")),
        ("&agent_id=helper", &of("agent_id", "helper")),
        ("&run_id=r2", &of("run_id", "r2")),
        ("&exclude_sessions=true", &is_note),
        ("&user_id=ada&exclude_sessions=true", &|memory| of("user_id", "ada")(memory) && is_note(memory)),
        ("&agent_id=helper&run_id=r1", &|memory| of("agent_id", "helper")(memory) && of("run_id", "r1")(memory)),
        ("&user_id=bob&agent_id=helper&run_id=r2&exclude_sessions=true", &|memory| {
            of("user_id", "bob")(memory)
                && of("agent_id", "helper")(memory)
                && of("run_id", "r2")(memory)
                && is_note(memory)
        }),
        ("&user_id=nobody", &|_| false),
    ];
    for (filter, matches) in filters {
        let expected = memories.iter().rev().filter(|memory| matches(memory));
        let expected: Vec<&str> = expected.map(|memory| memory["content"].as_str().unwrap()).collect();
        for limit in [7, 60, 200] {
            let (pages, total) = walk(&importing(), &account, &format!("limit={limit}{filter}"));
            assert_eq!(
                (contents(pages.iter().flatten()), total),
                (expected.clone(), expected.len() as u64),
                "{limit} {filter}"
            );
            assert_eq!(pages.len(), expected.len().div_ceil(limit).max(1), "none is empty: {limit} {filter}");
            assert!(pages.iter().all(|page| page.len() <= limit), "{limit} {filter}");
            // By the old way too.
            let skipped = page(&importing(), &account, &format!("limit={limit}&offset=5{filter}")).memories;
            let expected: Vec<_> = expected.iter().copied().skip(5).take(limit).collect();
            assert_eq!(contents(&skipped), expected, "{limit} {filter}");
        }
    }
    // A memory that comes in meanwhile moves no page.
    let first = page(&importing(), &account, "limit=10");
    importing().post(path::MEMORIES, &account.key, &json!({ "content": "new" }));
    let second = page(&importing(), &account, &format!("limit=10&after={}", first.next.unwrap()));
    assert_eq!(second.memories[0].content, "169");
    assert_eq!(page(&importing(), &account, "offset=10000").memories.len(), 0);
}

#[test]
fn a_cursor_that_is_none_of_the_account_is_a_422_that_names_after() {
    let (account, other) = (Account::new(Tier::Scale), Account::new(Tier::Scale));
    for account in [&account, &other] {
        for content in ["One", "Two"] {
            assert_eq!(importing().post(path::MEMORIES, &account.key, &json!({ "content": content })).status, 201);
        }
    }
    let own = page(&importing(), &account, "limit=1").next.unwrap();
    let others = page(&importing(), &other, "limit=1").next.unwrap();
    assert_eq!(page(&importing(), &account, &format!("after={own}")).memories[0].content, "One");
    let unknown = format!("mem_{}", "f".repeat(32));
    for after in [&*others, &*unknown, "", "x", "mem_", own.trim_start_matches("mem_"), &format!("{own}0"), "%00"] {
        let answer = importing().get(&format!("{}?after={after}", path::MEMORIES), &account.key);
        answer.assert_error(422, "invalid_request");
        assert!(answer.json()["message"].as_str().unwrap().starts_with("after must be"), "{}", answer.text());
    }
}

#[test]
fn a_page_of_large_memories_ends_before_its_limit_and_the_next_one_goes_on() {
    let account = Account::new(Tier::Scale);
    // 64 kB each; the last one brings as much metadata as a memory may have.
    let mut memories: Vec<_> =
        (0..40).map(|n| json!({ "content": format!("{n:05}{}", "\u{1f9e0}".repeat(15_995)) })).collect();
    memories.push(json!({ "content": "00040", "metadata": { "m": "m".repeat(899_990) } }));
    importing().finished(importing().import(&account.key, &memories), &account.key);
    let (pages, total) = walk(&importing(), &account, "limit=200");
    let numbers: Vec<u32> =
        contents(pages.iter().flatten()).iter().map(|content| content[..5].parse().unwrap()).collect();
    assert_eq!((numbers, total), ((0..=40).rev().collect(), 41));
    assert!(pages.iter().all(|page| !page.is_empty()), "each page moves on");
    let bytes = |page: &Vec<Memory>| page.iter().map(|it| it.content.len() + it.metadata.get().len()).sum::<usize>();
    assert!(pages.iter().all(|page| bytes(page) <= 1_000_000), "{:?}", pages.iter().map(bytes).collect::<Vec<_>>());
    assert!(pages.len() <= 5, "{} pages", pages.len());
}

#[test]
fn a_rare_match_is_found_though_pages_end_before_it() {
    let account = Account::new(Tier::Scale);
    // The hundredth of 3,000 is the only one of another agent; another account has it in every memory.
    let planted = format!(
        "WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < 3000) \
         INSERT INTO memories (account_id, id, user_id, agent_id, kind, created_at, content) \
         SELECT '{}', printf('%032x', n), 'ada', IIF(n = 100, 'rare', 'usual'), 'note', 1793491200000 + n, n FROM number \
         UNION ALL SELECT 'other', printf('%032x', n), 'ada', 'rare', 'note', 1793491200000 + n, n FROM number",
        account.name
    );
    let server = start_with(&[], &planted);
    let client = Client::new(server.url());
    for query in ["limit=50&user_id=ada&agent_id=rare", "limit=1&user_id=ada&agent_id=rare&exclude_sessions=true"] {
        let (pages, total) = walk(&client, &account, query);
        assert_eq!((contents(pages.iter().flatten()), total), (vec!["100"], 1), "{query}");
        assert!((2..=5).contains(&pages.len()) && pages[0].is_empty(), "{query}: {} pages", pages.len());
    }
    // An agent alone is looked up, however rare.
    let (pages, total) = walk(&client, &account, "limit=50&agent_id=rare");
    assert_eq!((contents(pages.iter().flatten()), total, pages.len()), (vec!["100"], 1, 1));
    let (pages, total) = walk(&client, &account, "limit=200&user_id=ada");
    assert_eq!((contents(pages.iter().flatten()).len(), total, pages.len()), (3_000, 3_000, 15));
    for (offset, found) in [(2_999, &["1"][..]), (3_000, &[]), (10_000, &[])] {
        let list = page(&client, &account, &format!("limit=1&offset={offset}"));
        assert_eq!(contents(&list.memories), found);
        assert_eq!((list.total, list.next), (3_000, None), "{offset}");
    }
}
