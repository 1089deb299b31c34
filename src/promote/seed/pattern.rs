//! A text that fits a simple regular expression: classes, counts, groups and alternatives. It is a guess;
//! whoever asked has to try it.

use std::iter::Peekable;
use std::str::Chars;

const LONGEST: usize = 400;

/// One text that the pattern should accept; `None` where the pattern is beyond this.
pub(super) fn sample(pattern: &str) -> Option<String> {
    if !pattern.contains(['^', '$', '[', '\\', '+', '*', '{', '(']) {
        return None;
    }
    let mut chars = pattern.chars().peekable();
    let text = alternatives(&mut chars, 0)?;
    chars.next().is_none().then_some(text)
}

fn alternatives(chars: &mut Peekable<Chars<'_>>, depth: usize) -> Option<String> {
    // Groups nest; a hostile pattern must not reach the end of the stack.
    if depth > 20 {
        return None;
    }
    let first = sequence(chars, depth)?;
    while chars.next_if_eq(&'|').is_some() {
        sequence(chars, depth)?;
    }
    Some(first)
}

fn sequence(chars: &mut Peekable<Chars<'_>>, depth: usize) -> Option<String> {
    let mut text = String::new();
    while let Some(&c) = chars.peek() {
        if c == '|' || c == ')' {
            break;
        }
        chars.next();
        let part = match c {
            '^' | '$' => continue,
            '.' => "a".to_owned(),
            '[' => class(chars)?.to_string(),
            '\\' => match chars.next()? {
                'd' => "0".to_owned(),
                'w' => "a".to_owned(),
                's' => " ".to_owned(),
                'A' | 'Z' | 'm' | 'M' | 'y' | 'b' => continue,
                c => c.to_string(),
            },
            '(' => {
                if chars.next_if_eq(&'?').is_some() && chars.next() != Some(':') {
                    return None;
                }
                let inner = alternatives(chars, depth + 1)?;
                chars.next_if_eq(&')')?;
                inner
            }
            c => c.to_string(),
        };
        let times = count(chars)?;
        if text.len() + part.len() * times > LONGEST {
            return None;
        }
        text.push_str(&part.repeat(times));
    }
    Some(text)
}

/// How often the part before is written: the least that is allowed, but once where it may be any number.
fn count(chars: &mut Peekable<Chars<'_>>) -> Option<usize> {
    let times = match chars.peek() {
        Some('*' | '+' | '?') => {
            chars.next();
            1
        }
        Some('{') => {
            chars.next();
            let inner: String = chars.by_ref().take_while(|c| *c != '}').collect();
            inner.split(',').next()?.trim().parse::<usize>().ok()?.max(1)
        }
        _ => return Some(1),
    };
    chars.next_if_eq(&'?');
    Some(times)
}

/// One character of a class; `[` is already read.
fn class(chars: &mut Peekable<Chars<'_>>) -> Option<char> {
    let negated = chars.next_if_eq(&'^').is_some();
    let mut first = None;
    let mut all = String::new();
    loop {
        let c = chars.next()?;
        match c {
            ']' if !all.is_empty() => break,
            '[' if chars.next_if_eq(&':').is_some() => {
                let name: String = chars.by_ref().take_while(|c| *c != ']').collect();
                let c = match name.trim_end_matches(':') {
                    "digit" | "xdigit" => '0',
                    "upper" => 'A',
                    "space" => ' ',
                    "punct" => '.',
                    _ => 'a',
                };
                first.get_or_insert(c);
                all.push(c);
            }
            '\\' => {
                let c = match chars.next()? {
                    'd' => '0',
                    'w' => 'a',
                    's' => ' ',
                    c => c,
                };
                first.get_or_insert(c);
                all.push(c);
            }
            c => {
                first.get_or_insert(c);
                all.push(c);
            }
        }
    }
    if negated { ['a', '0', 'Z', '-', ' '].into_iter().find(|c| !all.contains(*c)) } else { first }
}

#[cfg(test)]
mod tests {
    use super::sample;

    #[test]
    fn common_patterns_have_a_sample() {
        assert_eq!(sample("^[A-Z]{3}-[0-9]{4}$").as_deref(), Some("AAA-0000"));
        assert_eq!(sample(r"^\d{3}-\d{2}$").as_deref(), Some("000-00"));
        assert_eq!(sample("^(new|old)+$").as_deref(), Some("new"));
        assert_eq!(sample("^[^@]+@[^@]+\\.[a-z]{2,}$").as_deref(), Some("a@a.aa"));
        assert_eq!(sample("^[[:upper:]]{2}$").as_deref(), Some("AA"));
        assert_eq!(sample("plain"), None);
        assert_eq!(sample(&"(".repeat(10_000)), None);
    }
}
