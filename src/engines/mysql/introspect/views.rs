//! Views, and the relations that their texts name: neither server keeps dependencies, so the names decide. That finds
//! too many rather than too few, and one too many costs an order, not a failed plan.

use std::collections::{BTreeMap, BTreeSet};

use super::assembly::{Assembly, rows};
use super::catalog::{COLUMNS, E, Particular, ROUTINES, TABLES};
use super::own::without_own_name;
use super::show::{Shown, Words, account};
use crate::connect::Rows;
use crate::engines::AssembleError;
use crate::model::{
    About, Body, Definition, ObjectId, ObjectKind, OutputColumn, Populated, QualifiedName, Settings, View,
};
use crate::sqltext::{TokenClass, lex};

pub(super) fn read(
    assembly: &mut Assembly<'_>,
    answers: &[Rows],
    shown: &Shown<'_>,
    database: &str,
) -> Result<(), AssembleError> {
    let mut kinds: BTreeMap<&str, ObjectKind> = BTreeMap::new();
    for row in rows(answers, TABLES) {
        let kind = match row.text(1)? {
            "VIEW" => ObjectKind::View,
            "SEQUENCE" => ObjectKind::Sequence,
            _ => ObjectKind::Table,
        };
        kinds.insert(row.text(0)?, kind);
    }
    let functions: BTreeSet<&str> = rows(answers, ROUTINES)
        .filter(|row| row.maybe(1) == Some("FUNCTION"))
        .filter_map(|row| row.maybe(0))
        .collect();
    let mut columns: BTreeMap<&str, Vec<OutputColumn>> = BTreeMap::new();
    for row in rows(answers, COLUMNS)
        .filter(|row| row.maybe(0).is_some_and(|table| kinds.get(table) == Some(&ObjectKind::View)))
    {
        let output = OutputColumn {
            name: assembly.pool.ident(row.text(1)?),
            data_type: assembly.pool.definition(row.text(3)?),
            collation: row.maybe(4).map(|name| QualifiedName::bare(assembly.pool.ident(name))),
            comment: None,
            default: None,
            statistics_target: None,
            grants: BTreeSet::new(),
        };
        columns.entry(row.text(0)?).or_default().push(output);
    }
    for (name, _) in kinds.iter().filter(|(_, kind)| **kind == ObjectKind::View) {
        let id = ObjectId::new(ObjectKind::View, assembly.name(name));
        let Some(text) = shown.cell(Particular::View(name), 1).and_then(read_view) else {
            assembly.unreadable(id, "its text may not be seen");
            continue;
        };
        let words = names(text.query);
        for word in &words {
            match kinds.get(word.as_str()) {
                Some(kind) => {
                    assembly.needs(&id, ObjectId::new(*kind, assembly.name(word)));
                    assembly.needs_columns(&id, word, |column| words.contains(column));
                }
                None if functions.contains(word.as_str()) => {
                    assembly.needs(&id, ObjectId::new(ObjectKind::Function, assembly.name(word)));
                }
                None => {}
            }
        }
        let about = About { owner: text.definer.map(|text| account(&text)), ..About::default() };
        let view = View {
            query: Definition::from_catalog(without_own_name(text.query, database)),
            options: text.options,
            columns: columns.remove(name).unwrap_or_default(),
            populated: Populated::WithData,
            access_method: None,
        };
        assembly.add(id, Body::View(view), about);
    }
    Ok(())
}

struct ViewText<'a> {
    definer: Option<String>,
    options: Settings,
    query: &'a str,
}

/// `CREATE ALGORITHM=UNDEFINED DEFINER=`u`@`h` SQL SECURITY DEFINER VIEW `v` AS select …`.
fn read_view(text: &str) -> Option<ViewText<'_>> {
    let mut words = Words::of(text);
    words.keyword("create").then_some(())?;
    let mut options = Settings::new();
    let mut definer = None;
    while !words.keyword("view") {
        if words.keyword("algorithm") {
            words.next()?;
            let algorithm = words.next()?;
            if !algorithm.eq_ignore_ascii_case("undefined") {
                options.insert("algorithm".into(), algorithm.to_ascii_lowercase().into());
            }
        } else if words.keyword("definer") {
            definer = Some(words.account()?);
        } else if words.keyword("security") {
            let security = words.next()?;
            if !security.eq_ignore_ascii_case("definer") {
                options.insert("security".into(), security.to_ascii_lowercase().into());
            }
        } else {
            words.next()?;
        }
    }
    words.next()?;
    let list = words.position();
    while !words.keyword("as") {
        words.next()?;
    }
    let columns = text.get(list..words.position())?.trim_end();
    let columns = columns.get(..columns.len().saturating_sub(2)).unwrap_or("").trim();
    if !columns.is_empty() {
        options.insert("columns".into(), columns.into());
    }
    Some(ViewText { definer, options, query: text.get(words.position()..)?.trim_end() })
}

/// The quoted names of a text: the server quotes them all.
pub(super) fn names(text: &str) -> BTreeSet<String> {
    lex(text, E)
        .filter(|token| token.class == TokenClass::QuotedIdentifier)
        .filter_map(|token| text.get(token.start + 1..token.end - 1))
        .map(|name| name.replace("``", "`"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn views_are_read() {
        let text = "CREATE ALGORITHM=MERGE DEFINER=`app`@`10.0.0.%` SQL SECURITY INVOKER VIEW `v` AS select `p`.`id` AS `id` from `p` WITH CASCADED CHECK OPTION";
        let view = read_view(text).unwrap();
        assert_eq!(view.definer.as_deref(), Some("app@10.0.0.%"));
        assert_eq!(view.options.get("algorithm"), Some("merge"));
        assert_eq!(view.options.get("security"), Some("invoker"));
        assert_eq!(view.query, "select `p`.`id` AS `id` from `p` WITH CASCADED CHECK OPTION");
        let mysql = "CREATE ALGORITHM=UNDEFINED DEFINER=`r`@`h` SQL SECURITY DEFINER VIEW `v` (`a`,`b`) AS select 1 AS `a`,2 AS `b`";
        assert_eq!(read_view(mysql).unwrap().options.get("columns"), Some("(`a`,`b`)"));
        assert_eq!(names("select `a`.`x``y` from `t`"), ["a", "t", "x`y"].map(String::from).into());
    }
}
