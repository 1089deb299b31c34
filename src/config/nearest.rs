//! The nearest right name for a wrong one. It never guesses far.

/// The name that a few slips of the finger turn into `wrong`, if there is one.
pub fn nearest<'a>(wrong: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wrong = wrong.to_lowercase();
    known
        .into_iter()
        .map(|name| (strsim::osa_distance(&wrong, &name.to_lowercase()), name))
        .filter(|(distance, name)| *distance <= (name.chars().count() / 3).max(1))
        .min()
        .map(|(_, name)| name)
}

/// A hint for a wrong word: the nearest right one, and all of them.
pub(super) fn suggest(wrong: &str, known: &[&str]) -> String {
    let all = format!("known are {}", known.join(", "));
    match nearest(wrong, known.iter().copied()) {
        Some(name) => format!("did you mean `{name}`? {all}"),
        None => all,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_but_not_far() {
        let known = ["staging", "production", "local"];
        assert_eq!(nearest("stagign", known), Some("staging"));
        assert_eq!(nearest("Prodution", known), Some("production"));
        assert_eq!(nearest("elsewhere", known), None);
        assert_eq!(nearest("", known), None);
    }
}
