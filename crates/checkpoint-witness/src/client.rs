//! Asking a witness to cosign.

use std::time::Duration;

use merkle_log::{Hash, SignedNote, VerifierKey, checkpoint::cosignatures, note::NoteSignature};
use ureq::Agent;

use crate::request::{AddCheckpoint, decimal};

/// A witness that takes longer is given up for this time.
const TIMEOUT: Duration = Duration::from_secs(5);
/// An answer is no longer than this.
const ANSWER_BYTES_MAX: u64 = 64 * 1024;

/// Why a witness has not cosigned, by what it means.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AskError {
    /// It does not answer: try again later.
    #[error("the witness cannot be reached: {reason}")]
    Unreachable {
        /// What went wrong.
        reason: String,
    },
    /// It has cosigned another size last; ask again from there.
    #[error("the witness has cosigned {cosigned} records")]
    OtherSize {
        /// That size.
        cosigned: u64,
    },
    /// It does not know the log, or not the key that signed.
    #[error("the witness does not know this log or its key (status {status}): {text}")]
    Stranger {
        /// 403 or 404.
        status: u16,
        /// What it said.
        text: String,
    },
    /// The tree does not extend what it cosigned: two histories were signed. Stop and find out.
    #[error("the witness refuses: {text}")]
    Fork {
        /// What it said.
        text: String,
    },
    /// It answered something else.
    #[error("expected a cosignature of the witness, found status {status}: {text}")]
    BadAnswer {
        /// The status.
        status: u16,
        /// What it said, or what is wrong with it.
        text: String,
    },
}

/// One witness, as a log sees it.
#[derive(Debug, Clone)]
pub struct WitnessClient {
    key: VerifierKey,
    url: String,
    agent: Agent,
}

impl WitnessClient {
    /// The witness with this key, whose submission prefix is this address.
    pub fn new(key: VerifierKey, url: &str) -> Self {
        let config = Agent::config_builder()
            .timeout_global(Some(TIMEOUT))
            .http_status_as_error(false)
            .max_redirects(0)
            .build();
        let url = format!("{}/add-checkpoint", url.trim_end_matches('/'));
        Self { key, url, agent: config.into() }
    }

    /// The witness's key.
    pub fn key(&self) -> &VerifierKey {
        &self.key
    }

    /// Asks for a cosignature under a checkpoint that extends the one of size `old` by this proof, and
    /// checks it. Blocks; the note comes back with the cosignature added.
    ///
    /// # Errors
    ///
    /// [`AskError`].
    pub fn ask(
        &self,
        old: u64,
        proof: Vec<Hash>,
        note: &SignedNote,
    ) -> Result<SignedNote, AskError> {
        let request = AddCheckpoint { old, proof, note: note.clone() };
        let unreachable = |error: ureq::Error| AskError::Unreachable { reason: error.to_string() };
        let sent = self.agent.post(&self.url).content_type("text/plain; charset=utf-8");
        let mut response = sent.send(request.to_string()).map_err(unreachable)?;
        let status = response.status().as_u16();
        let body = response.body_mut().with_config().limit(ANSWER_BYTES_MAX).read_to_vec();
        let text = String::from_utf8_lossy(&body.map_err(unreachable)?).into_owned();
        match status {
            200 => self.take(note, &text),
            409 => match decimal(text.trim_end_matches('\n')) {
                Some(cosigned) => Err(AskError::OtherSize { cosigned }),
                None => Err(AskError::BadAnswer { status, text: printable(&text) }),
            },
            403 | 404 => Err(AskError::Stranger { status, text: printable(&text) }),
            422 => Err(AskError::Fork { text: printable(&text) }),
            _ => Err(AskError::BadAnswer { status, text: printable(&text) }),
        }
    }

    /// Puts this witness's cosignature under the note: one, the newest of those it answered. A note with
    /// a hundred of them could not be read again, and would keep the others' from being shown.
    fn take(&self, note: &SignedNote, answer: &str) -> Result<SignedNote, AskError> {
        let bad = |text: String| AskError::BadAnswer { status: 200, text };
        let lines = format!("{}\n{answer}", note.text());
        let answered =
            SignedNote::parse(lines.as_bytes()).map_err(|error| bad(error.to_string()))?;
        cosignatures(&answered, std::slice::from_ref(&self.key))
            .map_err(|error| bad(error.to_string()))?;
        let own = answered.signatures().iter().filter(|signature| self.key.made(signature));
        let newest = own.max_by_key(|signature| self.time_of(note, signature));
        let newest = newest.ok_or_else(|| bad("no signature by its key".to_owned()))?;
        let mut cosigned = note.clone();
        // An earlier cosignature of this witness gives way to the newer one.
        cosigned.retain(|signature| !self.key.made(signature));
        cosigned.add(newest.clone());
        Ok(cosigned)
    }

    /// The time that one cosignature under this note states, if it is good.
    fn time_of(&self, note: &SignedNote, signature: &NoteSignature) -> Option<u64> {
        let mut alone = note.clone();
        alone.retain(|_| false);
        alone.add(signature.clone());
        let verified = cosignatures(&alone, std::slice::from_ref(&self.key)).ok()?;
        verified.first().and_then(|verified| verified.time)
    }
}

/// What a witness says, as one short line that cannot forge another on a terminal.
fn printable(text: &str) -> String {
    let words: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    words.trim().chars().take(300).collect()
}
