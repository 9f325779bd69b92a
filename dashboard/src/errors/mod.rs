//! What did not land: all errors of a job, to be filtered, grouped, read and taken away.

pub mod export;
pub mod filter;
mod groups;
mod list;
mod menu;
pub mod panel;
pub mod reading;
mod reason;
pub mod set;
mod toolbar;
mod window;
