//! A memory as JSON, put together from what a row has.

use super::{
    columns::Field,
    members::{self, quoted},
};

/// A memory that is not written yet.
#[derive(Default)]
pub struct Draft {
    /// As JSON.
    fields: [Option<String>; Field::ALL.len()],
    /// What goes into the metadata beside what is there: names, and values as JSON.
    rest: Vec<(String, String)>,
}

impl Draft {
    /// Sets a field to a value in JSON.
    pub fn set(&mut self, field: Field, json: impl Into<String>) {
        if let Some(place) = self.fields.get_mut(field as usize) {
            *place = Some(json.into());
        }
    }

    /// Puts a value in JSON into the metadata, unless something of that name is there.
    pub fn keep(&mut self, name: impl Into<String>, json: impl Into<String>) {
        self.rest.push((name.into(), json.into()));
    }

    /// The memory as JSON.
    pub fn write(mut self) -> String {
        if !self.rest.is_empty() {
            self.add_rest();
        }
        let fields = Field::ALL.into_iter().zip(self.fields);
        let fields = fields.filter_map(|(field, json)| Some(format!("\"{}\":{}", field.name(), json?)));
        format!("{{{}}}", fields.collect::<Vec<_>>().join(","))
    }

    fn add_rest(&mut self) {
        let metadata = self.fields.get(Field::Metadata as usize).cloned().flatten();
        let mut members = Vec::new();
        let known = metadata
            .as_deref()
            .map(|metadata| members::each(metadata, |name, value| members.push((name.into_owned(), value.to_owned()))));
        // What is no object the API refuses, with the reason.
        if matches!(known, Some(Err(_))) {
            return;
        }
        for (name, value) in std::mem::take(&mut self.rest) {
            if !members.iter().any(|(known, _)| *known == name) {
                members.push((name, value));
            }
        }
        let members = members.iter().map(|(name, value)| format!("{}:{value}", quoted(name)));
        self.set(Field::Metadata, format!("{{{}}}", members.collect::<Vec<_>>().join(",")));
    }
}
