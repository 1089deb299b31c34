//! The workbench as it looks: the real state and the real worker on the demo's databases, driven by keys, drawn
//! into memory. Each picture is kept with the looks of its cells beside it. `INSTA_UPDATE=always` writes them
//! anew for review.

mod dice;
mod driver;
mod emulator;
mod flow;
mod hostile;
mod hostile_rollout;
mod kept;
mod large;
mod made;
mod password;
mod pictures;
mod prepared;
mod promotion;
mod rollout;
mod slow;
mod told;
