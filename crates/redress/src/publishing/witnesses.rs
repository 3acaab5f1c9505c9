//! Asking the witnesses of a policy for their cosignatures.

use std::{collections::BTreeMap, path::Path, thread};

use checkpoint_witness::{AskError, WitnessClient};
use event_log_sled::nodes::LogNodes;
use merkle_log::{
    Checkpoint, Policy, SignedNote, VerifierKey, policy::PolicyError, prove_consistency,
};

use super::forks::RememberedForks;
use crate::{commands::verify::against::read_policy, error::CommandError};

/// The witnesses of a policy, and what is known of each.
#[derive(Debug)]
pub struct Witnesses {
    policy: Policy,
    known: Vec<Known>,
    remembered: RememberedForks,
    /// Where that lies, for whoever is told of it.
    remembered_at: String,
}

#[derive(Debug)]
struct Known {
    name: String,
    key: VerifierKey,
    client: WitnessClient,
    /// What it cosigned last, as far as this process knows.
    cosigned: u64,
    /// The size for which it refused last because it has seen another history, until it cosigns a larger one. Kept
    /// from head to head, and from process to process: whoever cuts the witness off must not thereby take back what
    /// it said.
    forked_at: Option<u64>,
}

/// What asking came to.
#[derive(Debug)]
pub struct Asked {
    /// The checkpoint with all cosignatures that were given.
    pub note: SignedNote,
    /// Those that gave none, by their names in the policy, with the reason.
    pub refused: Vec<(String, AskError)>,
    /// Those that have seen another history, now or when asked before, and have cosigned nothing later of this one.
    pub forks: Vec<String>,
    /// Where that is remembered.
    pub remembered_at: String,
    /// The witnesses that cosigned, with the times they state, if they are enough.
    pub quorum: Result<BTreeMap<String, u64>, PolicyError>,
}

impl Asked {
    /// Whether a cosignature is lacking that may be given when it is asked for again.
    pub fn is_lacking(&self) -> bool {
        !self.refused.iter().all(has_seen_another)
    }

    /// Nothing is well with a ledger of which somebody has seen another history, whoever else has cosigned.
    ///
    /// # Errors
    ///
    /// [`CommandError::Refused`]: a witness has.
    pub fn refuse_fork(&self) -> Result<(), CommandError> {
        if self.forks.is_empty() {
            return Ok(());
        }
        Err(CommandError::Refused {
            problem: format!(
                "a witness has cosigned another history of this ledger: {}",
                self.forks.join(", ")
            ),
            next: format!(
                "write nothing more to it; find out which copy of the ledger went on, and keep both. This is \
                 remembered in {} until that witness cosigns a later checkpoint",
                self.remembered_at
            ),
        })
    }
}

/// Whether a witness refused for another history. It stays one, however often it is asked for the same checkpoint.
fn has_seen_another((_, error): &(String, AskError)) -> bool {
    matches!(error, AskError::Fork { .. })
}

impl Witnesses {
    /// The witnesses of the policy in this file. One without an address is not asked. What they said of another
    /// history is remembered in the other file.
    ///
    /// # Errors
    ///
    /// [`CommandError`]: no such file, a line that is not as it should be, an address that is none.
    pub fn read(path: &Path, forks: &Path) -> Result<Self, CommandError> {
        let remembered = RememberedForks::read(forks.to_owned())?;
        let policy = read_policy(path)?;
        let mut known = Vec::new();
        for witness in policy.witnesses() {
            let Some(url) = &witness.url else { continue };
            let name = String::from_utf8_lossy(&witness.name).into_owned();
            let url = std::str::from_utf8(url).map_err(|_| CommandError::Refused {
                problem: format!("expected the address of witness {name} in UTF-8"),
                next: format!("write it anew in {}", path.display()),
            })?;
            let client = WitnessClient::new(witness.key.clone(), url);
            let (key, forked_at) = (witness.key.clone(), remembered.of(&witness.key));
            known.push(Known { name, key, client, cosigned: 0, forked_at });
        }
        Ok(Self { policy, known, remembered, remembered_at: forks.display().to_string() })
    }

    /// Writes down who has seen another history, where that has changed since it was written last.
    ///
    /// # Errors
    ///
    /// [`CommandError::File`]; it is written when this is called again.
    pub fn remember(&mut self) -> Result<(), CommandError> {
        self.remembered.keep(self.known.iter().map(|witness| (&witness.key, witness.forked_at)))
    }

    /// The policy.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// Asks all of them at the same time. Blocks, for no longer than the slowest may take.
    pub fn ask(&mut self, nodes: &LogNodes, note: &SignedNote) -> Asked {
        self.ask_those(nodes, note, note.clone(), |_| true)
    }

    /// Asks for the same checkpoint those again that have not cosigned it, as [`Witnesses::ask`] does. What was given
    /// stays, and so does what is refused for good.
    pub fn ask_lacking(&mut self, nodes: &LogNodes, note: &SignedNote, before: Asked) -> Asked {
        let (stays, lacking): (Vec<_>, Vec<_>) =
            before.refused.into_iter().partition(has_seen_another);
        let is_lacking = |name: &str| lacking.iter().any(|(refused, _)| refused == name);
        let mut asked = self.ask_those(nodes, note, before.note, is_lacking);
        asked.refused.extend(stays);
        asked
    }

    /// Asks some of them, and puts what they give under what was given.
    fn ask_those(
        &mut self,
        nodes: &LogNodes,
        note: &SignedNote,
        mut given: SignedNote,
        is_asked: impl Fn(&str) -> bool,
    ) -> Asked {
        let mut answers = Vec::new();
        thread::scope(|scope| {
            let asking: Vec<_> = self
                .known
                .iter_mut()
                .filter(|witness| is_asked(&witness.name))
                .map(|witness| (witness.name.clone(), scope.spawn(|| witness.ask(nodes, note))))
                .collect();
            let joined = asking.into_iter().map(|(name, asked)| (name, answer_of(asked.join())));
            answers.extend(joined);
        });
        let mut refused = Vec::new();
        for (name, answer) in answers {
            match answer {
                Ok(cosigned) => {
                    cosigned.signatures().iter().for_each(|line| given.add(line.clone()));
                }
                Err(error) => refused.push((name, error)),
            }
        }
        let quorum = self.policy.cosigned(&given);
        let forks = self.known.iter().filter(|witness| witness.forked_at.is_some());
        let forks = forks.map(|witness| witness.name.clone()).collect();
        let remembered_at = self.remembered_at.clone();
        Asked { note: given, refused, forks, remembered_at, quorum }
    }
}

/// What came of asking one witness. Asking that panicked is no cosignature, and is not passed over.
fn answer_of(joined: thread::Result<Result<SignedNote, AskError>>) -> Result<SignedNote, AskError> {
    joined.unwrap_or_else(|_| {
        Err(AskError::Unreachable {
            reason: "asking it ended in a fault of this program, which standard error tells of"
                .to_owned(),
        })
    })
}

impl Known {
    fn ask(&mut self, nodes: &LogNodes, note: &SignedNote) -> Result<SignedNote, AskError> {
        let unreadable = |text: String| AskError::BadAnswer { status: 0, text };
        let size =
            Checkpoint::parse(note.text()).map_err(|error| unreadable(error.to_string()))?.size();
        let answer = self.ask_of_size(nodes, note, size);
        if matches!(answer, Err(AskError::Fork { .. })) {
            self.forked_at = Some(size);
        } else if answer.is_ok() {
            // Its signature, which nobody else can make, under a proof from what it has seen.
            self.forked_at = self.forked_at.filter(|refused| *refused >= size);
        }
        answer
    }

    fn ask_of_size(
        &mut self,
        nodes: &LogNodes,
        note: &SignedNote,
        size: u64,
    ) -> Result<SignedNote, AskError> {
        let unreadable = |text: String| AskError::BadAnswer { status: 0, text };
        // Who has restarted, or asked beside others, learns from the first answer where it stands.
        for _ in 0..3 {
            if self.cosigned > size {
                return Err(AskError::Fork {
                    text: format!(
                        "it has cosigned {} records, more than the {size} of this ledger: another \
                         copy of the ledger went on",
                        self.cosigned
                    ),
                });
            }
            let proof = match self.cosigned {
                0 => Vec::new(),
                from => prove_consistency(nodes, from, size)
                    .map_err(|error| unreadable(error.to_string()))?,
            };
            match self.client.ask(self.cosigned, proof, note) {
                Ok(note) => {
                    self.cosigned = size;
                    return Ok(note);
                }
                Err(AskError::OtherSize { cosigned }) => self.cosigned = cosigned,
                Err(error) => return Err(error),
            }
        }
        Err(AskError::OtherSize { cosigned: self.cosigned })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_witness_whose_asking_panics_is_told_of_as_one_that_did_not_answer() {
        let asked = thread::scope(|scope| {
            let asking = scope.spawn(|| -> Result<SignedNote, AskError> { panic!("for the test") });
            answer_of(asking.join())
        });
        let Err(AskError::Unreachable { reason }) = asked else {
            panic!("expected no answer, found {asked:?}");
        };
        assert!(reason.contains("fault of this program"), "{reason}");
    }
}
