//! The page that takes a file.

use crate::{
    browser::{download, number},
    components::{
        drop_zone::DropZone,
        review::Review,
        screen::Screen,
        sending::Sending,
        separator::{LINES, Separator},
        unsent::Unsent,
    },
    files::{
        file::{File, Form},
        sample,
        split::Raw,
    },
    import::{
        kept::Kept,
        send::{Outbox, State},
        take::{self, LARGEST, Refused, Turns},
    },
    session::Session,
    text::visible,
};
use contract::Scope;
use leptos::{prelude::*, task::spawn_local};
use std::sync::Arc;
use web_sys::FileList;

/// The page of `/import`.
#[component]
pub fn Import() -> impl IntoView {
    let (session, outbox) = (expect_context::<Session>(), expect_context::<Outbox>());
    document().set_title("New import · Batch status");
    let may_write = Memo::new(move |_| session.may(Scope::MemoriesWrite));
    let is_idle = Memo::new(move |_| outbox.state.get() == State::Idle);
    // Screen readers hear only what changes in a place that they know.
    let said = RwSignal::new(String::new());
    let page = move || match (may_write.get(), is_idle.get()) {
        (false, _) => view! { <ReadOnly /> }.into_any(),
        (true, true) => view! { <Choose said=said /> }.into_any(),
        (true, false) => view! { <Sending said=said /> }.into_any(),
    };
    view! {
        <div>
            <p class="seen-by-readers-only" role="status">
                {move || said.get()}
            </p>
            {page}
        </div>
    }
}

#[component]
fn ReadOnly() -> impl IntoView {
    let session = expect_context::<Session>();
    let says = "An import needs the scope memories:write, and this key does not have it. Sign in with one that does.";
    view! {
        <Screen name="read-only" title="This key may only read" says=says>
            <button type="button" class="primary" on:click=move |_| session.sign_out(None)>
                "Use another key"
            </button>
            <a class="button" href="/">
                "All jobs"
            </a>
        </Screen>
    }
}

/// Takes a file and shows what is in it.
#[component]
fn Choose(said: RwSignal<String>) -> impl IntoView {
    let kept = expect_context::<Kept>();
    let (problem, note) = (RwSignal::new(None::<String>), RwSignal::new(None::<String>));
    let draft = RwSignal::new(None::<(String, Arc<File>)>);
    let progress = RwSignal::new(None::<u32>);
    let turns = StoredValue::new_local(Turns::of_page());
    // A table, also one that is refused, can be read with another separator.
    let (raw, separator) = (RwSignal::new(None::<(String, Raw)>), RwSignal::new(String::new()));
    let show = move |name: String, read: Result<Arc<File>, Refused>| {
        progress.set(None);
        let (text, file) = match read {
            Ok(file) => (file.raw(), Some(file)),
            Err(refused) => {
                problem.set(Some(refused.says));
                (refused.raw, None)
            }
        };
        separator.set(file.as_ref().map_or(String::new(), |file| match file.form {
            Form::Table { delimiter, .. } => written(delimiter),
            Form::Json(_) => String::new(),
        }));
        raw.set(text.map(|text| (name.clone(), text)));
        draft.set(file.map(|file| (name, file)));
    };
    let read_again = move |delimiter: Option<char>| {
        let Some((name, text)) = raw.get_untracked() else { return };
        let turns = turns.get_value();
        problem.set(None);
        separator.set(written(delimiter));
        draft.set(None);
        spawn_local(async move {
            if let Some(read) = take::read_again(text, delimiter, turns, progress).await {
                show(name, read);
                // What was chosen stays chosen, also where the table cannot be read that way.
                separator.set(written(delimiter));
            }
        });
    };
    let take = move |files: FileList| {
        let Some(file) = files.get(0) else { return };
        let turns = turns.get_value();
        turns.next();
        said.set(String::new());
        draft.set(None);
        raw.set(None);
        progress.set(None);
        problem.set(too_large(file.size()));
        note.set((files.length() > 1).then(|| {
            let count = number(files.length());
            format!("{count} files came at once, and one is taken at a time: this is {}.", visible(&file.name()))
        }));
        if file.size() > LARGEST {
            return;
        }
        spawn_local(async move {
            let name = file.name();
            if let Some(read) = take::read(file, turns, progress).await {
                show(name, read);
            }
        });
    };
    let is_reading = Memo::new(move |_| progress.read().is_some());
    let download_sample = |_| _ = download(sample::NAME, "text/csv;charset=utf-8", sample::SAMPLE);
    view! {
        <div class="page" data-screen="import">
            <div class="head">
                <h1>"New import"</h1>
            </div>
            <Show when=move || kept.offered.with(|batches| !batches.is_empty())>
                <Unsent />
            </Show>
            <DropZone take=Callback::new(take) />
            <p class="soft">
                "Nothing at hand? " <button type="button" class="plain" on:click=download_sample>
                    "Download a sample file"
                </button>
            </p>
            <p class="problem" role="alert">
                {move || problem.get().unwrap_or_default()}
            </p>
            <p class="soft note" role="status">
                {move || note.get().unwrap_or_default()}
            </p>
            <Show when=move || raw.with(Option::is_some)>
                <Separator now=separator choose=Callback::new(read_again) />
            </Show>
            <Show when=move || is_reading.get()>
                <Reading progress=progress said=said />
            </Show>
            {move || draft.get().map(|(name, file)| view! { <Review name=name file=file said=said /> })}
        </div>
    }
}

/// A separator as the choice of it has it.
fn written(delimiter: Option<char>) -> String {
    delimiter.map_or(LINES.to_owned(), String::from)
}

/// While a file is read.
#[component]
fn Reading(progress: RwSignal<Option<u32>>, said: RwSignal<String>) -> impl IntoView {
    const READING: &str = "Reading the file…";
    said.set(READING.to_owned());
    view! {
        <section class="card review">
            <p>{READING}</p>
            <progress
                aria-label="Read of the file"
                max="100"
                value=move || progress.get().unwrap_or_default().to_string()
            ></progress>
        </section>
    }
}

/// Why a file of `bytes` is not taken, if it is not.
fn too_large(bytes: f64) -> Option<String> {
    let megabytes = |bytes: f64| number((bytes / 1_000_000.0).ceil() as u32);
    let (has, most) = (megabytes(bytes), megabytes(LARGEST));
    (bytes > LARGEST).then(|| format!("The file has {has} MB, and at most {most} MB are taken here. Split it."))
}
