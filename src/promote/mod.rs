//! The only writer: it runs plans, and proves them on scratch databases before anybody else sees them run. It
//! never changes a plan, and never sends a statement that the plan does not hold.

pub mod load;
pub mod seed;
