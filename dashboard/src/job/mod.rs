//! One job: how far it is, how fast it moves, and what did not land.

mod chart;
mod data;
mod facts;
pub mod page;
mod rate;
