//! The page beside the data: what it is, what the manifest proves, and what it does not.

use super::{Export, Format};

pub(super) fn text(export: &Export) -> String {
    let form = match export.format {
        Format::Csv => CSV,
        Format::Jsonl => JSONL,
    };
    format!("{INTRODUCTION}\n{form}\n{PROVES}")
}

const INTRODUCTION: &str = "\
AN EXPORT OF A LEDGER OF COMPLAINTS

manifest.json        which ledger, which records, and the digest of every other file
data-dictionary.*    what every column means, as CSV and for reading
events.*             one row for each record, in the order in which they were recorded
complaints.*         one row for each complaint, as it stood at the cut-off

The cut-off is the record before position `tree_size` of the manifest. Personal data is not in the
records and not in here; which personal fields lie sealed in the vault is named, never their texts.
";

const CSV: &str = "\
HOW TO READ THE CSV FILES

UTF-8, RFC 4180, one header line, lines end in CR LF. Times are UTC. An empty cell means that nothing
is known. Lists are separated by |. A cell that begins with = + - @ ' a tab or a carriage return has
one apostrophe in front, so that no spreadsheet takes it for a formula; take one leading apostrophe
away to get the text. The column leaf_hash is the hash of the record's stored bytes; the bytes
themselves are in the JSON Lines export.
";

const JSONL: &str = "\
HOW TO READ THE JSON LINES FILES

UTF-8, one JSON object a line, lines end in LF. A line of events.jsonl without its line end is the
stored bytes of the record, unchanged: what was hashed is what is here. In complaints.jsonl, null
means that nothing is known.
";

const PROVES: &str = "\
WHAT THE MANIFEST PROVES

- A file whose SHA-256 is the one in the manifest is the file that was exported, to the last byte.
- `root` is the RFC 6962 root of the tree over all records before position `tree_size`. If
  events.jsonl begins at position 0, anyone can compute it from that file: the leaf hash of a line is
  SHA-256 of a zero byte and the line. With events.csv, the leaf hashes are given.
- If the same root and size stand in a statement that you trust, from another time or another
  hand, then the events are those of the ledger: none altered, removed, added or put in another order.

WHAT IT DOES NOT PROVE

- The manifest is not signed. Whoever can change a file can change the manifest. Compare `tree_size`
  and `root` with a checkpoint that you have from elsewhere.
- complaints.* and events.csv are derived. To check them, make the export again, or fold the events
  yourself.
- An export that begins at a later position cannot be checked against the root by itself.
- Nothing here proves that what was recorded is true, or that everything that happened was recorded:
  only that what was recorded is what you see.
";
