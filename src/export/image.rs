//! The shape of an image in `plan.toml`: an object that the plan touches, as it expects and leaves it.

use serde::{Deserialize, Serialize};

use super::wire::Address;

/// An object that the plan touches, as it has to be before, and as it is after. Absent: there is none.
#[derive(Serialize, Deserialize, Debug)]
pub(super) struct Image {
    pub object: Address,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}

impl From<&crate::model::Image> for Image {
    fn from(image: &crate::model::Image) -> Self {
        Self {
            object: Address::from(&image.object),
            before: image.before.as_deref().map(str::to_owned),
            after: image.after.as_deref().map(str::to_owned),
        }
    }
}

impl From<Image> for crate::model::Image {
    fn from(image: Image) -> Self {
        Self {
            object: image.object.into(),
            before: image.before.map(Into::into),
            after: image.after.map(Into::into),
        }
    }
}
