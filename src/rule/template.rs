//! Messages with placeholders.

use super::condition::FieldRef;

/// A part of a message.
#[derive(Clone, Debug, PartialEq)]
pub enum Piece {
    /// Text as it stands.
    Text(String),
    /// The value of a field.
    Field(FieldRef),
    /// The value of a field that this kind of item does not have.
    Nothing,
    /// What is not there.
    Missing,
}

/// A message, cut at its placeholders.
pub type Template = Vec<Piece>;

/// Cuts a message at its placeholders: text and `{path}` in turn.
pub(super) fn cut(message: &str) -> Vec<Result<&str, &str>> {
    let mut parts = Vec::new();
    let mut rest = message;
    while let Some(open) = rest.find('{') {
        let Some(close) = rest[open..].find('}') else { break };
        parts.push(Ok(&rest[..open]));
        parts.push(Err(&rest[open + 1..open + close]));
        rest = &rest[open + close + 1..];
    }
    parts.push(Ok(rest));
    parts.retain(|p| *p != Ok(""));
    parts
}

/// The placeholders of a message, sorted.
pub(super) fn placeholders(message: &str) -> Vec<&str> {
    let mut names: Vec<&str> = cut(message).into_iter().filter_map(Result::err).collect();
    names.sort_unstable();
    names.dedup();
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_cut_at_placeholders() {
        assert_eq!(
            cut("`{id}` is {$.a.b}!"),
            [Ok("`"), Err("id"), Ok("` is "), Err("$.a.b"), Ok("!")]
        );
        assert_eq!(cut("no {brace"), [Ok("no {brace")]);
        assert_eq!(placeholders("{b} {a} {b}"), ["a", "b"]);
    }
}
