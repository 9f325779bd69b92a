//! What becomes of the columns of a table, or of the fields of JSON objects.

use super::{
    columns::{Field, guess},
    file::{File, Form},
};

/// What becomes of the columns of a file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Plan {
    /// Whether the first row of a table names them.
    pub has_header: bool,
    /// What each of them holds.
    pub fields: Vec<Option<Field>>,
    /// Whether those that hold no field go into the metadata, and are not left out.
    pub keeps_rest: bool,
}

impl Plan {
    /// The likeliest for `file`.
    pub fn of(file: &File) -> Self {
        let has_header = matches!(file.form, Form::Table { has_header: true, .. });
        Self::with_header(file, has_header)
    }

    /// The likeliest for `file`, if its first row is a header or is none.
    pub fn with_header(file: &File, has_header: bool) -> Self {
        let names = file.names(has_header);
        let mut fields = guess(&names);
        if let ([only @ None], Form::Table { .. }) = (fields.as_mut_slice(), &file.form) {
            *only = Some(Field::Content);
        }
        Self { has_header, fields, keeps_rest: false }
    }

    /// Whether somebody has to say which column holds the content.
    pub fn lacks_content(&self) -> bool {
        !self.fields.is_empty() && !self.fields.contains(&Some(Field::Content))
    }

    /// Has a column hold `field`; the column that held it before holds none.
    pub fn set(&mut self, column: usize, field: Option<Field>) {
        for other in self.fields.iter_mut().filter(|other| field.is_some() && **other == field) {
            *other = None;
        }
        if let Some(column) = self.fields.get_mut(column) {
            *column = field;
        }
    }
}
