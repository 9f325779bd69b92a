//! Ends a job that runs, once the reader has confirmed it.

use crate::{browser::number, components::icon::Icon, job::cancelling::Cancelling, text::plural};
use contract::Scope;
use leptos::{html::Dialog, prelude::*};

/// The button, for who may.
#[component]
pub fn CancelButton(cancelling: Cancelling) -> impl IntoView {
    let Cancelling { session, asks, busy, .. } = cancelling;
    view! {
        <Show when=move || session.may(Scope::MemoriesWrite)>
            <button type="button" aria-haspopup="dialog" on:click=move |_| asks.set(!busy.get_untracked())>
                <Icon name="stop" />
                {move || if busy.get() { "Cancelling…" } else { "Cancel" }}
            </button>
        </Show>
    }
}

/// The question, and what came of it.
#[component]
pub fn CancelDialog(cancelling: Cancelling) -> impl IntoView {
    let Cancelling { progress, asks, said, .. } = cancelling;
    let dialog = NodeRef::<Dialog>::new();
    Effect::new(move |_| {
        let wanted = asks.get();
        if let Some(dialog) = dialog.get().filter(|dialog| wanted && !dialog.open()) {
            let _ = dialog.show_modal();
        }
    });
    let close = move || {
        if let Some(dialog) = dialog.get_untracked() {
            dialog.close();
        }
    };
    let landed = move || {
        let imported = progress.get().imported;
        format!("{} {} so far", number(imported), plural(imported, "memory has landed", "memories have landed"))
    };
    view! {
        <dialog id="cancel" node_ref=dialog aria-labelledby="cancel-title" on:close=move |_| asks.set(false)>
            <h2 id="cancel-title">"Cancel this job?"</h2>
            <p>
                "What has landed stays: " {landed}
                ". The rest is not imported, and is listed among the errors. It can be retried."
            </p>
            <div class="actions">
                <button type="button" autofocus on:click=move |_| close()>
                    "Let it run"
                </button>
                <button
                    type="button"
                    class="danger"
                    on:click=move |_| {
                        close();
                        cancelling.send();
                    }
                >
                    "Cancel the job"
                </button>
            </div>
        </dialog>
        <p id="cancelled" class="note" role="status" tabindex="-1">
            {said}
        </p>
    }
}
