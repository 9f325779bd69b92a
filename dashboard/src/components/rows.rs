//! Rows that come and go as the reader scrolls.

use crate::errors::window::Place;
use leptos::{html::Div, prelude::*};

/// A row that is in the document.
struct Drawn {
    place: Place,
    owner: Owner,
    view: <AnyView as Render>::State,
}

/// Keeps a row in `list` for each of `places`, which go downwards, for as long as the component lives. A row whose place
/// stays is not touched.
///
/// `<For>` cannot hold that: where rows come and others go at once, it takes some of those that stay out of the document
/// and puts them back, and the keyboard or a selection in them is gone.
pub fn keep_rows(
    list: NodeRef<Div>,
    places: impl Fn() -> Vec<Place> + 'static,
    draw: impl Fn(Place) -> AnyView + 'static,
) {
    let component = Owner::current().unwrap_or_default();
    // From the last one upwards, so that each new row finds the one that it goes before.
    Effect::new(move |drawn: Option<Vec<Drawn>>| {
        let (Some(list), mut old, mut drawn) = (list.get(), drawn.unwrap_or_default(), Vec::<Drawn>::new()) else {
            return Vec::new();
        };
        for place in places().into_iter().rev() {
            let row = match old.iter().position(|row| row.place == place) {
                Some(known) => old.swap_remove(known),
                None => {
                    let owner = component.child();
                    let mut view = untrack(|| owner.with(|| draw(place).build()));
                    match drawn.last() {
                        Some(next) => _ = next.view.insert_before_this(&mut view),
                        None => view.mount(&list, None),
                    }
                    Drawn { place, owner, view }
                }
            };
            drawn.push(row);
        }
        for mut row in old {
            row.owner.cleanup();
            row.view.unmount();
        }
        drawn
    });
}
