//! One job: how far it is, how fast it moves, and what its reader can do about it.

pub mod cancelling;
pub mod data;
pub mod rate;
pub mod refused;
pub mod retrying;
pub mod timing;
