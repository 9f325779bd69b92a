//! The check of a file, which follows the plan for it.

use super::take::{self, Turns};
use crate::files::{check::Checked, file::File, plan::Plan};
use leptos::{prelude::*, task::spawn_local};
use std::sync::Arc;

/// The check of a file.
#[derive(Clone, Copy)]
pub struct Checking {
    /// What the last one found.
    pub found: RwSignal<Arc<Checked>>,
    /// Whether that is of the plan as it is.
    pub is_done: RwSignal<bool>,
    /// How far it is, where it takes its time.
    pub progress: RwSignal<Option<u32>>,
}

impl Checking {
    /// Checks `file` now, and again whenever `plan` changes.
    pub fn follow(file: Arc<File>, plan: RwSignal<Plan>) -> Self {
        let found = RwSignal::new(Arc::new(Checked::default()));
        let (is_done, progress) = (RwSignal::new(false), RwSignal::new(None));
        let turns = Turns::of_page();
        Effect::new(move |_| {
            let (file, plan, turns) = (file.clone(), plan.get(), turns.clone());
            is_done.set(false);
            if plan.lacks_content() {
                turns.next();
                progress.set(None);
                return found.set(Arc::default());
            }
            spawn_local(async move {
                if let Some(checked) = take::check(file, plan, turns, progress).await {
                    found.set(Arc::new(checked));
                    is_done.set(true);
                    progress.set(None);
                }
            });
        });
        Self { found, is_done, progress }
    }
}
