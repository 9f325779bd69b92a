//! What can be told of an import before it is sent.

use crate::{
    api,
    browser::{day, number},
    components::problems::Problems,
    files::check::{Checked, Problem},
    import::{
        batch::{Import, Memory, batches, parts},
        fit::{Fit, Room},
    },
    session::Session,
    text::plural,
};
use leptos::{prelude::*, task::spawn_local};
use std::sync::Arc;

/// Batches that the API is asked about.
const ASKED: usize = 4;

/// What is left of the month, asked for once; `None` where that is not known.
pub fn room(session: Session) -> RwSignal<Option<Room>> {
    let room = RwSignal::new(None);
    spawn_local(async move {
        // Whoever may not ask, or gets no answer, sends all the same.
        if let Ok(usage) = api::usage(&session.key(), None).await {
            room.try_set(Some(Room::of(usage)));
        }
    });
    room
}

/// The rows that the reader wants to send.
#[derive(Clone, Copy)]
pub struct Chosen {
    /// What the check found.
    pub found: RwSignal<Arc<Checked>>,
    /// Whether those without content stay here.
    pub leaves_empty: RwSignal<bool>,
}

impl Chosen {
    /// How many these are.
    pub fn count(self) -> u32 {
        let found = self.found.read();
        found.good.len().saturating_sub(if self.leaves_empty.get() { found.empty } else { 0 }) as u32
    }

    /// For how many of them there is room.
    pub fn fit(self, room: &Room) -> Fit {
        let (found, leaves_empty) = (self.found.read(), self.leaves_empty.get());
        room.fit(found.good.iter().filter(|good| !(good.is_empty && leaves_empty)))
    }

    /// The first of them as they are sent.
    pub fn memories(self, most: usize) -> Vec<Memory> {
        let leaves_empty = self.leaves_empty.get_untracked();
        self.found.with_untracked(|found| {
            let rows = found.good.iter().filter(|good| !(good.is_empty && leaves_empty)).take(most);
            rows.map(|good| Memory { line: good.line, json: good.json.clone() }).collect()
        })
    }
}

/// Says what will not fit of the rows, where `fit` tells what does.
#[component]
pub fn WillFit(rows: Chosen, room: RwSignal<Option<Room>>, fit: Memo<Option<Fit>>) -> impl IntoView {
    let says = move || {
        let (room, fit, all) = (room.get()?, fit.get()?, rows.count());
        if fit.rows >= all {
            return None;
        }
        let (next, rest) = (day(&room.resets_at), number(all.saturating_sub(fit.rows)));
        let rows = format!("{} {}", number(all), plural(all, "row", "rows"));
        let (left, rest) = if fit.is_sent_out {
            (format!("{} of which may still be sent", number(fit.rows)), format!("{rest} may be refused"))
        } else {
            let left = u32::try_from(room.writes).unwrap_or(u32::MAX);
            (format!("{} {} left", number(left), plural(left, "write", "writes")), format!("{rest} will fail"))
        };
        Some(format!("{rows}, {left} this month, which begins anew on {next}: {rest}."))
    };
    let says = Signal::derive(move || says().unwrap_or_default());
    view! {
        <p class="warning note" role="status">
            {says}
        </p>
    }
}

/// Asks the API what would become of the first rows.
#[component]
pub fn Rehearsal(rows: Chosen) -> impl IntoView {
    let session = expect_context::<Session>();
    let (is_asking, says) = (RwSignal::new(false), RwSignal::new(String::new()));
    let found = RwSignal::new(Arc::new(Checked::default()));
    // What was told of other rows holds no more.
    Effect::new(move |_| {
        rows.found.track();
        rows.leaves_empty.track();
        says.set(String::new());
        found.set(Arc::default());
    });
    let ask = move |_| {
        let rows = rows.memories(usize::MAX);
        is_asking.set(true);
        says.set(String::new());
        spawn_local(async move {
            let told = rehearse(&session.key(), rows).await;
            if is_asking.try_set(false).is_none() {
                says.set(told.says);
                found.set(Arc::new(Checked { problems: told.problems, ..Checked::default() }));
            }
        });
    };
    view! {
        <div class="found">
            <button type="button" disabled=move || is_asking.get() || rows.count() == 0 on:click=ask>
                {move || if is_asking.get() { "Asking…" } else { "Ask the server what would fail" }}
            </button>
            <p class="soft note" role="status">
                {says}
            </p>
            <Problems found=found />
        </div>
    }
}

struct Told {
    says: String,
    problems: Vec<Problem>,
}

/// Asks about the first batches, one after the other. None knows of the others.
async fn rehearse(key: &str, rows: Vec<Memory>) -> Told {
    let lines: Vec<u32> = rows.iter().map(|row| row.line).collect();
    let posts = parts(rows).into_iter().take(ASKED).collect();
    let (mut asked, mut fine, mut problems) = (0_u32, 0_u32, Vec::<Problem>::new());
    for batch in batches(Import::new("", crate::browser::random_id()), posts, String::new) {
        let forecast = match api::dry_run(key, &batch.body()).await {
            Ok(forecast) => forecast,
            Err(error) => {
                let says = format!("{} The import can be sent all the same.", error.sentence());
                return Told { says, problems };
            }
        };
        for error in forecast.errors {
            let line = lines.get(asked as usize + error.index as usize).copied().unwrap_or_default();
            match problems.iter_mut().find(|problem| problem.says == error.error) {
                Some(problem) => problem.lines.push(line),
                None => problems.push(Problem { says: error.error, lines: vec![line] }),
            }
        }
        asked += forecast.received;
        fine += forecast.would_import;
    }
    let of = if (asked as usize) < lines.len() { "the first " } else { "" };
    let fail = asked.saturating_sub(fine);
    let says = format!(
        "Of {of}{} {}, {} would be imported now and {} would fail. Nothing was stored.",
        number(asked),
        plural(asked, "row", "rows"),
        number(fine),
        number(fail),
    );
    Told { says, problems }
}
