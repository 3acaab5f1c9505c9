//! How much business there was, into the rows.

use complaint_domain::{
    label::Label,
    volume::{VolumeCorrection, VolumeEvent},
};
use rusqlite::{Connection, params};

use super::{Place, stored};
use crate::period::day_number;

/// Takes in an event of a volume: what was said last of a period counts.
pub(crate) fn volume(tx: &Connection, at: Place<'_>, event: &VolumeEvent) -> rusqlite::Result<()> {
    let (VolumeEvent::Recorded(count)
    | VolumeEvent::Corrected(VolumeCorrection { right: count, .. })) = event;
    tx.prepare_cached("INSERT OR REPLACE INTO volume VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")?
        .execute(params![
            at.stream,
            day_number(count.period.from),
            day_number(count.period.until),
            count.unit.code(),
            count.product.as_ref().map(Label::as_str),
            stored(count.count),
            stored(at.position),
        ])?;
    Ok(())
}
