//! Makes random schemas and random changes to them.

use std::collections::BTreeMap;

use super::Dice;
use super::model::{Column, Domain, Extra, Function, Model, Table, Type, Value, View};

const LABELS: [&str; 8] = ["new", "open", "paid", "it''s", "Done", "lost", "a b", "zero"];
const TYPES: [&str; 12] = [
    "integer",
    "bigint",
    "smallint",
    "text",
    "varchar(10)",
    "varchar(40)",
    "numeric(8,2)",
    "boolean",
    "timestamptz",
    "date",
    "uuid",
    "jsonb",
];
const COLUMNS: [&str; 9] = ["a", "b", "c", "d", "Mixed", "order", "e", "f", "k"];

pub fn schema(dice: &mut Dice) -> Model {
    let mut model = Model::default();
    for at in 0..dice.below(3) + 1 {
        model.enums.insert(format!("e{at}"), labels(dice));
    }
    for at in 0..dice.below(3) {
        model.domains.insert(format!("d{at}"), domain(dice));
        model.sequences.insert(format!("s{at}"), u32::try_from(dice.below(5)).unwrap() + 1);
    }
    for at in 0..dice.below(2) {
        let of = some_type(&model, dice);
        model
            .composites
            .insert(format!("c{at}"), vec![("x".into(), Type::Plain("integer")), ("y".into(), of)]);
    }
    for at in 0..dice.below(3) + 1 {
        model.functions.insert(format!("f{at}"), function(dice));
    }
    for at in 0..dice.below(5) + 1 {
        let table = table(&model, dice);
        model.tables.insert(format!("t{at}"), table);
    }
    for at in 0..dice.below(5) {
        add_view(&mut model, format!("v{at}"), dice);
    }
    for _ in 0..dice.below(10) + 2 {
        add_extra(&mut model, dice);
    }
    model.settle();
    model
}

fn labels(dice: &mut Dice) -> Vec<&'static str> {
    let mut labels: Vec<&str> = LABELS.iter().copied().filter(|_| !dice.one_in(2)).collect();
    if labels.is_empty() {
        labels.push("only");
    }
    if dice.one_in(3) {
        labels.reverse();
    }
    labels
}

fn small(dice: &mut Dice) -> u32 {
    u32::try_from(dice.below(9)).unwrap()
}

fn domain(dice: &mut Dice) -> Domain {
    let base = dice.pick(&["integer", "bigint", "numeric"]).unwrap();
    Domain { base, low: small(dice), not_null: dice.one_in(4) }
}

fn function(dice: &mut Dice) -> Function {
    Function {
        returns: dice.pick(&["integer", "bigint"]).unwrap(),
        argument: dice.pick(&["integer", "bigint"]).unwrap(),
        factor: small(dice),
        parsed: dice.one_in(2),
    }
}

fn some_type(model: &Model, dice: &mut Dice) -> Type {
    let names = |map: Vec<&String>| map.into_iter().cloned().collect::<Vec<_>>();
    let own = match dice.below(8) {
        0 => dice.pick(&names(model.enums.keys().collect())).map(Type::Enum),
        1 => dice.pick(&names(model.enums.keys().collect())).map(Type::EnumArray),
        2 => dice.pick(&names(model.domains.keys().collect())).map(Type::Domain),
        3 => dice.pick(&names(model.composites.keys().collect())).map(Type::Composite),
        _ => None,
    };
    own.unwrap_or_else(|| Type::Plain(dice.pick(&TYPES).unwrap()))
}

fn column(model: &Model, dice: &mut Dice) -> Column {
    Column {
        of: if dice.one_in(3) { Type::Plain("integer") } else { some_type(model, dice) },
        value: value(model, dice),
        not_null: dice.one_in(3),
        comment: dice.one_in(5).then(|| small(dice)),
    }
}

fn value(model: &Model, dice: &mut Dice) -> Value {
    let names: Vec<String> = model.sequences.keys().cloned().collect();
    let functions: Vec<String> = model.functions.keys().cloned().collect();
    match dice.below(9) {
        0 | 1 => Value::Constant(small(dice)),
        2 => dice.pick(&names).map_or(Value::None, Value::Next),
        3 => dice.pick(&functions).map_or(Value::None, Value::Call),
        4 => Value::Generated(dice.pick(&COLUMNS).unwrap().into(), small(dice)),
        5 if dice.one_in(3) => Value::Serial,
        5 => Value::Identity(dice.pick(&["ALWAYS", "BY DEFAULT"]).unwrap()),
        _ => Value::None,
    }
}

fn table(model: &Model, dice: &mut Dice) -> Table {
    let of = Type::Plain(dice.pick(&["integer", "bigint"]).unwrap());
    let value = match dice.below(4) {
        0 => Value::Serial,
        1 => Value::Identity("ALWAYS"),
        _ => Value::None,
    };
    let mut columns = BTreeMap::new();
    columns.insert("id".to_string(), Column { of, value, not_null: true, comment: None });
    for _ in 0..dice.below(6) {
        columns.insert(dice.pick(&COLUMNS).unwrap().to_string(), column(model, dice));
    }
    let partitions = dice.one_in(4).then(|| {
        let k = Column { of: Type::Plain("integer"), value: Value::None, not_null: true, comment: None };
        columns.insert("k".into(), k);
        (0..dice.below(3)).map(|at| (format!("p{at}"), u32::try_from(at).unwrap())).collect()
    });
    Table {
        columns,
        key: !dice.one_in(4),
        partitions,
        extras: BTreeMap::new(),
        unlogged: dice.one_in(9),
        comment: None,
    }
}

fn add_view(model: &mut Model, name: String, dice: &mut Dice) {
    let mut from: Vec<String> = model.tables.keys().cloned().collect();
    from.extend(model.views.keys().filter(|other| **other < name).cloned());
    let Some(from) = dice.pick(&from) else { return };
    let all: Vec<String> = match (model.tables.get(&from), model.views.get(&from)) {
        (Some(table), _) => table.columns.keys().cloned().collect(),
        (None, Some(view)) => view.columns.clone(),
        (None, None) => return,
    };
    let mut columns: Vec<String> = all.into_iter().filter(|_| !dice.one_in(3)).collect();
    if dice.one_in(3) {
        columns.reverse();
    }
    let functions: Vec<String> = model.functions.keys().cloned().collect();
    let call = if dice.one_in(3) { dice.pick(&functions) } else { None };
    model.views.insert(name, View { from, columns, materialized: dice.one_in(4), call });
}

fn add_extra(model: &mut Model, dice: &mut Dice) {
    let tables: Vec<String> = model.tables.keys().cloned().collect();
    let functions: Vec<String> = model.functions.keys().cloned().collect();
    let (Some(on), target) = (dice.pick(&tables), dice.pick(&tables)) else { return };
    let columns: Vec<String> = model.tables[&on].columns.keys().cloned().collect();
    let (a, b) = (dice.pick(&columns).unwrap(), dice.pick(&columns).unwrap());
    let both = if a == b { vec![a.clone()] } else { vec![a.clone(), b.clone()] };
    let extra = match dice.below(10) {
        0 => Extra::Unique(both),
        1 => Extra::Check(a, small(dice)),
        2 => Extra::CheckCall(a, dice.pick(&functions).unwrap_or_default()),
        3 => Extra::Foreign(
            a,
            target.unwrap_or_default(),
            dice.pick(&["", " ON DELETE CASCADE", " DEFERRABLE"]).unwrap(),
        ),
        4 | 5 => Extra::Index {
            columns: both,
            unique: dice.one_in(3),
            descending: dice.one_in(3),
            filter: dice.one_in(3).then_some(b),
        },
        6 => Extra::IndexCall(a, dice.pick(&functions).unwrap_or_default()),
        7 => Extra::Trigger {
            timing: dice.pick(&["BEFORE", "AFTER"]).unwrap(),
            of: dice.one_in(2).then_some(a),
        },
        8 => Extra::Policy(a),
        _ => Extra::Statistics(a, b),
    };
    // Names come back, so that one thing follows another under the same name.
    let name = format!("{on}_x{}", dice.below(6));
    if let Some(table) = model.tables.get_mut(&on) {
        table.extras.insert(name, extra);
    }
}

pub fn change(model: &mut Model, dice: &mut Dice) {
    let tables: Vec<String> = model.tables.keys().cloned().collect();
    let on = dice.pick(&tables).unwrap_or_default();
    match dice.below(20) {
        0 => {
            model.enums.insert(format!("e{}", dice.below(4)), labels(dice));
        }
        1 => {
            model.domains.insert(format!("d{}", dice.below(4)), domain(dice));
        }
        2 => {
            model.functions.insert(format!("f{}", dice.below(4)), function(dice));
        }
        3 => {
            model.sequences.insert(format!("s{}", dice.below(4)), small(dice) + 1);
        }
        4 => {
            let gone = format!("{}{}", dice.pick(&["e", "d", "f", "s", "c"]).unwrap(), dice.below(3));
            model.enums.remove(&gone);
            model.domains.remove(&gone);
            model.functions.remove(&gone);
            model.sequences.remove(&gone);
            model.composites.remove(&gone);
        }
        5 => {
            let of = some_type(model, dice);
            model.composites.insert(
                format!("c{}", dice.below(2)),
                vec![("y".into(), of), ("z".into(), Type::Plain("date"))],
            );
        }
        6 => {
            let table = table(model, dice);
            model.tables.insert(format!("t{}", dice.below(6)), table);
        }
        7 => {
            model.tables.remove(&on);
        }
        8 | 9 => add_view(model, format!("v{}", dice.below(6)), dice),
        10 => {
            model.views.remove(&format!("v{}", dice.below(6)));
        }
        11..=13 => add_extra(model, dice),
        14 => {
            if let Some(table) = model.tables.get_mut(&on) {
                table.key = !table.key;
                table.comment = Some(small(dice));
            }
        }
        15 => {
            if let Some(table) = model.tables.get_mut(&on) {
                if let Some(partitions) = &mut table.partitions {
                    // Apart from the lists of all others.
                    let (at, value) = (dice.below(4), small(dice));
                    partitions.insert(format!("p{at}"), u32::try_from(at).unwrap() * 10 + 10 + value);
                } else {
                    table.unlogged = !table.unlogged;
                }
                table.extras.pop_first();
            }
        }
        _ => change_column(model, &on, dice),
    }
}

fn change_column(model: &mut Model, on: &str, dice: &mut Dice) {
    let fresh = column(model, dice);
    let Some(table) = model.tables.get_mut(on) else { return };
    let names: Vec<String> =
        table.columns.keys().filter(|name| !["id", "k"].contains(&name.as_str())).cloned().collect();
    let name = dice.pick(&names);
    match (dice.below(6), name) {
        (0, _) | (_, None) => {
            let name = dice.pick(&COLUMNS[..8]).unwrap();
            table.columns.insert(name.into(), fresh);
        }
        (1, Some(name)) => {
            table.columns.remove(&name);
        }
        (2, Some(name)) => {
            table.columns.insert(name, fresh);
        }
        (3, Some(name)) => {
            let column = table.columns.get_mut(&name).unwrap();
            column.not_null = !column.not_null;
        }
        (4, Some(name)) => table.columns.get_mut(&name).unwrap().value = fresh.value,
        (_, Some(name)) => table.columns.get_mut(&name).unwrap().of = fresh.of,
    }
}
