//! What the columns of a table mean.

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

    /// What a column called `header` most likely holds.
    pub fn guess(header: &str) -> Option<Self> {
        let plain: String = header.chars().filter(char::is_ascii_alphanumeric).collect();
        Some(match plain.to_ascii_lowercase().as_str() {
            "content" | "text" | "memory" | "note" | "message" | "body" => Self::Content,
            "userid" | "user" => Self::UserId,
            "agentid" | "agent" => Self::AgentId,
            "runid" | "run" => Self::RunId,
            "timestamp" | "time" | "date" | "datetime" | "createdat" => Self::Timestamp,
            "kind" => Self::Kind,
            "metadata" => Self::Metadata,
            _ => return None,
        })
    }
}

/// What each column most likely holds; a field is given to one column only.
pub fn guess(header: &[String]) -> Vec<Option<Field>> {
    let mut taken = Vec::new();
    let once = |header: &String| {
        let field = Field::guess(header).filter(|field| !taken.contains(field))?;
        taken.push(field);
        Some(field)
    };
    header.iter().map(once).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_known_by_their_usual_names_and_each_field_is_given_once() {
        let header = ["Text", "content", "User ID", "agent", "Created At", "error"].map(str::to_owned);
        let fields =
            [Some(Field::Content), None, Some(Field::UserId), Some(Field::AgentId), Some(Field::Timestamp), None];
        assert_eq!(guess(&header), fields);
    }
}
