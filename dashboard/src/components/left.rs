//! The rows of an import that did not land.

use crate::{
    browser::{large, number},
    components::{icon::Icon, mend_table::MendTable, toast::Toast},
    group::{
        asker::AT_ONCE,
        found::Row,
        known::Known,
        mend::{FIELDS, text},
        table,
    },
    import::send::{Outbox, State},
    session::Session,
    text::{shortened, visible},
};
use contract::{MemoryInput, Scope};
use leptos::{prelude::*, task::spawn_local};

/// Characters of a content, and of a reason, that are shown.
const SHOWN: usize = 300;

/// The section: what did not land, and what can be done about it.
#[component]
pub fn Left(known: Known) -> impl IntoView {
    let failed = Memo::new(move |_| known.progress().failed);
    let fixing = RwSignal::new(false);
    let says = Signal::derive(move || {
        let says = match failed.get() {
            0 if known.is_over() => "No errors. Everything that was tried has landed.",
            0 => "No errors so far.",
            _ => "",
        };
        says.to_owned()
    });
    let total = Signal::derive(move || number(failed.get()));
    // While rows are being mended nothing else decides: the table must not be made anew under the hands.
    let shown = Memo::new(move |_| (fixing.get(), !fixing.get() && failed.get() == 0));
    view! {
        <section id="left" class="card left" aria-labelledby="left-title">
            <h2 id="left-title">
                "Errors " <span class="figure soft">{total}</span>
            </h2>
            <p class="soft note">{says}</p>
            {move || match shown.get() {
                (true, _) => view! { <MendTable known=known fixing=fixing /> }.into_any(),
                (false, true) => ().into_any(),
                (false, false) => {
                    view! {
                        <Ways known=known fixing=fixing />
                        <Rows known=known />
                    }
                        .into_any()
                }
            }}
        </section>
    }
}

/// What can be done.
#[component]
fn Ways(known: Known, fixing: RwSignal<bool>) -> impl IntoView {
    let (session, outbox) = (expect_context::<Session>(), expect_context::<Outbox>());
    let mendable = Memo::new(move |_| known.mendable().len() as u32);
    let is_free = Memo::new(move |_| outbox.state.get() == State::Idle);
    let says =
        Signal::derive(move || match (session.may(Scope::MemoriesWrite), mendable.get() as usize, is_free.get()) {
            (false, ..) => "This key may only read: sending again needs the scope memories:write.".to_owned(),
            (_, 0, _) if known.data.with(|data| data.as_ref().is_some_and(|group| group.sum.running > 0)) => {
                "They can be sent again once their job is final.".to_owned()
            }
            (_, 0, _) if known.is_read() => {
                "These were sent without the lines of a file: send them again from the page of their job.".to_owned()
            }
            (_, _, false) => "Something else is being sent from this tab. Finish or give up that first.".to_owned(),
            _ if known.progress().failed as usize > AT_ONCE => {
                format!("At most {} at a time; a file can hold all of them.", number(AT_ONCE as u32))
            }
            _ => String::new(),
        });
    view! {
        <div class="actions">
            <Show when=move || session.may(Scope::MemoriesWrite)>
                <button
                    type="button"
                    class="primary large"
                    disabled=move || mendable.get() == 0 || !is_free.get()
                    on:click=move |_| fixing.set(true)
                >
                    <Icon name="fix" />
                    "Fix and send again"
                </button>
            </Show>
            <ToCorrect known=known />
        </div>
        <p class="soft note" role="status">
            {says}
        </p>
    }
}

/// Hands out all rows that did not land as a file.
#[component]
fn ToCorrect(known: Known) -> impl IntoView {
    let (session, toast) = (expect_context::<Session>(), expect_context::<Toast>());
    let is_reading = RwSignal::new(false);
    let save = move |_| {
        is_reading.set(true);
        let asker = known.asker.get_value();
        spawn_local(async move {
            let asked = asker.ask_all(&session.key()).await;
            if is_reading.try_set(false).is_some() {
                return;
            }
            match asked {
                Err(error) => toast.say(error.sentence().to_owned()),
                Ok(()) => table::hand_out(asker.open(), "to-correct.csv", toast),
            }
        });
    };
    view! {
        <button type="button" disabled=move || is_reading.get() on:click=save>
            <Icon name="download" />
            {move || if is_reading.get() { "Reading the rows…" } else { "Rows to correct and drop again" }}
        </button>
    }
}

/// The rows themselves.
#[component]
fn Rows(known: Known) -> impl IntoView {
    let shown = move || known.open().into_iter().take(known.shown.get()).collect::<Vec<_>>();
    let count = Memo::new(move |_| shown().len() as u32);
    let failed = Memo::new(move |_| known.progress().failed);
    let summary = Signal::derive(move || match (count.get(), failed.get()) {
        (0, _) => "Reading the rows…".to_owned(),
        (count, failed) if count < failed => format!("The first {} of {}", number(count), number(failed)),
        _ => String::new(),
    });
    view! {
        <div class="preview rows-left" role="region" aria-label="Rows that did not land" tabindex="0">
            <table>
                <thead>
                    <tr>
                        <th scope="col">"line"</th>
                        <th scope="col">"reason"</th>
                        <th scope="col">"what was sent"</th>
                    </tr>
                </thead>
                <tbody>
                    <For each=shown key=|row| (row.job, row.index) let:row>
                        <RowLeft row=row />
                    </For>
                </tbody>
            </table>
        </div>
        <p class="soft note" role="status">
            {summary}
        </p>
        <Show when=move || { count.get() < failed.get() && count.get() as usize >= known.shown.get() }>
            <button type="button" on:click=move |_| known.show_more()>
                {format!("Show {} more", number(AT_ONCE as u32))}
            </button>
        </Show>
    }
}

#[component]
fn RowLeft(row: Row) -> impl IntoView {
    let sent = row.json.as_deref().and_then(|json| MemoryInput::read(json).ok()).map(|memory| {
        let fields = FIELDS.into_iter().skip(1).map(|field| (field.name(), text(&memory, field)));
        let rest: Vec<String> = fields
            .filter(|(_, text)| !text.is_empty())
            .map(|(name, text)| format!("{name} {}", visible(&shortened(&text, 80))))
            .collect();
        let content = visible(&shortened(&memory.content, SHOWN)).into_owned();
        view! {
            <bdi>{content}</bdi>
            " "
            <small>{rest.join(" · ")}</small>
        }
    });
    let line = row.line.map(large).unwrap_or_default();
    view! {
        <tr>
            <th scope="row">{line}</th>
            <td>
                <bdi>{visible(&shortened(&row.error, SHOWN)).into_owned()}</bdi>
            </td>
            <td>{sent}</td>
        </tr>
    }
}
