mod files;
mod ledger;
mod samples;
mod steps;
