//! Why an item of a batch failed, in the words that clients know. [`LIMIT`] stands for the account's limit.

/// Where a reason names the account's limit.
pub const LIMIT: &str = "#";

/// The reason with `limit` in the place of [`LIMIT`].
pub fn naming(reason: &str, limit: &str) -> String {
    // As a character: what searches for a string would be a kilobyte more to upload.
    reason.replace('#', limit)
}

/// There was nothing in it.
pub const EMPTY_CONTENT: &str = "content must not be empty";

/// The account's writes of the month were used up.
pub const MONTHLY_WRITES: &str = "monthly write quota reached (#)";

/// The item names an agent that is new, and the account has as many as it may.
pub const AGENTS: &str = "agent cap reached (#)";

/// The job was cancelled before it came to the item, which was not imported.
pub const CANCELLED: &str = "cancelled";

/// The job broke before it came to the item, which was not imported.
pub const STOPPED: &str = "the import stopped before this item; send it again";
