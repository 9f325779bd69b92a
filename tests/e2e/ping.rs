//! `GET /v1/ping`.

use contract::Tier;
use tests::{Account, server};

#[test]
fn a_good_key_learns_its_tier_and_its_scopes() {
    let account = Account::new(Tier::Hobby);
    for (key, scopes) in [
        (&account.key, r#"["memories:read","memories:write"]"#),
        (&account.read_only, r#"["memories:read"]"#),
        (&account.write_only, r#"["memories:write"]"#),
    ] {
        let answer = server().get("/v1/ping", key);
        assert_eq!(answer.status, 200);
        assert_eq!(answer.text(), format!(r#"{{"ok":true,"tier":"hobby","scopes":{scopes}}}"#));
    }
}

#[test]
fn every_tier_is_named() {
    for tier in Tier::ALL {
        assert_eq!(server().get("/v1/ping", &Account::new(tier).key).json()["tier"], tier.name());
    }
}

#[test]
fn ping_does_not_count_against_the_rate_limit() {
    let account = Account::new(Tier::Hobby);
    for _ in 0..50 {
        assert_eq!(server().get("/v1/ping", &account.key).status, 200);
    }
    assert_eq!(server().get("/v1/batch", &account.key).status, 200);
}
