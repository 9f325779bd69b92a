//! The page that takes a file.

use super::{
    check::{Checked, check},
    columns::Field,
    read::{self, File, LARGEST},
    send::{Outbox, State},
    sent::Sent,
};
use crate::{
    browser::number,
    icon::icon,
    recent,
    screen::screen,
    session::Session,
    text::{plural, shortened, visible},
};
use contract::{JobId, Scope};
use leptos::{prelude::*, task::spawn_local};
use leptos_router::hooks::use_navigate;
use std::sync::Arc;
use wasm_bindgen_futures::JsFuture;
use web_sys::{DragEvent, FileList, HtmlInputElement};

/// Problems that are listed at most.
const PROBLEMS: usize = 100;
/// Rows of a table that are shown beside its columns.
const PREVIEW: usize = 3;

/// A file that was read.
#[derive(Clone)]
struct Draft {
    name: String,
    file: Arc<File>,
}

/// The page of `/import`.
#[component]
pub fn Import() -> impl IntoView {
    let session = expect_context::<Session>();
    let outbox = expect_context::<Outbox>();
    document().set_title("New import · Batch status");
    let may_write = Memo::new(move |_| session.may(Scope::MemoriesWrite));
    let is_idle = Memo::new(move |_| outbox.state.get() == State::Idle);
    move || match (may_write.get(), is_idle.get()) {
        (false, _) => read_only(session),
        (true, true) => view! { <Choose /> }.into_any(),
        (true, false) => view! { <Sending /> }.into_any(),
    }
}

fn read_only(session: Session) -> AnyView {
    let says = || {
        "An import needs the scope memories:write, and this key does not have it. Sign in with one that does."
            .to_owned()
    };
    let actions = view! {
        <button type="button" class="primary" on:click=move |_| session.sign_out(None)>"Use another key"</button>
        <a class="button" href="/">"All jobs"</a>
    };
    screen("read-only", "This key may only read", Signal::derive(says), actions.into_any())
}

/// Takes a file and shows what is in it.
#[component]
fn Choose() -> impl IntoView {
    let (problem, draft) = (RwSignal::new(None::<String>), RwSignal::new(None::<Draft>));
    let is_over = RwSignal::new(false);
    let take = move |files: Option<FileList>| {
        let Some(file) = files.and_then(|files| files.get(0)) else { return };
        draft.set(None);
        problem.set(None);
        if file.size() > LARGEST {
            let size = |bytes: f64| number((bytes / 1_000_000.0).ceil() as u32);
            let (has, most) = (size(file.size()), size(LARGEST));
            problem.set(Some(format!("The file has {has} MB, and at most {most} MB are taken here. Split it.")));
            return;
        }
        spawn_local(async move {
            let read = match JsFuture::from(file.array_buffer()).await {
                Ok(buffer) => read::read(&file.name(), &js_sys::Uint8Array::new(&buffer).to_vec()),
                Err(_) => Err("The browser cannot read the file. Was it moved or changed meanwhile?".to_owned()),
            };
            match read {
                Ok(read) => draft.set(Some(Draft { name: file.name(), file: Arc::new(read) })),
                Err(sentence) => problem.set(Some(sentence)),
            }
        });
    };
    let dropped = move |event: DragEvent| {
        event.prevent_default();
        is_over.set(false);
        take(event.data_transfer().and_then(|transfer| transfer.files()));
    };
    let chosen = move |event: web_sys::Event| {
        let input: HtmlInputElement = event_target(&event);
        take(input.files());
        // So that choosing the same file again, corrected, is a change.
        input.set_value("");
    };
    view! {
        <div class="page" data-screen="import">
            <div class="head"><h1>"New import"</h1></div>
            <label
                class="card drop"
                class:over=is_over
                on:dragover=move |event| { event.prevent_default(); is_over.set(true) }
                on:dragleave=move |_| is_over.set(false)
                on:drop=dropped
            >
                {icon("file")}
                <strong>"Drop a file here, or choose one"</strong>
                <span class="soft">"JSON, JSON Lines or CSV, up to 50 MB. It is checked here; nothing is sent before you say so."</span>
                <input
                    type="file"
                    aria-label="File to import"
                    accept=".json,.jsonl,.ndjson,.csv,.tsv,.txt"
                    on:change=chosen
                />
            </label>
            <p class="problem" role="alert">{problem}</p>
            {move || draft.get().map(review)}
        </div>
    }
}

/// What the file holds, row by row, and the button that sends it.
fn review(draft: Draft) -> AnyView {
    let (session, outbox, sent) = (expect_context::<Session>(), expect_context::<Outbox>(), expect_context::<Sent>());
    let navigate = use_navigate();
    let fields = RwSignal::new(match &*draft.file {
        File::Table(table) => table.fields.clone(),
        File::Json(_) => Vec::new(),
    });
    let leave_out = RwSignal::new(false);
    let file = draft.file.clone();
    let checked = Memo::new(move |_| Arc::new(check(&file, &fields.read())));
    let good = Memo::new(move |_| checked.read().good.len() as u32);
    let bad = Memo::new(move |_| checked.read().bad.len() as u32);
    let send = move |_| {
        let navigate = navigate.clone();
        outbox.send(session.key(), sent, &checked.get_untracked().good, move |jobs| {
            navigate(&landing(&jobs), Default::default());
            outbox.clear();
        });
    };
    let columns = match &*draft.file {
        File::Table(_) => Some(columns(draft.file.clone(), fields)),
        File::Json(_) => None,
    };
    let summary = move || {
        let (good, bad) = (good.get(), bad.get());
        let bad_words = if bad == 0 { "no problems".to_owned() } else { format!("{} with problems", number(bad)) };
        format!("{} {} can be imported, {bad_words}", number(good), plural(good, "row", "rows"))
    };
    view! {
        <section class="card review" aria-label="What the file holds">
            <h2>{visible(&draft.name).into_owned()}</h2>
            <p role="status" data-good=good data-bad=bad>{summary}</p>
            {columns}
            {move || problems(&checked.read())}
            <Show when=move || { bad.get() > 0 && good.get() > 0 }>
                <label class="check">
                    <input type="checkbox" bind:checked=leave_out />
                    <span>"Leave out the rows with problems"</span>
                </label>
            </Show>
            <button
                type="button"
                class="primary"
                disabled=move || good.get() == 0 || (bad.get() > 0 && !leave_out.get())
                on:click=send
            >
                {move || format!("Import {} {}", number(good.get()), plural(good.get(), "memory", "memories"))}
            </button>
        </section>
    }
    .into_any()
}

/// Where the progress of what was sent is seen.
fn landing(jobs: &[JobId]) -> String {
    match jobs {
        [job] => format!("/jobs/{job}"),
        _ => "/".to_owned(),
    }
}

/// The columns of a table, and what each is taken for.
fn columns(file: Arc<File>, fields: RwSignal<Vec<Option<Field>>>) -> AnyView {
    let File::Table(table) = &*file else { return ().into_any() };
    let column = |(at, name): (usize, &String)| {
        let shown = visible(&shortened(name, 60)).into_owned();
        let field = move || fields.read().get(at).copied().flatten();
        let options = Field::ALL.map(|option| {
            view! { <option value=option.name() selected=move || field() == Some(option)>{option.name()}</option> }
        });
        let choose = move |value: String| {
            fields.update(|fields| {
                let chosen = Field::named(&value);
                // A field that moves here leaves the column that it was in.
                for field in fields.iter_mut().filter(|field| chosen.is_some() && **field == chosen) {
                    *field = None;
                }
                if let Some(field) = fields.get_mut(at) {
                    *field = chosen;
                }
            });
        };
        let cells: Vec<&str> =
            table.rows.iter().take(PREVIEW).filter_map(|(_, cells)| Some(cells.get(at)?.as_str())).collect();
        let preview = visible(&shortened(&cells.join(" · "), 80)).into_owned();
        view! {
            <li>
                <label>
                    <bdi class="name">{shown.clone()}</bdi>
                    <select
                        aria-label=format!("Column {shown} holds")
                        on:change:target=move |event| choose(event.target().value())
                    >
                        <option value="" selected=move || field().is_none()>"leave out"</option>
                        {Vec::from(options)}
                    </select>
                </label>
                <bdi class="soft">{preview}</bdi>
            </li>
        }
    };
    let columns: Vec<_> = table.header.iter().enumerate().map(column).collect();
    let names = table.header.clone();
    let left_out = move || {
        let fields = fields.read();
        let unknown: Vec<&str> = names
            .iter()
            .zip(fields.iter())
            .filter(|(_, field)| field.is_none())
            .map(|(name, _)| name.as_str())
            .collect();
        (!unknown.is_empty()).then(|| format!("Left out: {}.", visible(&shortened(&unknown.join(", "), 300))))
    };
    view! {
        <fieldset>
            <legend>"Columns"</legend>
            <ul class="columns">{columns}</ul>
            <p class="soft" role="status">{left_out}</p>
        </fieldset>
    }
    .into_any()
}

/// The first rows that cannot be sent, with the place of each.
fn problems(checked: &Checked) -> AnyView {
    let rows: Vec<_> = checked
        .bad
        .iter()
        .take(PROBLEMS)
        .map(|problem| {
            let line = format!("Line {}", number(problem.line as u32));
            view! { <li><span class="figure">{line}</span><bdi>{visible(&problem.says).into_owned()}</bdi></li> }
        })
        .collect();
    let hidden = checked.bad.len().saturating_sub(PROBLEMS) as u32;
    let empty = checked.empty as u32;
    view! {
        {(empty > 0).then(|| view! {
            <p class="soft">
                {format!("{} {} no content: taken, and then counted as failed.", number(empty), plural(empty, "row has", "rows have"))}
            </p>
        })}
        {(!rows.is_empty()).then(|| view! { <ul class="problems" aria-label="Problems">{rows}</ul> })}
        {(hidden > 0).then(|| view! { <p class="soft">{format!("and {} more", number(hidden))}</p> })}
    }
    .into_any()
}

/// The batches on their way.
#[component]
fn Sending() -> impl IntoView {
    let (session, outbox, sent) = (expect_context::<Session>(), expect_context::<Outbox>(), expect_context::<Sent>());
    let navigate = use_navigate();
    let count = move || outbox.batches.read().len() as u32;
    let taken = move || outbox.batches.read().iter().filter(|batch| batch.job.is_some()).count() as u32;
    let summary =
        move || format!("{} of {} {} handed in", number(taken()), number(count()), plural(count(), "batch", "batches"));
    let jobs = move || {
        let batches = outbox.batches.read();
        let jobs = batches.iter().filter_map(|batch| batch.job);
        jobs.map(|id| view! { <li><a href=format!("/jobs/{id}")><code>{recent::short(id)}</code></a></li> })
            .collect_view()
    };
    let again = move |_| {
        let navigate = navigate.clone();
        outbox.resume(session.key(), sent, move |jobs| {
            navigate(&landing(&jobs), Default::default());
            outbox.clear();
        });
    };
    view! {
        <div class="page" data-screen="sending">
            <div class="head"><h1>"Importing"</h1></div>
            <section class="card review">
                <p role="status">{summary}</p>
                <progress aria-label="Batches handed in" max=count value=taken></progress>
                <p class="problem" role="alert">{outbox.says}</p>
                <ul class="jobs-sent" aria-label="Jobs">{jobs}</ul>
                <Show when=move || outbox.state.get() == State::Stopped>
                    <div class="actions">
                        <button type="button" class="primary" on:click=again.clone()>"Try the rest again"</button>
                        <button type="button" on:click=move |_| outbox.clear()>"Give up the rest"</button>
                    </div>
                </Show>
            </section>
        </div>
    }
}
