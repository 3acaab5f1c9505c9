//! What is gone from the vault, held against what says that it was erased.

use std::collections::{BTreeMap, BTreeSet};

use complaint_codec::Record;
use complaint_domain::{LedgerEvent, ledger::EvidenceEvent, sealed::KeyId, subject::SubjectEvent};
use event_log::Position;
use personal_vault::Vault;

use crate::error::CommandError;

/// Certificates in the log, and keys that are missing in the vault: 16 bytes and a position for each
/// person who was erased.
#[derive(Debug, Default)]
pub(super) struct Erasures {
    certificates: BTreeMap<KeyId, Position>,
    /// The last epoch of the vault's key that was recorded, and where.
    epoch: Option<(u32, Position)>,
    missing: BTreeMap<KeyId, Missing>,
    /// Fields that are gone as a certificate says.
    pub(super) certified: u64,
    /// Fields that are gone as the list beside the key says, without a certificate.
    pub(super) listed: u64,
}

#[derive(Debug)]
struct Missing {
    first: Position,
    fields: u64,
}

impl Erasures {
    /// Notes what a record certifies.
    pub(super) fn certificate(&mut self, position: Position, record: &Record) {
        if let LedgerEvent::Subject(SubjectEvent::Erased(erased)) = &record.event {
            self.certificates.extend(erased.keys.iter().map(|key| (*key, position)));
        } else if let LedgerEvent::Evidence(EvidenceEvent::VaultKeyRotated(rotation)) =
            &record.event
        {
            self.epoch = Some((rotation.epoch, position));
        }
    }

    /// Notes fields of a record that are gone together with these keys.
    pub(super) fn gone(&mut self, position: Position, keys: Vec<KeyId>) {
        for key in keys {
            let missing = self.missing.entry(key).or_insert(Missing { first: position, fields: 0 });
            missing.fields = missing.fields.saturating_add(1);
        }
    }

    /// Holds what is missing against what says so, and the key of the vault against its last rotation. A key that is missing without a reason is an alarm,
    /// and so is one that is there although a record certifies its destruction.
    ///
    /// # Errors
    ///
    /// [`CommandError::Broken`] with the position of the record.
    pub(super) fn settle(mut self, vault: &Vault) -> Result<Self, CommandError> {
        if let Some((expected, position)) = self.epoch {
            let found = vault.last_rotation().epoch;
            if found < expected {
                let reason = format!(
                    "expected the vault under a key of epoch {expected}, as this record says, found it \
                     under one of epoch {found}: an old key and an old key file are back"
                );
                return Err(CommandError::Broken { position, reason });
            }
        }
        for (key, position) in &self.certificates {
            let there = vault.has_key(&key.0).map_err(CommandError::failed("read the key file"))?;
            if there {
                return Err(CommandError::Broken {
                    position: *position,
                    reason: format!(
                        "expected data key {key} to be destroyed, as this record says, found it in \
                         the key file"
                    ),
                });
            }
        }
        let listed: BTreeSet<[u8; 16]> =
            if self.missing.is_empty() { BTreeSet::new() } else { vault.erased_keys()? };
        for (key, Missing { first, fields }) in &self.missing {
            if self.certificates.contains_key(key) {
                self.certified = self.certified.saturating_add(*fields);
            } else if listed.contains(&key.0) {
                self.listed = self.listed.saturating_add(*fields);
            } else {
                return Err(CommandError::Broken {
                    position: *first,
                    reason: format!(
                        "expected data key {key} in the vault, or a certificate that it was erased, \
                         found neither"
                    ),
                });
            }
        }
        Ok(self)
    }
}
