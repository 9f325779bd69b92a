//! Reads what was dropped and checks it, in slices between which the page lives.

use crate::{
    files::{
        check::{Check, Checked},
        decode::Decoder,
        file::File,
        plan::Plan,
        split::{Raw, Splitter},
    },
    poll::wait,
};
use leptos::prelude::*;
use std::{cell::Cell, rc::Rc, sync::Arc};
use wasm_bindgen_futures::JsFuture;

/// The largest file that is taken, in bytes: it and what is made of it have to fit into the tab.
pub const LARGEST: f64 = 50_000_000.0;
/// Bytes that the browser is asked for at once.
const PIECE: f64 = 500_000.0;
/// Milliseconds after which the page gets its turn.
const SLICE: f64 = 20.0;

/// Work in slices. What is begun anew, or belongs to a page that is gone, stops at its next turn.
#[derive(Clone, Default)]
pub struct Turns(Rc<Cell<u32>>);

impl Turns {
    /// For as long as the page lives.
    pub fn of_page() -> Self {
        let turns = Self::default();
        let of_page = StoredValue::new_local(turns.clone());
        on_cleanup(move || {
            of_page.try_with_value(Self::next);
        });
        turns
    }

    /// Stops what is under way.
    pub fn next(&self) -> u32 {
        self.0.set(self.0.get().wrapping_add(1));
        self.0.get()
    }

    /// Begins a work that stops all that began before.
    fn begin(&self, progress: RwSignal<Option<u32>>) -> Slices {
        Slices { turns: self.clone(), turn: self.next(), progress, since: now() }
    }
}

/// One work.
struct Slices {
    turns: Turns,
    turn: u32,
    progress: RwSignal<Option<u32>>,
    since: f64,
}

impl Slices {
    /// Lets the page have its turn when it is time, with `share` of the work done. `None` where nobody wants the work any more.
    async fn breathe(&mut self, share: f64) -> Option<()> {
        if self.is_wanted() && now() - self.since > SLICE {
            self.progress.try_set(Some((share * 100.0) as u32));
            wait(0.0).await;
            self.since = now();
        }
        self.is_wanted().then_some(())
    }

    fn is_wanted(&self) -> bool {
        self.turns.0.get() == self.turn
    }
}

fn now() -> f64 {
    window().performance().map_or(0.0, |performance| performance.now())
}

/// A file that cannot be read as it is.
pub struct Refused {
    /// Why, a sentence.
    pub says: String,
    /// Its text, where it may be read as another table.
    pub raw: Option<Raw>,
}

impl From<String> for Refused {
    fn from(says: String) -> Self {
        Self { says, raw: None }
    }
}

/// Reads a file. `progress` follows it, in percent. `None` where another has taken its place.
pub async fn read(
    file: web_sys::File,
    turns: Turns,
    progress: RwSignal<Option<u32>>,
) -> Option<Result<Arc<File>, Refused>> {
    let mut slices = turns.begin(progress);
    let read = read_in(&mut slices, &file).await?;
    slices.is_wanted().then_some(read)
}

/// Reads the text of a table again, with `delimiter` between its cells, or none.
pub async fn read_again(
    raw: Raw,
    delimiter: Option<char>,
    turns: Turns,
    progress: RwSignal<Option<u32>>,
) -> Option<Result<Arc<File>, Refused>> {
    let mut slices = turns.begin(progress);
    let read = split(&mut slices, Splitter::again(raw, delimiter), 0.0).await?;
    slices.is_wanted().then_some(read)
}

async fn read_in(slices: &mut Slices, file: &web_sys::File) -> Option<Result<Arc<File>, Refused>> {
    let (mut decoder, mut at) = (Decoder::new(&file.name()), 0.0);
    while at < file.size() {
        let until = (at + PIECE).min(file.size());
        let piece = file.slice_with_f64_and_f64(at, until).map(|piece| JsFuture::from(piece.array_buffer()));
        let Ok(Ok(buffer)) = (match piece {
            Ok(piece) => Ok(piece.await),
            Err(error) => Err(error),
        }) else {
            let says = "The browser cannot read the file. Was it moved or changed meanwhile?";
            return Some(Err(says.to_owned().into()));
        };
        if let Err(sentence) = decoder.push(&js_sys::Uint8Array::new(&buffer).to_vec()) {
            return Some(Err(sentence.into()));
        }
        at = until;
        slices.breathe(at / file.size() / 2.0).await?;
    }
    match decoder.finish().and_then(|decoded| Splitter::new(&file.name(), decoded)) {
        Ok(splitter) => split(slices, splitter, 0.5).await,
        Err(sentence) => Some(Err(sentence.into())),
    }
}

/// Finds the rows, with `done` of the work behind it.
async fn split(slices: &mut Slices, mut splitter: Splitter, done: f64) -> Option<Result<Arc<File>, Refused>> {
    loop {
        let raw = splitter.raw();
        match splitter.step() {
            Ok(true) => return Some(splitter.finish().map(Arc::new).map_err(|says| Refused { says, raw })),
            Ok(false) => slices.breathe(done + splitter.progress() * (1.0 - done)).await?,
            Err(says) => return Some(Err(Refused { says, raw })),
        }
    }
}

/// Checks a file as `plan` says. `progress` follows it. `None` where another check has taken its place.
pub async fn check(file: Arc<File>, plan: Plan, turns: Turns, progress: RwSignal<Option<u32>>) -> Option<Checked> {
    let mut slices = turns.begin(progress);
    let mut check = Check::new(file, plan);
    while !check.step() {
        slices.breathe(check.progress()).await?;
    }
    slices.is_wanted().then(|| check.finish())
}
