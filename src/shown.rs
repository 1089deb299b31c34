//! Text made safe for a terminal cell.
