//! Tokens: what a person who approved hands to the one who promotes. A token is shown once and kept nowhere; journals
//! hold its sum.

use std::fmt;
use std::sync::Arc;

use sha2::{Digest, Sha256};

use crate::connect::Secret;
use crate::model::{Failure, FailureKind};

/// The letters before the digits of chance: what it is, for whoever finds one.
const HEAD: &str = "mt-";

#[derive(Clone)]
pub struct Token(Arc<Secret>);

impl Token {
    /// A new one, of 128 bits of chance.
    pub(super) fn fresh() -> Result<Self, Failure> {
        let mut bytes = [0_u8; 16];
        let filled = rustix::rand::getrandom(&mut bytes, rustix::rand::GetRandomFlags::empty());
        match filled {
            Ok(count) if count == bytes.len() => {
                let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
                Ok(Self::given(format!("{HEAD}{digits}")))
            }
            Ok(_) | Err(_) => Err(Failure::new(
                FailureKind::Local,
                "this machine gives no random numbers: no token can be made",
            )),
        }
    }

    /// One that a person brings.
    pub fn given(text: impl Into<String>) -> Self {
        Self(Arc::new(Secret::new(text.into())))
    }

    /// For the person who approved, once.
    pub fn expose(&self) -> &str {
        self.0.expose()
    }

    /// What journals hold of it: SHA-256, in hexadecimal digits.
    pub(super) fn sum(&self) -> Box<str> {
        let sum = Sha256::digest(self.expose().trim().as_bytes());
        sum.iter().map(|byte| format!("{byte:02x}")).collect::<String>().into()
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token")
    }
}
