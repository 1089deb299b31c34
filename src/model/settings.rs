//! Options by name. Pure data: nothing here knows what an option means.

/// Options in the server's spelling (`fillfactor` → `70`), in the order in which they were given. The order shows
/// only where they are written: two sets with the same options are equal.
///
/// One word large: most of what could have options has none, and there is much of it.
#[derive(Clone, Debug, Default)]
pub struct Settings(Option<Box<Options>>);

#[derive(Clone, Debug, Default)]
struct Options(Vec<(Box<str>, Box<str>)>);

impl Settings {
    pub fn new() -> Self {
        Self::default()
    }
    /// Adds an option, or gives it another value where it stands.
    pub fn insert(&mut self, name: Box<str>, value: Box<str>) {
        let Options(list) = &mut **self.0.get_or_insert_default();
        match list.iter_mut().find(|(other, _)| *other == name) {
            Some(option) => option.1 = value,
            None => list.push((name, value)),
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
        self.list().is_empty()
    }
    fn list(&self) -> &[(Box<str>, Box<str>)] {
        self.0.as_deref().map_or(&[], |options| options.0.as_slice())
    }
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.iter().map(|(name, _)| name)
    }
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.list().iter().map(|(name, value)| (name.as_ref(), value.as_ref()))
    }
    /// Whether they stand in the order of their names.
    pub fn is_sorted(&self) -> bool {
        self.list().is_sorted()
    }
    /// The same options in the order of their names.
    #[must_use]
    pub fn sorted(&self) -> Self {
        let mut options = self.0.clone();
        if let Some(options) = &mut options {
            options.0.sort();
        }
        Self(options)
    }
}

impl PartialEq for Settings {
    fn eq(&self, other: &Self) -> bool {
        self.list().len() == other.list().len()
            && self.list().iter().all(|(name, value)| other.get(name) == Some(value))
    }
}
impl Eq for Settings {}
impl std::hash::Hash for Settings {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.sorted().list().hash(state);
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
