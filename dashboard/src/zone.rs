//! Which clock times are told by: the reader's or that of the API.

use crate::browser::local_storage;
use leptos::prelude::*;

const STORED: &str = "times";
const UTC: &str = "utc";

/// A clock.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Zone {
    /// Where the reader is.
    Local,
    /// Everywhere the same.
    Utc,
}

/// The reader's choice, which is kept for the next visit.
#[derive(Clone, Copy)]
pub struct Times(pub RwSignal<Zone>);

impl Times {
    /// What was chosen last.
    pub fn restore() -> Self {
        let stored = local_storage().and_then(|storage| storage.get_item(STORED).ok().flatten());
        Self(RwSignal::new(if stored.as_deref() == Some(UTC) { Zone::Utc } else { Zone::Local }))
    }

    /// Goes by `zone` from now on.
    pub fn choose(self, zone: Zone) {
        self.0.set(zone);
        if let Some(storage) = local_storage() {
            let _ = match zone {
                Zone::Utc => storage.set_item(STORED, UTC),
                Zone::Local => storage.remove_item(STORED),
            };
        }
    }
}
