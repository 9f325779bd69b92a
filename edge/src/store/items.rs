//! Items on their way into a job, many in one parameter.

use super::{Statement, prepare};
use crate::error::ApiError;
use contract::{JobId, MemoryInput};
use serde_json::value::RawValue;

/// The most bytes of items in one parameter, but for a single item that is longer. An isolate holds several copies of a
/// parameter on its way to D1, where a value ends at 2,000,000 bytes.
const PORTION_BYTES: usize = 1 << 20;

/// The items are a JSON array of arrays, as [`Portions`] writes them, ?4 the index of its first one.
const INSERT: &str = "\
INSERT INTO batch_items (account_id, job_id, item_index, agent_id, user_id, run_id, kind, timestamp, metadata, content) \
SELECT ?1, ?2, key + ?4, value ->> 0, value ->> 1, value ->> 2, value ->> 3, \
  value ->> 4, value ->> 5, value ->> 6 \
FROM json_each(?3) WHERE EXISTS (SELECT 1 FROM admissions WHERE account_id = ?1 AND id = ?2)";

/// Takes away all that waits under a job.
pub const REMOVE: &str = "DELETE FROM batch_items WHERE account_id = ?1 AND job_id = ?2";

/// Items as they go into the store, gathered into portions of which each is one parameter.
#[derive(Default)]
pub struct Portions {
    full: Vec<Portion>,
    last: Portion,
    items: u32,
    counted: usize,
}

/// Some items that follow each other.
#[derive(Default)]
pub struct Portion {
    /// The index of the first one.
    first: u32,
    /// An array that is not closed yet.
    json: String,
}

impl Portions {
    /// Takes one more item.
    pub fn push(&mut self, item: &MemoryInput<'_>) -> Result<(), ApiError> {
        let row = row(item)?;
        if !self.last.json.is_empty() && self.last.json.len().saturating_add(row.len()) > PORTION_BYTES {
            self.last.json.shrink_to_fit();
            self.full.push(std::mem::take(&mut self.last));
        }
        if self.last.json.is_empty() {
            self.last.first = self.items;
        }
        self.last.json.push(if self.last.json.is_empty() { '[' } else { ',' });
        self.last.json.push_str(&row);
        self.items = self.items.saturating_add(1);
        self.counted = self.counted.saturating_add(item.counts_as());
        Ok(())
    }

    /// As how many memories they count among those that an account may send in a month.
    pub(super) fn counted(&self) -> u32 {
        u32::try_from(self.counted).unwrap_or(u32::MAX)
    }

    /// The portions in order. There is one at least.
    pub fn into_iter(self) -> impl ExactSizeIterator<Item = Portion> {
        let mut all = self.full;
        all.push(self.last);
        all.into_iter()
    }
}

impl Portion {
    /// The statement that puts the items where they wait for their turn, if they were let in.
    pub(super) fn insert(mut self, account: &str, id: JobId) -> Statement {
        self.json.push(']');
        let values = [account.into(), id.into(), (&self.json).into(), self.first.into()];
        prepare(INSERT, &values)
    }
}

/// An item as `INSERT` reads it: an array, which the database takes apart faster than an object.
fn row(item: &MemoryInput<'_>) -> Result<String, ApiError> {
    // Rather refused than stored without it.
    let content =
        item.content_json.as_deref().ok_or_else(|| ApiError::Internal("an item that was not read".to_owned()))?;
    let row = (
        &item.agent_id,
        &item.user_id,
        &item.run_id,
        item.kind,
        &item.timestamp,
        // As a string: how deep it nests is then no concern of the database.
        item.metadata.as_deref().map(RawValue::get),
        (!item.is_empty()).then_some(content),
    );
    serde_json::to_string(&row).map_err(|error| ApiError::Internal(error.to_string()))
}
