//! Lines that are broken where they do not fit.

/// Breaks a line at spaces. What a line is set in by, all its parts are.
pub fn wrapped(line: &str, width: usize) -> Vec<String> {
    let text = line.trim_start_matches(' ');
    let margin = " ".repeat((line.len() - text.len()).min(width / 2));
    let width = width.saturating_sub(2 + margin.len()).max(8);
    let mut lines = Vec::new();
    let mut now = String::new();
    for word in text.split(' ') {
        let needed = now.chars().count() + 1 + word.chars().count();
        if !now.is_empty() && needed > width {
            lines.push(std::mem::take(&mut now));
        }
        if !now.is_empty() {
            now.push(' ');
        }
        now.push_str(word);
        // A word that is too long by itself is cut, so that all of it can be read.
        while now.chars().count() > width {
            let rest: String = now.chars().skip(width).collect();
            lines.push(now.chars().take(width).collect());
            now = rest;
        }
    }
    lines.push(now);
    lines.into_iter().map(|line| format!("{margin}{line}")).collect()
}
