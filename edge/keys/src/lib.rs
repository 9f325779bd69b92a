//! API keys as an install keeps them: how one is made, and what is stored of it.
//!
//! - [`secret`]: the text of a new key, with a checksum that a secret scanner can verify
//! - [`entry`]: what KV holds of a key, under its hash; of the key itself its last four characters alone are kept
//! - [`kv`]: the KV namespace of the keys, local or deployed
//!
//! One entry a key: KV has no atomic read-modify-write, and only changing an account's keys would want one.

pub mod entry;
pub mod kv;
pub mod secret;
