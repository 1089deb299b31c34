//! The system catalogs by their fixed numbers: half of the address that comments, privileges and
//! dependencies use for an object.

use super::answer::Oid;

/// Where the catalog keeps something: the catalog, the row, and the column of a relation (or 0).
pub(super) type Address = (Oid, Oid, i32);

pub(super) const TYPE: Oid = 1247;
pub(super) const ROUTINE: Oid = 1255;
pub(super) const RELATION: Oid = 1259;
pub(super) const DEFAULT: Oid = 2604;
pub(super) const CONSTRAINT: Oid = 2606;
pub(super) const SCHEMA: Oid = 2615;
pub(super) const RULE: Oid = 2618;
pub(super) const TRIGGER: Oid = 2620;
pub(super) const EXTENSION: Oid = 3079;
pub(super) const POLICY: Oid = 3256;
pub(super) const CAST: Oid = 2605;
pub(super) const OPERATOR_CLASS: Oid = 2616;
pub(super) const OPERATOR_FAMILY: Oid = 2753;
pub(super) const FAMILY_OPERATOR: Oid = 2602;
pub(super) const FAMILY_FUNCTION: Oid = 2603;
pub(super) const PUBLICATION: Oid = 6104;
pub(super) const PUBLISHED_RELATION: Oid = 6106;
pub(super) const PUBLISHED_SCHEMA: Oid = 6237;
