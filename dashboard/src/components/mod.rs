//! What pages are made of, a component a file.

pub mod account;
pub mod checkbox;
pub mod columns;
pub mod controls;
pub mod drop_zone;
pub mod frame;
pub mod icon;
pub mod job_row;
pub mod keys;
pub mod open_job;
pub mod preview;
pub mod problems;
pub mod question;
pub mod review;
pub mod screen;
pub mod sending;
pub mod stale;
pub mod status;
pub mod theme;
pub mod toast;
pub mod trouble;
