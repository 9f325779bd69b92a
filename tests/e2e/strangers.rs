//! Unknown keys, counted by the address that they come from before KV is asked for them.

use crate::rate_limits::{retry_after, use_up};
use contract::{Scope, Tier};
use keys::kv::Namespace;
use std::{
    thread,
    time::{Duration, Instant},
};
use tests::{Account, Answer, bearer, entry, server, state};

/// An isolate believes a key's record for 30 seconds.
const BELIEVED: Duration = Duration::from_secs(30);

fn ping(key: &str, address: &str) -> Answer {
    let headers = [("Authorization", &*bearer(key)), ("CF-Connecting-IP", address)];
    server().send("GET", "/v1/ping", &headers, "")
}

/// Tries unknown keys from addresses until one is refused, and returns when that was and how long it shall wait.
fn block(name: &str, address: impl Fn(u32) -> String + Sync) -> (Instant, Duration) {
    let (refusal, _) = use_up(100, |number| ping(&format!("kor_self_{name}_{number}"), &address(number)));
    (Instant::now(), retry_after(&refusal))
}

#[test]
fn an_address_that_tries_unknown_keys_is_stopped_but_no_other_address_and_no_known_key() {
    let address = "203.0.113.7";
    // Whom this isolate knows does not count.
    let known = Account::new(Tier::Developer).key;
    assert_eq!(ping(&known, "203.0.113.9").status, 200);

    let (refused, wait) = block("guess", |_| address.to_owned());
    assert_eq!(ping(&known, address).status, 200);
    ping("kor_self_guess_elsewhere", "203.0.113.8").assert_error(401, "invalid_key");
    // A good key that nobody has shown here yet: KV, which knows it, is not asked.
    let account = Account::new(Tier::Developer);
    let unseen = ping(&account.key, address);
    assert!(retry_after(&unseen) <= wait, "{}", unseen.text());
    assert_eq!(unseen.header("RateLimit-Policy"), None, "nobody's tier is told");
    assert_eq!(ping(&account.read_only, "203.0.113.8").status, 200, "from elsewhere it would be");

    thread::sleep(wait.saturating_sub(refused.elapsed()));
    ping("kor_self_guess_later", address).assert_error(401, "invalid_key");
    assert_eq!(ping(&account.key, address).status, 200);
}

#[test]
fn addresses_of_one_ipv6_network_are_stopped_together() {
    let (_, wait) = block("ipv6", |number| format!("2001:db8:1:2:{number:x}::{number:x}"));
    for same in ["2001:db8:1:2::ffff", "2001:DB8:1:2:ffff:ffff:ffff:ffff", "2001:0db8:0001:0002::1"] {
        assert!(retry_after(&ping("kor_self_ipv6_more", same)) <= wait, "{same}");
    }
    for other in ["2001:db8:1:3::1", "2001:db8:2:2::1", "203.0.113.20"] {
        ping("kor_self_ipv6_more", other).assert_error(401, "invalid_key");
    }
}

#[test]
fn a_key_that_was_good_a_moment_ago_is_looked_up_again_though_its_address_is_stopped() {
    let (key, address) = ("kor_self_test_lapsed", "203.0.113.30");
    let keys = Namespace::Local { persist_to: Some(state().folder().to_owned()) };
    let put = |tier| keys.put(&entry(key, "lapsed", tier, &Scope::ALL, None)).unwrap();
    put(Tier::Hobby);
    assert_eq!(ping(key, address).json()["tier"], "hobby");
    let asked = Instant::now();
    // By this it is seen that the isolate asks again.
    put(Tier::Team);
    thread::sleep((BELIEVED + Duration::from_secs(1)).saturating_sub(asked.elapsed()));

    let (refused, wait) = block("neighbour", |_| address.to_owned());
    let answer = ping(key, address);
    assert_eq!((answer.status, &answer.json()["tier"]), (200, &"team".into()), "{}", answer.text());
    retry_after(&ping("kor_self_neighbour_more", address));
    assert!(refused.elapsed() < wait, "too slow to be asked while the address is stopped");
}
