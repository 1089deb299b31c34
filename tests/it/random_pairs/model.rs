//! What a random schema can hold. References are by name and may dangle until [`Model::settle`] removes what dangles.

use std::collections::BTreeMap;

#[derive(Clone, Debug, Default)]
pub struct Model {
    pub enums: BTreeMap<String, Vec<&'static str>>,
    pub domains: BTreeMap<String, Domain>,
    pub composites: BTreeMap<String, Vec<(String, Type)>>,
    pub sequences: BTreeMap<String, u32>,
    pub functions: BTreeMap<String, Function>,
    pub tables: BTreeMap<String, Table>,
    pub views: BTreeMap<String, View>,
}

#[derive(Clone, Debug)]
pub struct Domain {
    pub base: &'static str,
    pub low: u32,
    pub not_null: bool,
}

#[derive(Clone, Debug)]
pub struct Function {
    pub returns: &'static str,
    pub argument: &'static str,
    pub factor: u32,
    /// With a body that the server has parsed.
    pub parsed: bool,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Type {
    Plain(&'static str),
    Enum(String),
    EnumArray(String),
    Domain(String),
    Composite(String),
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Value {
    None,
    Constant(u32),
    Next(String),
    Call(String),
    Identity(&'static str),
    Serial,
    /// From another column, a whole number.
    Generated(String, u32),
}

#[derive(Clone, Debug)]
pub struct Column {
    pub of: Type,
    pub value: Value,
    pub not_null: bool,
    pub comment: Option<u32>,
}

#[derive(Clone, Debug)]
pub enum Extra {
    Unique(Vec<String>),
    /// Column and bound.
    Check(String, u32),
    CheckCall(String, String),
    /// Column, table; to its key `id`.
    Foreign(String, String, &'static str),
    Index {
        columns: Vec<String>,
        unique: bool,
        descending: bool,
        filter: Option<String>,
    },
    IndexCall(String, String),
    Trigger {
        timing: &'static str,
        of: Option<String>,
    },
    Policy(String),
    Statistics(String, String),
}

#[derive(Clone, Debug)]
pub struct Table {
    pub columns: BTreeMap<String, Column>,
    /// Whether `id` is the primary key.
    pub key: bool,
    /// By list of `k`: the lists of the partitions.
    pub partitions: Option<BTreeMap<String, u32>>,
    pub extras: BTreeMap<String, Extra>,
    pub unlogged: bool,
    pub comment: Option<u32>,
}

#[derive(Clone, Debug)]
pub struct View {
    pub from: String,
    pub columns: Vec<String>,
    pub materialized: bool,
    pub call: Option<String>,
}

impl Table {
    pub fn whole(&self, column: &str) -> bool {
        self.columns.get(column).is_some_and(Column::whole)
    }
}

impl Column {
    /// A whole number, so that expressions can be made of it.
    pub fn whole(&self) -> bool {
        matches!(&self.of, Type::Plain("integer" | "bigint" | "smallint"))
    }
}

impl Model {
    /// Removes what cannot be: references to what is gone, values that do not fit their type.
    pub fn settle(&mut self) {
        let this = self.clone();
        let type_is_there = |of: &Type| match of {
            Type::Plain(_) => true,
            Type::Enum(name) | Type::EnumArray(name) => this.enums.contains_key(name),
            Type::Domain(name) => this.domains.contains_key(name),
            Type::Composite(name) => this.composites.contains_key(name),
        };
        for fields in self.composites.values_mut() {
            fields.retain(|(_, of)| type_is_there(of) && !matches!(of, Type::Composite(_)));
        }
        let keyed: Vec<&String> = this
            .tables
            .iter()
            .filter(|(_, table)| table.key && table.partitions.is_none())
            .map(|(name, _)| name)
            .collect();
        for table in self.tables.values_mut() {
            table.columns.retain(|_, column| type_is_there(&column.of));
            if table.partitions.is_some() {
                table.unlogged = false;
            }
            let now = table.clone();
            for (name, column) in &mut table.columns {
                let whole = column.whole();
                let fits = match &column.value {
                    Value::None | Value::Constant(_) => true,
                    Value::Next(sequence) => whole && this.sequences.contains_key(sequence),
                    Value::Call(function) => whole && this.functions.contains_key(function),
                    Value::Identity(_) => whole && now.partitions.is_none(),
                    Value::Serial => whole,
                    Value::Generated(from, _) => {
                        whole
                            && from != name
                            && now.columns.get(from).is_some_and(|base| {
                                base.whole() && !matches!(base.value, Value::Generated(..))
                            })
                            && name != "id"
                            && name != "k"
                    }
                };
                if !fits || matches!(column.of, Type::Composite(_)) {
                    column.value = Value::None;
                }
            }
            let now = table.clone();
            table.extras.retain(|_, extra| match extra {
                Extra::Unique(columns) => {
                    now.partitions.is_none() && columns.iter().all(|name| now.columns.contains_key(name))
                }
                Extra::Check(column, _) => now.whole(column),
                Extra::CheckCall(column, function) | Extra::IndexCall(column, function) => {
                    now.whole(column) && this.functions.contains_key(function)
                }
                Extra::Foreign(column, target, _) => {
                    keyed.iter().any(|name| *name == target)
                        && (!this.tables[target].unlogged || now.unlogged)
                        && now.columns.get(column).map(|column| &column.of)
                            == this.tables[target].columns.get("id").map(|column| &column.of)
                }
                Extra::Index { columns, unique, filter, .. } => {
                    columns.iter().all(|name| now.columns.contains_key(name))
                        && filter.as_ref().is_none_or(|name| now.whole(name))
                        && !(*unique && now.partitions.is_some())
                }
                Extra::Trigger { of, .. } => of.as_ref().is_none_or(|name| now.columns.contains_key(name)),
                Extra::Policy(column) => now.whole(column),
                Extra::Statistics(a, b) => {
                    a != b && now.columns.contains_key(a) && now.columns.contains_key(b)
                }
            });
        }
        // A view is named after what it may be made of: `v3` only of tables and of `v0` to `v2`.
        let names: Vec<String> = self.views.keys().cloned().collect();
        for name in names {
            let view = self.views[&name].clone();
            let columns: Option<Vec<String>> = match self.tables.get(&view.from) {
                Some(table) => Some(table.columns.keys().cloned().collect()),
                None => self.views.get(&view.from).filter(|_| view.from < name).map(|v| v.columns.clone()),
            };
            let kept: Vec<String> = view
                .columns
                .into_iter()
                .filter(|c| columns.as_ref().is_some_and(|all| all.contains(c)))
                .collect();
            if kept.is_empty() {
                self.views.remove(&name);
                continue;
            }
            let call = view.call.filter(|function| self.functions.contains_key(function));
            self.views.insert(name, View { columns: kept, call, ..view });
        }
    }
}
