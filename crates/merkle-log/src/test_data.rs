//! Reference values, and trees to compare with.

use alloc::vec::Vec;
use std::{fs, sync::OnceLock};

use crate::{Hash, MemoryTree, leaf_hash};

pub(crate) trait ParseHex {
    fn parse_hex(&self) -> Hash;
}

impl ParseHex for str {
    fn parse_hex(&self) -> Hash {
        let digits = self.as_bytes();
        let bytes: Vec<u8> = digits
            .chunks(2)
            .map(|pair| u8::from_str_radix(core::str::from_utf8(pair).unwrap(), 16).unwrap())
            .collect();
        Hash(bytes.try_into().unwrap())
    }
}

/// The entries of the reference tree of eight leaves.
pub(crate) const REFERENCE_ENTRIES: [&[u8]; 8] = [
    b"",
    b"\x00",
    b"\x10",
    b"\x20\x21",
    b"\x30\x31",
    b"\x40\x41\x42\x43",
    b"\x50\x51\x52\x53\x54\x55\x56\x57",
    b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
];

/// Its roots, by size.
pub(crate) const REFERENCE_ROOTS: [&str; 9] = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

/// Roots over entries that are the numbers from 0, in eight big-endian bytes.
pub(crate) const COUNTING_ROOTS: &[(u64, &str)] = &[
    (0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    (1, "3e7077fd2f66d689e0cee6a7cf5b37bf2dca7c979af356d0a31cbc5c85605c7d"),
    (2, "a7d91894b61fbf46378d88e3e1b1f7aef39532c504b484bd31551d15e0a09dff"),
    (3, "9b4965f8b220ba42f7039ad0781c966cf90bb1aea15a80586d634b322ab1f4ce"),
    (4, "b15d2b1b07adada9b13b555c08062b1ae78ad1b0b7e99d97d942c936a6244439"),
    (5, "cb03def0c5b63bdecbed6cd863c8e61edab23e1ac7ab70281c699183cac2bef6"),
    (6, "7e0f3511f1626cea0922e802037a67c7fa0761e470f44dfc4471dc353135f8a4"),
    (7, "45cea7edca9543ee5575a5774d0d8fa9321a8be084b3fb657fa4f6d071a3c94c"),
    (8, "b15acd8b1ccf7a9b81c04f69b27e5cabd67e90be0e6ff6a4d1ed87004a4f0cc1"),
    (15, "249600a1a23dbe4d31fa0694264d54846e587dd4a490bc90a4d386979d7fccd6"),
    (16, "d5057b535a9b33119a6344d8cbf16c5a8f1541c106aa9ee50c6c93260664222d"),
    (17, "5bcb3b0fd1e1c9842393baf739a0c2f58e149c5a173a36b6fea1bbb2e780ccee"),
    (255, "bb3b9743e08118ea583ae77df04a1449a0601cde6f75146d79c2cab6366ce210"),
    (256, "15e2dd4973ae44de8c8cf3048fd98d17adaaea6287f4e0606a55a643617408c0"),
    (257, "d418c0873259bce7d0561ab004486112416c1c4490865415342bfe06e673146c"),
    (1000, "c89faf3395d034a77c12c76d636db96358d6d2839c3c68f6329a07231e82fce2"),
    (65535, "e7321cd57abf36c522d89e6d26bd9098a37b6a8b06b318976269e701f6d4802d"),
    (65536, "bc9bca909516d5bf148c2bf2dea0a0d9f717ce4987d2fe7504d6694363b41598"),
    (65537, "a901bb447a4b4c361cdf559658f27f24a8a3ebbc49257c472efe950932d4853a"),
    (70000, "0759167a0f98e35e802d46ff7c7d29d2c3f03a63a256deb6abbff357a91b63b1"),
];

pub(crate) const INCLUSION_69999_OF_70000: [&str; 9] = [
    "a1388c38fd195626463f9157a46b1365b5c2c55a7a55e9b0dc46829ccc364832",
    "b1afd3f5ddafa7372535f3d29d54d7604e684a48e4e5c415bc708a3577de59e9",
    "a1b401a88a0c289e8e4cce6ba27fd411b866fc8fdffb69b996c5c64af01dd7c3",
    "d529934f33d5044bda800eadab72e6e46d34ac7f367dcc0df8d43294aba1ac6a",
    "e718d73eda55c0a4946aa7308b323c44f5ad545332ebdb42e636254743743dbd",
    "deec168c578ca18aca33769435798bd6c69ab1e897b97804b2b780f62b36460b",
    "96b60d3d3cf89bf4817f69df488e8a362b825073af92f1432c9c74fdfadca5eb",
    "fc72eaadf0a6ea02ecc90e91fcf2de6356dc9706100014d820a3fbb4d3015bba",
    "bc9bca909516d5bf148c2bf2dea0a0d9f717ce4987d2fe7504d6694363b41598",
];

pub(crate) const CONSISTENCY_65537_TO_70000: [&str; 15] = [
    "9d2acc50176c40439f056a30952ca9166bd6c1144bd43e66fc7a12c1029112b7",
    "d80cab9d54620271cc248cb5d38044187ffa3b9a04f81e3cbfe6fc3244f12369",
    "f76b86880705869aeda124d38ea79ccde268b074d46e0864ea5a32471a100ea3",
    "0cc180d2d93512e830de585f5e1f9c29801453f80da4e8c83b3a2f144310f970",
    "dd749d02fd97e0215cee1d8f192b84fa6ca0c440dacb560954c8ba0175bc31b6",
    "5dee4e10bf4c229bce55083b59a9ab133f004bb5d0ba09d9952d1d36a9cb3bb2",
    "45bc47b7007053796a67dc3014c1b39ad05e7dcdb44676459ac3624d1f8b420d",
    "170009e555d73258dc85eb4b36412472020b57df0be8f43fe98d9eed63d81c31",
    "5197f7d002427495d90ec533a96f2285e68d0d12949739971e7e574f45c1259e",
    "5c6c99537cf195e0cbf6063b1061836a2db9a52030e0429dce0c421cf6fc8a8d",
    "eb6053cc8682cbddc2bfb64fd749283c11ef911f2bd2d4dd287b92da81828520",
    "bd4c44dc858628d4552da959e985b393d3efd116475063eaa17a16a4eabfb8b7",
    "8caf665ae7e1d72e0e940d45b2e4cef809855e444e5b82a7fe48f5a2e720fe7b",
    "6780c3454d89271ac9d6bc20cab96f4a5c09aeceaaa230cdd716c5fcbdf20647",
    "bc9bca909516d5bf148c2bf2dea0a0d9f717ce4987d2fe7504d6694363b41598",
];

pub(crate) const LOG_KEY: &str =
    "ledger.example/complaints+d99cb8a9+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4";
pub(crate) const WITNESS_KEY: &str =
    "witness.example/auditor+09b8b633+BCmsuuFBvMrwsi4alNNNC8c2HlJtC/4SyJeUvJMilm3X";
pub(crate) const COSIGNED_CHECKPOINT: &str = "\
ledger.example/complaints
8
XcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=

— ledger.example/complaints 2Zy4qZkksI+vO4dMZMuYnm+Sar9XQkaK7spScyXGmirKskhXqA9ap7xUiZuoNx0nWGe8fXNDCCl3kG85pWorYRAmkQE=
— witness.example/auditor Cbi2MwAAAABoTuGAYHjd9MCEt2gluV0I7BMUwoT560C/VcfM3xwOIeV1/03toOEVBHT4kUhXmPkjR5GBvtVMHAMSa5SflQxnZpW9Dg==
";
pub(crate) const LOG_PROOF_OF_LEAF_5: &str = "\
c2sp.org/tlog-proof@v1
index 5
vBoGQ7EuTS18d5GPROD095qDi2z57FtcKD4fTYhZnms=
yoVOoSjtBQtBs1/8G4e46yveRh6eO1WW7Oa51ZdaCuA=
037kGJdt2VdTwcc4Yrk5j6Kiz5tP8P3+izDNlSCWFLc=

ledger.example/complaints
8
XcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=

— ledger.example/complaints 2Zy4qZkksI+vO4dMZMuYnm+Sar9XQkaK7spScyXGmirKskhXqA9ap7xUiZuoNx0nWGe8fXNDCCl3kG85pWorYRAmkQE=
— witness.example/auditor Cbi2MwAAAABoTuGAYHjd9MCEt2gluV0I7BMUwoT560C/VcfM3xwOIeV1/03toOEVBHT4kUhXmPkjR5GBvtVMHAMSa5SflQxnZpW9Dg==
";

pub(crate) fn reference_tree() -> MemoryTree {
    REFERENCE_ENTRIES.iter().map(|entry| leaf_hash(entry)).collect()
}

/// The tree over the numbers below `size`.
pub(crate) fn counting_tree(size: u64) -> MemoryTree {
    (0..size).map(|i| leaf_hash(&i.to_be_bytes())).collect()
}

/// The tree over the numbers below 600, made once.
pub(crate) fn shared_tree() -> &'static MemoryTree {
    static TREE: OnceLock<MemoryTree> = OnceLock::new();
    TREE.get_or_init(|| counting_tree(600))
}

/// The shared file of vectors, where it is there.
pub(crate) fn vectors() -> Option<serde_json::Value> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/vectors/ledger-vectors.json");
    Some(serde_json::from_str(&fs::read_to_string(path).ok()?).unwrap())
}
