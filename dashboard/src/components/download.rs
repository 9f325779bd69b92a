//! The failed items as a file, as the API gives them: with what was sent.

use crate::{
    api::{self, Error},
    browser,
    components::{icon::Icon, toast::Toast},
    session::Session,
};
use contract::JobId;
use leptos::{prelude::*, task::spawn_local};

/// A file that the API gives.
#[derive(Clone, Copy)]
struct Kind {
    name: &'static str,
    ending: &'static str,
    media_type: &'static str,
}

const KINDS: [Kind; 2] = [
    Kind { name: "Items as CSV", ending: "csv", media_type: "text/csv" },
    Kind { name: "Items as NDJSON", ending: "ndjson", media_type: "application/x-ndjson" },
];

/// The download of a job's failed items.
#[derive(Clone, Copy)]
pub struct Download {
    job: JobId,
    session: Session,
    toast: Toast,
    state: RwSignal<State>,
}

#[derive(Clone)]
enum State {
    Idle,
    UnderWay,
    Failed(Kind, Error),
}

impl Download {
    /// One that has not begun.
    pub fn new(job: JobId) -> Self {
        let (session, toast) = (expect_context::<Session>(), expect_context::<Toast>());
        Self { job, session, toast, state: RwSignal::new(State::Idle) }
    }

    fn begin(self, kind: Kind) {
        if matches!(*self.state.read_untracked(), State::UnderWay) {
            return;
        }
        self.state.set(State::UnderWay);
        spawn_local(async move {
            let file = api::file_of_failed_items(&self.session.key(), self.job, kind.media_type).await;
            let state = match file {
                Ok(file) => {
                    let name = format!("{}-failed.{}", self.job, kind.ending);
                    self.toast.saved(browser::save(&name, &file), "Failed items saved".to_owned());
                    State::Idle
                }
                Err(error) => State::Failed(kind, error),
            };
            // The page may be gone by now.
            self.state.try_set(state);
        });
    }
}

/// The entries of the menu; `then` follows a click.
#[component]
pub fn DownloadButtons(download: Download, then: fn()) -> impl IntoView {
    let button = move |kind: Kind| {
        view! {
            <button
                type="button"
                on:click=move |_| {
                    download.begin(kind);
                    then();
                }
            >
                <Icon name="download" />
                {kind.name}
            </button>
        }
    };
    view! {
        <fieldset>
            <legend>"All failed items, with what was sent"</legend>
            {KINDS.map(button).collect_view()}
        </fieldset>
    }
}

/// How far it is.
#[component]
pub fn DownloadState(download: Download) -> impl IntoView {
    let says = move || match download.state.get() {
        State::Idle => ().into_any(),
        State::UnderWay => view! { <p class="soft">"Downloading the failed items…"</p> }.into_any(),
        State::Failed(kind, error) => view! {
            <p>{error.sentence().to_owned()} " Nothing was saved."</p>
            <button type="button" on:click=move |_| download.begin(kind)>
                "Try again"
            </button>
        }
        .into_any(),
    };
    view! {
        <div class="download" role="status">
            {says}
        </div>
    }
}
