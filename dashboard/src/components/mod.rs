//! What pages are made of, a component a file.

pub mod account;
pub mod controls;
pub mod frame;
pub mod icon;
pub mod job_row;
pub mod keys;
pub mod open_job;
pub mod screen;
pub mod stale;
pub mod status;
pub mod theme;
pub mod toast;
pub mod trouble;
