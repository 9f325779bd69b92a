//! The real Worker.

use crate::{refused, run};
use batch_client::{Batch, Client, Code, ItemStatus, JobId, JobStatus, MemoryInput, webhook};
use contract::Tier;
use serde_json::json;
use std::{process::Command, sync::LazyLock, time::Duration};
use tests::{
    Account, job,
    lab::Lab,
    receiver::{Receiver, Reply},
};
use xtask::checkout;

static LAB: LazyLock<Lab> = LazyLock::new(|| Lab::start(&[("WEBHOOK_LOCAL", "1")], ""));

static SLOW: LazyLock<Lab> = LazyLock::new(Lab::start_slow);

fn client(account: &Account) -> Client {
    Client::new(LAB.url(), &account.key).unwrap().with_patience(Duration::from_secs(300))
}

fn notes(count: usize) -> Vec<MemoryInput<'static>> {
    vec![MemoryInput { content: "Ada prefers tea".into(), ..MemoryInput::default() }; count]
}

/// How many requests of an account the Worker has logged.
fn requests(account: &Account) -> usize {
    let name = format!("\"account\":\"{}\"", account.name);
    LAB.log().lines().filter(|line| line.contains(&name)).count()
}

#[test]
fn many_memories_land_in_batches_of_one_group_and_what_fails_is_told_by_its_place_among_all() {
    let account = Account::new(Tier::Scale);
    let mut memories = notes(1_201);
    for at in [3, 700, 1_200] {
        memories[at].content = " ".into();
    }
    let lines: Vec<u64> = (10..).step_by(2).take(memories.len()).collect();
    let batch = Batch { label: Some("notes.csv"), lines: Some(&lines), ..Batch::of(&memories) };
    let mut seen = Vec::new();
    let import = run(client(&account).import_with(&batch, |import| seen.push(import.imported()))).unwrap();
    assert_eq!((import.received(), import.imported(), import.failed()), (1_201, 1_198, 3));
    assert_eq!(import.errors().map(|(at, _)| at).collect::<Vec<_>>(), [3, 700, 1_200]);
    assert!(import.errors().all(|(_, error)| error == "content must not be empty"));
    assert!(seen.is_sorted() && seen.last() == Some(&1_198), "{seen:?}");

    let list = LAB.client().get("/v1/batch?limit=5", &account.key).json();
    let jobs = list["jobs"].as_array().unwrap();
    assert_eq!(jobs.iter().map(|job| job["received"].as_u64().unwrap()).take(3).collect::<Vec<_>>(), [201, 500, 500]);
    assert!(jobs[..3].iter().all(|it| it["group"] == jobs[0]["group"] && it["label"] == "notes.csv"));
    let failed = run(async { client(&account).items(import.parts[1].job.id, Some(ItemStatus::Failed)).next().await });
    assert_eq!(failed.unwrap().unwrap().line, Some(10 + 2 * 700));
}

#[test]
#[ignore = "wants the machine to itself: npm test runs it last"]
fn five_hundred_are_posted_and_awaited_with_at_most_four_requests() {
    for _ in 0..3 {
        let account = Account::new(Tier::Developer);
        let import = run(client(&account).import(&Batch::of(&notes(500)))).unwrap();
        assert_eq!(import.imported(), 500);
        tests::wait_until("the log", || requests(&account) >= 2);
        eprintln!("500 memories: {} requests", requests(&account));
        assert!(requests(&account) <= 4, "{} requests", requests(&account));
    }
}

#[test]
#[ignore = "wants the machine to itself: npm test runs it last"]
fn a_hundred_thousand_land() {
    let account = Account::new(Tier::Scale);
    let begin = std::time::Instant::now();
    let import = run(client(&account).import(&Batch::of(&notes(100_000)))).unwrap();
    eprintln!("100,000 memories in {} batches: {:?}", import.parts.len(), begin.elapsed());
    assert_eq!((import.parts.len(), import.imported(), import.failed()), (200, 100_000, 0));
}

#[test]
fn a_batch_of_none_or_of_too_many_is_refused_by_the_server() {
    let client = client(&Account::new(Tier::Developer));
    for count in [0, 501] {
        let (status, code, message) = refused(run(client.post(&Batch::of(&notes(count)))));
        assert_eq!((status, code), (422, Code::InvalidRequest));
        assert_eq!(message, "memories must hold 1 to 500 memories.", "{count}");
    }
    assert_eq!(refused(run(client.import(&Batch::of(&notes(0)))).map_err(Into::into)).1, Code::InvalidRequest);
    assert_eq!(run(client.usage()).unwrap().received.used, 0);
}

#[test]
fn a_job_id_that_is_none_does_not_parse_and_one_that_is_nobodys_is_not_found() {
    assert!("job_8f2c".parse::<JobId>().is_err());
    let client = client(&Account::new(Tier::Developer));
    let id: JobId = job::UNKNOWN.parse().unwrap();
    run(async {
        assert_eq!(refused(client.status(id).await).1, Code::NotFound);
        assert_eq!(refused(client.wait(id).await).1, Code::NotFound);
        assert_eq!(refused(client.cancel(id).await).1, Code::NotFound);
        assert_eq!(refused(client.retry(id, None).await).1, Code::NotFound);
        assert_eq!(refused(client.items(id, None).next().await.map(|_| ())).1, Code::NotFound);
    });
}

#[test]
fn every_error_of_a_job_is_reached_over_pages() {
    let client = client(&Account::new(Tier::Developer));
    let indexes = run(async {
        let mut items = client.items(job::ERRORS_500.parse().unwrap(), Some(ItemStatus::Failed));
        let mut indexes = Vec::new();
        while let Some(item) = items.next().await.unwrap() {
            assert!(item.error.is_some());
            indexes.push(item.index);
        }
        indexes
    });
    assert!(indexes.iter().copied().eq(0..500));
}

#[test]
fn a_dry_run_foretells_and_usage_counts() {
    let client = client(&Account::new(Tier::Hobby));
    let memories = [json!({ "content": "Ada prefers tea" }), json!({ "content": " " })];
    let forecast = run(client.dry_run(&Batch::of(&memories))).unwrap();
    assert_eq!((forecast.would_import, forecast.would_fail, forecast.errors[0].index), (1, 1, 1));
    let usage = run(client.usage()).unwrap();
    assert_eq!((usage.tier, usage.writes.used, usage.writes.limit), (Tier::Hobby, 0, 1_000));
}

#[test]
fn what_was_cancelled_is_sent_again_and_lands() {
    let account = Account::new(Tier::Scale);
    let client = Client::new(SLOW.url(), &account.key).unwrap();
    let memories = vec![json!({ "content": "n" }); 60];
    run(async {
        let job = client.post(&Batch::of(&memories)).await.unwrap();
        assert_eq!(refused(client.retry(job.id, None).await).1, Code::JobNotFinal);
        let cancelled = client.cancel(job.id).await.unwrap();
        assert_eq!(cancelled.status, JobStatus::Failed);
        assert_eq!(client.cancel(job.id).await.unwrap(), cancelled, "twice is as good as once");
        let again = client.retry(job.id, None).await.unwrap();
        assert_eq!(again.received, cancelled.failed);
        let ended = client.wait(again.id).await.unwrap();
        assert_eq!((ended.status, ended.imported), (JobStatus::Completed, again.received));
        assert_eq!(refused(client.retry(job.id, None).await).1, Code::NothingToRetry);
    });
}

#[test]
fn more_batches_than_may_run_wait_for_those_of_others() {
    let account = Account::new(Tier::Scale);
    let client = Client::new(SLOW.url(), &account.key).unwrap();
    let memories = vec![json!({ "content": "n" }); 40];
    let import = run(async {
        for _ in 0..3 {
            client.post(&Batch::of(&memories)).await.unwrap();
        }
        client.import(&Batch::of(&memories)).await
    });
    assert_eq!(import.unwrap().imported(), 40);
}

#[test]
fn a_key_that_is_revoked_in_mid_import_stops_it_and_what_was_taken_is_told() {
    let account = Account::new(Tier::Scale);
    let client = Client::new(SLOW.url(), &account.key).unwrap();
    let mut is_revoked = false;
    // More than are imported until the Worker asks again whether the key is good.
    let done = run(client.import_with(&Batch::of(&notes(20_000)), |import| {
        if !is_revoked && import.imported() > 0 {
            SLOW.revoke(&account.key);
            is_revoked = true;
        }
    }));
    let stopped = done.unwrap_err();
    let taken = stopped.so_far.received();
    assert!((500..20_000).contains(&taken) && stopped.so_far.imported() > 0, "{stopped}");
    assert_eq!(refused::<()>(Err(stopped.error)).1, Code::InvalidKey);
}

#[test]
fn a_webhook_is_believed_if_it_is_signed_with_the_secret_and_only_then() {
    let (account, receiver) = (Account::new(Tier::Developer), Receiver::new(Reply::Answer(204, &[])));
    let made = LAB.client().webhook(&account.key, &receiver.url(), &["batch.completed"]);
    let secret = made.secret.unwrap();
    let import = run(client(&account).import(&Batch::of(&notes(2)))).unwrap();
    let came = receiver.wait_for(1).remove(0);
    let header = |name: &str| came.headers.get(name).map(String::as_str);
    let event = webhook::verify(&secret, header, came.body.as_bytes()).unwrap();
    assert_eq!((event.data.id, event.data.imported), (import.parts[0].job.id, 2));

    let other = "whsec_MDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDA=";
    let changed = came.body.replace("\"imported\":2", "\"imported\":1");
    assert_ne!(changed, came.body);
    assert!(webhook::verify(other, header, came.body.as_bytes()).is_err());
    assert!(webhook::verify("whsec_?", header, came.body.as_bytes()).is_err());
    assert!(webhook::verify(&secret, header, changed.as_bytes()).is_err());
    for (name, value) in [
        ("webhook-timestamp", None),
        ("webhook-timestamp", Some("1700000000")),
        ("webhook-timestamp", Some("-9223372036854775808")),
        ("webhook-signature", Some("v1,")),
        ("webhook-id", Some("another")),
    ] {
        let replaced = |asked: &str| if asked == name { value } else { header(asked) };
        assert!(webhook::verify(&secret, replaced, came.body.as_bytes()).is_err(), "{name}: {value:?}");
    }
}

#[test]
fn the_readmes_lines_import_and_tell_what_failed() {
    let readme = std::fs::read_to_string(checkout::path("clients/rust/README.md")).unwrap();
    let lines = readme.split("```rust\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let example = std::fs::read_to_string(checkout::path("clients/rust/examples/import.rs")).unwrap();
    let example = example.strip_prefix("//! The README's lines.\n\n").unwrap();
    assert_eq!(lines, example, "the lines that are run are those of the README");
    // Where cargo puts what it builds along with the tests.
    let program = std::env::current_exe().unwrap().ancestors().nth(2).unwrap().join("examples/import");
    let account = Account::new(Tier::Developer);
    let mut command = Command::new(program);
    let done = command.env("BATCH_URL", LAB.url()).env("BATCH_KEY", &account.key).output().unwrap();
    let told = String::from_utf8(done.stdout).unwrap();
    assert_eq!(
        told,
        "1 of 2 landed\nmemory 1: content must not be empty\n",
        "{}",
        String::from_utf8_lossy(&done.stderr)
    );
}
