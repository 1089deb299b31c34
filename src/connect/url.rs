//! A server's URL cut into its parts: who, where, which database, which parameters. It knows no engine and fills in
//! nothing; no message repeats what stands before the `@`.

use std::sync::Arc;

use super::{AddressError, Secret};

pub(super) const ENCODE: &str = "percent-encode / ? # % in a user name or password (%2F %3F %23 %25)";

/// The parts of `scheme://user:password@host:port/database?name=value&…`, without their percent escapes.
#[derive(Default)]
pub(super) struct Parts {
    pub user: Option<String>,
    pub password: Option<Arc<Secret>>,
    pub host: Option<String>,
    pub port: Option<u16>,
    pub database: Option<String>,
    /// In the order in which they were given.
    pub parameters: Vec<(String, String)>,
}

impl Parts {
    /// Reads what stands behind the `://`.
    pub fn read(rest: &str) -> Result<Self, AddressError> {
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        let mut parts = Self::default();
        let place = match authority.rsplit_once('@') {
            Some((identity, place)) => {
                let (user, password) = match identity.split_once(':') {
                    Some((user, password)) => (user, Some(password)),
                    None => (identity, None),
                };
                parts.user = filled(decode(user)?);
                parts.password = match password.filter(|text| !text.is_empty()) {
                    Some(text) => Some(Arc::new(Secret::new(decode(text)?))),
                    None => None,
                };
                place
            }
            None => authority,
        };
        parts.place(place)?;
        parts.database = filled(decode(path)?);
        if query.contains('@') && parts.user.is_none() {
            // The `?` was part of a password: nothing of it may be repeated.
            return Err(AddressError::new("the URL cannot be read").hint(ENCODE));
        }
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            parts.parameters.push((decode(name)?, decode(value)?));
        }
        Ok(parts)
    }

    fn place(&mut self, place: &str) -> Result<(), AddressError> {
        let (host, port) = match place.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            Some((host, port)) => (host, port.strip_prefix(':').unwrap_or(port)),
            None => place.split_once(':').unwrap_or((place, "")),
        };
        if place.contains(',') {
            return Err(several());
        }
        self.host = filled(decode(host)?);
        if !port.is_empty() {
            let port = port.parse().map_err(|_| AddressError::new("the port is not a number").hint(ENCODE));
            self.port = Some(port?);
        }
        Ok(())
    }
}

pub(super) fn several() -> AddressError {
    AddressError::new("the URL names several hosts")
        .hint("name the one server to work on: a migration must not choose by itself")
}

pub(super) fn filled(text: String) -> Option<String> {
    Some(text).filter(|text| !text.is_empty())
}

fn decode(text: &str) -> Result<String, AddressError> {
    let wrong = || AddressError::new("the URL holds a broken percent escape").hint(ENCODE);
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let mut digit = || rest.next().and_then(|b| char::from(b).to_digit(16));
            let value = digit().zip(digit()).map(|(high, low)| high * 16 + low);
            bytes.push(value.and_then(|value| u8::try_from(value).ok()).ok_or_else(wrong)?);
        } else {
            bytes.push(byte);
        }
    }
    if bytes.contains(&0) {
        return Err(wrong());
    }
    String::from_utf8(bytes).map_err(|_| wrong())
}
