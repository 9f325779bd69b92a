//! The browser's database: texts by their keys, which outlive the tab.

use js_sys::{Array, Promise};
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{IdbDatabase, IdbKeyRange, IdbObjectStore, IdbRequest, IdbTransactionMode};

const NAME: &str = "unsent";
const STORE: &str = "batches";
/// Comes behind everything that a key continues with.
const LAST: char = '\u{ffff}';

/// Stores texts, each under its key, all of them or none.
pub async fn put(texts: &[(String, String)]) -> Result<(), JsValue> {
    let store = store(IdbTransactionMode::Readwrite).await?;
    let transaction = store.transaction();
    for (key, text) in texts {
        if let Err(error) = store.put_with_key(&text.into(), &key.into()) {
            transaction.abort()?;
            return Err(error);
        }
    }
    // Whether there is room for all of it is known when it is done.
    let settled = Promise::new(&mut |resolve, reject| {
        transaction.set_oncomplete(Some(&resolve));
        transaction.set_onabort(Some(&reject));
    });
    JsFuture::from(settled).await.map(drop)
}

/// The texts whose keys begin with `prefix`, by their keys.
pub async fn all(prefix: &str) -> Result<Vec<String>, JsValue> {
    let found = store(IdbTransactionMode::Readonly).await?.get_all_with_key(&range(prefix)?)?;
    let found: Array = done(&found).await?.unchecked_into();
    Ok(found.iter().filter_map(|text| text.as_string()).collect())
}

/// Removes what is stored under keys that begin with `prefix`.
pub async fn remove(prefix: &str) -> Result<(), JsValue> {
    let removed = store(IdbTransactionMode::Readwrite).await?.delete(&range(prefix)?)?;
    done(&removed).await.map(drop)
}

fn range(prefix: &str) -> Result<JsValue, JsValue> {
    IdbKeyRange::bound(&prefix.into(), &format!("{prefix}{LAST}").into()).map(Into::into)
}

async fn store(mode: IdbTransactionMode) -> Result<IdbObjectStore, JsValue> {
    let factory = window().indexed_db()?.ok_or(JsValue::NULL)?;
    let opening = factory.open_with_u32(NAME, 1)?;
    let request = opening.clone();
    let upgrade = Closure::once_into_js(move || {
        let database: IdbDatabase = request.result()?.unchecked_into();
        database.create_object_store(STORE).map(drop)
    });
    opening.set_onupgradeneeded(Some(upgrade.unchecked_ref()));
    let database: IdbDatabase = done(&opening).await?.unchecked_into();
    let transaction = database.transaction_with_str_and_mode(STORE, mode)?;
    // Waits for the transaction, which is the only one of this connection.
    database.close();
    transaction.object_store(STORE)
}

/// What a request comes to.
async fn done(request: &IdbRequest) -> Result<JsValue, JsValue> {
    let settled = Promise::new(&mut |resolve, reject| {
        request.set_onsuccess(Some(&resolve));
        request.set_onerror(Some(&reject));
    });
    JsFuture::from(settled).await?;
    request.result()
}
