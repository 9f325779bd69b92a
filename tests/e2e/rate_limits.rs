//! The rate limit of each tier, and the one of an address that tries unknown keys.

use crate::support::{Account, Answer, Client, bearer, server};
use contract::Tier;
use std::{
    sync::atomic::{AtomicU32, Ordering},
    thread,
    time::{Duration, Instant},
};

/// The cheapest request that counts: no such id, so no database.
const PATH: &str = "/v1/batch/no-id";
const CONNECTIONS: usize = 16;

/// Asks over several connections at once until the first refusal, and returns it with the number of answers before it.
fn use_up(key: &str, limit: u32) -> (Answer, u32) {
    let admitted = AtomicU32::new(0);
    let ask = || {
        let client: Client = server();
        // Windows lie on the clock: who begins late in one has the next one's limit as well.
        while admitted.load(Ordering::Relaxed) <= 2 * limit {
            let answer = client.get(PATH, key);
            if answer.status == 429 {
                return answer;
            }
            answer.assert_error(404, "not_found");
            admitted.fetch_add(1, Ordering::Relaxed);
        }
        panic!("{} requests were admitted against a limit of {limit}", admitted.load(Ordering::Relaxed));
    };
    let refusals = thread::scope(|scope| {
        let asking: Vec<_> = (0..CONNECTIONS).map(|_| scope.spawn(ask)).collect();
        asking.into_iter().map(|one| one.join().unwrap()).collect::<Vec<_>>()
    });
    (refusals.into_iter().next().unwrap(), admitted.into_inner())
}

fn retry_after(refusal: &Answer) -> Duration {
    refusal.assert_error(429, "rate_limit_exceeded");
    let seconds: u64 = refusal.header("Retry-After").unwrap().parse().unwrap();
    assert!((1..=10).contains(&seconds), "{seconds}");
    Duration::from_secs(seconds)
}

fn assert_tier_is_limited(tier: Tier, limit: u32) {
    let account = Account::new(tier);
    let (refusal, admitted) = use_up(&account.key, limit);
    let refused = Instant::now();
    assert!(admitted >= limit, "refused after {admitted} requests");
    let wait = retry_after(&refusal);
    assert!(refusal.header("RateLimit-Policy").unwrap().contains(&format!("q={limit};")));

    // Another key of the account is no way around it, nor is a worse one; ping stays free, and so do other accounts.
    for key in [&account.key, &account.read_only, &account.write_only] {
        server().get(PATH, key).assert_error(429, "rate_limit_exceeded");
    }
    assert_eq!(server().get("/v1/ping", &account.key).status, 200);
    assert_eq!(server().get(PATH, &Account::new(tier).key).status, 404);

    thread::sleep(wait.saturating_sub(refused.elapsed()));
    assert_eq!(server().get(PATH, &account.key).status, 404, "Retry-After was too short");
}

#[test]
fn hobby_is_refused_past_20_requests_and_served_again_after_the_wait_it_is_told() {
    assert_tier_is_limited(Tier::Hobby, 20);
}

#[test]
fn developer_is_refused_past_100_requests_and_served_again_after_the_wait_it_is_told() {
    assert_tier_is_limited(Tier::Developer, 100);
}

#[test]
fn team_is_refused_past_400_requests_and_served_again_after_the_wait_it_is_told() {
    assert_tier_is_limited(Tier::Team, 400);
}

#[test]
fn scale_is_refused_past_2000_requests_and_served_again_after_the_wait_it_is_told() {
    assert_tier_is_limited(Tier::Scale, 2_000);
}

#[test]
fn an_address_that_tries_unknown_keys_is_stopped_but_no_other_address_and_no_known_key() {
    let address = "203.0.113.7";
    let ping = |key: &str, address: &str| {
        let headers = [("Authorization", &*bearer(key)), ("CF-Connecting-IP", address)];
        server().send("GET", "/v1/ping", &headers, "")
    };
    let known = Account::new(Tier::Developer).key;
    assert_eq!(ping(&known, address).status, 200);

    let refusal = (0..=200)
        .map(|number| ping(&format!("kor_self_guess_{number}"), address))
        .find(|answer| answer.status != 401)
        .expect("so many unknown keys are too many");
    let refused = Instant::now();
    let wait = retry_after(&refusal);
    assert_eq!(ping(&known, address).status, 200);
    ping("kor_self_guess_elsewhere", "203.0.113.8").assert_error(401, "invalid_key");

    thread::sleep(wait.saturating_sub(refused.elapsed()));
    ping("kor_self_guess_later", address).assert_error(401, "invalid_key");
}
