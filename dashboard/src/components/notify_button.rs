//! Lets the reader be told of the end of a job, once, even when the tab is hidden by then.

use crate::{
    browser::{self, number},
    components::{icon::Icon, toast::Toast},
    poll::Poll,
    progress::Progress,
};
use leptos::{prelude::*, task::spawn_local};

/// The button.
#[component]
pub fn NotifyButton(poll: Poll) -> impl IntoView {
    let toast = expect_context::<Toast>();
    let toggle = move |_| {
        if poll.insist.get_untracked() {
            return poll.insist.set(false);
        }
        spawn_local(async move {
            if browser::may_notify().await {
                poll.insist.set(true);
            } else {
                toast.say("The browser does not let this page notify you".to_owned());
            }
        });
    };
    view! {
        <button
            type="button"
            aria-pressed=move || poll.insist.get().to_string()
            title="At the end of the job. Keeps asking, twice a minute, while this tab is hidden"
            on:click=toggle
        >
            <Icon name="bell" />
            "Notify me"
        </button>
    }
}

/// Tells the reader of the end, where that was asked for; for as long as the page lives, which the button does not.
pub fn notify_of_the_end(progress: Signal<Progress>, poll: Poll) {
    Effect::new(move |_| {
        let now = progress.get();
        if now.status.is_final() && poll.insist.get_untracked() {
            poll.insist.set(false);
            browser::notify(&now.in_words(number));
        }
    });
}
