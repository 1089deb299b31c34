//! I10: no step takes rows or values away that are there, unless it keeps them, or a finding of severity error asks
//! somebody to answer for that very loss. Over every case of both engines, in both directions.

use std::path::{Path, PathBuf};

use migrator_tui::connect::Connection;
use migrator_tui::connect::sqlite::{Access, open};
use migrator_tui::diff::{DiffOptions, diff};
use migrator_tui::engines::{dialect, introspect};
use migrator_tui::model::{Dropped, EngineKind, Schema};
use migrator_tui::planner::{PlanOptions, plan};
use migrator_tui::safety::{Subject, examine, untold};

use super::live::Server;

/// The folders of an engine's cases.
fn cases(engine: &str) -> Vec<PathBuf> {
    let within = |path: &Path| -> Vec<PathBuf> {
        let mut found: Vec<_> =
            std::fs::read_dir(path).unwrap().flatten().map(|entry| entry.path()).collect();
        found.sort();
        found
    };
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases").join(engine);
    within(&folder).iter().flat_map(|object| within(object)).collect()
}

/// The losses that nobody is asked about, each in words, and how many steps lose or keep something.
fn silent(current: &Schema, desired: &Schema, told: &mut usize) -> Vec<String> {
    let dialect = dialect(current.version.engine).unwrap();
    let changes = diff(current, desired, &DiffOptions::default());
    let mut silent = Vec::new();
    for dropped in [Dropped::Lost, Dropped::Kept] {
        let options = PlanOptions { name: "case".into(), dropped, ..PlanOptions::default() };
        let Ok(plan) = plan(dialect, current, desired, &changes, &options) else { continue };
        let findings = examine(&Subject { plan: &plan, changeset: &changes, current, desired });
        *told += findings.iter().filter(|finding| finding.step.is_some()).count();
        for (_, step, lost) in untold(&plan, &findings) {
            silent.push(format!("{dropped:?}: {} ({}): {}", step.statement.sql, step.subject, lost));
        }
    }
    silent
}

#[tokio::test]
async fn i10_no_loss_goes_untold_on_sqlite() {
    let (mut wrong, mut told) = (Vec::new(), 0);
    for case in cases("sqlite") {
        let mut sides = Vec::new();
        for file in ["before.sql", "after.sql"] {
            let mut wire = open(None, Access::Create).await.unwrap();
            wire.execute_script(&std::fs::read_to_string(case.join(file)).unwrap()).await.unwrap();
            let dialect = dialect(EngineKind::Sqlite).unwrap();
            sides.push(introspect(dialect, &mut wire as &mut dyn Connection).await.unwrap());
        }
        for (from, to) in [(0, 1), (1, 0)] {
            let silent = silent(&sides[from], &sides[to], &mut told);
            wrong.extend(silent.into_iter().map(|what| format!("{}: {what}", case.display())));
        }
    }
    assert!(told > 0 && wrong.is_empty(), "{told} told; not told:\n{}", wrong.join("\n"));
}

#[tokio::test]
async fn i10_no_loss_goes_untold_on_postgres() {
    let Some(server) = Server::first() else { return };
    let name = format!("losses_{}", std::process::id());
    let (mut wrong, mut told) = (Vec::new(), 0);
    for case in cases("postgres") {
        let mut sides = Vec::new();
        for file in ["before.sql", "after.sql"] {
            server.recreate(&name, "template0");
            server.psql(&name, &["-f", case.join(file).to_str().unwrap()]).unwrap();
            sides.push(server.read(&name).await.unwrap());
        }
        for (from, to) in [(0, 1), (1, 0)] {
            let silent = silent(&sides[from], &sides[to], &mut told);
            wrong.extend(silent.into_iter().map(|what| format!("{}: {what}", case.display())));
        }
    }
    server.drop(&name);
    assert!(told > 0 && wrong.is_empty(), "{told} told; not told:\n{}", wrong.join("\n"));
}
