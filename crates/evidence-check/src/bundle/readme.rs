//! `README.txt`: what a bundle is, for people. All of it but the reason for what was opened follows from the rest
//! of the bundle, so it is made again and compared: nobody reads there what the evidence does not show.
//!
//! A text that was ever written stays known, for bundles with it are in people's hands: the first had no line
//! with a reason, and earlier ones named a proof about the index, and opened fields, in bundles without any.

use super::{INDEX, Manifest, VERSION_WITH_BYTES};

/// What stands for a reason where none was given.
pub(super) const NO_REASON: &str = "no reason was given";
const OPENED: &str = "IT HOLDS PERSONAL DATA, opened: ";
const REASON: &str = "Reason: ";

/// What the text is about.
#[derive(Debug)]
pub(super) struct Told<'a> {
    pub(super) origin: &'a str,
    pub(super) stream: &'a str,
    pub(super) events: usize,
    pub(super) has_bytes: bool,
    pub(super) parts: Parts,
}

/// Which parts the text names, of those that a bundle can be without.
#[derive(Debug)]
pub(super) struct Parts {
    pub(super) has_anchors: bool,
    pub(super) has_openings: bool,
    pub(super) has_index: bool,
}

impl<'a> Told<'a> {
    fn of(manifest: &'a Manifest) -> Self {
        Self {
            origin: &manifest.origin,
            stream: &manifest.stream,
            events: manifest.positions.len(),
            has_bytes: manifest.version == VERSION_WITH_BYTES,
            parts: Parts {
                has_anchors: !manifest.anchors.is_empty(),
                has_openings: manifest.files.keys().any(|name| name.starts_with(OPENINGS)),
                has_index: manifest.files.contains_key(INDEX),
            },
        }
    }
}

/// An opened field as the text names it. It never says what is in it.
pub(super) fn named(position: u64, field: &str) -> String {
    format!("{field} (position {position})")
}

/// The text. `opened` names the fields that are, and is empty when none is.
pub(super) fn text(told: &Told<'_>, opened: &str, reason: Option<&str>) -> String {
    let Told { origin, stream, events, has_bytes, parts } = told;
    let Parts { has_anchors, has_openings, has_index } = parts;
    // One line, whatever was typed.
    let reason = reason.map(|reason| reason.replace(char::is_control, " "));
    let reason = reason.map_or_else(String::new, |reason| format!("{REASON}{reason}\n"));
    let opened = if opened.is_empty() {
        "No personal field is opened in it.".to_owned()
    } else {
        format!("{OPENED}{opened}.\n{reason}Keep it as such data must be kept.")
    };
    let content = if *has_bytes { BYTES } else { "text" };
    let openings = if *has_openings {
        format!("{OPENINGS}    opened fields: {content} and salt of what the record commits to\n")
    } else {
        String::new()
    };
    let index = if *has_index { FILE_OF_INDEX } else { "" };
    let (times, files) = if *has_anchors { (TIMES, FILES_OF_TIMES) } else { ("", "") };
    format!(
        "Evidence of one case\n\
         ====================\n\
         \n\
         log    {origin}\n\
         case   {stream}\n\
         events {events}\n\
         \n\
         {opened}\n\
         \n\
         To check it, without a network:\n\
         - in a browser: open verify.html and paste the ledger's verifier key, which you must have\n\
         \x20 from somewhere else than this bundle;\n\
         - on the command line: redress check BUNDLE.zip --vkey KEY (or --policy FILE).\n\
         {times}\
         \n\
         {files}\
         records/     the stored bytes of each event, exactly as they were hashed\n\
         proofs/      for each, that it is in the log (C2SP tlog-proof)\n\
         {openings}\
         checkpoint.txt  the signed statement under which all of it stands\n\
         {index}\
         bundle.json  the list of contents, with digests\n\
         \n\
         What it cannot show: that what was entered is true, or that everything was entered.\n"
    )
}

const OPENINGS: &str = "openings/";
const FILE_OF_INDEX: &str =
    "index.proof  that these are all events of the case, as of an earlier size of the log\n";
const BYTES: &str = "text (or bytes in base64, of a file that is none)";
const TIMES: &str = "
When its records existed, outside authorities have stamped. A browser cannot tell who made a
stamp; this can, and needs no network either:
- redress check BUNDLE.zip --vkey KEY --trust ROOT.pem, with the root certificate that the
  authority publishes.
";
const FILES_OF_TIMES: &str =
    "anchors/     records with time stamps (RFC 3161), and that they are about this log\n";

/// Whether the text is the one of the bundle with this list of contents; gives the reason that it states, for which
/// nobody vouches.
pub(super) fn check(bytes: &[u8], manifest: &Manifest) -> Result<Option<String>, String> {
    let found = std::str::from_utf8(bytes).map_err(|_| "it is not UTF-8".to_owned())?;
    let line = |start: &str| found.lines().find_map(|line| line.strip_prefix(start));
    let mut fields: Vec<_> = manifest.files.keys().filter_map(|name| opened(name)).collect();
    fields.sort_unstable();
    // In the order in which they were opened, which only the text knows.
    let in_text = line(OPENED).and_then(|names| names.strip_suffix('.')).unwrap_or_default();
    let mut stated: Vec<_> = in_text.split(", ").collect();
    stated.sort_unstable();
    let fields = if stated == fields { in_text.to_owned() } else { fields.join(", ") };
    let reason = line(REASON);
    let mut told = Told::of(manifest);
    told.parts.has_openings |= line(OPENINGS).is_some();
    told.parts.has_index |= line(INDEX).is_some();
    let expected = text(&told, &fields, reason);
    if expected == found {
        return Ok(reason.filter(|reason| *reason != NO_REASON).map(str::to_owned));
    }
    let (mut theirs, mut ours) = (found.split('\n'), expected.split('\n'));
    for number in 1_u64.. {
        match (ours.next(), theirs.next()) {
            (Some(expected), Some(found)) if expected == found => {}
            (None, None) => break,
            (expected, found) => {
                let (expected, found) = (expected.unwrap_or_default(), found.unwrap_or_default());
                return Err(format!("line {number}: expected `{expected}`, found `{found}`"));
            }
        }
    }
    Err("expected the text that redress writes".to_owned())
}

/// The opened field that a file of this name holds, as the text names it.
fn opened(name: &str) -> Option<String> {
    let name = name.strip_prefix("openings/")?.strip_suffix(".json")?;
    let (position, field) = name.split_once('-')?;
    Some(named(position.parse().ok()?, field))
}
