//! Values of the model in words, for the reader of an edit. Two values that differ read differently; nothing here
//! is SQL, and nothing is compared by its words.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fmt::Display;

use crate::model::{
    Attribute, Composite, Cycle, DomainNotNull, Firing, Foreign, Grant, GrantOption, Ident, Identity,
    IdentityMode, IndexClass, Inherit, Nullability, Origin, OutputColumn, Partition, Persistence, PolicyMode,
    Populated, SequenceOptions, Settings, Uniqueness, Validity,
};

pub(super) trait Words {
    fn words(&self) -> String;
}

impl Words for Validity {
    fn words(&self) -> String {
        match self {
            Self::Valid => "valid",
            Self::NotValid => "not valid",
        }
        .into()
    }
}

impl Words for Uniqueness {
    fn words(&self) -> String {
        match self {
            Self::Plain => "not unique",
            Self::Unique => "unique",
        }
        .into()
    }
}

impl Words for IndexClass {
    fn words(&self) -> String {
        match self {
            Self::Ordinary => "ordinary",
            Self::FullText => "full-text",
            Self::Spatial => "spatial",
        }
        .into()
    }
}

impl Words for Firing {
    fn words(&self) -> String {
        match self {
            Self::Origin => "enabled",
            Self::Disabled => "disabled",
            Self::Replica => "on replicas",
            Self::Always => "always",
        }
        .into()
    }
}

impl Words for Persistence {
    fn words(&self) -> String {
        match self {
            Self::Permanent => "logged",
            Self::Unlogged => "unlogged",
        }
        .into()
    }
}

impl Words for Populated {
    fn words(&self) -> String {
        match self {
            Self::WithData => "with data",
            Self::NoData => "with no data",
        }
        .into()
    }
}

impl Words for Origin {
    fn words(&self) -> String {
        match self {
            Self::Local => "declared here",
            Self::Inherited => "inherited",
        }
        .into()
    }
}

impl Words for Nullability {
    fn words(&self) -> String {
        match self {
            Self::Nullable => "may be NULL".into(),
            Self::NotNull => "NOT NULL".into(),
            Self::Named { name, inherit, validity } => {
                let mut words = String::from("NOT NULL");
                if let Some(name) = name {
                    words.push_str(&format!(" named {name}"));
                }
                if *inherit == Inherit::NoInherit {
                    words.push_str(", not inherited");
                }
                if *validity == Validity::NotValid {
                    words.push_str(", not valid");
                }
                words
            }
        }
    }
}

impl Words for Option<DomainNotNull> {
    fn words(&self) -> String {
        match self {
            None => "may be NULL".into(),
            Some(not_null) => Nullability::Named {
                name: not_null.name.clone(),
                inherit: Inherit::Inherited,
                validity: not_null.validity,
            }
            .words(),
        }
    }
}

impl Words for SequenceOptions {
    fn words(&self) -> String {
        let cycle = match self.cycle {
            Cycle::Cycle => ", cycle",
            Cycle::NoCycle => "",
        };
        format!(
            "start {}, increment {}, minimum {}, maximum {}, cache {}{cycle}",
            self.start, self.increment, self.minimum, self.maximum, self.cache
        )
    }
}

impl Words for Identity {
    fn words(&self) -> String {
        let mode = match self.mode {
            IdentityMode::Always => "always",
            IdentityMode::ByDefault => "by default",
        };
        format!("{mode}, sequence {}, {}, {}", self.sequence, self.persistence.words(), self.options.words())
    }
}

/// Mode and command of a policy.
impl Words for (PolicyMode, &Box<str>) {
    fn words(&self) -> String {
        let mode = match self.0 {
            PolicyMode::Permissive => "permissive",
            PolicyMode::Restrictive => "restrictive",
        };
        format!("{mode}, for {}", self.1)
    }
}

/// Roles; `None` is everybody.
impl Words for Vec<Option<Ident>> {
    fn words(&self) -> String {
        joined(self.iter().map(|role| role.as_ref().map_or("PUBLIC", |role| role.as_str()).to_owned()))
    }
}

impl Words for BTreeSet<Grant> {
    fn words(&self) -> String {
        joined(self.iter().map(|grant| {
            let grantee = grant.grantee.as_ref().map_or("PUBLIC", |role| role.as_str());
            let option = match grant.option {
                GrantOption::Plain => "",
                GrantOption::WithGrantOption => " with grant option",
            };
            format!("{} to {grantee}{option} by {}", grant.privilege, grant.grantor)
        }))
    }
}

impl Words for Partition {
    fn words(&self) -> String {
        format!("{} of {}", self.bound, self.parent)
    }
}

impl Words for Composite {
    fn words(&self) -> String {
        joined(self.attributes.iter().map(|attribute| {
            let Attribute { name, data_type, collation, comment } = attribute;
            format!("{name} {data_type}{}{}", after(" collate ", collation), after(", comment ", comment))
        }))
    }
}

impl Words for Vec<OutputColumn> {
    fn words(&self) -> String {
        joined(self.iter().map(|column| {
            let grants = match column.grants.is_empty() {
                true => String::new(),
                false => format!(", grants ({})", column.grants.words()),
            };
            format!(
                "{} {}{}{}{}{}{grants}",
                column.name,
                column.data_type,
                after(" collate ", &column.collation),
                after(" default ", &column.default),
                after(", statistics ", &column.statistics_target),
                after(", comment ", &column.comment),
            )
        }))
    }
}

impl Words for Option<Foreign> {
    fn words(&self) -> String {
        match self {
            None => String::new(),
            Some(foreign) => format!("server {} ({})", foreign.server, settings(&foreign.options)),
        }
    }
}

/// Statistics targets by place.
impl Words for Vec<(u32, i32)> {
    fn words(&self) -> String {
        joined(self.iter().map(|(place, target)| format!("statistics of column {place}: {target}")))
    }
}

impl Words for Option<i32> {
    fn words(&self) -> String {
        after("statistics ", self)
    }
}

impl Words for Option<Ident> {
    fn words(&self) -> String {
        after("", self)
    }
}

/// Storage and compression of a column.
impl Words for (&Option<Box<str>>, &Option<Box<str>>) {
    fn words(&self) -> String {
        format!("{}{}", after("", self.0), after(", compression ", self.1))
    }
}

pub(super) fn settings(settings: &Settings) -> String {
    joined(settings.sorted().iter().map(|(name, value)| format!("{name}={value}")))
}

pub(super) fn labels(labels: &BTreeMap<Box<str>, Box<str>>) -> String {
    joined(labels.iter().map(|(provider, label)| format!("{provider}={label}")))
}

fn after(lead: &str, value: &Option<impl Display>) -> String {
    value.as_ref().map(|value| format!("{lead}{value}")).unwrap_or_default()
}

fn joined(items: impl Iterator<Item = String>) -> String {
    items.collect::<Vec<_>>().join(", ")
}
