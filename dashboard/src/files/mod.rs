//! Files as people have them: from bytes to text ([`decode`], [`kind`]), from text to rows ([`split`]: [`json`] or, as [`layout`]
//! says, a [`table`]), and from rows to memories ([`plan`], [`check`]). Nothing here knows of a browser, and all of it works a portion at a time, so that
//! whoever calls it can do something else in between.

mod cells;
pub mod check;
pub mod columns;
pub mod decode;
mod draft;
pub mod file;
mod json;
mod kind;
pub mod layout;
mod lists;
mod members;
pub mod plan;
pub mod sample;
pub mod split;
mod survey;
mod table;

#[cfg(test)]
pub mod tests;
