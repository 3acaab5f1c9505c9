//! Random operations: the log in memory, the log on sled and a model agree in every answer.
//!
//! A few thousand of them here. For a million:
//! `cargo run --release -p redress-tests --example soak -- state-machine --operations 1000000`.

use proptest::test_runner::Config;
use proptest_state_machine::prop_state_machine;
use redress_tests::machine::Agreement;

prop_state_machine! {
    #![proptest_config(Config {
        cases: 16,
        failure_persistence: None, // it prints the shortest sequence that fails
        max_shrink_time: 60_000,
        ..Config::default()
    })]

    #[test]
    fn memory_and_sled_answer_every_operation_as_the_model_does(sequential 250..251 => Agreement);
}
