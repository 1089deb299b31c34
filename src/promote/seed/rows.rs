//! The rows of one table: composed from the palette, offered to the server, and changed where it refuses them,
//! guided by the condition or key that it names. Each row is one statement; a refused one leaves nothing.

use std::collections::BTreeMap;

use crate::connect::{Connection, WireError, WireErrorKind};
use crate::model::{EngineKind, Ident, Schema, Sql};
use crate::sqltext::SqlBuilder;

use super::coming;
use super::harvest::{spelled_out, suggestions};
use super::mysql;
use super::palette::{Cell, Palette, Values};
use super::refusal::{self, Refusal};
use super::shape::{Giver, Null, Partitioned, Reference, Seedling, Shape};

/// Rows that a plain table gets, and the most that a partitioned one does.
const ROWS: usize = 4;
const MOST_ROWS: usize = 16;
/// How often a row is changed before it is given up.
const ATTEMPTS: usize = 400;

/// What a table got.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Sown {
    pub(super) rows: u64,
    /// Why the last refused row was refused.
    pub(super) refusal: Option<String>,
}

/// How daring the values of a row are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Mode {
    Rich,
    /// Small values only.
    Compact,
    /// Small values, and nothing that can be left out.
    Sparse,
}

pub(super) struct Sower<'s, 'a> {
    schema: &'a Schema,
    shape: &'s Shape<'a>,
    values: BTreeMap<&'a Ident, Values>,
    candidates: BTreeMap<Ident, Vec<Cell>>,
    parents: Vec<Vec<Vec<Option<String>>>>,
    guarded: Vec<(Ident, Vec<Ident>)>,
}

/// One row being sought.
struct Attempt {
    index: usize,
    mode: Mode,
    salt: BTreeMap<Ident, usize>,
    chosen: BTreeMap<Ident, Cell>,
    /// How far the search over a set of columns has come.
    searched: BTreeMap<Vec<Ident>, usize>,
    place: usize,
}

impl<'s, 'a> Sower<'s, 'a> {
    pub(super) fn new(schema: &'a Schema, shape: &'s Shape<'a>) -> Self {
        Self {
            schema,
            shape,
            values: BTreeMap::new(),
            candidates: BTreeMap::new(),
            parents: Vec::new(),
            guarded: Vec::new(),
        }
    }

    /// An error only where the session itself is lost.
    pub(super) async fn sow(
        &mut self,
        connection: &mut dyn Connection,
        palette: &mut Palette<'a>,
    ) -> Result<Sown, WireError> {
        if self.shape.partitioned == Partitioned::Yes && self.shape.places.is_empty() {
            return Ok(Sown { rows: 0, refusal: Some("it has no partitions".to_owned()) });
        }
        for column in &self.shape.columns {
            let values = match column.becomes {
                Some(becomes) => palette.lasting(connection, column.data_type, becomes).await?,
                None => palette.values(connection, column.data_type, 0).await?,
            };
            self.values.insert(column.name, values);
        }
        for reference in &self.shape.references {
            let rows = parents(connection, self.schema.engine(), reference).await?;
            self.parents.push(rows);
        }
        let guards = coming::guard(connection, self.schema.engine(), self.shape).await?;
        let keys = guards.iter().map(|guard| (guard.name.clone(), guard.columns.clone()));
        self.guarded = keys.collect();
        let sown = self.sow_rows(connection, palette).await;
        coming::unguard(connection, self.schema.engine(), &guards).await?;
        sown
    }

    async fn sow_rows(
        &mut self,
        connection: &mut dyn Connection,
        palette: &Palette<'a>,
    ) -> Result<Sown, WireError> {
        let wanted = ROWS.max(self.shape.places.len()).min(MOST_ROWS);
        let mut sown = Sown { rows: 0, refusal: None };
        for index in 0..wanted {
            match self.row(connection, palette, index).await? {
                Ok(()) => {
                    sown.rows += 1;
                    self.grown(connection).await?;
                }
                Err(reason) => sown.refusal = Some(reason),
            }
        }
        Ok(sown)
    }

    /// References to the table itself can use the row that has just come.
    async fn grown(&mut self, connection: &mut dyn Connection) -> Result<(), WireError> {
        for (reference, rows) in self.shape.references.iter().zip(&mut self.parents) {
            if reference.table == &self.shape.id.name {
                *rows = parents(connection, self.schema.engine(), reference).await?;
            }
        }
        Ok(())
    }

    async fn row(
        &mut self,
        connection: &mut dyn Connection,
        palette: &Palette<'a>,
        index: usize,
    ) -> Result<Result<(), String>, WireError> {
        let mut attempt = Attempt {
            index,
            mode: Mode::Rich,
            salt: BTreeMap::new(),
            chosen: BTreeMap::new(),
            searched: BTreeMap::new(),
            place: 0,
        };
        let mut reason = String::new();
        for _ in 0..ATTEMPTS {
            let cells = match self.compose(&attempt) {
                Ok(cells) => cells,
                Err(why) => return Ok(Err(why)),
            };
            let refusal = match connection.execute(&self.insert(&cells)).await {
                Ok(_) => match coming::violated(connection, self.schema.engine(), self.shape).await? {
                    None => return Ok(Ok(())),
                    Some((name, columns)) => {
                        reason = format!("no row was found for the coming condition {name}");
                        Refusal::Condition(columns)
                    }
                },
                Err(error) if error.kind == WireErrorKind::Statement => {
                    reason = mysql::told(&error.message);
                    self.read(&error)
                }
                Err(error) => return Err(error),
            };
            if !self.adapt(connection, palette, &mut attempt, refusal).await? {
                break;
            }
        }
        Ok(Err(reason))
    }

    /// A key that only guards what is to come is known by its name here.
    fn read(&self, error: &WireError) -> Refusal {
        let quoted = |name: &Ident| match self.schema.engine() {
            EngineKind::MySql => refusal::quotes(error, name),
            EngineKind::Postgres | EngineKind::Sqlite | EngineKind::SqlServer | EngineKind::Snowflake => {
                error.message.contains(&format!("\"{name}\""))
            }
        };
        match self.guarded.iter().find(|(name, _)| quoted(name)) {
            Some((_, columns)) => Refusal::Duplicate(columns.clone()),
            None => refusal::read(error, self.schema.engine(), self.shape),
        }
    }

    /// Changes what the server refused; `false` where nothing is left to change.
    async fn adapt(
        &mut self,
        connection: &mut dyn Connection,
        palette: &Palette<'a>,
        attempt: &mut Attempt,
        refusal: Refusal,
    ) -> Result<bool, WireError> {
        match refusal {
            Refusal::Condition(mut columns) => {
                columns.retain(|name| self.shape.column(name).is_some());
                if columns.is_empty() {
                    return Ok(attempt.calmer());
                }
                self.search(connection, palette, attempt, columns).await
            }
            Refusal::Duplicate(columns) if columns.iter().any(|name| attempt.chosen.contains_key(name)) => {
                let columns: Vec<Ident> =
                    columns.into_iter().filter(|name| attempt.chosen.contains_key(name)).collect();
                self.search(connection, palette, attempt, columns).await
            }
            Refusal::Duplicate(columns) => {
                let columns = if columns.is_empty() {
                    self.shape.columns.iter().map(|column| column.name.clone()).collect()
                } else {
                    columns
                };
                let mut most = 0;
                for name in columns {
                    let salt = attempt.salt.entry(name).or_default();
                    *salt += 1;
                    most = most.max(*salt);
                }
                Ok(most < 24 || attempt.calmer())
            }
            Refusal::NoPlace => {
                attempt.place += 1;
                for column in &self.shape.columns {
                    *attempt.salt.entry(column.name.clone()).or_default() += 1;
                }
                Ok(attempt.place < 24)
            }
            Refusal::Reference | Refusal::Other => Ok(attempt.calmer()),
        }
    }

    /// The next combination of candidates for these columns.
    async fn search(
        &mut self,
        connection: &mut dyn Connection,
        palette: &Palette<'a>,
        attempt: &mut Attempt,
        columns: Vec<Ident>,
    ) -> Result<bool, WireError> {
        for name in &columns {
            self.find_candidates(connection, palette, name).await?;
        }
        let at = *attempt.searched.get(&columns).unwrap_or(&0);
        attempt.searched.insert(columns.clone(), at + 1);
        let mut rest = at;
        for name in &columns {
            let Some(cells) = self.candidates.get(name).filter(|cells| !cells.is_empty()) else {
                return Ok(false);
            };
            // Rows begin their search at different places, so that they end up different.
            if let Some(cell) = cells.get((rest + attempt.index) % cells.len()) {
                attempt.chosen.insert(name.clone(), cell.clone());
            }
            rest /= cells.len();
        }
        Ok(rest == 0)
    }

    async fn find_candidates(
        &mut self,
        connection: &mut dyn Connection,
        palette: &Palette<'a>,
        name: &Ident,
    ) -> Result<(), WireError> {
        let Some(column) = self.shape.column(name) else { return Ok(()) };
        if self.candidates.contains_key(name) {
            return Ok(());
        }
        let mut texts: Vec<String> = Vec::new();
        let coming = &self.shape.coming.conditions;
        for condition in self
            .shape
            .conditions
            .iter()
            .chain(coming)
            .filter(|condition| condition.columns.contains(&name) || condition.columns.is_empty())
        {
            texts.extend(suggestions(&spelled_out(self.schema, condition.text.as_str())));
        }
        if texts.is_empty() {
            texts = suggestions("");
        }
        let mut cells = palette.readable(connection, column.data_type, &texts).await?;
        cells.extend(self.values.get(name).map(|values| values.cells.clone()).unwrap_or_default());
        if column.null == Null::Allowed {
            cells.push(Cell::Null);
        }
        let mut seen = std::collections::BTreeSet::new();
        cells.retain(|cell| seen.insert(cell.clone()));
        self.candidates.insert(name.clone(), cells);
        Ok(())
    }

    /// The row as it is now; a column that is missing is left to the server.
    fn compose(&self, attempt: &Attempt) -> Result<BTreeMap<&'a Ident, Cell>, String> {
        let mut cells: BTreeMap<&'a Ident, Cell> = BTreeMap::new();
        let place = match self.shape.places.len() {
            0 => None,
            places => self.shape.places.get((attempt.index + attempt.place) % places),
        };
        for column in &self.shape.columns {
            if let Some(cell) = place.and_then(|pins| pins.get(column.name)) {
                cells.insert(column.name, cell.clone());
            }
        }
        self.refer(attempt, &mut cells)?;
        for column in &self.shape.columns {
            if cells.contains_key(column.name) {
                continue;
            }
            if let Some(cell) = attempt.chosen.get(column.name) {
                cells.insert(column.name, cell.clone());
            } else if let Some(cell) = self.value(attempt, column)? {
                cells.insert(column.name, cell);
            }
        }
        Ok(cells)
    }

    /// What a column takes by itself; `None` leaves it out.
    fn value(&self, attempt: &Attempt, column: &Seedling<'a>) -> Result<Option<Cell>, String> {
        let sparse = attempt.mode == Mode::Sparse;
        let left_out = match column.filled {
            Giver::Sequence => true,
            Giver::Default => attempt.index == 2 || sparse,
            Giver::Us => false,
        };
        if left_out {
            return Ok(None);
        }
        if column.null == Null::Allowed && (attempt.index == 1 || sparse) {
            return Ok(Some(Cell::Null));
        }
        let values = self.values.get(column.name);
        let cells = values.map(|values| values.cells.as_slice()).unwrap_or_default();
        let calm = if attempt.mode == Mode::Rich { 0 } else { 4 };
        let at = attempt.index + calm + attempt.salt.get(column.name).copied().unwrap_or(0);
        match (cells.get(at % cells.len().max(1)), column.filled, column.null) {
            (Some(cell), _, _) => Ok(Some(cell.clone())),
            (None, Giver::Default | Giver::Sequence, _) => Ok(None),
            (None, Giver::Us, Null::Allowed) => Ok(Some(Cell::Null)),
            (None, Giver::Us, Null::Refused) => {
                let why = values.and_then(|values| values.refusal.clone()).unwrap_or_default();
                Err(format!("column {}: {why}", column.name))
            }
        }
    }

    /// Gives the columns of references the key of a row that is there.
    fn refer(&self, attempt: &Attempt, cells: &mut BTreeMap<&'a Ident, Cell>) -> Result<(), String> {
        for (reference, rows) in self.shape.references.iter().zip(&self.parents) {
            let columns: Vec<&Seedling<'a>> =
                reference.columns.iter().filter_map(|name| self.shape.column(name)).collect();
            if columns.len() < reference.columns.len() {
                // A generated column refers: whatever it computes has to be there.
                continue;
            }
            let nullable = columns.iter().find(|column| column.null == Null::Allowed);
            let salt: usize = columns.iter().filter_map(|column| attempt.salt.get(column.name)).sum();
            let fits = |row: &&Vec<Option<String>>| {
                columns.iter().zip(row.iter()).all(|(column, value)| match cells.get(column.name) {
                    Some(Cell::Text(given) | Cell::Bytes(given)) => value.as_ref() == Some(given),
                    Some(Cell::Whole(given)) => value.as_ref() == Some(&given.to_string()),
                    Some(Cell::Null | Cell::Shape(_)) => false,
                    None => true,
                })
            };
            let fitting: Vec<_> = rows.iter().filter(fits).collect();
            let null_row = attempt.index == 1 || attempt.mode == Mode::Sparse;
            match (fitting.get((attempt.index + salt) % fitting.len().max(1)), nullable) {
                (None, Some(column)) => {
                    cells.insert(column.name, Cell::Null);
                }
                (Some(_), Some(column)) if null_row && !cells.contains_key(column.name) => {
                    cells.insert(column.name, Cell::Null);
                }
                (Some(row), _) => {
                    for (column, value) in columns.iter().zip(row.iter()) {
                        cells.insert(column.name, value.clone().map_or(Cell::Null, Cell::Text));
                    }
                }
                (None, None) if reference.table == &self.shape.id.name => {
                    self.refer_to_itself(attempt, reference, cells)?;
                }
                (None, None) => return Err(format!("{} has no row to refer to", reference.table)),
            }
        }
        Ok(())
    }

    /// The first row of a table that must refer to itself: it refers to its own key.
    fn refer_to_itself(
        &self,
        attempt: &Attempt,
        reference: &Reference<'a>,
        cells: &mut BTreeMap<&'a Ident, Cell>,
    ) -> Result<(), String> {
        for (name, target) in reference.columns.iter().zip(&reference.targets) {
            let key = self.shape.column(target).ok_or("the server alone gives the key it refers to")?;
            let ours = Seedling { filled: Giver::Us, ..*key };
            if let Some(cell) = self.value(attempt, &ours)? {
                cells.insert(name, cell.clone());
                cells.insert(target, cell);
            }
        }
        Ok(())
    }

    fn insert(&self, cells: &BTreeMap<&'a Ident, Cell>) -> Sql {
        let mut sql = SqlBuilder::new(self.schema.engine()).piece("INSERT INTO ").piece(&self.shape.id.name);
        if cells.is_empty() && self.schema.engine() != EngineKind::MySql {
            return sql.piece(" DEFAULT VALUES").done();
        }
        sql.push(" (");
        sql.push_joined(cells.keys().copied(), ", ");
        sql.push(")");
        let of_sequence =
            |name: &Ident| self.shape.column(name).is_some_and(|one| one.filled == Giver::Sequence);
        if self.schema.engine() == EngineKind::Postgres && cells.keys().any(|name| of_sequence(name)) {
            sql.push(" OVERRIDING SYSTEM VALUE");
        }
        sql.push(" VALUES (");
        sql.push_joined(cells.values(), ", ");
        sql.piece(")").done()
    }
}

impl Attempt {
    /// Tries smaller values, then as few as possible; `false` when it already does.
    fn calmer(&mut self) -> bool {
        let next = match self.mode {
            Mode::Rich => Mode::Compact,
            Mode::Compact => Mode::Sparse,
            Mode::Sparse => return false,
        };
        self.mode = next;
        true
    }
}

/// The keys that a reference can use, as they are in the table now.
async fn parents(
    connection: &mut dyn Connection,
    engine: EngineKind,
    reference: &Reference<'_>,
) -> Result<Vec<Vec<Option<String>>>, WireError> {
    let mut sql = SqlBuilder::new(engine).piece("SELECT ");
    sql.push_joined(reference.targets.iter().copied(), ", ");
    sql.push(" FROM ");
    sql.push(reference.table);
    for (at, target) in reference.targets.iter().enumerate() {
        sql.push(if at == 0 { " WHERE " } else { " AND " });
        sql.push(*target);
        sql.push(" IS NOT NULL");
    }
    sql.push(" ORDER BY ");
    sql.push_joined((1..=reference.targets.len()).map(|at| at as i128), ", ");
    match connection.query(&sql.done()).await {
        Ok(rows) => {
            Ok(rows.iter().map(|row| row.iter().map(|value| value.map(str::to_owned)).collect()).collect())
        }
        Err(error) if error.kind == WireErrorKind::Statement => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}
