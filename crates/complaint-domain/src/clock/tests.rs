//! The clocks: their data files, one story per pack, and the laws that hold for all of them.

mod edges;
mod files;
mod harness;
mod laws;
mod milestones;
mod permission;
mod recourse;
mod stories;
