//! What was sent of the items that did not land, asked for when a reader wants to see it.

use crate::{
    api::{self, Error},
    session::Session,
};
use contract::{Code, Item, ItemStatus, JobId};
use leptos::{prelude::*, task::spawn_local};
use rustc_hash::FxHashMap;

/// How many are asked for at once: those that the reader is likely to open next.
const LIKELY: u32 = 10;

/// The failed items of a job, as far as they were asked for.
#[derive(Clone, Copy)]
pub struct Items {
    job: JobId,
    session: Session,
    known: StoredValue<FxHashMap<u32, Item>>,
}

/// What is known of one.
#[derive(Clone)]
pub enum Sent {
    /// The API was asked.
    Asking,
    /// This was sent.
    Found(Item),
    /// The API has it no longer.
    Gone,
    /// There is no answer, for this reason.
    Failed(String),
}

impl Items {
    /// Those of `job`, of which none is known yet.
    pub fn new(job: JobId, session: Session) -> Self {
        Self { job, session, known: StoredValue::new(FxHashMap::default()) }
    }

    /// Puts the item at `index` into `shown`; where it must be asked for, those that follow come with it.
    pub fn ask(self, index: u32, shown: RwSignal<Sent>) {
        if let Some(item) = self.known.with_value(|known| known.get(&index).cloned()) {
            return shown.set(Sent::Found(item));
        }
        shown.set(Sent::Asking);
        spawn_local(async move {
            let wanted =
                api::Items { status: Some(ItemStatus::Failed), after: index.checked_sub(1), most: Some(LIKELY) };
            let sent = match api::items(&self.session.key(), self.job, wanted, None).await {
                Ok(page) => {
                    let found = page.items.iter().find(|item| item.index == index && item.item.is_some()).cloned();
                    let items = page.items.into_iter().filter(|item| item.item.is_some());
                    self.known.try_update_value(|known| known.extend(items.map(|item| (item.index, item))));
                    found.map_or(Sent::Gone, Sent::Found)
                }
                Err(error) if error.code() == Some(Code::NotFound) => Sent::Gone,
                Err(error) => Sent::Failed(why(&error)),
            };
            // The row may be folded by now.
            shown.try_set(sent);
        });
    }
}

fn why(error: &Error) -> String {
    format!("What was sent cannot be shown. {}", error.sentence())
}
