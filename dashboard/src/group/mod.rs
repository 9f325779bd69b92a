//! One import, however many jobs it took: what its jobs come to, what did not land, and sending that again.

pub mod asker;
pub mod data;
pub mod draft;
pub mod found;
pub mod known;
pub mod mend;
pub mod table;
