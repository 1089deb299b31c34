//! Values that a condition may want, read off its text: the constants it compares with, texts as long as the
//! numbers it names, texts that fit its patterns. They are guesses to be tried on the server, never trusted.

use crate::model::{Body, Schema};

/// Texts that common conditions accept: addresses, links, codes, dates, numbers.
const COMMON: &[&str] = &[
    "a",
    "1",
    "A",
    "ab",
    "abc",
    "ABC",
    "AB",
    "123",
    "A1",
    "a-b",
    "a@example.org",
    "b@example.org",
    "c@example.org",
    "d@example.org",
    "https://example.org/",
    "2024-01-01",
    "2024-06-01",
    "2030-01-01",
    "+15550100",
    "50",
    "0",
    "-1",
    "0.5",
    "{}",
    "[]",
    "{\"a\": 1}",
    "00000000-0000-4000-8000-000000000001",
    "10:00",
    "192.0.2.1",
    "en",
    "EUR",
    "#a0b1c2",
];

/// A condition with the bodies of the functions of the schema that it calls: their constants matter as much.
pub(super) fn spelled_out(schema: &Schema, condition: &str) -> String {
    let mut text = condition.to_owned();
    for object in schema.objects.values() {
        if let Body::Routine(routine) = &object.body
            && called(condition, object.id.name.name.as_str())
        {
            text.push(' ');
            text.push_str(&routine.body);
        }
    }
    text
}

fn called(text: &str, name: &str) -> bool {
    text.match_indices(name).any(|(at, _)| {
        let before = text.get(..at).and_then(|text| text.chars().next_back());
        let rest = text.get(at + name.len()..).unwrap_or_default();
        before.is_none_or(|c| !(c.is_alphanumeric() || c == '_'))
            && rest.trim_start_matches('"').starts_with('(')
    })
}

/// What the text suggests, the most likely first, each once.
pub(super) fn suggestions(text: &str) -> Vec<String> {
    let (strings, numbers) = constants(text);
    let mut found: Vec<String> = strings.clone();
    for string in &strings {
        found.extend(super::pattern::sample(string));
        found.push(string.replace(['%', '_'], "a"));
    }
    for number in &numbers {
        found.push(number.clone());
        if let Ok(whole) = number.parse::<i64>() {
            found.push(whole.saturating_add(1).to_string());
            found.push(whole.saturating_sub(1).to_string());
        } else {
            found.push(format!("{number}1"));
        }
    }
    for length in numbers.iter().filter_map(|number| number.parse::<usize>().ok()) {
        if (1..=255).contains(&length) {
            found.extend(["a", "A", "1"].map(|letter| letter.repeat(length)));
        }
    }
    found.extend(COMMON.iter().map(ToString::to_string));
    let mut seen = std::collections::BTreeSet::new();
    found.retain(|value| seen.insert(value.clone()));
    found
}

/// The string and number constants of a text, in their order.
fn constants(text: &str) -> (Vec<String>, Vec<String>) {
    let (mut strings, mut numbers) = (Vec::new(), Vec::new());
    let mut chars = text.chars().peekable();
    let mut before = ' ';
    while let Some(c) = chars.next() {
        match c {
            '\'' => {
                let escapes = before == 'E';
                let mut value = String::new();
                while let Some(c) = chars.next() {
                    match c {
                        '\'' if chars.next_if_eq(&'\'').is_some() => value.push('\''),
                        '\'' => break,
                        '\\' if escapes => value.extend(chars.next()),
                        c => value.push(c),
                    }
                }
                strings.push(value);
            }
            '"' => chars.by_ref().take_while(|c| *c != '"').for_each(drop),
            c if c.is_ascii_digit() && !(before.is_alphanumeric() || before == '_') => {
                let mut value = String::from(c);
                while let Some(c) = chars.next_if(|c| c.is_ascii_digit() || *c == '.') {
                    value.push(c);
                }
                // A sign, or a difference: both are tried.
                if before == '-' {
                    numbers.push(format!("-{value}"));
                }
                numbers.push(value);
            }
            c if c.is_alphanumeric() || c == '_' => {
                before = c;
                continue;
            }
            _ => {}
        }
        before = c;
    }
    (strings, numbers)
}

#[cfg(test)]
mod tests {
    use super::suggestions;

    #[test]
    fn constants_come_first() {
        let found = suggestions("((status)::text = ANY ((ARRAY['new'::text, 'it''s'::text])))");
        assert_eq!(found[..2], ["new", "it's"]);
        assert!(suggestions("(t1.price > 10)").contains(&"11".to_owned()));
        assert!(!suggestions("(t77 > 10)").contains(&"77".to_owned()));
        assert!(suggestions("VALUES LESS THAN (-500)").contains(&"-501".to_owned()));
        assert!(suggestions("(length(code) = 6)").contains(&"aaaaaa".to_owned()));
        assert!(suggestions("(sku ~ '^[A-Z]{3}-[0-9]{4}$'::text)").iter().any(|v| v == "AAA-0000"));
    }
}
