//! `GET /v1/batch/{job_id}/items`: what became of each item, with what was sent where it did not land.

use super::query;
use crate::{
    auth::Caller,
    error::ApiError,
    http::{Answer, Incoming},
    store::{self, COLUMNS, Form, Items, Wanted},
};
use contract::ItemStatus;
use std::mem;
use wasm_bindgen::prelude::*;
use worker::{Env, console_error};

const DEFAULT_LIMIT: u32 = 50;
const LARGEST_LIMIT: u32 = 100;

/// Which items to show.
struct Parameters {
    status: Option<ItemStatus>,
    limit: u32,
    after: Option<u32>,
}

/// The items of the caller's job named `id`: a page, of one D1 statement, or all of them as lines, of one for each page.
pub async fn get(env: &Env, caller: &Caller, id: &str, incoming: &Incoming) -> Result<Answer, ApiError> {
    let job = id.parse().map_err(|_| ApiError::NoSuchJob)?;
    let Parameters { status, limit, after } = parameters(incoming.query())?;
    let accept = incoming.header("accept").unwrap_or_default().to_ascii_lowercase();
    let accepts = |media_type: &str| accept.split(',').any(|range| range.trim_start().starts_with(media_type));
    let (form, media_type) = if accepts("text/csv") {
        (Form::Csv, Some("text/csv; charset=utf-8"))
    } else {
        (Form::Json, accepts("application/x-ndjson").then_some("application/x-ndjson"))
    };
    let wanted = Wanted { account: caller.account().to_owned(), job, status, form };
    let (limit, after) = if media_type.is_some() { (LARGEST_LIMIT, None) } else { (limit, after) };
    // Also of a stream the first page is read here: what is wrong with it is said as an error.
    let first = store::job_items(env, &wanted, after, limit).await?.ok_or(ApiError::NoSuchJob)?;
    match media_type {
        Some(media_type) => Ok(Answer::stream(media_type, Lines::new(env, wanted, first).into())),
        None => Ok(page(&first)),
    }
}

/// A [`contract::ItemList`], whose items come from D1 as JSON.
fn page(items: &Items) -> Answer {
    let next = items.next.map_or_else(|| "null".to_owned(), |next| format!("\"{next}\""));
    Answer::new(200, format!(r#"{{"items":[{}],"next":{next}}}"#, items.items.join(",")).into())
}

/// All items of a job as lines, a page at a time, and only as fast as they are taken.
#[wasm_bindgen]
pub struct Lines {
    env: Env,
    wanted: Wanted,
    /// What stands in front of the next page.
    text: String,
    page: Option<Items>,
    /// Behind which item the next page begins; `None` where there is none.
    after: Option<u32>,
}

impl Lines {
    fn new(env: &Env, wanted: Wanted, first: Items) -> Self {
        // A spreadsheet takes a file for UTF-8 by its mark.
        let text = match wanted.form {
            Form::Csv => format!("\u{feff}{COLUMNS}\n"),
            Form::Json => String::new(),
        };
        Self { env: env.clone(), wanted, text, page: Some(first), after: None }
    }

    async fn page(&mut self) -> Result<Option<Items>, ApiError> {
        match (self.page.take(), self.after.take()) {
            (Some(page), _) => Ok(Some(page)),
            (None, Some(after)) => {
                let page = store::job_items(&self.env, &self.wanted, Some(after), LARGEST_LIMIT).await?;
                page.ok_or(ApiError::NoSuchJob).map(Some)
            }
            (None, None) => Ok(None),
        }
    }
}

#[wasm_bindgen]
impl Lines {
    /// The next lines; `undefined` behind the last ones.
    ///
    /// # Errors
    /// When the store does not answer: then the answer breaks off.
    pub async fn next(&mut self) -> Result<Option<String>, JsValue> {
        let page = self.page().await.map_err(|error| {
            console_error!("an answer breaks off: {}", error.detail().unwrap_or_default());
            JsValue::from("the answer breaks off")
        })?;
        let Some(page) = page else { return Ok(None) };
        self.after = page.next;
        let mut text = mem::take(&mut self.text);
        for item in page.items {
            text.push_str(&item);
            text.push('\n');
        }
        Ok(Some(text))
    }

    /// Nobody takes any more.
    pub fn close(&mut self) {
        (self.text, self.page, self.after) = (String::new(), None, None);
    }
}

fn parameters(query: &str) -> Result<Parameters, ApiError> {
    let mut parameters = Parameters { status: None, limit: DEFAULT_LIMIT, after: None };
    for parameter in &query::parameters(query) {
        match &*parameter.name {
            "status" => {
                let status = [ItemStatus::Failed, ItemStatus::Imported, ItemStatus::Pending];
                let status = status.into_iter().find(|status| status.name() == parameter.value);
                let must = || parameter.must_be("failed, imported or pending");
                parameters.status = Some(status.ok_or_else(must)?);
            }
            "limit" => parameters.limit = parameter.number(1..=LARGEST_LIMIT)?,
            "after" => parameters.after = Some(parameter.read(query::CURSOR)?),
            _ => return Err(parameter.unknown("status, limit and after")),
        }
    }
    Ok(parameters)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fuzz_filters_of_items() {
        let words = &["&", "=", "%", "%00", "%0A", "+", "limit=", "after=", ",", "-1", "4294967296", "é", "true"];
        let samples = &["status=imported&limit=100&after=7", "status=failed"];
        fuzz::run("filters of items", &fuzz::nearly_text(samples, words), |query| {
            crate::resources::assert_said(parameters(&query), &query);
        });
    }
}
