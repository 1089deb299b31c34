//! Options by name. Pure data: nothing here knows what an option means.

/// Options in the server's spelling (`fillfactor` → `70`), in the order in which they were given. The order shows
/// only where they are written: two sets with the same options are equal.
#[derive(Clone, Debug, Default)]
pub struct Settings(Vec<(Box<str>, Box<str>)>);

impl Settings {
    pub fn new() -> Self {
        Self::default()
    }
    /// Adds an option, or gives it another value where it stands.
    pub fn insert(&mut self, name: Box<str>, value: Box<str>) {
        match self.0.iter_mut().find(|(other, _)| *other == name) {
            Some(option) => option.1 = value,
            None => self.0.push((name, value)),
        }
    }
    pub fn extend(&mut self, more: &Self) {
        for (name, value) in more.iter() {
            self.insert(name.into(), value.into());
        }
    }
    pub fn get(&self, name: &str) -> Option<&str> {
        self.iter().find(|(other, _)| *other == name).map(|(_, value)| value)
    }
    pub fn contains(&self, name: &str) -> bool {
        self.get(name).is_some()
    }
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.iter().map(|(name, _)| name)
    }
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_ref(), value.as_ref()))
    }
    /// Whether they stand in the order of their names.
    pub fn is_sorted(&self) -> bool {
        self.0.is_sorted()
    }
    /// The same options in the order of their names.
    #[must_use]
    pub fn sorted(&self) -> Self {
        let mut options = self.0.clone();
        options.sort();
        Self(options)
    }
}

impl PartialEq for Settings {
    fn eq(&self, other: &Self) -> bool {
        self.0.len() == other.0.len() && self.0.iter().all(|(name, value)| other.get(name) == Some(value))
    }
}
impl Eq for Settings {}
impl std::hash::Hash for Settings {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.sorted().0.hash(state);
    }
}

impl FromIterator<(Box<str>, Box<str>)> for Settings {
    fn from_iter<I: IntoIterator<Item = (Box<str>, Box<str>)>>(options: I) -> Self {
        let mut settings = Self::new();
        for (name, value) in options {
            settings.insert(name, value);
        }
        settings
    }
}
