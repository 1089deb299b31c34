//! MySQL and MariaDB databases to throw away: on a server that is meant for it, on a private one, or beside the databases
//! of somebody else. There a user of our own works in them, who can reach nothing else: names with a database in front
//! of them, in a file or in a trigger, lead nowhere.

#[cfg(unix)]
mod daemon;
mod manner;
mod programs;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::{Ground, Guarded, MADE, ScratchDatabase, ScratchError, Tenure, Workshop, aside, sweep};
use crate::connect::{
    Connection, MySqlAddress, MySqlTarget, Purpose, Secret, Target, WireError, WireErrorKind, mysql as wire,
};
use crate::model::{Definition, EngineKind, Ident, ServerVersion, Sql};
use crate::sql;
use crate::sqltext::Literal;

#[cfg(unix)]
use daemon::Daemon;
use manner::Manner;

const E: EngineKind = EngineKind::MySql;

/// What is known and allowed when a place for databases of MySQL or MariaDB is looked for.
#[derive(Clone, Default)]
pub struct MySqlScratch {
    /// A server meant for this. `MIGRATOR_SCRATCH_MYSQL` takes its place.
    pub url: Option<MySqlTarget>,
    /// The *current* server: a database may be made there if nothing forbids it.
    pub host: Option<MySqlTarget>,
    pub guarded: Guarded,
    /// The version to be like. Its vendor is a condition: the other one's server proves nothing.
    pub like: Option<ServerVersion>,
    /// A server whose settings a private one takes over.
    pub model: Option<MySqlTarget>,
}

pub(super) struct Server {
    /// Opens databases by its name.
    target: MySqlTarget,
    /// Makes and drops them. Where we are a guest it is another user than that of `target`.
    master: MySqlTarget,
    /// `None` once it was given to the last clean-up.
    admin: Option<Box<dyn Connection>>,
    tenure: Tenure,
    open: BTreeSet<Ident>,
    /// The user that was made for `target`.
    user: Option<Ident>,
    /// The character set and the collation of every database.
    charset: Option<(Box<str>, Box<str>)>,
    #[cfg(unix)]
    daemon: Option<Daemon>,
}

/// Of one vendor, and with one set of abilities.
fn same_series(a: &ServerVersion, b: &ServerVersion) -> bool {
    a.is_mariadb() == b.is_mariadb() && (a.number.0, a.number.1) == (b.number.0, b.number.1)
}

impl Workshop {
    /// Finds a place: the server that was named, a private one of the same version, a database on the current server, a
    /// private one of another version.
    pub async fn mysql(options: &MySqlScratch) -> Result<Self, ScratchError> {
        super::sweep().await;
        let like = options.like.as_ref();
        let manner = match &options.model {
            Some(model) => Manner::of(model).await,
            None => Manner::default(),
        };
        let refused = |reason| Err(ScratchError { reasons: vec![reason] });
        match named(options) {
            Ok(Some(target)) => {
                return match on(target, Tenure::Scratch, like, &manner).await {
                    Ok(workshop) => Ok(workshop),
                    Err(reason) => refused(reason),
                };
            }
            Ok(None) => {}
            Err(reason) => return refused(reason),
        }
        let mut reasons = Vec::new();
        let found = programs::find().await.unwrap_or_else(|reason| {
            reasons.push(reason);
            Vec::new()
        });
        let chosen = programs::choose(&found, like);
        if let (None, Some(other), Some(like)) = (chosen, found.first(), like) {
            reasons.push(other_vendor("the server programs found are those of", &other.version, like));
        }
        let same =
            |programs: &&programs::Programs| like.is_none_or(|like| same_series(&programs.version, like));
        if let Some(programs) = chosen.filter(same) {
            match private(programs, like, &manner).await {
                Ok(workshop) => return Ok(workshop),
                Err(reason) => reasons.push(reason),
            }
        }
        match (&options.host, options.guarded) {
            (Some(target), Guarded::NotGuarded) => {
                match on(target.clone(), Tenure::Guest, like, &manner).await {
                    Ok(workshop) => return Ok(workshop),
                    Err(reason) => reasons.push(reason),
                }
            }
            (Some(_), Guarded::Guarded) => {
                reasons.push("the current server is guarded: no database is made there".into());
            }
            (None, _) => {}
        }
        if let Some(programs) = chosen.filter(|programs| !same(programs)) {
            match private(programs, like, &manner).await {
                Ok(workshop) => return Ok(workshop),
                Err(reason) => reasons.push(reason),
            }
        }
        Err(ScratchError { reasons })
    }
}

fn other_vendor(whose: &str, scratch: &ServerVersion, like: &ServerVersion) -> String {
    let (scratch, like) = (scratch.product(), like.product());
    format!("{whose} {scratch}, which cannot prove a plan for {like}")
}

/// The server named by the environment or the configuration.
fn named(options: &MySqlScratch) -> Result<Option<MySqlTarget>, String> {
    let Some(url) = std::env::var("MIGRATOR_SCRATCH_MYSQL").ok().filter(|url| !url.is_empty()) else {
        return Ok(options.url.clone());
    };
    MySqlAddress::parse(&url)
        .and_then(|address| address.of_a_whole_server().resolve(&|name| std::env::var(name).ok()))
        .map(Some)
        .map_err(|error| format!("MIGRATOR_SCRATCH_MYSQL: {error}"))
}

/// A server that is there already.
async fn on(
    master: MySqlTarget,
    tenure: Tenure,
    like: Option<&ServerVersion>,
    manner: &Manner,
) -> Result<Workshop, String> {
    let place = master.place();
    let mut admin: Box<dyn Connection> = match wire::open(&master, Purpose::Write).await {
        Ok(session) => Box::new(session),
        Err(error) => return Err(error.message.into()),
    };
    let version = admin.version().clone();
    if let Some(like) = like.filter(|like| like.is_mariadb() != version.is_mariadb()) {
        return Err(other_vendor(&format!("the server {place} is"), &version, like));
    }
    if tenure == Tenure::Scratch {
        alone(admin.as_mut()).await;
    }
    sweep::databases(admin.as_mut()).await;
    let (target, user) = match tenure {
        Tenure::Scratch => (master.clone(), None),
        Tenure::Guest => {
            sweep::users(admin.as_mut()).await;
            let (target, user) = guest(admin.as_mut(), &master).await.map_err(|error| {
                let who = &master.user;
                format!("{who} may not make a user for scratch databases alone on {place}: {}", error.message)
            })?;
            (target, Some(user))
        }
    };
    let (major, minor, _) = version.number;
    let product = version.product();
    let describe = match tenure {
        Tenure::Scratch => format!("scratch server {place}, {product} {major}.{minor}"),
        Tenure::Guest => format!("temporary database on {place}, {product} {major}.{minor}"),
    };
    let mut server = Server {
        target,
        master,
        admin: Some(admin),
        tenure,
        open: BTreeSet::new(),
        user,
        charset: manner.database.clone(),
        #[cfg(unix)]
        daemon: None,
    };
    // Whether it may, only a try tells: privileges come from patterns and roles as well.
    let trial = sweep::database_name(MADE.fetch_add(1, Ordering::Relaxed));
    let tried = match server.database(trial.clone()).await {
        Ok(database) => {
            drop(database);
            server.drop_database(&trial).await
        }
        Err(error) => Err(error),
    };
    if let Err(error) = tried {
        let reason = format!("{} may not make databases on {place}: {}", server.master.user, error.message);
        server.clear().await;
        return Err(reason);
    }
    Ok(Workshop { ground: Ground::MySql(Box::new(server)), describe, version })
}

/// A user that can do everything in our databases, and nothing anywhere else.
async fn guest(admin: &mut dyn Connection, master: &MySqlTarget) -> Result<(MySqlTarget, Ident), WireError> {
    let user = sweep::user_name(MADE.fetch_add(1, Ordering::Relaxed));
    let mut bytes = [0_u8; 16];
    let filled = rustix::rand::getrandom(&mut bytes, rustix::rand::GetRandomFlags::empty());
    if filled.ok() != Some(bytes.len()) {
        return Err(WireError::unreachable("this machine gives no random numbers for a password"));
    }
    let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    // What servers ask of passwords: letters of both kinds, digits, and a sign.
    let password = format!("Sc-{digits}");
    let create = sql!(E; "CREATE USER ", &user, "@'%' IDENTIFIED BY ", Literal(&password));
    admin.execute(&create).await?;
    let mut target = master.clone();
    target.user = user.as_str().to_owned();
    target.password = Some(Arc::new(Secret::new(password)));
    Ok((target, user))
}

/// What happens in our databases is nothing for replicas. Not everybody may say so. Where we are a guest, nobody does: a
/// replica that is told only a part would stop.
async fn alone(session: &mut dyn Connection) {
    let _ = session.execute(&sql!(E; "SET SESSION sql_log_bin = 0")).await;
}

#[cfg(unix)]
async fn private(
    programs: &programs::Programs,
    wanted: Option<&ServerVersion>,
    manner: &Manner,
) -> Result<Workshop, String> {
    let (daemon, admin) = Daemon::start(programs, manner).await?;
    let version = admin.version().clone();
    let (major, minor, _) = version.number;
    let other = match wanted.filter(|wanted| !same_series(wanted, &version)) {
        Some(wanted) => format!(", not the server's own version {}.{}", wanted.number.0, wanted.number.1),
        None => String::new(),
    };
    let describe = format!("private {} {major}.{minor}{other}", version.product());
    let server = Server {
        target: daemon.target.clone(),
        master: daemon.target.clone(),
        admin: Some(admin),
        tenure: Tenure::Scratch,
        open: BTreeSet::new(),
        user: None,
        charset: manner.database.clone(),
        daemon: Some(daemon),
    };
    Ok(Workshop { ground: Ground::MySql(Box::new(server)), describe, version })
}

#[cfg(not(unix))]
async fn private(_: &programs::Programs, _: Option<&ServerVersion>, _: &Manner) -> Result<Workshop, String> {
    Err("a private server cannot be started on this system".into())
}

impl Server {
    fn admin(&mut self) -> Result<&mut dyn Connection, WireError> {
        match &mut self.admin {
            Some(admin) => Ok(admin.as_mut()),
            None => Err(WireError::unreachable("the workshop is closed")),
        }
    }

    pub(super) async fn database(&mut self, name: Ident) -> Result<ScratchDatabase, WireError> {
        let create = match &self.charset {
            Some((charset, collation)) => {
                let charset = Definition::from_catalog(charset.clone());
                let collation = Definition::from_catalog(collation.clone());
                sql!(E; "CREATE DATABASE ", &name, " CHARACTER SET ", &charset, " COLLATE ", &collation)
            }
            None => sql!(E; "CREATE DATABASE ", &name),
        };
        self.admin()?.execute(&create).await?;
        self.open.insert(name.clone());
        match self.enter(&name).await {
            Ok((connection, target)) => {
                Ok(ScratchDatabase { connection, target: Some(target), name: Some(name) })
            }
            Err(error) => {
                self.drop_database(&name).await?;
                Err(error)
            }
        }
    }

    async fn enter(&mut self, name: &Ident) -> Result<(Box<dyn Connection>, Target), WireError> {
        if let Some(user) = self.user.clone() {
            let grant = sql!(E; "GRANT ALL PRIVILEGES ON ", name, ".* TO ", &user, "@'%'");
            self.admin()?.execute(&grant).await?;
        }
        let target = self.target.with_database(name.as_str());
        let mut session = wire::open(&target, Purpose::Write).await?;
        if self.tenure == Tenure::Scratch {
            alone(&mut session).await;
        }
        Ok((Box::new(session), Target::MySql(Box::new(target))))
    }

    /// Makes accounts for definers, without a way to log in. They may do everything in our databases: a view or a
    /// trigger works with the rights of its definer.
    pub(super) async fn ensure_accounts(&mut self, names: &[Ident]) -> Result<(), WireError> {
        if self.tenure == Tenure::Guest {
            return Ok(());
        }
        for name in names {
            let made = match name.as_str().rsplit_once('@') {
                Some((user, host)) => {
                    let (user, host) = (Ident::from(user), Ident::from(host));
                    [
                        sql!(E; "CREATE USER IF NOT EXISTS ", &user, "@", &host, " ACCOUNT LOCK"),
                        sql!(E; "GRANT ALL PRIVILEGES ON `migrator_scratch_%`.* TO ", &user, "@", &host),
                    ]
                }
                None => [
                    sql!(E; "CREATE ROLE IF NOT EXISTS ", name),
                    sql!(E; "GRANT ALL PRIVILEGES ON `migrator_scratch_%`.* TO ", name),
                ],
            };
            for sql in &made {
                match self.admin()?.execute(sql).await {
                    // Without it, what it defines is made all the same, and may not run.
                    Err(error) if error.kind == WireErrorKind::Statement => {}
                    other => other.map(drop)?,
                }
            }
        }
        Ok(())
    }

    pub(super) async fn drop_database(&mut self, name: &Ident) -> Result<(), WireError> {
        let user = self.user.clone();
        remove(self.admin()?, name, user.as_ref()).await?;
        self.open.remove(name);
        Ok(())
    }

    #[cfg(unix)]
    fn goes_as_a_whole(&self) -> bool {
        self.daemon.is_some()
    }

    #[cfg(not(unix))]
    fn goes_as_a_whole(&self) -> bool {
        false
    }

    pub(super) async fn clear(&mut self) {
        if self.goes_as_a_whole() {
            self.open.clear();
        }
        for name in self.open.clone() {
            let _ = self.drop_database(&name).await;
        }
        if let Some(user) = self.user.take()
            && let Ok(admin) = self.admin()
        {
            let _ = admin.execute(&without_user(&user)).await;
        }
    }
}

fn without_user(user: &Ident) -> Sql {
    sql!(E; "DROP USER IF EXISTS ", user, "@'%'")
}

/// Drops a database. The sessions in it are ended first: they could hold a table for as long as they like.
async fn remove(admin: &mut dyn Connection, name: &Ident, user: Option<&Ident>) -> Result<(), WireError> {
    let sessions = admin.query(&sql!(E; "SHOW FULL PROCESSLIST")).await?;
    for id in sessions.iter().filter(|row| row.get(3) == Some(name.as_str())).filter_map(|row| row.get(0)) {
        // It may have gone by itself.
        let _ = admin.execute(&sql!(E; "KILL ", &Definition::from_catalog(id))).await;
    }
    admin.execute(&sql!(E; "DROP DATABASE IF EXISTS ", name)).await?;
    if let Some(user) = user {
        // A grant outlives its database.
        let _ = admin.execute(&sql!(E; "REVOKE ALL PRIVILEGES ON ", name, ".* FROM ", user, "@'%'")).await;
    }
    Ok(())
}

impl Drop for Server {
    fn drop(&mut self) {
        // The old session belongs to another runtime than the one that cleans up.
        if self.admin.take().is_none() || self.goes_as_a_whole() {
            return;
        }
        let (master, user, tenure) = (self.master.clone(), self.user.take(), self.tenure);
        let open = std::mem::take(&mut self.open);
        if open.is_empty() && user.is_none() {
            return;
        }
        aside(move || async move {
            let Ok(mut admin) = wire::open(&master, Purpose::Write).await else { return };
            if tenure == Tenure::Scratch {
                alone(&mut admin).await;
            }
            for name in &open {
                let _ = remove(&mut admin, name, user.as_ref()).await;
            }
            if let Some(user) = &user {
                let _ = admin.execute(&without_user(user)).await;
            }
        });
    }
}

#[cfg(test)]
mod tests;
