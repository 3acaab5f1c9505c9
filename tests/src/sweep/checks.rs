//! Which check reads which file, and what it says of a changed one.

use std::{
    fs::{self, File},
    os::unix::fs::FileExt,
    path::{Path, PathBuf},
    sync::Arc,
};

use event_log_sled::verify::{Verified, Verifier, VerifyError, verify};
use evidence_check::{check, check::Trust};
use merkle_log::Policy;
use personal_vault::{SealedRef, SystemEntropy, Vault, VaultPaths};
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;

use super::{
    copy, flipped,
    homes::{Home, with_sealed},
    journal::{self, Frame},
};
use crate::binary::run_in;

/// How a file is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// By verifying the log that is held open: what `redress verify` reads each time.
    Log,
    /// By opening and verifying the log.
    Store,
    /// By opening the vault and every sealed field in it: `redress verify --vault`.
    Vault,
    /// As evidence: `redress check`.
    Evidence,
    /// By running this.
    Command(&'static [&'static str]),
}

/// The check of a file. Panics when there is none: whoever adds a file says what finds it changed.
pub fn how(file: &str) -> How {
    use How::{Command, Evidence, Log, Store, Vault};
    let begins = |folder: &str| file.starts_with(folder);
    match file {
        "ledger/ledger.json" => Command(&["verify", "--data", "ledger", "--vault", "--json"]),
        "ledger/head" | "ledger/lock" => Command(&["verify", "--data", "ledger", "--json"]),
        // Says ages, so each time something else.
        "ledger/time-anchor" => Command(&["status", "--data", "ledger"]),
        "ledger/checkpoint" => Evidence,
        "ledger/keys/slots" | "ledger.keys/kek" => Vault,
        "ledger.keys/signing-key" | "ledger.keys/register" | "ledger.keys/register.lock" => {
            Command(&["keys", "status", "--data", "ledger", "--json"])
        }
        "ledger.keys/receipt-key" => Command(&["prove", "receipt", COMPLAINT, "--data", "ledger"]),
        _ if begins("ledger/journal/") || begins("ledger/tiles/") => Log,
        _ if begins("ledger/store/") => Store,
        _ if begins("ledger/vault/") => Vault,
        _ if begins("ledger/read-models/") => Command(&["verify", "--data", "ledger", "--json"]),
        _ if begins("evidence/") => Evidence,
        _ if begins("tree/") => {
            Command(&["mirror", "--from", "tree", "--out", "mirror", "--vkey", KEY, "--json"])
        }
        _ => panic!("no check is named for {file}: which one finds it changed?"),
    }
}

/// Stand for the home's own in a command.
const COMPLAINT: &str = "COMPLAINT";
const KEY: &str = "KEY";

/// What a check said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// All is as it was: the check says so, and says the same as before the change.
    Whole,
    /// The change was found, at this position if it is one of the log.
    Found(Option<u64>),
    /// Neither: it panicked, named nothing, or called something else whole.
    Wrong(String),
}

/// A copy of a home, ready for one of its files to be changed.
#[derive(Debug)]
pub struct Prepared<'a> {
    home: &'a Home,
    folder: &'a Path,
    file: &'a str,
    path: PathBuf,
    frames: Vec<Frame>,
    checker: Checker,
}

#[derive(Debug)]
enum Checker {
    Log { verifier: Box<Verifier>, whole: Verified },
    Store { whole: Verified },
    Vault { paths: VaultPaths },
    Evidence { policy: Policy },
    Command { arguments: Vec<String>, whole: String },
}

impl<'a> Prepared<'a> {
    /// Opens in a copy what stays open, and sees that the unchanged file is found whole.
    pub fn new(home: &'a Home, folder: &'a Path, file: &'a str) -> Self {
        let path = folder.join(file);
        let data = folder.join("ledger");
        let is_journal = file.starts_with("ledger/journal/");
        let frames =
            if is_journal { journal::frames(&fs::read(&path).unwrap()) } else { Vec::new() };
        let checker = match how(file) {
            How::Log => {
                let verifier = Box::new(Verifier::open(&data).unwrap());
                let whole = verifier.verify(&mut |_| {}).unwrap();
                Checker::Log { verifier, whole }
            }
            How::Store => {
                Checker::Store { whole: verify(&copied(folder).path().join("ledger")).unwrap() }
            }
            How::Vault => Checker::Vault {
                paths: VaultPaths {
                    vault: data.join("vault"),
                    keys: data.join("keys"),
                    kek: folder.join("ledger.keys/kek"),
                },
            },
            How::Evidence => {
                let policy = format!("log {}\nquorum none\n", home.key);
                Checker::Evidence { policy: Policy::parse(policy.as_bytes()).unwrap() }
            }
            How::Command(words) => {
                let own = |word: &&str| match *word {
                    COMPLAINT => home.complaint.clone(),
                    KEY => home.key.clone(),
                    word => word.to_owned(),
                };
                let arguments = words.iter().map(own).collect();
                Checker::Command { arguments, whole: String::new() }
            }
        };
        let mut prepared = Self { home, folder, file, path, frames, checker };
        let before = prepared.command();
        if let (Checker::Command { whole, .. }, Some(before)) = (&mut prepared.checker, before) {
            *whole = before.done().stdout;
        }
        assert_eq!(prepared.check(), Verdict::Whole, "{file} before anything was changed");
        prepared
    }

    /// What the check says of the file with some bits flipped. Puts it back.
    pub fn changed(&self, whole: &[u8], changes: &[(usize, u8)]) -> Verdict {
        let file = File::options().write(true).open(&self.path).unwrap();
        let write = |bytes: &[u8]| {
            let (Some((first, _)), Some((last, _))) = (changes.first(), changes.last()) else {
                return;
            };
            file.write_all_at(&bytes[*first..=*last], *first as u64).unwrap();
        };
        if let [(at, bits)] = changes {
            file.write_all_at(&[whole[*at] ^ bits], *at as u64).unwrap();
        } else {
            write(&flipped(whole, changes));
        }
        let verdict = self.check();
        write(whole);
        verdict
    }

    fn check(&self) -> Verdict {
        match &self.checker {
            Checker::Log { verifier, whole } => of_log(verifier.verify(&mut |_| {}), whole),
            // Opening changes sled's files, so each time another copy is opened.
            Checker::Store { whole } => {
                let folder = copied(self.folder);
                of_log(verify(&folder.path().join("ledger")), whole)
            }
            Checker::Vault { paths } => of_vault(self.home, paths),
            Checker::Evidence { policy } => {
                let checked = check(&fs::read(&self.path).unwrap(), &Trust::policy(policy));
                checked.first_failure().map_or(Verdict::Whole, |_| Verdict::Found(None))
            }
            Checker::Command { whole, .. } => {
                let Some(ran) = self.command() else { return Verdict::Whole };
                let is_explained =
                    ran.stderr.contains("expected") || ran.stderr.contains("damaged");
                let says_ages = self.file == "ledger/time-anchor";
                match ran.code {
                    Some(0) if says_ages || ran.stdout == *whole => Verdict::Whole,
                    Some(1) if is_explained && !ran.stderr.contains("panicked") => {
                        Verdict::Found(None)
                    }
                    code => Verdict::Wrong(format!("exit {code:?}: {}{}", ran.stdout, ran.stderr)),
                }
            }
        }
    }

    fn command(&self) -> Option<crate::binary::Ran> {
        let Checker::Command { arguments, .. } = &self.checker else { return None };
        let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
        let ran = run_in(self.folder, &arguments);
        let _ = fs::remove_dir_all(self.folder.join("mirror"));
        Some(ran)
    }

    /// The file.
    pub fn file(&self) -> &str {
        self.file
    }

    /// Whether the position that was named is the first bad one.
    ///
    /// # Errors
    ///
    /// What was expected instead.
    pub fn is_first_bad(&self, at: usize, named: Option<u64>) -> Result<(), String> {
        let is_of_log = matches!(self.checker, Checker::Log { .. });
        let expected = match self.file {
            "ledger/tiles/tile/0/000" => Some(at as u64 / 32),
            _ => journal::position(&self.frames, at),
        };
        match (named, expected) {
            (Some(named), Some(expected)) if named == expected => Ok(()),
            // A bundle that cannot be decompressed has no record whose position could be told.
            (Some(named), None) if is_of_log && named < 256 => Ok(()),
            (_, None) if !is_of_log => Ok(()),
            _ => Err(format!("expected position {expected:?} to be named, found {named:?}")),
        }
    }
}

fn copied(folder: &Path) -> TempDir {
    let spare = TempDir::new_in(folder.parent().unwrap()).unwrap();
    for part in ["head", "ledger.json", "store"] {
        let (from, to) = (folder.join("ledger").join(part), spare.path().join("ledger").join(part));
        if from.is_dir() {
            copy(&from, &to);
        } else {
            fs::create_dir_all(to.parent().unwrap()).unwrap();
            fs::copy(from, to).unwrap();
        }
    }
    // These are only read.
    for part in ["journal", "tiles"] {
        let from = folder.join("ledger").join(part);
        if from.is_dir() {
            std::os::unix::fs::symlink(from, spare.path().join("ledger").join(part)).unwrap();
        }
    }
    spare
}

fn of_log(verified: Result<Verified, VerifyError>, whole: &Verified) -> Verdict {
    match verified {
        Ok(verified) if verified == *whole => Verdict::Whole,
        Ok(other) => Verdict::Wrong(format!("{other:?} is called whole")),
        Err(VerifyError::Damaged { position, .. }) => Verdict::Found(Some(position.0)),
        Err(VerifyError::ArtifactDamaged { .. }) => Verdict::Found(None),
        Err(error @ VerifyError::Open(_)) => Verdict::Wrong(error.to_string()),
    }
}

fn of_vault(home: &Home, paths: &VaultPaths) -> Verdict {
    let id = Sha256::digest("ledger.example/sweep").into();
    let Ok(vault) = Vault::open(paths, id, Arc::new(SystemEntropy)) else {
        return Verdict::Found(None);
    };
    for (position, record) in with_sealed(home) {
        for sealed in &record.sealed {
            let reference = SealedRef {
                group: sealed.field.group(),
                subject: sealed.subject.0,
                key: sealed.key.0,
                vault: sealed.vault.0,
                commitment: sealed.commitment.0,
                digest: sealed.digest.0,
            };
            if vault.open_field(record.stream.as_str().as_bytes(), &reference).is_err() {
                return Verdict::Found(Some(position));
            }
        }
    }
    Verdict::Whole
}
