//! The values that each type of a schema takes. A server is asked to read every one of them before it is used,
//! so that a refused row is the table's doing and not the type's.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;

use crate::connect::{Connection, WireError, WireErrorKind};
use crate::model::{Body, Definition, Domain, EngineKind, ObjectId, ObjectKind, Schema};
use crate::sqltext::{Literal, Piece, SqlBuilder};

use super::bounds::inner;
use super::harvest::{spelled_out, suggestions};
use super::mysql;
use super::scalars::{self, VARIETY};
use super::typename::TypeName;

/// One value of a row, as it is written.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Cell {
    Null,
    Text(String),
    /// Text that is to be stored as bytes (SQLite).
    Bytes(String),
    /// A number that must not be written as text (bits of MySQL).
    Whole(u64),
    /// The text of a geometry (MySQL).
    Shape(String),
}

impl Piece for &Cell {
    fn write(self, to: &mut SqlBuilder) {
        match self {
            Cell::Null => to.push("NULL"),
            Cell::Text(text) => to.push(Literal(text)),
            Cell::Bytes(text) => {
                to.push("CAST(");
                to.push(Literal(text));
                to.push(" AS BLOB)");
            }
            Cell::Whole(number) => to.push(i128::from(*number)),
            Cell::Shape(text) => {
                to.push("ST_GeomFromText(");
                to.push(Literal(text));
                to.push(")");
            }
        }
    }
}

/// How many proposals a domain's own conditions may cost.
const MOST_PROPOSALS: usize = 80;

pub(super) struct Palette<'a> {
    schema: &'a Schema,
    /// Where the values have to fit too.
    desired: Option<&'a Schema>,
    known: BTreeMap<String, Values>,
}

/// The values of a type, or why there are none.
#[derive(Clone, Debug, Default)]
pub(super) struct Values {
    pub(super) cells: Vec<Cell>,
    pub(super) refusal: Option<String>,
}

type Filled<'f> = Pin<Box<dyn Future<Output = Result<Values, WireError>> + Send + 'f>>;

impl<'a> Palette<'a> {
    pub(super) fn new(schema: &'a Schema, desired: Option<&'a Schema>) -> Self {
        Self { schema, desired, known: BTreeMap::new() }
    }

    /// The values of a type, found once. An error only where the session itself is lost.
    pub(super) fn values<'f>(
        &'f mut self,
        connection: &'f mut dyn Connection,
        data_type: &'f Definition,
        depth: usize,
    ) -> Filled<'f> {
        Box::pin(async move {
            if let Some(values) = self.known.get(data_type.as_str()) {
                return Ok(values.clone());
            }
            let values = match self.schema.engine() {
                EngineKind::Sqlite => sqlite(data_type),
                EngineKind::MySql => mysql::values(connection, data_type).await?,
                EngineKind::Postgres | EngineKind::SqlServer | EngineKind::Snowflake => {
                    self.asked(connection, data_type, depth).await?
                }
            };
            self.known.insert(data_type.as_str().to_owned(), values.clone());
            Ok(values)
        })
    }

    async fn asked(
        &mut self,
        connection: &mut dyn Connection,
        data_type: &Definition,
        depth: usize,
    ) -> Result<Values, WireError> {
        // A composite cannot hold itself, but a damaged schema must not send us round for ever.
        if depth > 8 {
            return Ok(Values { cells: Vec::new(), refusal: Some("types nest too deep".to_owned()) });
        }
        let proposals = self.proposals(connection, data_type, depth).await?;
        if proposals.is_empty() {
            let refusal = Some(format!("no values are known for type {data_type}"));
            return Ok(Values { cells: Vec::new(), refusal });
        }
        accepted(connection, data_type, &proposals).await
    }

    async fn proposals(
        &mut self,
        connection: &mut dyn Connection,
        data_type: &Definition,
        depth: usize,
    ) -> Result<Vec<String>, WireError> {
        let name = TypeName::parse(data_type.as_str());
        if name.dimensions > 0 {
            let text = data_type.as_str();
            let element = Definition::from_catalog(text.split('[').next().unwrap_or(text));
            let element = if name.element().name.is_empty() { data_type.clone() } else { element };
            let values = texts(&self.values(connection, &element, depth + 1).await?);
            let next = values.iter().cycle().skip(1);
            // `box` is the one built-in type whose arrays are not separated by commas.
            let comma = if name.name == "box" { ';' } else { ',' };
            return Ok(values
                .iter()
                .zip(next)
                .map(|(a, b)| format!("{{{}{comma}{}}}", quoted(a), quoted(b)))
                .collect());
        }
        let object = self.schema.objects.values().find(|object| {
            let kind = matches!(
                object.id.kind,
                ObjectKind::Enum
                    | ObjectKind::Domain
                    | ObjectKind::Composite
                    | ObjectKind::Type
                    | ObjectKind::Table
            );
            kind && object.id.member.is_none() && name.is(&object.id.name)
        });
        match object.map(|object| (&object.id, &object.body)) {
            Some((id, Body::Enum(of))) => {
                let then =
                    self.desired.and_then(|desired| desired.objects.get(id)).map(|object| &object.body);
                let stays = |label: &&str| match then {
                    Some(Body::Enum(then)) => then.labels.iter().any(|then| then.as_ref() == *label),
                    _ => true,
                };
                Ok(of.labels.iter().map(AsRef::as_ref).filter(stays).map(ToString::to_string).collect())
            }
            Some((id, Body::Domain(domain))) => {
                let (id, now) = (id.clone(), conditions(self.schema, id));
                let then = self.desired.map(|desired| conditions(desired, &id)).unwrap_or_default();
                let mut proposals = self.of_domain(connection, domain, &now, &then, depth).await?;
                for condition in then.iter().filter(|condition| !now.contains(condition)) {
                    proposals = holding(connection, data_type, condition, proposals).await?;
                }
                Ok(proposals)
            }
            Some((_, Body::Composite(composite))) => {
                let parts: Vec<&Definition> =
                    composite.attributes.iter().map(|attribute| &attribute.data_type).collect();
                self.of_parts(connection, &parts, depth).await
            }
            Some((id, Body::Table(_))) => {
                let mut columns: Vec<_> = self
                    .schema
                    .members(id)
                    .filter_map(|part| match &part.body {
                        Body::Column(column) => Some((column.position.0, &column.data_type)),
                        _ => None,
                    })
                    .collect();
                columns.sort_by_key(|(position, _)| *position);
                let parts: Vec<&Definition> = columns.into_iter().map(|(_, data_type)| data_type).collect();
                self.of_parts(connection, &parts, depth).await
            }
            // A type kept as text: only ranges say what they are made of.
            Some((_, Body::Defined(defined))) => {
                let text = defined.create.first().map(ToString::to_string).unwrap_or_default();
                match subtype(&text) {
                    Some(subtype) => {
                        let values = texts(&self.values(connection, &subtype, depth + 1).await?);
                        Ok(values.iter().map(|value| format!("[{0},{0}]", quoted(value))).collect())
                    }
                    None => Ok(Vec::new()),
                }
            }
            Some(_) | None => Ok((0..VARIETY).filter_map(|n| scalars::postgres(&name, n)).collect()),
        }
    }

    /// Row values, one part a type.
    async fn of_parts(
        &mut self,
        connection: &mut dyn Connection,
        parts: &[&Definition],
        depth: usize,
    ) -> Result<Vec<String>, WireError> {
        let mut rows = vec![Vec::new(); VARIETY as usize];
        for part in parts {
            let values = texts(&self.values(connection, part, depth + 1).await?);
            for (at, row) in rows.iter_mut().enumerate() {
                let value = values.get(at % values.len().max(1));
                row.push(value.map(|value| quoted(value)).unwrap_or_default());
            }
        }
        Ok(rows.iter().map(|row| format!("({})", row.join(","))).collect())
    }

    async fn of_domain(
        &mut self,
        connection: &mut dyn Connection,
        domain: &Domain,
        now: &[String],
        then: &[String],
        depth: usize,
    ) -> Result<Vec<String>, WireError> {
        let mut proposals = texts(&self.values(connection, &domain.base, depth + 1).await?);
        for condition in now.iter().chain(then) {
            proposals.extend(suggestions(&spelled_out(self.schema, condition)));
        }
        proposals.truncate(MOST_PROPOSALS);
        Ok(proposals)
    }

    /// The values of a column whose type is to become another one.
    pub(super) async fn lasting(
        &mut self,
        connection: &mut dyn Connection,
        data_type: &Definition,
        becomes: &Definition,
    ) -> Result<Values, WireError> {
        let values = self.values(connection, data_type, 0).await?;
        if self.schema.engine() == EngineKind::Sqlite || values.cells.is_empty() {
            return Ok(values);
        }
        if self.schema.engine() == EngineKind::MySql {
            let mut cells = mysql::converted(connection, &values.cells, data_type, becomes).await?;
            if cells.is_empty() {
                let theirs = self.values(connection, becomes, 0).await?;
                cells = mysql::converted(connection, &theirs.cells, data_type, becomes).await?;
            }
            return Ok(if cells.is_empty() { values } else { Values { cells, refusal: None } });
        }
        let mut cells = converted(connection, &values.cells, data_type, becomes).await?;
        if cells.is_empty() {
            let theirs = texts(&self.values(connection, becomes, 0).await?);
            let ours = accepted(connection, data_type, &theirs).await?;
            cells = converted(connection, &ours.cells, data_type, becomes).await?;
        }
        Ok(if cells.is_empty() { values } else { Values { cells, refusal: None } })
    }

    /// Of these texts, the ones that the type reads, as the server prints them.
    pub(super) async fn readable(
        &self,
        connection: &mut dyn Connection,
        data_type: &Definition,
        texts: &[String],
    ) -> Result<Vec<Cell>, WireError> {
        match self.schema.engine() {
            EngineKind::Sqlite => Ok(texts.iter().cloned().map(Cell::Text).collect()),
            EngineKind::MySql => mysql::readable(connection, data_type, texts).await,
            EngineKind::Postgres | EngineKind::SqlServer | EngineKind::Snowflake => {
                Ok(accepted(connection, data_type, texts).await?.cells)
            }
        }
    }
}

/// The conditions of a domain, as the server prints them.
fn conditions(schema: &Schema, domain: &ObjectId) -> Vec<String> {
    schema
        .members(domain)
        .filter_map(|part| match (&part.id.kind, &part.body) {
            (ObjectKind::DomainConstraint, Body::Constraint(check)) => Some(check.definition.to_string()),
            _ => None,
        })
        .collect()
}

/// Of these values, the ones that meet a condition that the domain has not got yet.
async fn holding(
    connection: &mut dyn Connection,
    data_type: &Definition,
    condition: &str,
    proposals: Vec<String>,
) -> Result<Vec<String>, WireError> {
    let condition = Definition::from_catalog(inner(condition));
    let mut kept = Vec::new();
    for proposal in proposals {
        // Inside a domain's condition VALUE is a word of its own; elsewhere it is a column of that name.
        let sql = SqlBuilder::new(connection.version().engine)
            .piece("SELECT (")
            .piece(&condition)
            .piece(") IS NOT FALSE FROM (SELECT CAST(")
            .piece(Literal(&proposal))
            .piece(" AS ")
            .piece(data_type)
            .piece(") AS value) AS one")
            .done();
        match connection.query(&sql).await {
            Ok(rows) => {
                if rows.cell(0, 0) == Some("t") {
                    kept.push(proposal);
                }
            }
            Err(error) if error.kind == WireErrorKind::Statement => {}
            Err(error) => return Err(error),
        }
    }
    Ok(kept)
}

/// Of these values, the ones that another type takes over too, whole.
async fn converted(
    connection: &mut dyn Connection,
    cells: &[Cell],
    from: &Definition,
    to: &Definition,
) -> Result<Vec<Cell>, WireError> {
    let limited = {
        let name = TypeName::parse(to.as_str());
        !name.modifiers.is_empty() && (name.name.starts_with("character") || name.name.starts_with("bit"))
    };
    let mut kept = Vec::new();
    for cell in cells {
        let sql = SqlBuilder::new(connection.version().engine)
            .piece("SELECT CAST(CAST(")
            .piece(cell)
            .piece(" AS ")
            .piece(from)
            .piece(") AS ")
            .piece(to)
            .piece(")")
            .done();
        match connection.query(&sql).await {
            Ok(rows) => {
                let now = rows.cell(0, 0);
                let whole = match cell {
                    Cell::Text(text) | Cell::Bytes(text) => now.map(str::trim_end) == Some(text.trim_end()),
                    Cell::Null | Cell::Whole(_) | Cell::Shape(_) => true,
                };
                if whole || !limited {
                    kept.push(cell.clone());
                }
            }
            // A type that the plan has yet to make: nothing can be asked of it.
            Err(error) if error.code.as_deref() == Some("42704") => return Ok(cells.to_vec()),
            Err(error) if error.kind == WireErrorKind::Statement => {}
            Err(error) => return Err(error),
        }
    }
    Ok(kept)
}

fn sqlite(data_type: &Definition) -> Values {
    let name = TypeName::parse(data_type.as_str());
    let cell: fn(String) -> Cell = if scalars::sqlite_is_blob(&name) { Cell::Bytes } else { Cell::Text };
    Values { cells: (0..VARIETY).map(|n| cell(scalars::sqlite(&name, n))).collect(), refusal: None }
}

/// Asks for all at once, and one by one where that fails.
async fn accepted(
    connection: &mut dyn Connection,
    data_type: &Definition,
    proposals: &[String],
) -> Result<Values, WireError> {
    let mut values = Values::default();
    if let Ok(cells) = cast(connection, data_type, proposals).await? {
        values.cells = cells;
    } else {
        for proposal in proposals {
            match cast(connection, data_type, std::slice::from_ref(proposal)).await? {
                Ok(cells) => values.cells.extend(cells),
                Err(error) => {
                    values.refusal.get_or_insert(error.message.to_string());
                }
            }
        }
    }
    let mut seen = std::collections::BTreeSet::new();
    values.cells.retain(|cell| seen.insert(cell.clone()));
    Ok(values)
}

async fn cast(
    connection: &mut dyn Connection,
    data_type: &Definition,
    texts: &[String],
) -> Result<Result<Vec<Cell>, WireError>, WireError> {
    let mut sql = SqlBuilder::new(connection.version().engine).piece("SELECT ");
    for (at, text) in texts.iter().enumerate() {
        sql.push(if at == 0 { "CAST(" } else { ", CAST(" });
        sql.push(Literal(text));
        sql.push(" AS ");
        sql.push(data_type);
        sql.push(")");
    }
    match connection.query(&sql.done()).await {
        Ok(rows) => Ok(Ok(rows.row(0).iter().flatten().map(|text| Cell::Text(text.to_owned())).collect())),
        Err(error) if error.kind == WireErrorKind::Statement => Ok(Err(error)),
        Err(error) => Err(error),
    }
}

fn texts(values: &Values) -> Vec<String> {
    let text = |cell: &Cell| match cell {
        Cell::Text(text) | Cell::Bytes(text) => Some(text.clone()),
        Cell::Null | Cell::Whole(_) | Cell::Shape(_) => None,
    };
    values.cells.iter().filter_map(text).collect()
}

/// Inside an array, composite or range literal.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// `CREATE TYPE … AS RANGE (subtype = numeric, …)` → numeric.
fn subtype(create: &str) -> Option<Definition> {
    let at = create.to_ascii_lowercase().find("subtype")?;
    let rest = create.get(at + "subtype".len()..)?.trim_start().strip_prefix('=')?;
    let mut depth = 0_i32;
    let mut quoted = false;
    let end = rest.char_indices().find(|(_, c)| {
        match c {
            '"' => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted => depth -= 1,
            _ => {}
        }
        !quoted && (depth < 0 || depth == 0 && *c == ',')
    });
    let text = rest.get(..end.map_or(rest.len(), |(at, _)| at))?;
    Some(Definition::from_catalog(text.trim()))
}
