//! The projector: records in, rows out.

use complaint_codec::decode;
use complaint_domain::{Fact, LedgerEvent};
use event_log::RecordedEvent;
use projection::{ProjectError, Projector};
use rusqlite::{Connection, Transaction};

use crate::{
    fold::{self, Place},
    schema,
};

/// The read model's name, and the stem of its file's name.
pub const NAME: &str = "transparency";
/// The form of the tables and the rules by which rows are counted. A report states it.
pub const SCHEMA_VERSION: u32 = 9;

/// Writes the read model of the published figures. Keeps nothing in memory.
#[derive(Debug, Clone, Copy, Default)]
pub struct TransparencyProjector;

impl Projector for TransparencyProjector {
    fn name(&self) -> &'static str {
        NAME
    }

    fn schema_version(&self) -> u32 {
        SCHEMA_VERSION
    }

    fn create_schema(&self, connection: &Connection) -> rusqlite::Result<()> {
        connection.execute_batch(schema::TABLES)
    }

    fn create_indexes(&self, connection: &Connection) -> rusqlite::Result<()> {
        connection.execute_batch(schema::INDEXES)
    }

    fn project(
        &mut self,
        transaction: &Transaction<'_>,
        event: &RecordedEvent,
    ) -> Result<(), ProjectError> {
        let record = decode(&event.bytes).map_err(ProjectError::record)?;
        let at = Place { stream: event.stream.as_str(), position: event.position.0 };
        let recorded_at = record.recorded_at.as_millisecond();
        let Fact { event: of_ledger, actor, occurred_at, recorded_at: recorded } = record.fact();
        match of_ledger {
            LedgerEvent::Complaint(of_complaint) => {
                let fact = Fact { event: of_complaint, actor, occurred_at, recorded_at: recorded };
                fold::complaint(transaction, at, &fact)?;
            }
            LedgerEvent::Import(of_import) => {
                let fact = Fact { event: of_import, actor, occurred_at, recorded_at: recorded };
                fold::import(transaction, at, &fact)?;
            }
            LedgerEvent::Review(of_review) => {
                fold::oversight::review(transaction, at, &of_review, occurred_at)?;
                fold::committee::review(transaction, at, &of_review, occurred_at)?;
            }
            LedgerEvent::Action(of_action) => {
                fold::oversight::action(transaction, at, &of_action, occurred_at)?;
            }
            LedgerEvent::Referral(of_referral) => {
                fold::oversight::referral(transaction, at, &of_referral, occurred_at)?;
            }
            LedgerEvent::Volume(of_volume) => {
                fold::volume::volume(transaction, at, &of_volume)?;
            }
            LedgerEvent::Staff(of_staff) => fold::committee::staff(transaction, at, &of_staff)?,
            LedgerEvent::Rulebook(of_rulebook) => {
                fold::handling::rulebook(transaction, at, &of_rulebook, occurred_at)?;
            }
            LedgerEvent::Evidence(_)
            | LedgerEvent::Access(_)
            | LedgerEvent::Inspection(_)
            | LedgerEvent::Subject(_)
            | LedgerEvent::Report(_) => {}
        }
        fold::covered(transaction, event.position.0, recorded_at)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests;
