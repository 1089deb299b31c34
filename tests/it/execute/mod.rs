//! Plans on real databases through the real binary: run, killed, resumed, taken back, raced, and told about. Whatever
//! happens, the journal and the server agree.

mod approve;
#[cfg(feature = "faults")]
mod crash;
mod errands;
pub mod ground;
mod journal;
mod leftovers;
mod locks;
mod network;
mod race;
mod wire;
