//! Random operations on two logs and a model: all three must agree in every answer and every byte.
//!
//! - [`model`]: what the answer must be
//! - [`mod@operations`]: what may be asked, and how often
//! - [`logs`]: the log in memory and the log on sled, asked the same
//! - [`soak`]: as many operations as one has time for

pub mod logs;
pub mod model;
pub mod operations;

use event_log_sled::SledLog;
use proptest::{
    strategy::{BoxedStrategy, Strategy},
    test_runner::{Config, RngSeed, TestRunner},
};
use proptest_state_machine::{ReferenceStateMachine, StateMachineTest};

use self::{
    logs::Logs,
    model::Model,
    operations::{Operation, operations},
};

/// The model as proptest wants it.
#[derive(Debug)]
pub struct Reference;

impl ReferenceStateMachine for Reference {
    type State = Model;
    type Transition = Operation;

    fn init_state() -> BoxedStrategy<Model> {
        proptest::sample::select(vec![1, 3, 40, 1_000]).prop_map(Model::new).boxed()
    }

    fn transitions(model: &Model) -> BoxedStrategy<Operation> {
        operations(model.streams)
    }

    fn apply(mut model: Model, operation: &Operation) -> Model {
        operation.appends().for_each(|ask| drop(model.ask(*ask)));
        if let Operation::MoveClock { milliseconds } = operation {
            model.clock += i64::from(*milliseconds);
        }
        model
    }
}

/// The two logs as proptest wants them.
#[derive(Debug)]
pub struct Agreement;

impl StateMachineTest for Agreement {
    type SystemUnderTest = Logs<SledLog>;
    type Reference = Reference;

    fn init_test(model: &Model) -> Self::SystemUnderTest {
        Logs::new(model.clone())
    }

    fn apply(mut logs: Logs<SledLog>, _: &Model, operation: Operation) -> Logs<SledLog> {
        logs.run(&operation);
        logs
    }

    fn check_invariants(logs: &Logs<SledLog>, model: &Model) {
        logs.check_heads(model);
    }

    fn teardown(mut logs: Logs<SledLog>, _: Model) {
        logs.run(&Operation::Reopen { closed: true, last: None });
    }
}

/// Runs so many operations, in cases of so many each, from a seed; says how far it is after each
/// case.
///
/// # Errors
///
/// The shortest sequence found that ends in a disagreement.
pub fn soak(
    operations: u64,
    in_each: usize,
    seed: u64,
    mut progress: impl FnMut(u64),
) -> Result<u64, String> {
    let each = u64::try_from(in_each).unwrap();
    let cases = operations.div_ceil(each);
    let config = Config {
        cases: u32::try_from(cases).unwrap(),
        failure_persistence: None,
        max_shrink_time: 300_000,
        rng_seed: RngSeed::Fixed(seed),
        ..Config::default()
    };
    let done = std::cell::Cell::new(0_u64);
    let progress = std::cell::RefCell::new(&mut progress);
    let strategy = Reference::sequential_strategy(in_each..=in_each);
    let outcome = TestRunner::new(config.clone()).run(&strategy, |(model, transitions, seen)| {
        Agreement::test_sequential(config.clone(), model, transitions, seen);
        done.set(done.get() + each);
        (progress.borrow_mut())(done.get());
        Ok(())
    });
    outcome.map(|()| done.get()).map_err(|error| error.to_string())
}
