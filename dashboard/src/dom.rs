//! Elements, and what keeps them up to date.
//!
//! Leptos' `view!` makes a type of every element, and code for each type: the same pages took 260 kB with it, brotli
//! included, where 220 are allowed. Here all elements are of one type. What reads signals is an effect of its own and
//! lives as long as its owner: the page, the part or the row that it was made in.

use leptos::{html::Div, prelude::*, task::spawn_local};
use std::{cell::RefCell, future::Future, pin::Pin};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{Element, Event, HtmlElement};

/// An element.
#[derive(Clone)]
pub struct El(Element);

/// A new element called `name`.
pub fn el(name: &'static str) -> El {
    new("http://www.w3.org/1999/xhtml", name)
}

/// A new element of a drawing.
pub fn svg(name: &'static str) -> El {
    new("http://www.w3.org/2000/svg", name)
}

#[expect(clippy::expect_used, reason = "all names are literals of this crate")]
fn new(namespace: &str, name: &str) -> El {
    El(document().create_element_ns(Some(namespace), name).expect("a valid name"))
}

/// A button that does `act`.
pub fn button(act: impl FnMut() + 'static) -> El {
    let mut act = act;
    el("button").attr("type", "button").on("click", move |_| act())
}

/// The picture of that name, drawn in `index.html`. Decoration: what it says is also said in words.
pub fn icon(name: &str) -> El {
    let picture = svg("use").attr("href", &format!("#icon-{name}"));
    svg("svg").attr("class", "icon").attr("aria-hidden", "true").child(picture)
}

impl El {
    /// With an attribute.
    pub fn attr(self, name: &str, value: &str) -> Self {
        let _ = self.0.set_attribute(name, value);
        self
    }

    /// With these classes.
    pub fn class(self, names: &str) -> Self {
        self.attr("class", names)
    }

    /// With a text behind what is in it already.
    pub fn text(self, text: &str) -> Self {
        let _ = self.0.append_with_str_1(text);
        self
    }

    /// With an element behind what is in it already.
    pub fn child(self, child: Self) -> Self {
        let _ = self.0.append_child(&child.0);
        self
    }

    /// With elements behind what is in it already.
    pub fn children(self, children: impl IntoIterator<Item = Self>) -> Self {
        children.into_iter().fold(self, Self::child)
    }

    /// With an attribute that follows what `read` reads; `None` takes it off.
    pub fn attr_of(self, name: &'static str, read: impl Fn() -> Option<String> + 'static) -> Self {
        let element = self.0.clone();
        self.follow(Box::new(read), move |value| {
            let _ = match value {
                Some(value) => element.set_attribute(name, value),
                None => element.remove_attribute(name),
            };
        })
    }

    /// With an attribute that is there while `holds`.
    pub fn flag(self, name: &'static str, holds: impl Fn() -> bool + 'static) -> Self {
        self.attr_of(name, move || holds().then(String::new))
    }

    /// With an `aria-` attribute that says whether something `holds`.
    pub fn aria(self, name: &'static str, holds: impl Fn() -> bool + 'static) -> Self {
        self.attr_of(name, move || Some(if holds() { "true" } else { "false" }.to_owned()))
    }

    /// With a property of its style that follows what `read` reads. Unlike a `style` attribute the policy of the page
    /// allows it.
    pub fn style_of(self, name: &'static str, read: impl Fn() -> String + 'static) -> Self {
        let style = self.0.unchecked_ref::<HtmlElement>().style();
        self.follow(Box::new(move || Some(read())), move |value| {
            let _ = style.set_property(name, value.unwrap_or_default());
        })
    }

    /// With a text that follows what `read` reads.
    pub fn text_of(self, read: impl Fn() -> String + 'static) -> Self {
        let text = document().create_text_node("");
        let _ = self.0.append_child(&text);
        self.follow(Box::new(move || Some(read())), move |value| text.set_data(value.unwrap_or_default()))
    }

    /// With a box's text, which follows `value` and sets it.
    pub fn bind(self, value: RwSignal<String>) -> Self {
        let this = self.on("input", move |event| value.set(value_of(&event)));
        this.value_of(move || value.get())
    }

    /// With the value of a box or of a choice that follows what `read` reads.
    pub fn value_of(self, read: impl Fn() -> String + 'static) -> Self {
        let element: JsValue = self.0.clone().into();
        self.follow(Box::new(move || Some(read())), move |value| {
            let (name, value) = (JsValue::from("value"), JsValue::from(value));
            // Setting what is there already would move the caret.
            if js_sys::Reflect::get(&element, &name).as_ref() != Ok(&value) {
                let _ = js_sys::Reflect::set(&element, &name, &value);
            }
        })
    }

    /// With a part that is drawn anew whenever what `draw` reads changes.
    pub fn part(self, draw: impl Fn() -> Option<Self> + 'static) -> Self {
        self.part_of(Box::new(draw))
    }

    /// With a part that is there while `condition` holds, drawn each time that begins to hold.
    pub fn when(self, condition: impl Fn() -> bool + Send + Sync + 'static, draw: impl Fn() -> Self + 'static) -> Self {
        self.when_of(memo(condition), Box::new(draw))
    }

    /// Calls `act` on every `event`.
    pub fn on(self, event: &'static str, act: impl FnMut(Event) + 'static) -> Self {
        self.on_of(event, Box::new(act))
    }

    fn on_of(self, event: &str, act: Box<dyn FnMut(Event)>) -> Self {
        // Handed to the browser, which drops it with the element.
        let act: JsValue = Closure::wrap(act).into_js_value();
        let _ = self.0.add_event_listener_with_callback(event, act.unchecked_ref());
        self
    }

    /// With a row for each key, in the order of the keys. The row of a key that stays is not touched.
    pub fn rows(self, keys: impl Fn() -> Vec<u128> + 'static, draw: impl Fn(u128) -> Self + 'static) -> Self {
        self.rows_of(Box::new(keys), Box::new(draw))
    }

    /// As a view of Leptos.
    pub fn into_view(self) -> AnyView {
        let place = NodeRef::<Div>::new();
        place.on_load(move |place| {
            // The router puts one page in the place of another, and the place itself stays.
            place.replace_children_with_node_1(&self.0);
        });
        view! { <div class="place" node_ref=place></div> }.into_any()
    }

    fn when_of(self, holds: Memo<bool>, draw: Box<dyn Fn() -> Self>) -> Self {
        self.part_of(Box::new(move || holds.get().then(|| untrack(&draw))))
    }

    fn rows_of(self, keys: Box<dyn Fn() -> Vec<u128>>, draw: Box<dyn Fn(u128) -> Self>) -> Self {
        let (list, page) = (self.0.clone(), Owner::current().unwrap_or_default());
        let mut known: Vec<(u128, Self, Owner)> = Vec::new();
        watch(Box::new(move || {
            let mut old = std::mem::take(&mut known);
            for key in keys() {
                let row = match old.iter().position(|(known, ..)| *known == key) {
                    Some(at) => old.swap_remove(at),
                    None => {
                        let owner = page.with(Owner::new);
                        let row = untrack(|| owner.with(|| draw(key)));
                        (key, row, owner)
                    }
                };
                known.push(row);
            }
            for (_, row, owner) in old {
                owner.cleanup();
                row.0.remove();
            }
            let mut next = list.first_element_child();
            for (_, row, _) in &known {
                if next.as_ref() == Some(&row.0) {
                    next = row.0.next_element_sibling();
                } else {
                    let _ = list.insert_before(&row.0, next.as_deref());
                }
            }
        }));
        self
    }

    fn part_of(self, draw: Box<dyn Fn() -> Option<Self>>) -> Self {
        let end = document().create_comment("");
        let _ = self.0.append_child(&end);
        let mut drawn: Option<Self> = None;
        watch(Box::new(move || {
            let new = draw();
            if let Some(old) = drawn.take() {
                old.0.remove();
            }
            if let (Some(new), Some(parent)) = (&new, end.parent_node()) {
                let _ = parent.insert_before(&new.0, Some(&end));
            }
            drawn = new;
        }));
        self
    }

    /// Calls `write` with what `read` reads, at first and whenever that is something else.
    fn follow(self, read: Box<dyn Fn() -> Option<String>>, write: impl Fn(Option<&str>) + 'static) -> Self {
        let mut last = None;
        watch(Box::new(move || {
            let now = Some(read());
            if now != last {
                write(now.as_ref().and_then(|value| value.as_deref()));
                last = now;
            }
        }));
        self
    }
}

/// What the box or choice holds that `event` comes from.
pub fn value_of(event: &Event) -> String {
    let value = event.target().and_then(|target| js_sys::Reflect::get(&target, &"value".into()).ok());
    value.and_then(|value| value.as_string()).unwrap_or_default()
}

/// Does `act` now, and again whenever what it reads has changed.
pub fn effect(act: impl Fn() + 'static) {
    watch(Box::new(act));
}

/// Something that is worked out of signals, and that only counts as changed when it is something else.
pub fn memo<T: PartialEq + Send + Sync + 'static>(read: impl Fn() -> T + Send + Sync + 'static) -> Memo<T> {
    let read: Box<dyn Fn() -> T + Send + Sync> = Box::new(read);
    Memo::new(move |_| read())
}

/// Runs `work` beside the page.
pub fn spawn(work: impl Future<Output = ()> + 'static) {
    let work: Pin<Box<dyn Future<Output = ()>>> = Box::pin(work);
    spawn_local(work);
}

/// An effect of the current owner. All share one type of closure.
fn watch(act: Box<dyn FnMut()>) {
    let act = RefCell::new(act);
    let effect = RenderEffect::new(move |_| (act.borrow_mut())());
    StoredValue::new_local(effect);
}
