//! This code on what earlier releases have left behind.

use contract::Tier;
use serde_json::json;
use std::{fs, process::Command};
use tests::{Account, Client, Database, entry, job, place};
use xtask::{checkout, serve::Server, state::State};

/// The migrations of the release before webhooks.
const EARLIER: [&str; 4] = ["0001_jobs.sql", "0002_imports.sql", "0003_scale.sql", "0004_items.sql"];

/// As wrangler remembers what it has applied.
const APPLIED: &str = "CREATE TABLE d1_migrations (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE, \
    applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL);";

/// A job that was under way when the earlier release stopped, and whose message got lost with it.
const UNDER_WAY: &str = "
    INSERT INTO batch_jobs (account_id, id, status, received, created_at, monthly_writes, agents)
    VALUES ('other', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', 'pending', 2, 1793491200000, 1000000, 500);
    INSERT INTO batch_items (account_id, job_id, item_index, kind, content)
    SELECT 'other', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', key, 'note', value FROM json_each('[\"One\", \"Two\"]');";

/// A state as the earlier release made and filled it.
fn earlier() -> State {
    let state = State::scratch().unwrap();
    let mut sql: String =
        EARLIER.map(|name| fs::read_to_string(checkout::path("edge/migrations").join(name)).unwrap()).join("\n");
    sql.push_str(APPLIED);
    for name in EARLIER {
        sql.push_str(&format!("INSERT INTO d1_migrations (name) VALUES ('{name}');"));
    }
    sql.push_str(&fs::read_to_string(checkout::path("tests/src/seed.sql")).unwrap());
    sql.push_str(UNDER_WAY);
    let file = state.folder().join("earlier.sql");
    fs::write(&file, sql).unwrap();
    state.run_sql(&file).unwrap();
    state
}

/// `npm run deploy` on a local state, and what it says.
fn rehearse(state: &State) -> (bool, String) {
    let mut deploy = Command::new(place("XTASK"));
    deploy.args(["deploy", "--env", "staging", "--rehearse"]).arg(state.folder());
    let output = deploy.output().unwrap();
    (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
fn an_earlier_database_is_migrated_and_what_it_holds_is_served_and_goes_on() {
    let state = earlier();
    let account = Account::other();
    state.put_keys(&[entry(&account.key, &account.name, Tier::Scale, &contract::Scope::ALL, None)]).unwrap();
    state.migrate().unwrap();
    let server = Server::start_with(state, 0, &[("IMPORT_STALLED_SECONDS", "0")]).unwrap();
    let client = Client::new(server.url());
    let example = client.get(&format!("/v1/batch/{}", job::EXAMPLE), &account.key);
    assert_eq!(example.json()["errors"][0]["error"], "monthly write quota reached (25000)", "{}", example.text());
    server.fire_cron().unwrap();
    let left = client.finished("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa".parse().unwrap(), &account.key);
    assert_eq!((left.imported, left.failed), (2, 0));
    let new = client.import(&account.key, &[json!({ "content": "after the upgrade" })]);
    assert_eq!(client.finished(new, &account.key).imported, 1);
    assert_eq!(client.get("/v1/webhooks", &account.key).text(), r#"{"webhooks":[]}"#);
}

#[test]
fn a_deployment_applies_what_the_database_lacks_once_and_refuses_one_that_is_ahead_of_it() {
    let state = State::scratch().unwrap();
    let all = fs::read_dir(checkout::path("edge/migrations")).unwrap().count();
    let (good, said) = rehearse(&state);
    assert!(good && said.contains(&format!("staging: {all} pending in DB: 0001_jobs.sql, ")), "{said}");
    let (good, said) = rehearse(&state);
    assert!(good && said.contains("no migration is pending"), "{said}");

    Database::any(&state).execute("INSERT INTO d1_migrations (name) VALUES ('9999_newer.sql')");
    let (good, said) = rehearse(&state);
    assert!(!good && said.contains("9999_newer.sql, which this checkout lacks"), "{said}");
}

#[test]
fn a_deployment_wants_an_environment_that_there_is() {
    for flags in [&["deploy"][..], &["deploy", "--env", "prod"], &["deploy", "--env", "staging", "--force"]] {
        assert_eq!(Command::new(place("XTASK")).args(flags).output().unwrap().status.code(), Some(2), "{flags:?}");
    }
    // What changes nothing needs none.
    let output = Command::new(place("XTASK")).args(["deploy", "--dry-run"]).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.matches("Total Upload").count() == 2, "of each environment: {said}");
}
