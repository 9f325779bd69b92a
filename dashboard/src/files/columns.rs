//! What the columns of a table, or the fields of JSON objects, mean.

/// A field of a memory that a column can hold.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs, reason = "they are the fields of the wire type")]
pub enum Field {
    Content,
    UserId,
    AgentId,
    RunId,
    Timestamp,
    Kind,
    Metadata,
}

impl Field {
    /// All fields, in the order in which they are written.
    pub const ALL: [Self; 7] =
        [Self::Content, Self::UserId, Self::AgentId, Self::RunId, Self::Timestamp, Self::Kind, Self::Metadata];

    /// The name on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Content => "content",
            Self::UserId => "user_id",
            Self::AgentId => "agent_id",
            Self::RunId => "run_id",
            Self::Timestamp => "timestamp",
            Self::Kind => "kind",
            Self::Metadata => "metadata",
        }
    }

    /// The field of that name on the wire.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|field| field.name() == name)
    }

    /// The field whose name `name` spells another way: `User ID`, `userId`.
    fn spelled(name: &str) -> Option<Self> {
        let plain = plain(name);
        Self::ALL.into_iter().find(|field| self::plain(field.name()) == plain)
    }

    /// What a column called `name` most likely holds.
    pub fn guess(name: &str) -> Option<Self> {
        Some(match plain(name).as_str() {
            "text" | "memory" | "message" | "note" | "body" => Self::Content,
            "user" => Self::UserId,
            "agent" => Self::AgentId,
            "run" => Self::RunId,
            "time" | "date" | "datetime" | "createdat" | "created" => Self::Timestamp,
            _ => return Self::spelled(name),
        })
    }
}

fn plain(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|char| char.to_ascii_lowercase()).collect()
}

/// What each column most likely holds: names of the API before other spellings of them, and those before guesses. A field is
/// given to one column only.
pub fn guess(names: &[String]) -> Vec<Option<Field>> {
    let mut fields = vec![None; names.len()];
    for known in [Field::named, Field::spelled, Field::guess] {
        for (at, name) in names.iter().enumerate() {
            let field = known(name).filter(|field| !fields.contains(&Some(*field)));
            if let Some(free @ None) = fields.get_mut(at) {
                *free = field;
            }
        }
    }
    fields
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_known_by_their_usual_names_and_each_field_is_given_once() {
        let names = ["Text", "body", "User ID", "agent", "Created At", "error"].map(str::to_owned);
        let fields =
            [Some(Field::Content), None, Some(Field::UserId), Some(Field::AgentId), Some(Field::Timestamp), None];
        assert_eq!(guess(&names), fields);
    }

    #[test]
    fn names_of_the_api_win_over_guesses_wherever_they_stand() {
        let names = ["note", "Content", "content", "user", "userId", "date", "timestamp"].map(str::to_owned);
        let fields = [None, None, Some(Field::Content), None, Some(Field::UserId), None, Some(Field::Timestamp)];
        assert_eq!(guess(&names), fields);
    }
}
