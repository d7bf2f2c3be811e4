//! OpenSSH's lists of patterns: separated by commas, with `*` and `?`, and `!` for what is excepted.

/// The patterns of a list, each with whether it is an exception.
pub fn items(list: &str) -> impl Iterator<Item = (bool, &str)> {
    list.split(',').map(|item| match item.strip_prefix('!') {
        Some(pattern) => (true, pattern),
        None => (false, item),
    })
}

/// True if the list has a pattern for the text and none that excepts it.
pub fn allows(list: &str, text: &str) -> bool {
    let mut found = false;
    for (excepted, pattern) in items(list) {
        if matches(pattern.as_bytes(), text.as_bytes()) {
            if excepted {
                return false;
            }
            found = true;
        }
    }
    found
}

/// True if the pattern fits the whole text, byte for byte.
fn matches(pattern: &[u8], text: &[u8]) -> bool {
    let (mut p, mut t) = (0, 0);
    // Behind the last asterisk, and up to where it has been tried: an earlier one need not be tried again.
    let mut again = None;
    while t < text.len() {
        match pattern.get(p) {
            Some(b'*') => {
                p += 1;
                again = Some((p, t));
            }
            Some(c) if *c == b'?' || *c == text[t] => (p, t) = (p + 1, t + 1),
            _ => match again {
                Some((behind, tried)) => {
                    (p, t) = (behind, tried + 1);
                    again = Some((p, t));
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|c| *c == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_fit_as_in_openssh() {
        for (list, text, expected) in [
            ("a", "a", true),
            ("a", "ab", false),
            ("", "a", false),
            ("a*", "a", true),
            ("*a", "banana", true),
            ("b*an?", "bananas", false),
            ("b*an*?", "banana", true),
            ("b??ana", "banana", true),
            ("?", "", false),
            ("**", "", true),
            ("*b*b*b", "abab", false),
            ("x,a*", "ab", true),
            ("a*,!ab", "ab", false),
            ("!ab,a*", "ab", false),
            ("!ab", "x", false),
            ("!", "x", false),
            ("a,", "a", true),
            ("worker:*", "worker:*", true),
            ("[a]", "a", false),
        ] {
            assert_eq!(allows(list, text), expected, "{list} {text}");
        }
    }
}
