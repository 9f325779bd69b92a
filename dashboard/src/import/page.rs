//! The page that takes a file.

use super::{
    review::review,
    send::{Outbox, State},
    sent::Sent,
    take::{self, LARGEST, Turns},
};
use crate::{
    browser::{download, number},
    dom::{El, button, el, icon, memo, spawn},
    files::{file::File, sample},
    recent,
    screen::{link, screen},
    session::Session,
    text::{plural, visible},
    toast::Toast,
};
use contract::{JobId, Scope};
use leptos::{ev, prelude::*};
use leptos_router::hooks::use_navigate;
use std::sync::Arc;
use wasm_bindgen::JsCast;
use web_sys::{DragEvent, Event, FileList, HtmlInputElement};

/// The page of `/import`.
pub fn import() -> El {
    let (session, outbox) = (expect_context::<Session>(), expect_context::<Outbox>());
    document().set_title("New import · Batch status");
    let may_write = memo(move || session.may(Scope::MemoriesWrite));
    let is_idle = memo(move || outbox.state.get() == State::Idle);
    el("div").part(move || {
        Some(match (may_write.get(), is_idle.get()) {
            (false, _) => read_only(session),
            (true, true) => choose(),
            (true, false) => sending(session, outbox),
        })
    })
}

fn read_only(session: Session) -> El {
    let says = || {
        "An import needs the scope memories:write, and this key does not have it. Sign in with one that does."
            .to_owned()
    };
    let other = button(move || session.sign_out(None)).class("primary").text("Use another key");
    screen("read-only", "This key may only read", says, [other, link("/", "All jobs")])
}

/// Takes a file and shows what is in it.
fn choose() -> El {
    let (problem, note) = (RwSignal::new(None::<String>), RwSignal::new(None::<String>));
    let draft = RwSignal::new(None::<(String, Arc<File>)>);
    let (progress, turns) = (RwSignal::new(None), Turns::of_page());
    let is_over = RwSignal::new(false);
    let take = move |files: Option<FileList>| {
        let Some((file, files)) = files.and_then(|files| Some((files.get(0)?, files))) else { return };
        turns.next();
        draft.set(None);
        progress.set(None);
        problem.set(too_large(file.size()));
        note.set((files.length() > 1).then(|| {
            let count = number(files.length());
            format!("{count} files came at once, and one is taken at a time: this is {}.", visible(&file.name()))
        }));
        if file.size() > LARGEST {
            return;
        }
        let turns = turns.clone();
        spawn(async move {
            let name = file.name();
            let Some(read) = take::read(file, turns, progress).await else { return };
            progress.set(None);
            match read {
                Ok(read) => draft.set(Some((name, read))),
                Err(sentence) => problem.set(Some(sentence)),
            }
        });
    };
    let dropped = {
        let take = take.clone();
        move |event: Event| {
            event.prevent_default();
            is_over.set(false);
            take(event.unchecked_ref::<DragEvent>().data_transfer().and_then(|transfer| transfer.files()));
        }
    };
    // Beside the zone a dropped file would take the place of the page.
    for refused in [
        window_event_listener(ev::dragover, |event| event.prevent_default()),
        window_event_listener(ev::drop, |event| event.prevent_default()),
    ] {
        on_cleanup(move || refused.remove());
    }
    let chosen = move |event: Event| {
        let Some(target) = event.target() else { return };
        let input: HtmlInputElement = target.unchecked_into();
        take(input.files());
        // So that choosing the same file again, corrected, is a change.
        input.set_value("");
    };
    let input = el("input")
        .attr("type", "file")
        .attr("aria-label", "File to import")
        .attr("accept", ".json,.jsonl,.ndjson,.csv,.tsv,.txt")
        .on("change", chosen);
    let hint = "JSON, JSON Lines or CSV, up to 50 MB. It is checked here; nothing is sent before you say so.";
    let zone = el("label")
        .class("card drop")
        .flag("data-over", move || is_over.get())
        .on("dragover", move |event| {
            event.prevent_default();
            is_over.set(true);
        })
        .on("dragleave", move |_| is_over.set(false))
        .on("drop", dropped)
        .child(icon("file"))
        .child(el("strong").text("Drop a file here, or choose one"))
        .child(el("span").class("soft").text(hint))
        .child(input);
    let sample = button(|| _ = download(sample::NAME, "text/csv;charset=utf-8", sample::SAMPLE));
    let sample = sample.class("plain").text("Download a sample file");
    el("div")
        .class("page")
        .attr("data-screen", "import")
        .child(el("div").class("head").child(el("h1").text("New import")))
        .child(zone)
        .child(el("p").class("soft").text("Nothing at hand? ").child(sample))
        .child(el("p").class("problem").attr("role", "alert").text_of(move || problem.get().unwrap_or_default()))
        .child(el("p").class("soft note").attr("role", "status").text_of(move || note.get().unwrap_or_default()))
        .when(move || progress.read().is_some(), move || reading(progress))
        .part(move || draft.get().map(|(name, file)| review(&name, file)))
}

/// While a file is read.
fn reading(progress: RwSignal<Option<u32>>) -> El {
    let bar = el("progress")
        .attr("aria-label", "Read of the file")
        .attr("max", "100")
        .attr_of("value", move || Some(progress.get().unwrap_or_default().to_string()));
    el("section").class("card review").child(el("p").attr("role", "status").text("Reading the file…")).child(bar)
}

/// Why a file of `bytes` is not taken, if it is not.
fn too_large(bytes: f64) -> Option<String> {
    let megabytes = |bytes: f64| number((bytes / 1_000_000.0).ceil() as u32);
    let (has, most) = (megabytes(bytes), megabytes(LARGEST));
    (bytes > LARGEST).then(|| format!("The file has {has} MB, and at most {most} MB are taken here. Split it."))
}

/// What to do once all batches are taken: shows their progress to who waits for it, and tells it who is on another page.
pub fn land(outbox: Outbox) -> impl Fn(Vec<JobId>) + Clone + 'static {
    let (navigate, toast) = (use_navigate(), expect_context::<Toast>());
    move |jobs| {
        let waits = window().location().pathname().is_ok_and(|path| path == "/import");
        if !waits {
            let count = jobs.len() as u32;
            toast.say(format!("{} {} handed in", number(count), plural(count, "batch is", "batches are")));
            return outbox.clear();
        }
        let address = match jobs.as_slice() {
            [job] => format!("/jobs/{job}"),
            _ => "/".to_owned(),
        };
        navigate(&address, Default::default());
        outbox.clear();
    }
}

/// The batches on their way.
fn sending(session: Session, outbox: Outbox) -> El {
    let (sent, land) = (expect_context::<Sent>(), land(outbox));
    let count = move || outbox.batches.read().len() as u32;
    let taken = move || outbox.batches.read().iter().filter(|batch| batch.job.is_some()).count() as u32;
    let summary = move || {
        let batches = plural(count(), "batch", "batches");
        format!("{} of {} {batches} handed in", number(taken()), number(count()))
    };
    let jobs = move || {
        let batches = outbox.batches.read();
        let links = batches.iter().filter_map(|batch| batch.job).map(|id| {
            let name = el("code").text(&recent::short(id));
            el("li").child(el("a").attr("href", &format!("/jobs/{id}")).child(name))
        });
        Some(el("ul").class("jobs-sent").attr("aria-label", "Jobs").children(links))
    };
    let stopped = move || {
        let land = land.clone();
        let again = button(move || outbox.resume(session.key(), sent, land.clone()));
        let give_up = button(move || outbox.clear());
        el("div")
            .class("actions")
            .child(again.class("primary").text("Send the rest"))
            .child(give_up.text("Give up the rest"))
    };
    let bar = el("progress")
        .attr("aria-label", "Batches handed in")
        .attr_of("max", move || Some(count().to_string()))
        .attr_of("value", move || Some(taken().to_string()));
    let card = el("section")
        .class("card review")
        .child(el("p").attr("role", "status").text_of(summary))
        .child(bar)
        .child(el("p").class("problem").attr("role", "alert").text_of(move || outbox.says.get().unwrap_or_default()))
        .part(jobs)
        .when(move || outbox.state.get() == State::Sending, move || button(move || outbox.cancel()).text("Stop"))
        .when(move || outbox.state.get() == State::Stopped, stopped);
    el("div")
        .class("page")
        .attr("data-screen", "sending")
        .child(el("div").class("head").child(el("h1").text("Importing")))
        .child(card)
}
