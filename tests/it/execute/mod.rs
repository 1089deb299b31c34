//! Plans on real databases through the real binary: run, killed, resumed, taken back, raced, and told about. Whatever
//! happens, the journal and the server agree.

mod approve;
mod backfill;
#[cfg(feature = "faults")]
mod canaries;
mod consent;
#[cfg(feature = "faults")]
mod crash;
mod errands;
mod forecast;
mod gates;
pub mod ground;
mod hole;
mod journal;
mod keep;
mod leftovers;
mod locks;
mod meanwhile;
mod model;
mod network;
mod orphans;
#[cfg(feature = "faults")]
mod power;
pub mod private;
mod private_mariadb;
mod race;
#[cfg(feature = "faults")]
mod rebuild;
mod report;
mod rows;
mod shop;
mod throttle;
mod transfers;
mod truth;
mod whole;
mod wire;
mod world;
