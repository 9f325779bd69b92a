//! The first rows of those that can be sent.

use crate::{
    browser::number,
    files::check::Checked,
    text::{shortened, visible},
};
use contract::{Kind, MemoryInput};
use leptos::prelude::*;
use std::sync::Arc;

/// Memories that are shown.
const MEMORIES: usize = 5;

/// The first memories as they will land. A field that none of them has is no column.
#[component]
pub fn Preview(found: RwSignal<Arc<Checked>>) -> impl IntoView {
    move || {
        let found = found.read();
        let good = found.good.iter().take(MEMORIES);
        let memories: Vec<_> = good.filter_map(|good| Some((good.line, MemoryInput::read(&good.json).ok()?))).collect();
        let shown: Vec<_> =
            columns(&memories).into_iter().filter(|(_, values)| values.iter().any(Option::is_some)).collect();
        (!shown.is_empty()).then(|| table(&memories, &shown))
    }
}

type Column<'a> = (&'static str, Vec<Option<&'a str>>);

/// The fields, each with the values of the memories.
fn columns<'a>(memories: &'a [(u32, MemoryInput<'_>)]) -> [Column<'a>; 7] {
    fn values<'a>(
        memories: &'a [(u32, MemoryInput<'_>)],
        value: fn(&'a MemoryInput<'_>) -> Option<&'a str>,
    ) -> Vec<Option<&'a str>> {
        memories.iter().map(|(_, memory)| value(memory).filter(|value| !value.is_empty())).collect()
    }
    [
        ("content", values(memories, |memory| Some(&memory.content))),
        ("user_id", values(memories, |memory| memory.user_id.as_deref())),
        ("agent_id", values(memories, |memory| memory.agent_id.as_deref())),
        ("run_id", values(memories, |memory| memory.run_id.as_deref())),
        ("timestamp", values(memories, |memory| memory.timestamp.as_deref())),
        ("kind", values(memories, |memory| (memory.kind == Kind::Session).then_some("session"))),
        ("metadata", values(memories, |memory| memory.metadata.as_deref().map(|metadata| metadata.get()))),
    ]
}

fn table(memories: &[(u32, MemoryInput<'_>)], columns: &[Column<'_>]) -> impl IntoView + use<> {
    let heads: Vec<_> = columns.iter().map(|(name, _)| view! { <th scope="col">{*name}</th> }).collect();
    let row = |(at, (line, _)): (usize, &(u32, MemoryInput<'_>))| {
        let cells: Vec<_> = columns
            .iter()
            .map(|(_, values)| {
                let value = values.get(at).copied().flatten().unwrap_or_default();
                view! {
                    <td>
                        <bdi>{visible(&shortened(value, 120)).into_owned()}</bdi>
                    </td>
                }
            })
            .collect();
        view! {
            <tr>
                <th scope="row">{number(*line)}</th>
                {cells}
            </tr>
        }
    };
    let rows: Vec<_> = memories.iter().enumerate().map(row).collect();
    view! {
        <div class="preview" role="region" aria-label="Preview" tabindex="0">
            <table>
                <caption>"The first rows as they will land"</caption>
                <thead>
                    <tr>
                        <th scope="col">"line"</th>
                        {heads}
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
}
