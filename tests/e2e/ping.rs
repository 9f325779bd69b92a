use crate::support::{Account, server};
use contract::Tier;

#[test]
fn a_good_key_learns_its_tier_and_its_scopes() {
    let answer = server().get("/v1/ping", &Account::new(Tier::Hobby).key);
    assert_eq!(answer.status, 200);
    assert_eq!(answer.text(), r#"{"ok":true,"tier":"hobby","scopes":["memories:read","memories:write"]}"#);
}

#[test]
fn a_request_without_a_key_is_refused() {
    let answer = server().send("GET", "/v1/ping", &[], "");
    answer.assert_error(401, "invalid_key");
    assert_eq!(answer.header("WWW-Authenticate"), Some("Bearer"));
}
