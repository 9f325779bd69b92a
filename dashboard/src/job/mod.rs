//! One job: how far it is and how fast it moves.

pub mod data;
pub mod rate;
pub mod timing;
