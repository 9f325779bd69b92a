//! What pages are made of, a component a file.

pub mod account;
pub mod controls;
pub mod error_groups;
pub mod error_list;
pub mod error_panel;
pub mod error_row;
pub mod error_toolbar;
pub mod export_menu;
pub mod frame;
pub mod icon;
pub mod job_row;
pub mod keys;
pub mod notify_button;
pub mod numbers;
pub mod open_job;
pub mod rows;
pub mod screen;
pub mod speed;
pub mod stale;
pub mod status;
pub mod theme;
pub mod toast;
pub mod trouble;
