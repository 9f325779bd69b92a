//! Routes, and the frame around every page.

use crate::{
    job::JobPage,
    session::{Session, SignIn},
};
use contract::JobId;
use leptos::prelude::*;
use leptos_router::{
    components::{Route, Router, Routes},
    hooks::use_navigate,
    path,
};
use web_sys::SubmitEvent;

/// The whole dashboard.
#[component]
pub fn App() -> impl IntoView {
    let session = Session(RwSignal::new(None));
    provide_context(session);
    let signed_in = move || session.0.with(Option::is_some);
    view! {
        <header>
            <a href="/">"Batch status"</a>
            <Show when=signed_in>
                <button type="button" on:click=move |_| session.sign_out()>"Sign out"</button>
            </Show>
        </header>
        <main>
            <Router>
                <Show when=signed_in fallback=SignIn>
                    <Routes fallback=|| view! { <h1>"There is no such page"</h1> }>
                        <Route path=path!("/") view=OpenJob />
                        <Route path=path!("/jobs/:id") view=JobPage />
                    </Routes>
                </Show>
            </Router>
        </main>
    }
}

/// Takes a job id and goes to its page.
#[component]
fn OpenJob() -> impl IntoView {
    let navigate = use_navigate();
    let id = RwSignal::new(String::new());
    let problem = RwSignal::new("");
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        match id.get_untracked().trim().parse::<JobId>() {
            Ok(id) => navigate(&format!("/jobs/{id}"), Default::default()),
            Err(_) => problem.set("A job id is job_ and 32 hex digits, or a bare UUID."),
        }
    };
    view! {
        <form on:submit=submit>
            <h1>"Open a job"</h1>
            <label for="job-id">"Job id"</label>
            <input id="job-id" spellcheck="false" required placeholder="job_…" bind:value=id />
            <p role="alert">{problem}</p>
            <button type="submit">"Open"</button>
        </form>
    }
}
