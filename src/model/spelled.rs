//! Whether two bodies that compare as equal are spelled alike too. Where an engine keeps what a user typed, equal
//! texts may differ in letter case and spacing. It compares nothing else.

use super::{Attribute, Body, Definition, OutputColumn, Table, Value};

/// Whether all texts of two equal bodies are the same to the last letter.
pub(super) fn alike(a: &Body, b: &Body) -> bool {
    let (a, b) = (texts(a), texts(b));
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.is_spelled_like(b))
}

/// Every text of a body, in a fixed order.
fn texts(body: &Body) -> Vec<&Definition> {
    match body {
        Body::Schema
        | Body::Extension(_)
        | Body::SequenceOwner(_)
        | Body::IndexPartition(_)
        | Body::Enum(_)
        | Body::Privileges(_) => Vec::new(),
        Body::Table(table) => of_table(table),
        Body::Column(column) => std::iter::once(&column.data_type).chain(of_value(&column.value)).collect(),
        Body::Constraint(constraint) => {
            let index = constraint.index.as_ref().map(|index| [&index.tail, &index.deferral]);
            std::iter::once(&constraint.definition).chain(index.into_iter().flatten()).collect()
        }
        Body::Index(index) => vec![&index.tail],
        Body::View(view) => {
            std::iter::once(&view.query).chain(view.columns.iter().flat_map(of_output)).collect()
        }
        Body::Routine(routine) => {
            let arguments = routine.arguments.iter();
            let arguments =
                arguments.flat_map(|argument| std::iter::once(&argument.data_type).chain(&argument.default));
            [&routine.definition, &routine.returns].into_iter().chain(arguments).collect()
        }
        Body::Trigger(trigger) => vec![&trigger.definition],
        Body::Policy(policy) => policy.using.iter().chain(&policy.check).collect(),
        Body::Sequence(sequence) => vec![&sequence.data_type],
        Body::Partition(partition) => vec![&partition.bound],
        Body::Domain(domain) => std::iter::once(&domain.base).chain(&domain.default).collect(),
        Body::Composite(composite) => {
            composite.attributes.iter().map(|Attribute { data_type, .. }| data_type).collect()
        }
        Body::Defined(defined) => defined.create.iter().chain([&defined.drop, &defined.address]).collect(),
        Body::Opaque(opaque) => vec![&opaque.text],
    }
}

fn of_table(table: &Table) -> Vec<&Definition> {
    let source = table.source.as_ref().map(|source| &source.0);
    table.partition_by.iter().chain(&table.of_type).chain(source).collect()
}

fn of_value(value: &Value) -> Option<&Definition> {
    match value {
        Value::Default(text) | Value::Generated { expression: text, .. } => Some(text),
        Value::Plain | Value::Identity(_) => None,
    }
}

fn of_output(column: &OutputColumn) -> impl Iterator<Item = &Definition> {
    std::iter::once(&column.data_type).chain(&column.default)
}

#[cfg(test)]
mod tests {
    use crate::model::{Body, Definition, Opaque, Source};

    fn opaque(text: Definition) -> Body {
        Body::Opaque(Opaque { text, why: "not read".into() })
    }

    #[test]
    fn what_is_equal_may_be_spelled_otherwise() {
        let typed = |text: &str| opaque(Definition::as_typed(text, "create view v"));
        assert_eq!(typed("CREATE VIEW v"), typed("create  view v"));
        assert!(!super::alike(&typed("CREATE VIEW v"), &typed("create  view v")));
        assert!(super::alike(&typed("CREATE VIEW v"), &typed("CREATE VIEW v")));
    }

    #[test]
    fn a_form_counts_too() {
        let form = |form: &str| Definition::as_typed("a", form);
        assert!(!form("a").is_spelled_like(&form("'a'")));
        assert!(!form("a").is_spelled_like(&Definition::from_catalog("a")));
        assert_eq!(Source(form("a")), Source(form("b")));
    }
}
