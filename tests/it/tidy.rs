//! The rules of the house that the compiler does not know: layers, file sizes, words, module heads.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

const LONGEST: usize = 500;

#[test]
fn modules_import_only_from_lower_layers() {
    let layers = layers();
    assert!(layers.len() >= 12, "the layer table of src/lib.rs could not be read: {layers:?}");
    let mut broken = Vec::new();
    for file in files_under("src", "rs") {
        let Some(module) = module_of(&file) else { continue };
        let Some(&own) = layers.get(&module) else {
            broken.push(format!("{}: module {module} is missing from the layer table", file.display()));
            continue;
        };
        for (line, target) in imports(&fs::read_to_string(&file).unwrap()) {
            let Some(&other) = layers.get(&target) else { continue };
            if target != module && other >= own {
                broken.push(format!(
                    "{}:{line}: {module} (layer {own}) uses {target} (layer {other})",
                    file.display()
                ));
            }
        }
    }
    assert!(broken.is_empty(), "walls are broken:\n{}", broken.join("\n"));
}

#[test]
fn files_are_small() {
    let mut long = Vec::new();
    for file in files_under("src", "rs").into_iter().chain(files_under("tests", "rs")) {
        let text = fs::read_to_string(&file).unwrap();
        let lines = text.lines().count();
        let excused = text.lines().take(10).any(|line| line.to_lowercase().contains("long because"));
        if lines > LONGEST && !excused {
            long.push(format!("{}: {lines} lines", file.display()));
        }
    }
    assert!(long.is_empty(), "more than {LONGEST} lines and no `long because` on top:\n{}", long.join("\n"));
}

#[test]
fn modules_say_what_they_are() {
    let mute: Vec<String> = files_under("src", "rs")
        .into_iter()
        .filter(|file| !file.ends_with("main.rs"))
        .filter(|file| !fs::read_to_string(file).unwrap().starts_with("//!"))
        .map(|file| file.display().to_string())
        .collect();
    assert!(mute.is_empty(), "no opening paragraph:\n{}", mute.join("\n"));
}

#[test]
fn no_loose_ends_and_no_drawers() {
    let loose = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("XX", "X"), concat!("HA", "CK")];
    let drawers = ["utils", "util", "helpers", "helper", "common", "misc", "manager", "handler"];
    let mut found = Vec::new();
    for file in files_under("src", "rs").into_iter().chain(files_under("tests", "rs")) {
        let text = fs::read_to_string(&file).unwrap();
        for (at, line) in text.lines().enumerate() {
            for word in loose {
                if line.split(|c: char| !c.is_alphanumeric()).any(|part| part == word) {
                    found.push(format!("{}:{}: {word}", file.display(), at + 1));
                }
            }
        }
        let named = |name: Option<&std::ffi::OsStr>| name.and_then(|n| n.to_str()).unwrap_or("").to_owned();
        let names = [named(file.file_stem()), named(file.parent().and_then(Path::file_name))];
        if names.iter().any(|name| drawers.contains(&name.as_str())) {
            found.push(format!("{}: a drawer for anything; name what it holds", file.display()));
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// The table in the head of `src/lib.rs`: `//! | 1 | `sqltext`, `connect` |`.
fn layers() -> BTreeMap<String, u32> {
    let text = fs::read_to_string(root().join("src/lib.rs")).unwrap();
    let mut layers = BTreeMap::new();
    for line in text.lines().filter_map(|line| line.strip_prefix("//! |")) {
        let mut cells = line.split('|').map(str::trim);
        let Some(layer) = cells.next().and_then(|cell| cell.parse::<u32>().ok()) else { continue };
        let Some(modules) = cells.next() else { continue };
        for module in modules.split(',') {
            layers.insert(module.trim().trim_matches('`').to_owned(), layer);
        }
    }
    layers
}

/// The top-level module that a file of `src` belongs to; the crate root belongs to none.
fn module_of(file: &Path) -> Option<String> {
    let inner = file.strip_prefix(root().join("src")).unwrap();
    let first = inner.components().next()?.as_os_str().to_str()?;
    let name = first.strip_suffix(".rs").unwrap_or(first);
    (name != "lib").then(|| name.to_owned())
}

/// Every `crate::x` of the code, with its line; groups such as `use crate::{a::B, c};` too.
fn imports(text: &str) -> Vec<(usize, String)> {
    let code: String = text
        .lines()
        .map(|line| if line.trim_start().starts_with("//") { "" } else { line })
        .collect::<Vec<_>>()
        .join("\n");
    let mut found = Vec::new();
    for needle in ["crate::", "migrator_tui::"] {
        for (at, _) in code.match_indices(needle) {
            let line = code[..at].matches('\n').count() + 1;
            let rest = &code[at + needle.len()..];
            let names = if rest.starts_with('{') { group_heads(rest) } else { vec![first_word(rest)] };
            found.extend(names.into_iter().map(|name| (line, name)));
        }
    }
    found
}

/// The first words of the members of `{a::B, c::{D, E}}`.
fn group_heads(text: &str) -> Vec<String> {
    let mut depth = 0usize;
    let mut heads = Vec::new();
    let mut fresh = false;
    for (at, c) in text.char_indices() {
        match c {
            '{' => {
                depth += 1;
                fresh = depth == 1;
            }
            '}' => {
                depth -= 1;
                if depth == 0 {
                    break;
                }
            }
            ',' => fresh = depth == 1,
            _ if fresh && !c.is_whitespace() => {
                heads.push(first_word(&text[at..]));
                fresh = false;
            }
            _ => {}
        }
    }
    heads
}

fn first_word(text: &str) -> String {
    text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

fn files_under(folder: &str, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![root().join(folder)];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|found| found == extension) {
                found.push(path);
            }
        }
    }
    found.sort();
    assert!(!found.is_empty(), "no files under {folder}");
    found
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn imports_are_found_in_every_form() {
    let text = "use crate::model::{A, B};\nuse crate::{diff, safety::Rule};\n// crate::comment::X\nlet x = crate::export::y();";
    let names: Vec<String> = imports(text).into_iter().map(|(_, name)| name).collect();
    assert_eq!(names, ["model", "diff", "safety", "export"]);
}
