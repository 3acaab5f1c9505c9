use proptest::prelude::*;

use super::*;
use crate::story::given;

fn wishes() -> impl Strategy<Value = (Office, C)> {
    let people = prop_oneof![
        Just(dpo()),
        Just(office("ana", Role::Agent)),
        Just(office("erasure", Role::System)),
        Just(office("jo", Role::Complainant)),
    ];
    let commands = prop_oneof![
        Just(C::GiveConsent(consent())),
        Just(C::WithdrawConsent(consent())),
        Just(C::Restrict(restriction())),
        Just(C::LiftRestriction(lift())),
        Just(C::Hold(hold(None))),
        Just(C::ReleaseHold(release())),
        Just(C::RequestErasure(request())),
        Just(decision()),
        Just(C::RecordErasure(destroyed())),
    ];
    (people, commands, any::<bool>()).prop_map(|(mut office, command, is_open)| {
        if is_open {
            office.trace.ended_on = None;
        }
        (office, command)
    })
}

proptest! {
    /// Whatever anybody asks for, in whatever order.
    #[test]
    fn nothing_is_erased_that_was_held_and_nothing_follows_an_erasure(
        wishes in prop::collection::vec(wishes(), 1..60),
    ) {
        let mut life = given(dpo(), vec![key()]);
        let mut is_erased = false;
        for (office, command) in wishes {
            life.world = office;
            let is_held = life.state.holds().next().is_some();
            let is_open = life.world.trace.ended_on.is_none();
            for event in life.attempt(&command).unwrap_or_default() {
                prop_assert!(!is_erased, "{event:?} after the erasure");
                if matches!(event, E::ErasureOrdered(_)) {
                    prop_assert!(!is_held && !is_open);
                }
                is_erased |= matches!(event, E::Erased(_));
            }
        }
    }
}
