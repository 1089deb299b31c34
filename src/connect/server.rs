//! The address of a server of any engine, before what is missing is filled in. It connects to nothing.

use std::path::PathBuf;
use std::sync::Arc;

use super::{AddressError, MySqlAddress, PostgresAddress, Secret, Target, TlsMode};
use crate::model::EngineKind;

#[derive(Clone)]
pub enum ServerAddress {
    Postgres(Box<PostgresAddress>),
    MySql(Box<MySqlAddress>),
}

impl ServerAddress {
    pub fn engine(&self) -> EngineKind {
        match self {
            Self::Postgres(_) => EngineKind::Postgres,
            Self::MySql(_) => EngineKind::MySql,
        }
    }

    pub fn set_user(&mut self, user: String) {
        match self {
            Self::Postgres(address) => address.user = Some(user),
            Self::MySql(address) => address.user = Some(user),
        }
    }

    pub fn set_password(&mut self, password: Arc<Secret>) {
        match self {
            Self::Postgres(address) => address.password = Some(password),
            Self::MySql(address) => address.password = Some(password),
        }
    }

    pub fn set_tls_mode(&mut self, mode: TlsMode) {
        match self {
            Self::Postgres(address) => address.tls_mode = Some(mode),
            Self::MySql(address) => address.tls_mode = Some(mode),
        }
    }

    pub fn set_ca(&mut self, ca: PathBuf) {
        match self {
            Self::Postgres(address) => address.ca = Some(ca),
            Self::MySql(address) => address.ca = Some(ca),
        }
    }

    /// Fills what is missing as the engine's own clients do.
    pub fn resolve(self, environment: &dyn Fn(&str) -> Option<String>) -> Result<Target, AddressError> {
        match self {
            Self::Postgres(address) => {
                address.resolve(environment).map(|target| Target::Postgres(Box::new(target)))
            }
            Self::MySql(address) => {
                address.resolve(environment).map(|target| Target::MySql(Box::new(target)))
            }
        }
    }
}
