//! A witness against itself, over a real connection, and against its own restart.

use std::{net::SocketAddr, path::Path, sync::Arc};

use axum::{Router, routing::post};
use merkle_log::{
    Checkpoint, Hash, KeyKind, MemoryTree, SignedNote, SignerKey, checkpoint::cosignatures,
    empty_root, leaf_hash, note::SIGNATURES_MAX, prove_consistency, tree_root,
};

use crate::{
    AddCheckpoint, AskError, Refusal, Witness, WitnessClient, http::router, request::BYTES_MAX,
    witness::origin_hash,
};

const ORIGIN: &str = "ledger.example/complaints";
const NOW: u64 = 1_750_000_000;

fn log_key() -> SignerKey {
    let seed: [u8; 32] = std::array::from_fn(|i| u8::try_from(i).unwrap());
    SignerKey::from_seed(ORIGIN, KeyKind::Note, &seed).unwrap()
}

fn witness_key() -> SignerKey {
    let seed: [u8; 32] = std::array::from_fn(|i| u8::try_from(i + 32).unwrap());
    SignerKey::from_seed("witness.example/auditor", KeyKind::Cosignature, &seed).unwrap()
}

fn witness(dir: &Path) -> Witness {
    let logs = vec![log_key().verifier().clone()];
    Witness::open(witness_key(), logs, &dir.join("state"), Box::new(|| NOW)).unwrap()
}

/// The eight reference leaves, and more; those from `other` on are not the ordinary ones.
fn tree(size: usize, other: usize) -> MemoryTree {
    let reference: [&[u8]; 8] = [
        b"",
        b"\x00",
        b"\x10",
        b"\x20\x21",
        b"\x30\x31",
        b"@ABC",
        b"PQRSTUVW",
        b"`abcdefghijklmno",
    ];
    let leaf = |i: usize| match reference.get(i).filter(|_| i < other) {
        Some(entry) => leaf_hash(entry),
        None => leaf_hash(&(i + usize::from(i >= other)).to_be_bytes()),
    };
    (0..size).map(leaf).collect()
}

fn signed(tree: &MemoryTree) -> SignedNote {
    let root = tree_root(tree, tree.size()).unwrap();
    Checkpoint::new(ORIGIN, tree.size(), root).unwrap().signed_by(&log_key())
}

fn body(old: u64, tree: &MemoryTree) -> String {
    let proof =
        if old == 0 { Vec::new() } else { prove_consistency(tree, old, tree.size()).unwrap() };
    AddCheckpoint { old, proof, note: signed(tree) }.to_string()
}

#[test]
fn the_cosigned_checkpoint_of_the_vectors_is_what_this_witness_makes() {
    let dir = tempfile::tempdir().unwrap();
    let witness = witness(dir.path());
    let line = witness.add_checkpoint(body(0, &tree(8, 8)).as_bytes()).unwrap();
    assert_eq!(
        line,
        "\u{2014} witness.example/auditor Cbi2MwAAAABoTuGAYHjd9MCEt2gluV0I7BMUwoT560C/VcfM3xwOIeV1/03toOEVBHT4kUhXmPkjR5GBvtVMHAMSa5SflQxnZpW9Dg==\n"
    );
    let latest = witness.latest(&origin_hash(ORIGIN)).unwrap();
    assert_eq!(
        latest,
        "ledger.example/complaints\n8\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=\n\n\
         \u{2014} ledger.example/complaints 2Zy4qZkksI+vO4dMZMuYnm+Sar9XQkaK7spScyXGmirKskhXqA9ap7xUiZuoNx0nWGe8fXNDCCl3kG85pWorYRAmkQE=\n\
         \u{2014} witness.example/auditor Cbi2MwAAAABoTuGAYHjd9MCEt2gluV0I7BMUwoT560C/VcfM3xwOIeV1/03toOEVBHT4kUhXmPkjR5GBvtVMHAMSa5SflQxnZpW9Dg==\n"
    );
}

#[test]
fn a_log_that_grows_is_cosigned_and_its_last_checkpoint_again_when_it_asks() {
    let dir = tempfile::tempdir().unwrap();
    let witness = witness(dir.path());
    let mut old = 0;
    for size in [0, 1, 1, 3, 8, 300, 300] {
        let grown = tree(size, size);
        witness.add_checkpoint(body(old, &grown).as_bytes()).unwrap();
        old = grown.size();
    }
}

/// Each request that is wrong in several ways gets the status of the first check it fails.
#[test]
fn refusals_have_the_status_codes_of_the_specification_in_its_order() {
    let dir = tempfile::tempdir().unwrap();
    let witness = witness(dir.path());
    witness.add_checkpoint(body(0, &tree(3, 3)).as_bytes()).unwrap();
    let status = |body: String| witness.add_checkpoint(body.as_bytes()).unwrap_err().status();

    assert_eq!(status("old 3\n".to_owned()), 400, "no checkpoint");
    assert_eq!(status(body(3, &tree(5, 5)).replace("old 3", "old 03")), 400, "a leading zero");
    assert_eq!(status(body(3, &tree(5, 5)).replace("old 3\n", "old 3\nAAAA\n")), 400, "no hash");
    let many = format!("old 3\n{}", format!("{}=\n", "A".repeat(43)).repeat(64));
    assert_eq!(status(body(3, &tree(5, 5)).replace("old 3\n", &many)), 400, "64 hashes");

    // Also unsigned by any known key, and of the wrong old size.
    let elsewhere = body(3, &tree(5, 5)).replace("ledger.example", "other.example");
    let elsewhere = elsewhere.replace("old 3", "old 9");
    assert_eq!(status(elsewhere), 404);
    let forged = body(1, &tree(5, 5)).replace("\n5\n", "\n6\n");
    assert_eq!(status(forged), 403, "and of the wrong old size");
    let by_nobody = SignerKey::from_seed("nobody.example", KeyKind::Note, &[9; 32]).unwrap();
    let unsigned = Checkpoint::parse(signed(&tree(5, 5)).text()).unwrap().signed_by(&by_nobody);
    let unsigned = AddCheckpoint { old: 3, proof: Vec::new(), note: unsigned }.to_string();
    assert_eq!(status(unsigned), 403);
    assert_eq!(status(body(1, &tree(5, 5)).replace("old 1", "old 6")), 400, "old is larger");
    match witness.add_checkpoint(body(1, &tree(5, 5)).as_bytes()) {
        Err(Refusal::OtherSize { cosigned: 3 }) => {}
        other => panic!("expected a conflict at size 3, found {other:?}"),
    }
    assert_eq!(status(body(0, &tree(5, 5))), 409);
    assert_eq!(status(body(3, &tree(5, 1))), 422, "another history");
    assert_eq!(status(body(3, &tree(3, 1))), 422, "another root of the same size");
    let short = AddCheckpoint { old: 3, proof: Vec::new(), note: signed(&tree(5, 5)) };
    assert_eq!(status(short.to_string()), 422, "no proof");
}

#[test]
fn an_empty_tree_has_one_root_and_nothing_to_prove() {
    let dir = tempfile::tempdir().unwrap();
    let witness = witness(dir.path());
    let status = |body: String| witness.add_checkpoint(body.as_bytes()).unwrap_err().status();
    let proof = vec![Hash([7; 32])];
    let proved = AddCheckpoint { old: 0, proof, note: signed(&tree(5, 5)) };
    assert_eq!(status(proved.to_string()), 422, "a proof from nothing");

    let text = format!("{ORIGIN}\n0\n{}=\n", "A".repeat(43));
    let mut note = SignedNote::new(text.clone()).unwrap();
    note.add(log_key().sign(&text, 0));
    let zero = AddCheckpoint { old: 0, proof: Vec::new(), note: note.clone() };
    assert_eq!(status(zero.to_string()), 422, "size 0 with another root");
    note.retain(|_| false);
    let by_nobody = SignerKey::from_seed("nobody.example", KeyKind::Note, &[9; 32]).unwrap();
    note.add(by_nobody.sign(&text, 0));
    let unsigned = AddCheckpoint { old: 0, proof: Vec::new(), note };
    assert_eq!(status(unsigned.to_string()), 403, "the signature is looked at first");

    let empty = Checkpoint::new(ORIGIN, 0, empty_root()).unwrap().signed_by(&log_key());
    let empty = AddCheckpoint { old: 0, proof: Vec::new(), note: empty };
    witness.add_checkpoint(empty.to_string().as_bytes()).unwrap();
}

#[test]
fn a_witness_that_was_restarted_remembers_and_one_state_serves_one_witness() {
    let dir = tempfile::tempdir().unwrap();
    let first = witness(dir.path());
    first.add_checkpoint(body(0, &tree(5, 5)).as_bytes()).unwrap();
    let logs = vec![log_key().verifier().clone()];
    let beside = Witness::open(witness_key(), logs, &dir.path().join("state"), Box::new(|| NOW));
    assert!(beside.is_err(), "two with one memory would each cosign a history");
    drop(first);
    let again = witness(dir.path());
    let forked = again.add_checkpoint(body(5, &tree(8, 2)).as_bytes()).unwrap_err();
    assert!(matches!(forked, Refusal::DoesNotExtend(_)), "{forked:?}");
    again.add_checkpoint(body(5, &tree(8, 8)).as_bytes()).unwrap();
}

/// Anybody can send this: the log's public checkpoint, with its own good signature many times over.
#[test]
fn a_signature_that_is_repeated_to_a_witness_is_remembered_once() {
    let dir = tempfile::tempdir().unwrap();
    let first = witness(dir.path());
    first.add_checkpoint(body(0, &tree(5, 5)).as_bytes()).unwrap();
    let remembered = first.latest(&origin_hash(ORIGIN)).unwrap();
    let once = body(5, &tree(5, 5));
    let line = once.lines().last().unwrap();
    let often = format!("{once}{}", format!("{line}\n").repeat(SIGNATURES_MAX - 1));
    first.add_checkpoint(often.as_bytes()).unwrap();
    assert_eq!(first.latest(&origin_hash(ORIGIN)).unwrap(), remembered);
    drop(first);
    let again = witness(dir.path());
    again.add_checkpoint(body(5, &tree(8, 8)).as_bytes()).unwrap();
}

#[test]
fn each_key_of_a_log_is_remembered_with_one_signature_and_nobody_elses() {
    let dir = tempfile::tempdir().unwrap();
    let newer = SignerKey::from_seed(ORIGIN, KeyKind::Note, &[8; 32]).unwrap();
    let stranger = SignerKey::from_seed("other.example", KeyKind::Note, &[9; 32]).unwrap();
    let logs = vec![log_key().verifier().clone(), newer.verifier().clone()];
    let state = dir.path().join("state");
    let witness = Witness::open(witness_key(), logs, &state, Box::new(|| NOW)).unwrap();
    let mut note = signed(&tree(5, 5));
    let lines = [&newer, &stranger, &log_key(), &newer].map(|key| key.sign(note.text(), 0));
    let text = lines.iter().fold(note.to_string(), |text, line| format!("{text}{line}\n"));
    witness.add_checkpoint(format!("old 0\n\n{text}").as_bytes()).unwrap();
    note.add(newer.sign(note.text(), 0));
    note.add(witness_key().sign(note.text(), NOW));
    assert_eq!(witness.latest(&origin_hash(ORIGIN)).unwrap(), note.to_string());
}

/// The longest request that is read, by the log's own key.
#[test]
fn the_longest_checkpoint_that_is_cosigned_is_remembered_after_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let five = tree(5, 5);
    let checkpoint = Checkpoint::parse(signed(&five).text()).unwrap();
    let with_line = |bytes: usize| {
        let mut note = SignedNote::new(format!("{checkpoint}{}\n", "x".repeat(bytes))).unwrap();
        note.add(log_key().sign(note.text(), 0));
        AddCheckpoint { old: 0, proof: Vec::new(), note }.to_string()
    };
    let longest = with_line(BYTES_MAX - with_line(1).len() + 1);
    assert_eq!(longest.len(), BYTES_MAX);
    let first = witness(dir.path());
    first.add_checkpoint(longest.as_bytes()).unwrap();
    drop(first);
    witness(dir.path()).add_checkpoint(body(5, &tree(8, 8)).as_bytes()).unwrap();
}

/// The file of one log is damaged; the witness also knows another.
#[test]
fn a_log_whose_memory_is_damaged_is_refused_by_name_and_the_others_are_cosigned() {
    let dir = tempfile::tempdir().unwrap();
    let other = SignerKey::from_seed("other.example", KeyKind::Note, &[9; 32]).unwrap();
    let open = || {
        let logs = vec![log_key().verifier().clone(), other.verifier().clone()];
        Witness::open(witness_key(), logs, &dir.path().join("state"), Box::new(|| NOW)).unwrap()
    };
    let of_other = |old: u64, tree: &MemoryTree| {
        let proof =
            if old == 0 { Vec::new() } else { prove_consistency(tree, old, tree.size()).unwrap() };
        let root = tree_root(tree, tree.size()).unwrap();
        let checkpoint = Checkpoint::new("other.example", tree.size(), root).unwrap();
        AddCheckpoint { old, proof, note: checkpoint.signed_by(&other) }.to_string()
    };
    let first = open();
    first.add_checkpoint(body(0, &tree(5, 5)).as_bytes()).unwrap();
    first.add_checkpoint(of_other(0, &tree(5, 5)).as_bytes()).unwrap();
    drop(first);
    let file = dir.path().join("state").join(origin_hash(ORIGIN));
    let mut bytes = std::fs::read(&file).unwrap();
    bytes[60] ^= 1;
    std::fs::write(&file, &bytes).unwrap();

    let again = open();
    for request in [body(5, &tree(8, 8)), body(0, &tree(8, 2)), body(5, &tree(5, 5))] {
        let refused = again.add_checkpoint(request.as_bytes()).unwrap_err();
        assert!(matches!(refused, Refusal::Unusable { .. }), "{refused:?}");
        assert_eq!(refused.status(), 500);
        assert!(refused.to_string().contains(ORIGIN), "{refused}");
    }
    assert_eq!(again.latest(&origin_hash(ORIGIN)), None);
    assert_eq!(std::fs::read(&file).unwrap(), bytes, "it does not begin anew");
    again.add_checkpoint(of_other(5, &tree(8, 8)).as_bytes()).unwrap();
    let unsigned = body(5, &tree(8, 8)).replace("\n8\n", "\n9\n");
    let refused = again.add_checkpoint(unsigned.as_bytes()).unwrap_err();
    assert_eq!(refused.status(), 403, "strangers learn nothing of it");
    drop(again);

    bytes[60] ^= 1;
    std::fs::write(&file, bytes).unwrap();
    open().add_checkpoint(body(5, &tree(8, 8)).as_bytes()).unwrap();
}

#[test]
fn what_cannot_be_remembered_is_not_cosigned() {
    let dir = tempfile::tempdir().unwrap();
    let witness = witness(dir.path());
    std::fs::remove_dir_all(dir.path().join("state")).unwrap();
    std::fs::write(dir.path().join("state"), "in the way").unwrap();
    let refused = witness.add_checkpoint(body(0, &tree(5, 5)).as_bytes()).unwrap_err();
    assert_eq!(refused.status(), 500);
    assert_eq!(witness.latest(&origin_hash(ORIGIN)), None);
}

#[test]
fn keys_of_the_wrong_kind_make_no_witness() {
    let dir = tempfile::tempdir().unwrap();
    let state = dir.path().join("state");
    let as_log = Witness::open(log_key(), Vec::new(), &state, Box::new(|| NOW));
    assert!(as_log.is_err());
    let logs = vec![witness_key().verifier().clone()];
    assert!(Witness::open(witness_key(), logs, &state, Box::new(|| NOW)).is_err());
}

async fn serve(witness: Arc<Witness>) -> SocketAddr {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let serving = async move { axum::serve(listener, router(witness)).await.unwrap() };
    #[expect(clippy::disallowed_methods, reason = "ends with the test's runtime")]
    tokio::spawn(serving);
    address
}

#[tokio::test(flavor = "multi_thread")]
async fn over_a_connection_the_client_learns_where_the_witness_stands_and_checks_what_it_gets() {
    let dir = tempfile::tempdir().unwrap();
    let address = serve(Arc::new(witness(dir.path()))).await;
    let asking = tokio::task::spawn_blocking(move || {
        let client =
            WitnessClient::new(witness_key().verifier().clone(), &format!("http://{address}/"));
        let five = client.ask(0, Vec::new(), &signed(&tree(5, 5))).unwrap();
        let eight = tree(8, 8);
        let unknowing = client.ask(0, Vec::new(), &signed(&eight));
        assert_eq!(unknowing, Err(AskError::OtherSize { cosigned: 5 }));
        let proof = prove_consistency(&eight, 5, 8).unwrap();
        let note = client.ask(5, proof, &signed(&eight)).unwrap();
        let forked = tree(9, 3);
        let proof = prove_consistency(&forked, 8, 9).unwrap();
        let refused = client.ask(8, proof, &signed(&forked));
        assert!(matches!(refused, Err(AskError::Fork { .. })), "{refused:?}");

        // Another key than the one that answers: its cosignature is not taken.
        let other = SignerKey::from_seed("other.example", KeyKind::Cosignature, &[5; 32]).unwrap();
        let mistaken = WitnessClient::new(other.verifier().clone(), &format!("http://{address}"));
        let refused = mistaken.ask(8, Vec::new(), &signed(&eight));
        assert!(matches!(refused, Err(AskError::BadAnswer { status: 200, .. })), "{refused:?}");
        let nobody = WitnessClient::new(other.verifier().clone(), "http://127.0.0.1:1");
        let refused = nobody.ask(8, Vec::new(), &signed(&eight));
        assert!(matches!(refused, Err(AskError::Unreachable { .. })), "{refused:?}");
        (five, note)
    });
    let (five, note) = asking.await.unwrap();
    for note in [five, note] {
        let key = witness_key().verifier().clone();
        let found = cosignatures(&note, std::slice::from_ref(&key)).unwrap();
        assert_eq!(found.first().and_then(|cosigned| cosigned.time), Some(NOW));
        assert!(Checkpoint::open(&note, log_key().verifier()).is_ok());
    }
}

/// A witness that answers every request with these lines of signature.
async fn serve_lines(lines: String) -> SocketAddr {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let answer = move || std::future::ready(lines.clone());
    let router = Router::new().route("/add-checkpoint", post(answer));
    let serving = async move { axum::serve(listener, router).await.unwrap() };
    #[expect(clippy::disallowed_methods, reason = "ends with the test's runtime")]
    tokio::spawn(serving);
    address
}

async fn ask_for_lines(lines: String, note: SignedNote) -> Result<SignedNote, AskError> {
    let address = serve_lines(lines).await;
    let asking = tokio::task::spawn_blocking(move || {
        let client =
            WitnessClient::new(witness_key().verifier().clone(), &format!("http://{address}"));
        client.ask(5, Vec::new(), &note)
    });
    asking.await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_hundred_cosignatures_by_one_witness_only_the_newest_is_taken() {
    let note = signed(&tree(5, 5));
    let most = u64::try_from(SIGNATURES_MAX).unwrap();
    let times = (NOW + 50..NOW + most).chain(NOW..NOW + 50);
    let lines = times.map(|time| format!("{}\n", witness_key().sign(note.text(), time)));
    let cosigned = ask_for_lines(lines.collect(), note.clone()).await.unwrap();
    let mut expected = note;
    expected.add(witness_key().sign(expected.text(), NOW + most - 1));
    assert_eq!(cosigned, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newer_cosignature_takes_the_place_of_the_one_that_was_there() {
    let fresh = signed(&tree(5, 5));
    let mut note = fresh.clone();
    note.add(witness_key().sign(note.text(), NOW));
    let line = format!("{}\n", witness_key().sign(note.text(), NOW + 60));
    let cosigned = ask_for_lines(line.repeat(3), note).await.unwrap();
    let mut expected = fresh;
    expected.add(witness_key().sign(expected.text(), NOW + 60));
    assert_eq!(cosigned, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cosignature_that_is_not_good_is_not_taken_beside_one_that_is() {
    let note = signed(&tree(5, 5));
    let good = witness_key().sign(note.text(), NOW);
    let forged = witness_key().sign(signed(&tree(6, 6)).text(), NOW + 60);
    let answered = ask_for_lines(format!("{forged}\n{good}\n"), note).await;
    assert!(matches!(answered, Err(AskError::BadAnswer { status: 200, .. })), "{answered:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn anybody_may_read_what_a_witness_cosigned_last() {
    let dir = tempfile::tempdir().unwrap();
    let witness = Arc::new(witness(dir.path()));
    witness.add_checkpoint(body(0, &tree(5, 5)).as_bytes()).unwrap();
    let latest = witness.latest(&origin_hash(ORIGIN)).unwrap();
    let address = serve(witness).await;
    let reading = tokio::task::spawn_blocking(move || {
        let url = format!("http://{address}/{}/checkpoint", origin_hash(ORIGIN));
        let found = ureq::get(&url).call().unwrap().body_mut().read_to_string().unwrap();
        let unknown = ureq::get(&format!("http://{address}/00/checkpoint")).call();
        (found, unknown)
    });
    let (found, unknown) = reading.await.unwrap();
    assert_eq!(found, latest);
    assert!(matches!(unknown, Err(ureq::Error::StatusCode(404))));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conflict_says_the_size_with_the_content_type_of_the_specification() {
    let dir = tempfile::tempdir().unwrap();
    let witness = Arc::new(witness(dir.path()));
    witness.add_checkpoint(body(0, &tree(5, 5)).as_bytes()).unwrap();
    let address = serve(witness).await;
    let asking = tokio::task::spawn_blocking(move || {
        let config = ureq::Agent::config_builder().http_status_as_error(false).build();
        let agent: ureq::Agent = config.into();
        let sent = agent.post(format!("http://{address}/add-checkpoint"));
        let mut answer = sent.send(body(1, &tree(8, 8))).unwrap();
        let kind = answer.headers().get("content-type").unwrap().to_str().unwrap().to_owned();
        (answer.status().as_u16(), kind, answer.body_mut().read_to_string().unwrap())
    });
    let answer = asking.await.unwrap();
    assert_eq!(answer, (409, "text/x.tlog.size".to_owned(), "5\n".to_owned()));
}
