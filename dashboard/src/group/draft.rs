//! A row while it is corrected.

use super::{
    found::Row,
    mend::{Cells, FIELDS, Mended},
};
use leptos::prelude::*;
use std::sync::Arc;

/// One row, and what the reader makes of it.
#[derive(Clone)]
pub struct Draft {
    /// The row as it failed.
    pub row: Row,
    /// What stands in each of [`FIELDS`] now.
    pub texts: [RwSignal<String>; FIELDS.len()],
    /// Whether it stays as it is.
    pub skip: RwSignal<bool>,
    /// Whether something in it was changed.
    pub is_changed: Memo<bool>,
    /// The memory that it makes, or what is wrong with it.
    pub memory: Memo<Result<Arc<str>, String>>,
}

impl Draft {
    /// Of a row whose content is known.
    pub fn of(row: Row) -> Option<Self> {
        let was = Cells::of(row.json.as_deref()?)?;
        let texts = was.texts.clone().map(RwSignal::new);
        let now = {
            let was = was.clone();
            move || was.with(texts.map(|text| text.get()))
        };
        let same = now.clone();
        Some(Self {
            row,
            texts,
            skip: RwSignal::new(false),
            is_changed: Memo::new(move |_| same() != was),
            memory: Memo::new(move |_| now().memory()),
        })
    }

    /// Whether it is sent.
    pub fn is_sent(&self) -> bool {
        !self.skip.get() && self.memory.with(Result::is_ok)
    }

    /// What is sent of it, if it is.
    pub fn mended(&self) -> Option<Mended> {
        let json = self.memory.get_untracked().ok().filter(|_| !self.skip.get_untracked())?;
        Some(Mended { row: self.row.clone(), json: self.is_changed.get_untracked().then_some(json) })
    }
}
