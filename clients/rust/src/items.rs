use crate::{
    Client, Error, ItemStatus, JobId,
    pace::{Deadline, PACE},
};
use contract::{Item, ItemList, path};
use std::vec;

/// What became of each item of a job, in order. Pages are asked for as they are needed.
#[derive(Debug)]
pub struct Items<'c> {
    client: &'c Client,
    id: JobId,
    status: Option<ItemStatus>,
    page: vec::IntoIter<Item>,
    /// What the next page is asked for with; `None` behind the last one.
    after: Option<String>,
}

impl<'c> Items<'c> {
    pub(crate) fn new(client: &'c Client, id: JobId, status: Option<ItemStatus>) -> Self {
        Self { client, id, status, page: Vec::new().into_iter(), after: Some(String::new()) }
    }

    /// The next one, or `None` behind the last.
    ///
    /// # Errors
    /// Those of a request: the next call asks for the same page again.
    pub async fn next(&mut self) -> Result<Option<Item>, Error> {
        let deadline = Deadline::new(self.client.patience());
        loop {
            if let Some(item) = self.page.next() {
                return Ok(Some(item));
            }
            let Some(after) = &self.after else { return Ok(None) };
            if deadline.left().is_zero() {
                return Err(deadline.gave_up(None));
            }
            let mut query = vec!["limit=100".to_owned()];
            query.extend(self.status.map(|status| format!("status={}", status.name())));
            query.extend((!after.is_empty()).then(|| format!("after={after}")));
            let answer = self.client.get(&format!("{}?{}", path::items(self.id), query.join("&")), deadline).await?;
            let page: ItemList = answer.json()?;
            if page.next.as_ref().is_some_and(|next| next.is_empty() || next == after) {
                // It would be asked for without end.
                return Err(answer.not_the_api());
            }
            let is_empty = page.items.is_empty();
            self.page = page.items.into_iter();
            self.after = page.next;
            if is_empty && self.after.is_some() {
                deadline.pause(PACE, None).await?;
            }
        }
    }
}
