//! `GET /v1/batch`: the account's jobs, page by page.

use contract::{JobList, Tier};
use tests::{Account, Database, job, server, state};

fn page(query: &str, key: &str) -> JobList {
    let answer = server().get(&format!("/v1/batch{query}"), key);
    assert_eq!(answer.status, 200, "{query}: {}", answer.text());
    serde_json::from_slice(&answer.body).unwrap()
}

fn ids(list: &JobList) -> Vec<String> {
    list.jobs.iter().map(|job| job.id.to_string()).collect()
}

#[test]
fn a_page_is_answered_to_the_letter() {
    let answer = server().get("/v1/batch?limit=1", &Account::new(Tier::Developer).key);
    let (head, cursor) = answer.text().split_once(r#"],"next":""#).unwrap_or_else(|| panic!("{}", answer.text()));
    let expected = concat!(
        r#"{"jobs":[{"id":"job_8f2c1aab4d7e4f0c9a1b2c3d4e5f6a7b","status":"completed","received":3,"imported":2,"#,
        r#""failed":1,"created_at":"2026-11-01T00:00:00.000Z","started_at":"2026-11-01T00:00:00.400Z","#,
        r#""finished_at":"2026-11-01T00:00:01.100Z","label":null,"group":null}"#
    );
    assert_eq!(head, expected);
    assert!(cursor.ends_with(r#""}"#) && cursor.len() > 2, "{cursor}");
}

#[test]
fn what_has_not_happened_yet_is_null() {
    let answer = server().get("/v1/batch?limit=100", &Account::other().key).json();
    let find = |id: &str| answer["jobs"].as_array().unwrap().iter().find(|job| job["id"] == id).unwrap().clone();
    let (pending, processing) = (find(job::PENDING), find(job::PROCESSING));
    assert!(pending["started_at"].is_null() && pending["finished_at"].is_null());
    assert!(processing["started_at"].is_string() && processing["finished_at"].is_null());
    assert!(answer["next"].is_null());
}

#[test]
fn pages_behind_each_other_hold_every_job_once_and_the_newest_first() {
    let account = Account::new(Tier::Team);
    // 23 more, three of an age.
    let sql = format!(
        "WITH RECURSIVE job(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM job WHERE n < 22) \
         INSERT INTO batch_jobs (account_id, id, status, received, imported, created_at, started_at, finished_at) \
         SELECT '{}', printf('%032x', (n * 7919) % 23 + 4096), 'completed', 1, 1, 1793577600000 + n / 3, 0, 0 FROM job",
        account.name
    );
    Database::of(state()).execute(&sql);
    let all = page("?limit=100", &account.key);
    assert_eq!((all.jobs.len(), &all.next), (26, &None));
    let order = |job: &contract::JobSummary| (std::cmp::Reverse(job.created_at.clone()), std::cmp::Reverse(job.id));
    assert!(all.jobs.is_sorted_by_key(order), "newest first");
    assert_eq!(all.jobs[23].created_at, "2026-11-01T00:00:00.000Z", "the seeded ones are the oldest");

    for limit in [1, 2, 7, 25, 26] {
        let (mut seen, mut query) = (Vec::new(), format!("?limit={limit}"));
        loop {
            let list = page(&query, &account.key);
            assert!(!list.jobs.is_empty() && list.jobs.len() <= limit, "{query}");
            seen.extend(ids(&list));
            let Some(next) = list.next else { break };
            assert_eq!(list.jobs.len(), limit, "only the last page may be short");
            query = format!("?limit={limit}&after={next}");
        }
        assert_eq!(seen, ids(&all), "limit {limit}");
    }
    assert_eq!(page("", &account.key).jobs.len(), 20, "a page has 20 jobs unless another number is asked for");
}

#[test]
fn the_list_holds_the_account_s_own_jobs_alone() {
    let list = page("?limit=100", &Account::new(Tier::Developer).key);
    assert_eq!(ids(&list), [job::EXAMPLE, job::ERRORS_500, job::FAILED]);
}

#[test]
fn a_cursor_opens_no_other_account() {
    let other = page("?limit=1", &Account::other().key).next.unwrap();
    let account = Account::new(Tier::Developer);
    let own = ids(&page("?limit=100", &account.key));
    assert!(ids(&page(&format!("?after={other}"), &account.key)).iter().all(|id| own.contains(id)));
}

#[test]
fn a_bad_parameter_is_a_422_that_names_it() {
    let account = Account::new(Tier::Team);
    let job = job::EXAMPLE.trim_start_matches("job_");
    for (name, values) in [
        ("limit", &["0", "101", "-1", "1.5", "1e1", "", "x", "%FF", "%00", "18446744073709551617", "10%0A"][..]),
        ("after", &["", "x", "1", "-", "1-", "-1-1", &format!("x-{job}"), &format!("1-{job}0"), "%FF-%FF", "%00"]),
    ] {
        for value in values {
            let answer = server().get(&format!("/v1/batch?{name}={value}"), &account.key);
            assert_eq!(answer.status, 422, "{name}={value}: {}", answer.text());
            answer.assert_error(422, "invalid_request");
            let message = answer.json()["message"].as_str().unwrap().to_owned();
            assert!(message.contains(name), "{name}={value}: {message}");
        }
    }
}

#[test]
fn an_unknown_parameter_is_a_422_that_names_it() {
    let account = Account::new(Tier::Developer);
    for (query, name) in [("page=2", "page"), ("Limit=1", "Limit"), ("limit%5B%5D=1", "limit[]"), ("%FF", "\u{fffd}")] {
        let answer = server().get(&format!("{}?{query}", contract::path::BATCH), &account.key);
        answer.assert_error(422, "invalid_request");
        assert!(answer.text().contains(&format!("{name} is no parameter of this request")), "{}", answer.text());
    }
}
