//! What was sent of an item that did not land.

use crate::{
    errors::items::{Items, Sent},
    text::visible,
};
use contract::{Item, Kind, MemoryInput};
use leptos::prelude::*;

/// The item at `index`, as `sent` has it.
#[component]
pub fn SentItem(items: Items, index: u32, sent: RwSignal<Sent>) -> impl IntoView {
    let shown = move || match sent.get() {
        Sent::Asking => view! { <p class="soft">"Asking for what was sent…"</p> }.into_any(),
        Sent::Gone => view! { <p class="soft">"What was sent is no longer kept."</p> }.into_any(),
        Sent::Failed(sentence) => view! {
            <p>{sentence}</p>
            <button type="button" on:click=move |_| items.ask(index, sent)>
                "Try again"
            </button>
        }
        .into_any(),
        Sent::Found(item) => fields(&item).into_any(),
    };
    view! {
        <div class="sent" role="status">
            {shown}
        </div>
    }
}

fn fields(item: &Item) -> impl IntoView + use<> {
    let raw = item.item.as_ref().map(|item| item.get()).unwrap_or_default();
    let Ok(memory) = MemoryInput::read(raw) else {
        return view! { <pre tabindex="0">{lines(raw)}</pre> }.into_any();
    };
    let content = match memory.is_empty() {
        true => view! { <em class="soft">"nothing, or only white space"</em> }.into_any(),
        false => view! {
            <pre tabindex="0">
                <bdi>{lines(&memory.content)}</bdi>
            </pre>
        }
        .into_any(),
    };
    let metadata = memory.metadata.as_ref().map(|metadata| {
        view! {
            <div class="wide">
                <dt>"Metadata"</dt>
                <dd>
                    <pre tabindex="0">{lines(metadata.get())}</pre>
                </dd>
            </div>
        }
    });
    let line = item.line.map(|line| line.to_string());
    let kind = (memory.kind != Kind::Note).then_some("session");
    view! {
        <dl>
            <div class="wide">
                <dt>"Content"</dt>
                <dd>{content}</dd>
            </div>
            {field("Line of the file", line.as_deref())}
            {field("User", memory.user_id.as_deref())}
            {field("Agent", memory.agent_id.as_deref())}
            {field("Run", memory.run_id.as_deref())}
            {field("Timestamp", memory.timestamp.as_deref())}
            {field("Kind", kind)}
            {metadata}
        </dl>
    }
    .into_any()
}

fn field(name: &'static str, value: Option<&str>) -> impl IntoView + use<> {
    let value = visible(value?).into_owned();
    Some(view! {
        <div>
            <dt>{name}</dt>
            <dd>
                <bdi>{value}</bdi>
            </dd>
        </div>
    })
}

/// [`visible`], but with its lines as they are.
fn lines(text: &str) -> String {
    text.lines().map(visible).collect::<Vec<_>>().join("\n")
}
