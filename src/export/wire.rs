//! The shapes of `plan.toml` and of a plan in JSON. Field names here are a promise to files that exist already:
//! they are added to, never renamed. Nothing outside `export` sees these types.

use serde::{Deserialize, Serialize};

use crate::diff::Privileges;
use crate::model::{
    Author, Boundary, EngineKind, IdParts, Ident, Lock, ObjectId, ObjectKind, Phase, QualifiedName, Renaming,
    Runtime, Severity, Verb, Verdict, Work,
};

use super::batches::Batches;
use super::image::Image;
use super::keeps::Keeps;
use super::{Noted, Record, digest};

/// The version of the file's shape. Earlier ones did not say all that they expect to find, or what they put aside, so
/// something would be lost unseen: they are not read.
pub(super) const VERSION: u32 = 7;

#[derive(Serialize, Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub(super) struct Document {
    pub version: u32,
    pub name: String,
    #[serde(with = "EngineWord")]
    pub engine: EngineKind,
    pub generated: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author: Option<String>,
    pub digest: String,
    /// Over what was judged of the statements.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub judgment: Option<String>,
    pub from: String,
    pub to: String,
    #[serde(default)]
    pub origin: Origin,
    pub server: Server,
    pub compatibility: Compatible,
    pub proof: Proof,
    #[serde(default, rename = "finding", skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<Finding>,
    #[serde(default, rename = "not_compared", skip_serializing_if = "Vec::is_empty")]
    pub unmodelled: Vec<NotCompared>,
    #[serde(default, rename = "step")]
    pub steps: Vec<Step>,
    #[serde(default, rename = "image", skip_serializing_if = "Vec::is_empty")]
    pub images: Vec<Image>,
}

#[derive(Serialize, Deserialize, Default, Debug)]
#[serde(default)]
pub(super) struct Origin {
    pub current: String,
    pub desired: String,
    #[serde(with = "PrivilegesWord")]
    pub privileges: Privileges,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub only: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub skip: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub exactly: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub renames: Vec<Rename>,
}

#[derive(Serialize, Deserialize, Debug)]
pub(super) struct Rename {
    pub before: Address,
    pub after: Address,
}

#[derive(Serialize, Deserialize, Debug)]
pub(super) struct Server {
    pub version: (u32, u32, u32),
    pub text: String,
}

#[derive(Serialize, Deserialize, Debug)]
pub(super) struct Compatible {
    #[serde(with = "VerdictWord")]
    pub verdict: Verdict,
    #[serde(default)]
    pub reasons: Vec<String>,
}

#[derive(Serialize, Deserialize, Debug)]
pub(super) struct Proof {
    pub result: ProofResult,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server: Option<String>,
    #[serde(default)]
    pub notes: Vec<String>,
}

#[derive(Serialize, Deserialize, Clone, Copy, Debug)]
#[serde(rename_all = "kebab-case")]
pub(super) enum ProofResult {
    Proven,
    Failed,
    NotRehearsed,
}

#[derive(Serialize, Deserialize, Debug)]
pub(super) struct NotCompared {
    pub what: String,
    pub why: String,
}

#[derive(Serialize, Deserialize, Debug)]
pub(super) struct Finding {
    pub rule: String,
    #[serde(with = "SeverityWord")]
    pub severity: Severity,
    /// The step's id; none where the finding is about the whole plan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<usize>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub object: Option<Address>,
    pub what: String,
    pub effect: String,
    pub instead: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub probe: Option<String>,
    /// The reason it was waived with; absent while it stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acknowledged: Option<String>,
}

#[derive(Serialize, Deserialize, Debug)]
pub(super) struct Step {
    /// 1-based.
    pub id: usize,
    #[serde(with = "PhaseWord")]
    pub phase: Phase,
    #[serde(with = "VerbWord")]
    pub verb: Verb,
    pub object: Address,
    #[serde(with = "BoundaryWord")]
    pub boundary: Boundary,
    #[serde(with = "RuntimeWord")]
    pub runtime: Runtime,
    #[serde(with = "LockWord")]
    pub lock: Lock,
    #[serde(default)]
    pub locks: Vec<Address>,
    #[serde(with = "WorkWord")]
    pub work: Work,
    pub reason: String,
    /// Absent: the planner.
    #[serde(default, with = "AuthorWord", skip_serializing_if = "is_planner")]
    pub author: Author,
    /// A question whose answer tells whether the step is applied; absent: the schema has to be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub probe: Option<String>,
    pub forward: String,
    pub reversal: ReversalClass,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub irreversible: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lost: Option<Lost>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub batches: Option<Batches>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rollback: Vec<Back>,
    /// What it puts aside, and what removes that for good.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keeps: Option<Keeps>,
}

#[derive(Serialize, Deserialize, Clone, Copy, Debug)]
#[serde(rename_all = "kebab-case")]
pub(super) enum ReversalClass {
    Exact,
    Lossy,
    Impossible,
}

#[derive(Serialize, Deserialize, Debug)]
pub(super) struct Lost {
    /// As soon as the step runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forward: Option<String>,
    /// Of what was written since, if it is taken back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<String>,
    /// Why it is not kept, where the plan keeps what it drops.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unkept: Option<String>,
}

#[derive(Serialize, Deserialize, Debug)]
pub(super) struct Back {
    #[serde(with = "BoundaryWord")]
    pub boundary: Boundary,
    #[serde(with = "RuntimeWord")]
    pub runtime: Runtime,
    pub sql: String,
}

/// An object's identity in parts, and in words for the reader.
#[derive(Serialize, Deserialize, Debug)]
pub(super) struct Address {
    #[serde(with = "KindWord")]
    pub kind: ObjectKind,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub member: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<String>,
}

impl From<&ObjectId> for Address {
    fn from(id: &ObjectId) -> Self {
        Self {
            kind: id.kind,
            schema: id.name.schema.as_ref().map(ToString::to_string),
            name: id.name.name.to_string(),
            member: id.member.as_ref().map(ToString::to_string),
            signature: id.signature.as_deref().map(str::to_owned),
        }
    }
}

impl From<Address> for ObjectId {
    fn from(address: Address) -> Self {
        IdParts {
            kind: address.kind,
            name: QualifiedName { schema: address.schema.map(Ident::new), name: Ident::new(address.name) },
            member: address.member.map(Ident::new),
            signature: address.signature.map(Into::into),
        }
        .into()
    }
}

impl From<&Noted> for Finding {
    fn from(noted: &Noted) -> Self {
        Self {
            rule: noted.rule.to_string(),
            severity: noted.severity,
            step: noted.step.map(|at| at + 1),
            object: noted.object.as_ref().map(Address::from),
            what: noted.what.to_string(),
            effect: noted.effect.to_string(),
            instead: noted.instead.to_string(),
            probe: noted.probe.as_ref().map(ToString::to_string),
            acknowledged: match &noted.standing {
                crate::model::Standing::Stands => None,
                crate::model::Standing::Acknowledged(reason) => Some(reason.to_string()),
            },
        }
    }
}

/// The plan as JSON, the same shape as `plan.toml`.
pub fn document(record: &Record) -> serde_json::Value {
    serde_json::to_value(Document::of(record)).unwrap_or_default()
}

/// One finding as JSON.
pub fn noted_document(noted: &Noted) -> serde_json::Value {
    serde_json::to_value(Finding::from(noted)).unwrap_or_default()
}

/// An object's identity as JSON.
pub fn address_document(id: &ObjectId) -> serde_json::Value {
    serde_json::to_value(Address::from(id)).unwrap_or_default()
}

impl Document {
    pub(super) fn of(record: &Record) -> Self {
        let plan = &record.plan;
        Self {
            version: VERSION,
            name: plan.name.to_string(),
            engine: plan.server.engine,
            generated: record.generated.to_string(),
            author: record.author.as_deref().map(str::to_owned),
            digest: digest(plan).to_string(),
            judgment: None,
            from: plan.from.to_string(),
            to: plan.to.to_string(),
            origin: Origin::from(&record.origin),
            server: Server { version: plan.server.number, text: plan.server.text.to_string() },
            compatibility: Compatible {
                verdict: record.compatibility.verdict,
                reasons: record.compatibility.reasons.iter().map(ToString::to_string).collect(),
            },
            proof: Proof::from(&record.proof),
            findings: record.findings.iter().map(Finding::from).collect(),
            unmodelled: plan
                .unmodelled
                .iter()
                .map(|missed| NotCompared { what: missed.what.to_string(), why: missed.why.to_string() })
                .collect(),
            steps: plan.steps.iter().enumerate().map(|(at, step)| Step::of(at + 1, step)).collect(),
            images: plan.images.iter().map(Image::from).collect(),
        }
    }
}

impl From<&super::Origin> for Origin {
    fn from(origin: &super::Origin) -> Self {
        let rename = |pair: &Renaming| Rename { before: (&pair.before).into(), after: (&pair.after).into() };
        Self {
            current: origin.current.to_string(),
            desired: origin.desired.to_string(),
            privileges: origin.privileges,
            only: origin.only.clone(),
            skip: origin.skip.clone(),
            exactly: origin.exactly.clone(),
            renames: origin.renames.iter().map(rename).collect(),
        }
    }
}

impl From<Origin> for super::Origin {
    fn from(origin: Origin) -> Self {
        let renaming = |pair: Rename| Renaming { before: pair.before.into(), after: pair.after.into() };
        Self {
            current: origin.current.into(),
            desired: origin.desired.into(),
            privileges: origin.privileges,
            only: origin.only,
            skip: origin.skip,
            exactly: origin.exactly,
            renames: origin.renames.into_iter().map(renaming).collect(),
        }
    }
}

fn is_planner(author: &Author) -> bool {
    *author == Author::Planner
}

// The words of the model's enums. Remote derives break the build when a variant is added and not named here.

#[derive(Serialize, Deserialize)]
#[serde(remote = "EngineKind", rename_all = "lowercase")]
enum EngineWord {
    Postgres,
    MySql,
    SqlServer,
    Snowflake,
    Sqlite,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Privileges", rename_all = "kebab-case")]
enum PrivilegesWord {
    Ignore,
    Compare,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Verdict", rename_all = "kebab-case")]
enum VerdictWord {
    Yes,
    WithCare,
    No,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Severity", rename_all = "kebab-case")]
enum SeverityWord {
    Info,
    Warn,
    Error,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Phase", rename_all = "kebab-case")]
enum PhaseWord {
    Expand,
    Backfill,
    Validate,
    Switch,
    Contract,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Verb", rename_all = "kebab-case")]
enum VerbWord {
    Create,
    Drop,
    Alter,
    Rename,
    Rebuild,
    Validate,
    Assist,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Boundary", rename_all = "kebab-case")]
enum BoundaryWord {
    Transactional,
    OwnTransaction,
    NewTransaction,
    NonTransactional,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Runtime", rename_all = "kebab-case")]
enum RuntimeWord {
    Brief,
    Long,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Author", rename_all = "kebab-case")]
enum AuthorWord {
    Planner,
    Hand,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Work", rename_all = "kebab-case")]
enum WorkWord {
    Catalog,
    Scan,
    IndexBuild,
    Rewrite,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Lock", rename_all = "kebab-case")]
enum LockWord {
    None,
    AccessShare,
    RowShare,
    RowExclusive,
    ShareUpdateExclusive,
    Share,
    ShareRowExclusive,
    Exclusive,
    AccessExclusive,
    Metadata,
    Database,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "ObjectKind", rename_all = "kebab-case")]
enum KindWord {
    Extension,
    Schema,
    Language,
    AccessMethod,
    Enum,
    Domain,
    DomainConstraint,
    Composite,
    Type,
    Collation,
    Conversion,
    Cast,
    Operator,
    OperatorFamily,
    OperatorClass,
    TextSearch,
    Transform,
    Sequence,
    Table,
    Column,
    Constraint,
    Index,
    SequenceOwner,
    Partition,
    IndexPartition,
    Statistics,
    View,
    MaterializedView,
    Rule,
    Trigger,
    Policy,
    Function,
    Procedure,
    Aggregate,
    Event,
    EventTrigger,
    ForeignDataWrapper,
    Server,
    UserMapping,
    Publication,
    Subscription,
    DefaultPrivilege,
}
