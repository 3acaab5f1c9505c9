//! What happens to the ledger itself, on its way into the log: key rotations, trusted times,
//! index commitments. Nothing personal is in it, so that no vault and no key is needed.

use std::sync::Arc;

use complaint_domain::{
    actor::{Actor, ActorId, Role},
    ledger::{Evidence, EvidenceCommand},
};
use event_log::{Clock, EventLog, StreamId};
use personal_vault::Entropy;
use uuid::Uuid;

use crate::{
    error::HandleError,
    ids::ledger_stream_of,
    request::digest_of,
    service::Appended,
    unsealed::{Order, Writer},
};

/// Records what happens to the ledger itself: the one writer of its `ledger-…` stream.
#[derive(Debug)]
pub struct EvidenceService {
    log: Arc<dyn EventLog>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    stream: StreamId,
}

impl EvidenceService {
    /// The service of the ledger with this origin.
    pub fn new(
        log: Arc<dyn EventLog>,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        origin: &str,
    ) -> Self {
        Self { log, clock, entropy, stream: ledger_stream_of(origin) }
    }

    /// Carries out one command, in the name of the ledger itself. Durable when it returns. The same
    /// command again changes nothing and is answered with the place of its first record.
    ///
    /// # Errors
    ///
    /// [`HandleError`], sorted by what the caller does next.
    pub async fn record(
        &self,
        command: &EvidenceCommand,
        command_id: Uuid,
    ) -> Result<Appended, HandleError> {
        let actor = ledger_actor();
        let digest = digest_of(&("record-evidence", &actor, command));
        let writer = Writer {
            log: self.log.as_ref(),
            clock: self.clock.as_ref(),
            entropy: self.entropy.as_ref(),
        };
        let order = Order {
            stream: &self.stream,
            actor: &actor,
            command_id,
            occurred_at: None,
            digest,
            command,
        };
        writer.record::<Evidence>(&order).await
    }
}

/// The ledger as an actor: it keeps its own evidence.
fn ledger_actor() -> Actor {
    #[expect(clippy::expect_used, reason = "a short word without spaces is a label")]
    let id = ActorId("ledger".parse().expect("a label"));
    Actor { id, role: Role::System }
}
