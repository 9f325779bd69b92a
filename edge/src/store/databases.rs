//! Which database an account's rows are in.
//!
//! The databases are the bindings `DB`, `DB_1`, `DB_2` and so on. With one there is nothing to ask. With more, an account that
//! nobody knows yet is placed by its hash, and that is written down: another database moves nobody. Each database has the
//! table `placements` of the accounts that are elsewhere, and the first one of all such. An isolate remembers where an account
//! is for as long as it likes, since each statement asks the database itself: a read brings the answer along, and a transaction
//! fails where the account is not, or must not be written to because it is being moved ([`super::moving`]).

use super::{Results, Statement, Texts, failed, mentions, one, prepare, strings};
use crate::{auth, error::ApiError};
use js_sys::Array;
use lru::LruCache;
use std::{
    cell::{Cell, RefCell},
    num::NonZeroUsize,
};
use wasm_bindgen::prelude::*;
use worker::Env;

/// Accounts whose place an isolate remembers.
const REMEMBERED: NonZeroUsize = NonZeroUsize::MIN.saturating_add(4_095);

/// So often an account is followed from one database to another. It has moved on once, as a rule.
const HOPS: u32 = 5;

#[wasm_bindgen(module = "/src/store/d1.js")]
extern "C" {
    /// The first column of each row that a statement returns. Through `worker` the store weighed 10 KiB more in the upload.
    #[wasm_bindgen(catch)]
    async fn select(env: &Env, binding: &str, statement: &Array) -> Result<JsValue, JsValue>;

    /// Runs statements as one transaction, and returns the column `json` of the rows of each.
    #[wasm_bindgen(catch)]
    async fn transact(env: &Env, binding: &str, statements: Array) -> Result<JsValue, JsValue>;

    /// How many bindings there are.
    #[wasm_bindgen(js_name = databases)]
    fn count(env: &Env) -> u32;
}

thread_local! {
    /// 0 until they were counted.
    static DATABASES: Cell<u32> = const { Cell::new(0) };
    static PLACES: RefCell<LruCache<String, u32>> = RefCell::new(LruCache::new(REMEMBERED));
}

/// How many databases there are. They are numbered from 0.
pub fn databases(env: &Env) -> u32 {
    if DATABASES.get() == 0 {
        DATABASES.set(count(env));
    }
    DATABASES.get()
}

fn binding(number: u32) -> String {
    if number == 0 { "DB".to_owned() } else { format!("DB_{number}") }
}

/// What an account has from the moment on that it has anything. Without any of it, it may be placed.
const PLACE: &str = "\
INSERT INTO placements (account_id, database) SELECT ?1, ?2 WHERE ?2 > 0 \
  AND NOT EXISTS (SELECT 1 FROM account_totals WHERE account_id = ?1) \
  AND NOT EXISTS (SELECT 1 FROM batch_jobs WHERE account_id = ?1) \
  AND NOT EXISTS (SELECT 1 FROM usage WHERE account_id = ?1) \
  AND NOT EXISTS (SELECT 1 FROM idempotency WHERE account_id = ?1) \
  AND NOT EXISTS (SELECT 1 FROM admissions WHERE account_id = ?1) \
  AND NOT EXISTS (SELECT 1 FROM webhooks WHERE account_id = ?1) \
ON CONFLICT DO NOTHING";

/// Where the account is, if not here.
const ELSEWHERE: &str = "SELECT json_array(database) AS json FROM placements WHERE account_id = ?1";

/// Fails where the account is elsewhere, or must not be written to.
const GUARD: &str = "\
INSERT INTO placements (account_id, database) SELECT account_id, NULL FROM placements WHERE account_id = ?1";

/// How that failure is known.
const GUARDED: &str = "placements.database";

/// Where the account is, as far as this isolate knows; of one that nobody knows it is decided.
async fn place(env: &Env, account: &str) -> Result<u32, ApiError> {
    if databases(env) == 1 {
        return Ok(0);
    }
    if let Some(known) = PLACES.with_borrow_mut(|places| places.get(account).copied()) {
        return Ok(known);
    }
    let values = [account.into(), home(account, databases(env)).into()];
    let results = transaction_on(env, 0, &[prepare(PLACE, &values), prepare(ELSEWHERE, &values[..1])]).await?;
    let place = one::<[u32; 1]>(&results, 1)?.map_or(0, |[place]| place);
    Ok(remember(account, place))
}

/// Where an account is that has been nowhere: one of so many databases, by a hash that never changes.
fn home(account: &str, databases: u32) -> u32 {
    let [a, b, c, d, ..] = auth::hash(account);
    u32::from_be_bytes([a, b, c, d]).checked_rem(databases).unwrap_or_default()
}

fn remember(account: &str, place: u32) -> u32 {
    PLACES.with_borrow_mut(|places| places.put(account.to_owned(), place));
    place
}

/// Where `database` says that the account is, if not there, or that it is being moved.
async fn elsewhere(env: &Env, database: u32, account: &str) -> Result<Option<u32>, ApiError> {
    let results = transaction_on(env, database, &[prepare(ELSEWHERE, &[account.into()])]).await?;
    Ok(one::<[u32; 1]>(&results, 0)?.map(|[place]| place))
}

fn being_moved() -> ApiError {
    ApiError::Unavailable("D1: the account is being moved".to_owned())
}

/// Runs a statement where the account is, which is its ?1, and returns the first column of each row.
pub(super) async fn texts(env: &Env, account: &str, statement: Statement) -> Result<Texts, ApiError> {
    let mut place = place(env, account).await?;
    let is_one = databases(env) == 1;
    if !is_one {
        let sql = statement.0.get(0).as_string().unwrap_or_default();
        let with_place = format!(
            "SELECT (SELECT CAST(database AS TEXT) FROM placements WHERE account_id = ?1) UNION ALL SELECT * FROM ({sql})"
        );
        statement.0.set(0, with_place.into());
    }
    for _ in 0..HOPS {
        let rows = select(env, &binding(place), &statement.0).await.map_err(failed)?;
        let mut rows = strings(&rows).into_iter();
        // While it is being moved it can still be read.
        let elsewhere = if is_one { None } else { rows.next().and_then(|it| it.parse().ok()) };
        match elsewhere {
            Some(elsewhere) if elsewhere != place => place = remember(account, elsewhere),
            _ => return Ok(rows),
        }
    }
    Err(being_moved())
}

/// Runs statements as one transaction, where the account is.
pub(super) async fn transaction(env: &Env, account: &str, mut statements: Vec<Statement>) -> Result<Results, ApiError> {
    if databases(env) == 1 {
        return transaction_on(env, 0, &statements).await;
    }
    let mut place = place(env, account).await?;
    // Behind all others, so that it changes no other's place: a transaction fails as a whole.
    statements.push(prepare(GUARD, &[account.into()]));
    for _ in 0..HOPS {
        match transaction_on(env, place, &statements).await {
            Err(ApiError::Internal(detail)) if mentions(&detail, GUARDED) => {}
            results => return results,
        }
        match elsewhere(env, place, account).await? {
            Some(elsewhere) if elsewhere != place => place = remember(account, elsewhere),
            _ => break,
        }
    }
    Err(being_moved())
}

/// Runs statements as one transaction on a database, whichever accounts they are about.
pub(super) async fn transaction_on(env: &Env, number: u32, statements: &[Statement]) -> Result<Results, ApiError> {
    let statements = statements.iter().map(|statement| &statement.0).collect();
    transact(env, &binding(number), statements).await.map(|results| Results(results.into())).map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts_are_spread_evenly_and_their_homes_never_change() {
        let mut counts = [0; 4];
        for n in 0..40_000 {
            counts[home(&format!("account-{n}"), 4) as usize] += 1;
        }
        assert!(counts.iter().all(|count| (9_500..10_500).contains(count)), "{counts:?}");
        assert_eq!(["acme", "other", "hobby-0", "hobby-1"].map(|account| home(account, 4)), [1, 0, 0, 0]);
        assert_eq!(home("acme", 1), 0);
    }
}
