//! What an isolate remembers: plain data, bounded, and asked only after limit, scope and account were checked.

mod keys;
mod snapshots;

pub use keys::{KeyCache, Remembered};
pub use snapshots::{Miss, Plan, Reading, Snapshot, SnapshotKey, outdate, plan};
