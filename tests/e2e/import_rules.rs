//! Which items of a batch land, and why the others do not.

use contract::{ItemError, JobStatus, Tier};
use proptest::{prelude::*, strategy::ValueTree, test_runner::TestRunner};
use serde_json::{Value, json};
use std::collections::HashSet;
use tests::{Account, imported, importing};

fn item(content: &str, agent: Option<&str>) -> Value {
    json!({ "content": content, "agent_id": agent })
}

#[test]
fn each_item_fails_for_its_own_reason_and_one_that_fails_uses_up_nothing() {
    // 1,000 memories a month, 2 agents.
    let account = Account::new(Tier::Hobby);
    for count in [500, 494] {
        importing().finished(importing().import(&account.key, &vec![item("n", None); count]), &account.key);
    }
    let batch = [
        item("lands", Some("a")),
        item(" \u{a0}\n", Some("new, but nothing to import")),
        item("lands", Some("b")),
        item("a third agent", Some("c")),
        item("", Some("c")),
        item("lands", Some("a")),
        item("lands", None),
        item("a third agent", Some("c")),
        item("lands", Some("b")),
        item("lands, the last", None),
        item("past the quota, which is looked at before the agents", Some("c")),
        item("\t", None),
        item("past the quota", Some("a")),
    ];
    let id = importing().import(&account.key, &batch);
    let status = importing().finished(id, &account.key);
    assert_eq!((status.status, status.imported, status.failed), (JobStatus::Completed, 6, 7));
    let errors = status.errors.iter().map(|item| (item.index, &*item.error)).collect::<Vec<_>>();
    let (empty, quota, agents) =
        ("content must not be empty", "monthly write quota reached (1000)", "agent cap reached (2)");
    assert_eq!(errors, [(1, empty), (3, agents), (4, empty), (7, agents), (10, quota), (11, empty), (12, quota)]);
    imported().assert_adds_up(&account.name, 0);
}

/// The rules of the contract, item by item: what the Worker does for many at once.
#[derive(Default)]
struct Rules {
    used: usize,
    agents: HashSet<u8>,
}

impl Rules {
    fn judge(&mut self, has_content: bool, agent: Option<u8>) -> Result<(), &'static str> {
        if !has_content {
            return Err("content must not be empty");
        }
        if self.used >= 1_000 {
            return Err("monthly write quota reached (1000)");
        }
        if let Some(agent) = agent.filter(|agent| !self.agents.contains(agent)) {
            if self.agents.len() >= 2 {
                return Err("agent cap reached (2)");
            }
            self.agents.insert(agent);
        }
        self.used += 1;
        Ok(())
    }
}

#[test]
fn chunks_and_batches_come_to_the_same_as_one_item_after_another() {
    let mut runner = TestRunner::deterministic();
    let batches = prop::collection::vec((prop::bool::weighted(0.9), prop::option::weighted(0.4, 0..4_u8)), 500);
    for _ in 0..2 {
        let (account, mut rules) = (Account::new(Tier::Hobby), Rules::default());
        for _ in 0..3 {
            let batch = batches.new_tree(&mut runner).unwrap().current();
            let items: Vec<_> = batch
                .iter()
                .map(|(has_content, agent)| {
                    item(if *has_content { "n" } else { " " }, agent.map(|agent| agent.to_string()).as_deref())
                })
                .collect();
            let expected: Vec<_> = (0..)
                .zip(&batch)
                .filter_map(|(index, (has_content, agent))| {
                    let error = rules.judge(*has_content, *agent).err()?;
                    Some(ItemError { index, error: error.to_owned() })
                })
                .collect();
            let status = importing().finished(importing().import(&account.key, &items), &account.key);
            assert_eq!(status.errors, expected);
        }
        assert_eq!(imported().assert_adds_up(&account.name, 0).imported, 1_000, "the quota is used up");
    }
}
