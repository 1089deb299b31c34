//! A live PostgreSQL for tests: databases, scripts through psql, dumps that can be compared.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use migrator_tui::connect::{self, PostgresAddress, Purpose, Target};
use migrator_tui::engines::{dialect, introspect};
use migrator_tui::model::{EngineKind, Schema};

/// A test for each version that is supported; those beyond the first and the second server exist only with --full.
macro_rules! on_other_servers {
    ($run:path) => {
        crate::live::on_other_servers!($run, postgres_13 13, postgres_14 14, postgres_15 15, postgres_16 16, postgres_17 17);
    };
    ($run:path, $($name:ident $major:literal),*) => {
        $(
            #[tokio::test(flavor = "multi_thread")]
            async fn $name() {
                if let Some(server) = crate::live::Server::version($major) {
                    $run(server).await;
                }
            }
        )*
    };
}
pub(crate) use on_other_servers;

pub struct Server {
    pub url: String,
    bin: PathBuf,
}

impl Server {
    /// The server that every run has.
    pub fn first() -> Option<Self> {
        Self::from("MIGRATOR_TEST_PG", "MIGRATOR_TEST_PG_BIN")
    }

    /// A server that somebody else has started.
    pub fn at(url: String, bin: &Path) -> Self {
        Self { url, bin: bin.to_path_buf() }
    }

    /// The folder of its programs.
    pub fn bin(&self) -> &Path {
        &self.bin
    }

    /// The server's own psql. The one in the path may be a script that looks for a server, and takes its time.
    pub fn client(&self) -> PathBuf {
        let own = self.bin.join("psql");
        if own.is_file() { own } else { "psql".into() }
    }

    /// The newest version that is supported.
    pub fn second() -> Option<Self> {
        Self::from("MIGRATOR_TEST_PG18", "MIGRATOR_TEST_PG18_BIN")
    }

    /// The server that two variables name, or nothing and a word why.
    fn from(url: &str, bin: &str) -> Option<Self> {
        match (std::env::var(url), std::env::var(bin)) {
            (Ok(url), Ok(bin)) => Some(Self { url, bin: PathBuf::from(bin) }),
            _ => {
                eprintln!("skipped: {url} is not set; tests/run starts a server and sets it");
                None
            }
        }
    }

    /// The server of one more version, as `MIGRATOR_TEST_PG_MATRIX` names it: `13=url;folder of pg_dump,14=…`.
    pub fn version(major: u32) -> Option<Self> {
        let matrix = std::env::var("MIGRATOR_TEST_PG_MATRIX").unwrap_or_default();
        let found = matrix.split(',').find_map(|entry| {
            let (version, place) = entry.split_once('=')?;
            let (url, bin) = place.split_once(';')?;
            (version == major.to_string()).then(|| Self { url: url.to_owned(), bin: PathBuf::from(bin) })
        });
        if found.is_none() {
            eprintln!("skipped: no server of PostgreSQL {major}; tests/run --full starts one");
        }
        found
    }

    /// The major version of the server itself.
    pub fn major(&self) -> u32 {
        let number: u32 =
            self.psql("postgres", &["-c", "SHOW server_version_num"]).unwrap().trim().parse().unwrap();
        number / 10_000
    }

    /// Fills a database with the zoo, as far as the server knows such animals.
    pub fn open_zoo(&self, name: &str) {
        let major = self.major();
        for since in [13, 14, 15, 17, 18] {
            let file = if since == 13 { "postgres.sql".to_owned() } else { format!("postgres-{since}.sql") };
            if since <= major {
                self.load(name, &format!("tests/zoo/{file}"));
            }
        }
    }

    /// Runs a file of this project.
    pub fn load(&self, name: &str, file: &str) {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
        self.psql(name, &["-f", path.to_str().unwrap()]).unwrap();
    }

    pub fn database(&self, name: &str) -> String {
        let (base, _) = self.url.rsplit_once('/').unwrap();
        format!("{base}/{name}")
    }

    pub fn psql(&self, database: &str, arguments: &[&str]) -> Result<String, String> {
        let output = Command::new(self.client())
            .args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", &self.database(database)])
            .args(arguments)
            .env("PGOPTIONS", "-c client_min_messages=warning")
            .output()
            .unwrap();
        if output.status.success() {
            Ok(String::from_utf8_lossy(&output.stdout).into_owned())
        } else {
            Err(String::from_utf8_lossy(&output.stderr).into_owned())
        }
    }

    pub fn recreate(&self, name: &str, template: &str) {
        let away = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
        let anew = format!("CREATE DATABASE {name} TEMPLATE {template}");
        self.psql("postgres", &["-c", &away, "-c", &anew]).unwrap();
    }

    pub fn drop(&self, name: &str) {
        self.psql("postgres", &["-c", &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")]).unwrap();
    }

    pub fn dump(&self, name: &str) -> Result<BTreeMap<String, usize>, String> {
        let output =
            Command::new(self.bin.join("pg_dump")).args(["-s", "-d", &self.database(name)]).output().unwrap();
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).into_owned());
        }
        Ok(statements(&String::from_utf8_lossy(&output.stdout)))
    }

    pub async fn read(&self, name: &str) -> Result<Schema, String> {
        let address = PostgresAddress::parse(&self.database(name)).map_err(|error| error.what)?;
        let target = address.resolve(&|_| None).map_err(|error| error.what)?;
        let mut connection = connect::open(&Target::Postgres(Box::new(target)), Purpose::Read)
            .await
            .map_err(|error| error.to_string())?;
        let dialect = dialect(EngineKind::Postgres).unwrap();
        introspect(dialect, connection.as_mut()).await.map_err(|error| error.to_string())
    }
}

/// Statements of a dump, without comments and session settings. The order of columns, which ALTER TABLE cannot
/// choose, and the order of statements do not count.
fn statements(dump: &str) -> BTreeMap<String, usize> {
    let mut found = BTreeMap::new();
    let mut block = String::new();
    let flush = |block: &mut String, found: &mut BTreeMap<String, usize>| {
        let text = block.trim();
        let ignored =
            text.is_empty() || text.starts_with("SET ") || text.starts_with("SELECT pg_catalog.set_config");
        if !ignored {
            let mut lines: Vec<&str> = text.lines().map(|line| line.trim_end_matches(',')).collect();
            if text.starts_with("CREATE TABLE") || text.starts_with("CREATE UNLOGGED TABLE") {
                lines.sort_unstable();
            }
            *found.entry(lines.join("\n")).or_insert(0) += 1;
        }
        block.clear();
    };
    for line in dump.lines() {
        if line.starts_with("--")
            || line.starts_with("\\restrict")
            || line.starts_with("\\unrestrict")
            || line.is_empty()
        {
            flush(&mut block, &mut found);
            continue;
        }
        block.push_str(line);
        block.push('\n');
    }
    flush(&mut block, &mut found);
    found
}

/// What one dump has and the other has not.
pub fn difference(a: &BTreeMap<String, usize>, b: &BTreeMap<String, usize>) -> Option<String> {
    let only = |x: &BTreeMap<String, usize>, y: &BTreeMap<String, usize>| {
        x.iter()
            .filter(|(text, count)| y.get(*text) != Some(*count))
            .map(|(text, _)| text.clone())
            .collect::<Vec<_>>()
    };
    let (extra, missing) = (only(a, b), only(b, a));
    (!extra.is_empty() || !missing.is_empty())
        .then(|| format!("extra:\n{}\nmissing:\n{}", extra.join("\n--\n"), missing.join("\n--\n")))
}
