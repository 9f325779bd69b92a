//! The jobs that were last opened in this tab, by their ids alone. They are kept beside the key and go with it, so that no other
//! account is shown them.

use crate::browser::session_storage;
use contract::JobId;

const STORED: &str = "recent";
const MOST: usize = 5;

/// The last ones, the newest first.
pub fn list() -> Vec<JobId> {
    let stored = session_storage().and_then(|storage| storage.get_item(STORED).ok().flatten()).unwrap_or_default();
    stored.split(' ').filter_map(|id| id.parse().ok()).take(MOST).collect()
}

/// Puts `id` first, or takes it off where `exists` is false.
pub fn note(id: JobId, exists: bool) {
    let others = list().into_iter().filter(|known| *known != id);
    let ids: Vec<String> = exists.then_some(id).into_iter().chain(others).map(|id| id.to_string()).collect();
    if let Some(storage) = session_storage() {
        let _ = storage.set_item(STORED, &ids.join(" "));
    }
}

/// Forgets all of them.
pub fn clear() {
    if let Some(storage) = session_storage() {
        let _ = storage.remove_item(STORED);
    }
}

/// Enough of an id to know it by.
pub fn short(id: JobId) -> String {
    let hex = id.hex();
    match (hex.get(..6), hex.get(28..)) {
        (Some(start), Some(end)) => format!("job_{start}…{end}"),
        _ => hex,
    }
}
