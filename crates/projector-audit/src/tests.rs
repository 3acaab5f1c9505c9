mod histories;
mod ledger;
mod views;
