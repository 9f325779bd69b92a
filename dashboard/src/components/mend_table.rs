//! The rows that did not land as a table to correct them in.

use crate::{
    browser::number,
    components::{mend_row::MendRow, unsent::Consent},
    group::{
        asker::AT_ONCE,
        draft::Draft,
        found::Row,
        known::Known,
        mend::{self, FIELDS, Mended},
    },
    import::{
        batch::{Import, parts},
        land::land,
        send::{Outbox, State},
    },
    session::Session,
    text::plural,
};
use leptos::{prelude::*, task::spawn_local};

/// The table. `fixing` is emptied when it is done with.
#[component]
pub fn MendTable(known: Known, fixing: RwSignal<bool>) -> impl IntoView {
    let (session, outbox) = (expect_context::<Session>(), expect_context::<Outbox>());
    let land = land(outbox);
    // A copy: what the reader corrects must not change under the hands.
    let rows = untrack(|| known.mendable()).into_iter().take(AT_ONCE);
    let drafts = StoredValue::new(rows.filter_map(Draft::of).collect::<Vec<_>>());
    let (is_looking, problem) = (RwSignal::new(false), RwSignal::new(String::new()));
    let count =
        Memo::new(move |_| drafts.with_value(|drafts| drafts.iter().filter(|draft| draft.is_sent()).count() as u32));
    let count = move || count.get();
    let summary = Memo::new(move |_| drafts.with_value(|drafts| summary(drafts)));
    let send = move |_| {
        let mended: Vec<Mended> = drafts.with_value(|drafts| drafts.iter().filter_map(Draft::mended).collect());
        let (asker, land) = (known.asker.get_value(), land.clone());
        is_looking.set(true);
        problem.set(String::new());
        spawn_local(async move {
            // Somebody else may have sent some of them meanwhile.
            let looked = asker.look_again(&session.key()).await;
            if is_looking.try_set(false).is_some() || outbox.state.get_untracked() != State::Idle {
                return;
            }
            if let Err(error) = looked {
                return problem.set(format!("{} Nothing was sent.", error.sentence()));
            }
            let open = asker.open();
            let is_open = |row: &Row| open.iter().any(|open| (open.job, open.index) == (row.job, row.index));
            let mended: Vec<Mended> = mended.into_iter().filter(|mended| is_open(&mended.row)).collect();
            let import = known.data.with_untracked(|data| {
                let job = data.as_ref()?.jobs.first()?;
                Some(Import::new(job.label.as_deref().unwrap_or_default(), job.group.clone()?))
            });
            let (mut posts, changed) = mend::posts(&mended);
            posts.extend(parts(changed));
            match import {
                Some(import) if !posts.is_empty() => {
                    outbox.lay(import, posts);
                    outbox.send(session.key(), land);
                    fixing.set(false);
                }
                _ => problem.set("These rows were sent again meanwhile. Nothing was sent.".to_owned()),
            }
        });
    };
    let heads = FIELDS.map(|field| view! { <th scope="col">{field.name()}</th> });
    let rows =
        drafts.with_value(|drafts| drafts.iter().map(|draft| view! { <MendRow draft=draft.clone() /> }).collect_view());
    view! {
        <div class="preview mend" role="region" aria-label="Rows to correct" tabindex="0">
            <table>
                <thead>
                    <tr>
                        <th scope="col">"line"</th>
                        {heads}
                        <th scope="col">"state"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
        <p class="soft" role="status">
            {summary}
        </p>
        <p class="problem" role="alert">
            {problem}
        </p>
        <Consent />
        <div class="actions">
            <button
                type="button"
                class="primary large"
                disabled=move || count() == 0 || is_looking.get() || outbox.state.get() != State::Idle
                on:click=send
            >
                {move || format!("Send {} {} again", number(count()), plural(count(), "row", "rows"))}
            </button>
            <button type="button" on:click=move |_| fixing.set(false)>
                "Cancel"
            </button>
        </div>
    }
}

/// What becomes of the rows.
fn summary(drafts: &[Draft]) -> String {
    let (mut changed, mut same, mut bad, mut skipped) = (0, 0, 0, 0);
    for draft in drafts {
        let place = match (draft.skip.get(), draft.memory.with(Result::is_ok), draft.is_changed.get()) {
            (true, ..) => &mut skipped,
            (_, false, _) => &mut bad,
            (_, _, true) => &mut changed,
            _ => &mut same,
        };
        *place += 1;
    }
    let parts =
        [(changed, "changed"), (same, "sent as before"), (bad, "with problems: not sent"), (skipped, "skipped")];
    let parts: Vec<String> = parts
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{} {what}", number(count)))
        .collect();
    parts.join(", ")
}
