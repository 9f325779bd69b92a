//! What can be told of an import before it is sent.

use crate::{
    api,
    browser::{day, number},
    components::problems::Problems,
    files::check::{Checked, Good, Problem},
    import::{
        batch::{Import, Memory, batches, parts},
        fit::Room,
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
        if let Ok(usage) = api::usage(&session.key()).await {
            room.try_set(Some(Room::of(usage)));
        }
    });
    room
}

/// Says what will not fit of `rows`.
#[component]
pub fn WillFit(rows: Signal<Vec<Good>>, room: RwSignal<Option<Room>>) -> impl IntoView {
    let says = move || {
        let (room, rows) = (room.get()?, rows.read());
        let (all, fits) = (rows.len() as u32, room.fits(rows.iter()) as u32);
        if fits >= all {
            return None;
        }
        let left = u32::try_from(room.writes.min(room.received)).unwrap_or(u32::MAX);
        let next = day(&room.resets_at);
        let refused = all.saturating_sub(fits);
        Some(format!(
            "{} {}, {} {} left this month, which begins anew on {next}: {} will fail.",
            number(all),
            plural(all, "row", "rows"),
            number(left),
            plural(left, "write", "writes"),
            number(refused),
        ))
    };
    view! {
        <p class="warning note" role="status">
            {move || says().unwrap_or_default()}
        </p>
    }
}

/// Asks the API what would become of the first rows.
#[component]
pub fn Rehearsal(rows: Signal<Vec<Good>>) -> impl IntoView {
    let session = expect_context::<Session>();
    let (is_asking, says) = (RwSignal::new(false), RwSignal::new(String::new()));
    let found = RwSignal::new(Arc::new(Checked::default()));
    // What was told of other rows holds no more.
    Effect::new(move |_| {
        rows.track();
        says.set(String::new());
        found.set(Arc::default());
    });
    let ask = move |_| {
        let rows = rows.get_untracked();
        is_asking.set(true);
        says.set(String::new());
        spawn_local(async move {
            let told = rehearse(&session.key(), &rows).await;
            if is_asking.try_set(false).is_none() {
                says.set(told.says);
                found.set(Arc::new(Checked { problems: told.problems, ..Checked::default() }));
            }
        });
    };
    view! {
        <div class="found">
            <button type="button" disabled=move || is_asking.get() || rows.read().is_empty() on:click=ask>
                {move || if is_asking.get() { "Asking…" } else { "Ask the server what would fail" }}
            </button>
            <p class="soft note" role="status">
                {move || says.get()}
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
async fn rehearse(key: &str, rows: &[Good]) -> Told {
    let memories = rows.iter().map(|row| Memory { line: row.line, json: row.json.clone() }).collect();
    let posts = parts(memories).into_iter().take(ASKED).collect();
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
            let line = rows.get(asked as usize + error.index as usize).map_or(0, |row| row.line);
            match problems.iter_mut().find(|problem| problem.says == error.error) {
                Some(problem) => problem.lines.push(line),
                None => problems.push(Problem { says: error.error, lines: vec![line] }),
            }
        }
        asked += forecast.received;
        fine += forecast.would_import;
    }
    let of = if (asked as usize) < rows.len() { "the first " } else { "" };
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
