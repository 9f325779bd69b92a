//! Why an item of a batch failed, in the words that clients know.

/// There was nothing in it.
pub const EMPTY_CONTENT: &str = "content must not be empty";

/// The account's writes of the month were used up; `limit` is their number.
pub fn monthly_writes(limit: u64) -> String {
    format!("monthly write quota reached ({limit})")
}

/// The item names an agent that is new, and the account has as many as it may; `limit` is their number.
pub fn agents(limit: u64) -> String {
    format!("agent cap reached ({limit})")
}

/// The import broke before it came to the item, which was not imported.
pub const STOPPED: &str = "the import stopped before this item; send it again";
