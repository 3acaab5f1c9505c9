use proptest::prelude::*;

use super::*;

const VAULT: [u8; 16] = counting(0xd0);

const fn counting<const N: usize>(first: u8) -> [u8; N] {
    let mut bytes = [0; N];
    let mut i = 0;
    let mut next = first;
    while i < N {
        bytes[i] = next;
        next = next.wrapping_add(1);
        i += 1;
    }
    bytes
}

fn hex<const N: usize>(text: &str) -> [u8; N] {
    let bytes: Vec<u8> = (0..text.len())
        .step_by(2)
        .map(|i| u8::from_str_radix(&text[i..i + 2], 16).unwrap())
        .collect();
    bytes.try_into().unwrap()
}

fn ledger() -> [u8; 32] {
    hex("d54da0464e9cf83a91addf87dfdcad5845289153d3b8a834d377eb09325af207")
}

const STREAM: [u8; 16] = counting(0xa0);
const SUBJECT: [u8; 16] = counting(0xb0);
const KEY: [u8; 16] = counting(0xc0);
const TEXT: &[u8] = br#"{"name":"A. Example","narrative":"card charged twice"}"#;

fn salt() -> [u8; 64] {
    hex("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\
         202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f")
}

fn binding<'a>(ledger_id: &'a [u8; 32], stream: &'a [u8]) -> Binding<'a> {
    Binding { ledger_id, stream, group: 1, subject: &SUBJECT, key: &KEY, vault: &VAULT }
}

#[test]
fn the_seal_of_the_reference_vector_is_reproduced() {
    let ledger = ledger();
    assert_eq!(
        commitment(&salt(), &ledger, &STREAM, 1, TEXT),
        hex("97dd0319c99126e9d872c74fb7391cd0e1d8f7763fcdea045c46ac0f96172228")
    );
    assert_eq!(
        *record_key(&[0x55; 32], &VAULT),
        hex("b609c8278717fcfa0d05dfc4883dc9d657663ba7ffd09500a005736c7e30a9c4")
    );
    let sealed =
        seal_blob(&[0x55; 32], &binding(&ledger, &STREAM), &salt(), &counting::<24>(0), TEXT);
    assert_eq!(
        digest(&associated_data(&binding(&ledger, &STREAM), &sealed.commitment)),
        hex("2534c0a0faa5c3d8bf7f26a8d6596ffd445c90a1afe144bc389a8650f2ca15a5")
    );
    assert_eq!(sealed.blob.len(), 297);
    assert_eq!(
        sealed.blob[..41],
        hex::<41>(
            "01000102030405060708090a0b0c0d0e0f101112131415161761bf4bfcd5a52884986105f984d61fa4"
        )
    );
    assert_eq!(
        sealed.digest,
        hex("26dcffdd4138e24d04e77db859e922ba41fbf710ff52419466e07f995c3608ca")
    );
}

#[test]
fn the_file_of_vectors_agrees_where_it_is_there() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/vectors/ledger-vectors.json");
    let Ok(text) = std::fs::read_to_string(path) else { return };
    let vectors: serde_json::Value = serde_json::from_str(&text).unwrap();
    let of = |name: &str| vectors["C_seal"][name].as_str().unwrap().to_owned();
    let (ledger, stream) = (hex(&of("ledger_id")), hex::<16>(&of("stream_id")));
    let binding = Binding {
        ledger_id: &ledger,
        stream: &stream,
        group: u16::try_from(vectors["C_seal"]["group"].as_u64().unwrap()).unwrap(),
        subject: &hex(&of("subject_ref")),
        key: &hex(&of("key_id")),
        vault: &hex(&of("vault_id")),
    };
    let plaintext = of("plaintext");
    let sealed = seal_blob(
        &hex(&of("dek")),
        &binding,
        &hex(&of("salt")),
        &hex(&of("nonce")),
        plaintext.as_bytes(),
    );
    assert_eq!(sealed.commitment, hex(&of("commitment_C")));
    assert_eq!(sealed.digest, hex(&of("digest_D")));
}

#[test]
fn a_blob_opened_under_the_wrong_commitment_is_refused() {
    let ledger = ledger();
    let sealed = seal_blob(&[1; 32], &binding(&ledger, &STREAM), &salt(), &[2; 24], TEXT);
    let opened = open_blob(&[1; 32], &binding(&ledger, &STREAM), &[9; 32], &sealed.blob);
    assert_eq!(opened.map(|_| ()), Err(BlobError::Unauthentic));
}

#[test]
fn an_authentic_blob_with_another_text_than_committed_to_is_refused() {
    let ledger = ledger();
    let binding = binding(&ledger, &STREAM);
    let promised = commitment(&salt(), &ledger, &STREAM, 1, TEXT);
    let mut plain = salt().to_vec();
    crate::frame::lp(&mut plain, b"another text");
    plain.resize(256, 0);
    let blob = encrypt_as_is(&binding, &promised, plain);
    let opened = open_blob(&[1; 32], &binding, &promised, &blob);
    assert_eq!(opened.map(|_| ()), Err(BlobError::CommitmentMismatch));
}

#[test]
fn an_authentic_blob_with_a_wrong_padding_is_refused() {
    let ledger = ledger();
    let binding = binding(&ledger, &STREAM);
    let promised = commitment(&salt(), &ledger, &STREAM, 1, TEXT);
    let mut plain = salt().to_vec();
    crate::frame::lp(&mut plain, TEXT);
    plain.resize(256, 7);
    let blob = encrypt_as_is(&binding, &promised, plain.clone());
    assert_eq!(
        open_blob(&[1; 32], &binding, &promised, &blob).map(|_| ()),
        Err(BlobError::Malformed)
    );
    plain.truncate(200);
    let blob = encrypt_as_is(&binding, &promised, plain);
    assert_eq!(
        open_blob(&[1; 32], &binding, &promised, &blob).map(|_| ()),
        Err(BlobError::Malformed)
    );
    assert_eq!(
        open_blob(&[1; 32], &binding, &promised, &[2, 0]).map(|_| ()),
        Err(BlobError::UnknownSuite(2))
    );
}

fn encrypt_as_is(binding: &Binding<'_>, promised: &[u8; 32], mut plain: Vec<u8>) -> Vec<u8> {
    XChaCha20Poly1305::new(&(*record_key(&[1; 32], binding.vault)).into())
        .encrypt_in_place(&XNonce::from([3; 24]), &associated_data(binding, promised), &mut plain)
        .unwrap();
    [&[SUITE_XCHACHA], [3; 24].as_slice(), &plain].concat()
}

proptest! {
    #[test]
    fn opening_a_seal_gives_the_text_back(
        text in prop::collection::vec(any::<u8>(), 0..2000), stream: Vec<u8>, group: u16,
        key: [u8; 32],
    ) {
        let ledger = ledger();
        let binding = Binding { group, ..binding(&ledger, &stream) };
        let sealed = seal_blob(&key, &binding, &salt(), &[2; 24], &text);
        prop_assert_eq!(sealed.blob.len(), padded_bytes(text.len()) + BLOB_OVERHEAD);
        let opened = open_blob(&key, &binding, &sealed.commitment, &sealed.blob).unwrap();
        prop_assert_eq!(opened.text.as_slice(), &text[..]);
        prop_assert_eq!(*opened.salt, salt());
    }

    #[test]
    fn whatever_a_seal_is_bound_to_cannot_be_changed(
        text in prop::collection::vec(any::<u8>(), 0..300), what in 0_u8..8, at: usize,
        bit in 0_u8..8,
    ) {
        let ledger = ledger();
        let sealed = seal_blob(&[1; 32], &binding(&ledger, &STREAM), &salt(), &[2; 24], &text);
        let flip = |bytes: &mut [u8]| { let i = at % bytes.len(); bytes[i] ^= 1 << bit; };
        let (mut blob, mut promised) = (sealed.blob.clone(), sealed.commitment);
        let (mut key, mut other_ledger, mut stream) = ([1; 32], ledger, STREAM);
        let (mut subject, mut key_id, mut vault, mut group) = (SUBJECT, KEY, VAULT, [0, 1]);
        match what {
            0 => flip(&mut blob),
            1 => flip(&mut promised),
            2 => flip(&mut key),
            3 => flip(&mut other_ledger),
            4 => flip(&mut stream),
            5 => flip(&mut subject),
            6 => flip(&mut key_id),
            _ => { flip(&mut vault); flip(&mut group); }
        }
        let changed = Binding {
            ledger_id: &other_ledger, stream: &stream, group: u16::from_be_bytes(group),
            subject: &subject, key: &key_id, vault: &vault,
        };
        prop_assert!(open_blob(&key, &changed, &promised, &blob).is_err());
    }
}
