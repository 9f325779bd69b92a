use contract::{ApiKey, KeyRecord, Scope, Tier};
use keys::entry::Entry;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Accounts of each tier in the seeded state: `hobby-0` to `hobby-149`, and so on. `seed.sql` counts the same.
const ACCOUNTS: usize = 150;

/// A key whose record in KV nobody can read: an operator's mistake.
pub const BROKEN: &str = "kor_self_test_broken";

/// An account with its keys. Which jobs it has, [`crate::job`] says.
pub struct Account {
    /// As it stands in the database.
    pub name: String,
    /// Good for both scopes.
    pub key: String,
    /// Only `memories:read`.
    pub read_only: String,
    /// Only `memories:write`.
    pub write_only: String,
    /// Was good for both scopes.
    pub expired: String,
}

impl Account {
    /// One that no other test uses.
    pub fn new(tier: Tier) -> Self {
        static TAKEN: [AtomicUsize; 4] = [const { AtomicUsize::new(0) }; 4];
        let number = TAKEN[tier as usize].fetch_add(1, Ordering::Relaxed);
        assert!(number < ACCOUNTS, "more accounts are wanted than are seeded: raise ACCOUNTS and seed.sql");
        Self::named(&format!("{tier}-{number}"))
    }

    /// The one, of tier scale, that has the rest of [`crate::job`] besides. Shared by all tests.
    pub fn other() -> Self {
        Self::named("other")
    }

    fn named(name: &str) -> Self {
        let key = |kind| format!("kor_self_test_{name}_{kind}");
        Self {
            name: name.to_owned(),
            key: key("both"),
            read_only: key("read"),
            write_only: key("write"),
            expired: key("expired"),
        }
    }
}

/// The keys of all accounts, as KV keeps them.
pub fn entries() -> Vec<Entry> {
    let numbered = Tier::ALL.into_iter().flat_map(|tier| (0..ACCOUNTS).map(move |n| (format!("{tier}-{n}"), tier)));
    numbered
        .chain([("other".to_owned(), Tier::Scale)])
        .flat_map(|(name, tier)| entries_of(&Account::named(&name), tier))
        .chain([broken()])
        .collect()
}

fn broken() -> Entry {
    Entry { value: "{".to_owned(), ..entry(BROKEN, "nobody", Tier::Hobby, &[], None) }
}

fn entries_of(account: &Account, tier: Tier) -> [Entry; 4] {
    [
        (&account.key, &Scope::ALL[..], None),
        (&account.read_only, &[Scope::MemoriesRead], Some(4_102_444_800_000)),
        (&account.write_only, &[Scope::MemoriesWrite], None),
        (&account.expired, &Scope::ALL, Some(1_600_000_000_000)),
    ]
    .map(|(key, scopes, expires_at)| entry(key, &account.name, tier, scopes, expires_at))
}

/// What operators call `key` by.
pub fn key_id(key: &str) -> String {
    contract::key_id(&keys::entry::hash(ApiKey::parse(key).unwrap()))
}

/// What makes `key` good.
pub fn entry(key: &str, account: &str, tier: Tier, scopes: &[Scope], expires_at: Option<u64>) -> Entry {
    let record = KeyRecord {
        account: account.to_owned(),
        tier,
        scopes: scopes.to_vec(),
        created_at: 1_500_000_000_000,
        expires_at,
        monthly_writes: None,
        agents: None,
    };
    Entry::new(ApiKey::parse(key).unwrap(), record).unwrap()
}
