//! What the page of an import knows, and may ask.

use super::{
    asker::{AT_ONCE, Asker},
    data::Group,
    found::{Found, Row},
};
use crate::{
    import::send::{Outbox, State},
    poll::{self, Poll},
    progress::Progress,
    session::Session,
};
use leptos::prelude::*;
use std::rc::Rc;

/// One import as its page sees it.
#[derive(Clone, Copy)]
pub struct Known {
    /// Its jobs.
    pub data: RwSignal<Option<Group>>,
    /// What is in them, as far as it was read.
    pub found: RwSignal<Found>,
    /// How many rows that did not land are shown.
    pub shown: RwSignal<usize>,
    /// Whether what this tab sends is of it.
    pub is_in_outbox: Memo<bool>,
    /// Whether this tab is sending batches of it.
    pub is_sending: Memo<bool>,
    /// What asks.
    pub poll: Poll,
    /// Asks beside the poll, where the reader waits for it.
    pub asker: StoredValue<Rc<Asker>, LocalStorage>,
}

impl Known {
    /// Of the jobs that are called by `group`, asked for as long as the component lives.
    pub fn follow(group: &str, session: Session, outbox: Outbox) -> Self {
        let asker = Rc::new(Asker::new(group.to_owned(), outbox));
        let (found, asker) = (asker.found, StoredValue::new_local(asker));
        let (data, poll) = poll::start(
            move |_, abort| {
                let (asker, key) = (asker.get_value(), session.key());
                async move { asker.ask(&key, &abort).await }
            },
            move |abort| {
                let (asker, key) = (asker.try_get_value(), session.key());
                async move {
                    if let Some(asker) = asker {
                        asker.ask_items(&key, &abort).await;
                    }
                }
            },
        );
        let group = group.to_owned();
        let is_in_outbox = Memo::new(move |_| outbox.import().is_some_and(|import| import.group == group));
        let is_sending = Memo::new(move |_| is_in_outbox.get() && outbox.state.get() == State::Sending);
        let known = Self { data, found, shown: RwSignal::new(AT_ONCE), is_in_outbox, is_sending, poll, asker };
        known.ask_when_sent(outbox);
        known
    }

    /// Asks at once when a batch was taken or the sending has ended, also if the poll is over.
    fn ask_when_sent(self, outbox: Outbox) {
        let sent = Memo::new(move |_| outbox.taken() * 2 + u32::from(self.is_sending.get()));
        let is_asked = StoredValue::new(sent.get_untracked());
        Effect::new(move |_| {
            let (sent, is_busy) = (sent.get(), self.poll.busy.get());
            if !is_busy && sent != is_asked.get_value() {
                is_asked.set_value(sent);
                self.poll.refresh();
            }
        });
    }

    /// How far the rows of the file are.
    pub fn progress(self) -> Progress {
        let is_sending = self.is_sending.get();
        let (data, found) = (self.data.read(), self.found.read());
        data.as_ref().map_or(Progress::NONE, |group| group.progress(&found, is_sending))
    }

    /// The rows that did not land, as far as they were read.
    pub fn open(self) -> Vec<Row> {
        let (data, found) = (self.data.read(), self.found.read());
        data.as_ref().map(|group| found.open(&group.jobs)).unwrap_or_default()
    }

    /// Those of them that can be sent again from here: their jobs are final, and it is known what was sent, from which line.
    pub fn mendable(self) -> Vec<Row> {
        let mut open = self.open();
        let data = self.data.read();
        let jobs = data.as_ref().map(|group| group.jobs.as_slice()).unwrap_or_default();
        let is_final = |row: &Row| jobs.iter().any(|job| job.id == row.job && job.status.is_final());
        open.retain(|row| row.line.is_some() && row.json.is_some() && is_final(row));
        open
    }

    /// Whether nothing will change any more.
    pub fn is_over(self) -> bool {
        self.data.with(|data| data.as_ref().is_some_and(|group| group.sum.running == 0)) && !self.is_sending.get()
    }

    /// Whether all that is wanted of the items was read.
    pub fn is_read(self) -> bool {
        let (data, found) = (self.data.read(), self.found.read());
        let most = self.asker.with_value(|asker| asker.wanted.get());
        data.as_ref().is_some_and(|group| found.next(&group.jobs, most).is_none())
    }

    /// Shows more of what did not land.
    pub fn show_more(self) {
        self.shown.update(|shown| *shown += AT_ONCE);
        let shown = self.shown.get_untracked();
        self.asker.with_value(|asker| asker.wanted.update(|wanted| *wanted = shown.max(*wanted)));
        self.poll.refresh();
    }
}
