use crate::support::{Account, job, server};
use contract::Tier;

#[test]
fn the_example_of_the_contract_is_answered_to_the_letter() {
    let account = Account::new(Tier::Developer);
    let answer = server().get(&format!("/v1/batch/{}", job::EXAMPLE), &account.read_only);
    assert_eq!(answer.status, 200);
    let example = concat!(
        r#"{"id":"job_8f2c1aab4d7e4f0c9a1b2c3d4e5f6a7b","status":"completed","received":3,"imported":2,"failed":1,"#,
        r#""errors":[{"index":2,"error":"monthly write quota reached (25000)"}]}"#
    );
    assert_eq!(answer.text(), example);
}

#[test]
fn a_job_of_another_account_is_answered_like_one_that_does_not_exist() {
    let (server, account) = (server(), Account::new(Tier::Developer));
    assert_eq!(server.get(&format!("/v1/batch/{}", job::OTHERS), &Account::other().key).status, 200);
    let foreign = server.get(&format!("/v1/batch/{}", job::OTHERS), &account.key);
    let unknown = server.get(&format!("/v1/batch/{}", job::UNKNOWN), &account.key);
    foreign.assert_error(404, "not_found");
    assert_eq!(foreign.body, unknown.body);
}
