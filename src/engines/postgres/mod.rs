//! The PostgreSQL dialect, 13 to 18.

mod batches;
mod decide;
mod execute;
mod hand;
mod introspect;
mod rank;
mod render;
mod types;
mod units;

use std::sync::Arc;

use crate::connect::Rows;
use crate::engines::{
    Action, AssembleError, Batching, Cause, Dependent, Dialect, Disturbance, Draft, Facts, Folding, Frame,
    Reading, Transition, Whole,
};
use crate::model::{
    Body, Boundary, Change, Edit, EngineKind, Object, ObjectId, Runtime, Schema, ServerVersion, Sql,
    Statement, Step, Validity,
};
use crate::sql;

#[derive(Clone, Copy, Debug)]
pub struct Postgres;

impl Dialect for Postgres {
    fn kind(&self) -> EngineKind {
        EngineKind::Postgres
    }

    fn catalog(&self, version: &ServerVersion) -> Vec<Sql> {
        introspect::catalog(version)
    }

    fn assemble(
        &self,
        version: &ServerVersion,
        answers: Vec<Rows>,
        like: Option<&Schema>,
    ) -> Result<Schema, AssembleError> {
        introspect::assemble(version, answers, like)
    }

    fn define(&self, object: &Arc<Object>) -> Vec<Sql> {
        render::define(object)
    }

    /// A build that broke off leaves an index that no query uses: it is not the one that was wanted.
    fn imprint(&self, object: &Arc<Object>, part: &mut dyn FnMut(&str)) {
        render::define(object).iter().for_each(|sql| part(sql.as_str()));
        if let Body::Index(index) = &object.body
            && index.validity == Validity::NotValid
        {
            part("INVALID");
        }
    }

    fn transition(&self, before: &Object, after: &Object, edits: &[Edit]) -> Transition {
        decide::transition(before, after, edits)
    }

    fn disturbance(&self, dependent: Dependent<'_>, cause: &Cause<'_>) -> Disturbance {
        decide::disturbance(dependent.before, cause)
    }

    fn folding(&self, object: &Object) -> Folding {
        decide::folding(object)
    }

    fn falls_with(&self, object: &Object, schema: &Schema) -> Vec<ObjectId> {
        decide::falls_with(object, schema)
    }

    fn follows(&self, object: &Object, schema: &Schema) -> Vec<ObjectId> {
        decide::follows(object, schema)
    }

    fn unit(&self, change: &Change, from: &Schema, to: &Schema) -> Option<ObjectId> {
        units::unit(change, from, to)
    }

    fn rank(&self, action: &Action, facts: &Facts<'_>) -> u32 {
        rank::rank(action, facts)
    }

    fn steps(&self, action: &Action, facts: &Facts<'_>) -> Vec<Draft> {
        render::steps(action, facts)
    }

    fn read_statement(&self, sql: &str, schema: &Schema) -> Reading {
        hand::read(sql, schema)
    }

    fn batching(&self, sql: &str, schema: &Schema) -> Option<Result<Batching, Whole>> {
        batches::batching(sql, schema)
    }

    /// A short wait for the lock, because everybody queues behind us while we wait (spec 6.3). Builds and
    /// validations wait for old transactions without blocking anyone, so they may wait longer and run on.
    fn prologue(&self, statement: &Statement) -> Vec<Sql> {
        let pg = EngineKind::Postgres;
        match (statement.boundary, statement.runtime) {
            (Boundary::NonTransactional, _) => {
                vec![sql!(pg; "SET lock_timeout = '30s'"), sql!(pg; "SET statement_timeout = '0'")]
            }
            (
                Boundary::Transactional | Boundary::OwnTransaction | Boundary::NewTransaction,
                Runtime::Brief,
            ) => {
                vec![
                    sql!(pg; "SET LOCAL lock_timeout = '2s'"),
                    sql!(pg; "SET LOCAL statement_timeout = '30s'"),
                ]
            }
            (
                Boundary::Transactional | Boundary::OwnTransaction | Boundary::NewTransaction,
                Runtime::Long,
            ) => {
                vec![sql!(pg; "SET LOCAL lock_timeout = '2s'"), sql!(pg; "SET LOCAL statement_timeout = '0'")]
            }
        }
    }

    /// Routines may name tables that come later in the same script, as in the server's own dumps.
    fn frame(&self, steps: &[Step]) -> Frame {
        let _ = steps;
        let pg = EngineKind::Postgres;
        Frame { before: vec![sql!(pg; "SET check_function_bodies = off")], ..Frame::default() }
    }
}
