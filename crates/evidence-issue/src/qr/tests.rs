use super::*;

#[test]
fn as_much_as_a_code_holds_fits_and_a_byte_more_does_not() {
    // Lower-case letters: no shorter mode than binary will do.
    assert!(Qr::of(&"x".repeat(QR_BYTES_MAX)).is_ok());
    let too_long = Qr::of(&"x".repeat(QR_BYTES_MAX + 1)).err();
    assert_eq!(too_long, Some(DoesNotFit { found: QR_BYTES_MAX + 1 }));
}

#[test]
fn a_code_is_drawn_for_paper_and_for_a_terminal() {
    let code = Qr::of("c2sp.org/tlog-proof@v1").unwrap();
    assert!(code.svg().starts_with("<?xml") && code.svg().contains("<svg"));
    assert!(code.terminal().lines().count() > 10);
}
