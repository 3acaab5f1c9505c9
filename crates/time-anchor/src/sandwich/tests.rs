use proptest::prelude::*;

use super::*;

fn anchor(position: u64, size: u64, time: i64) -> Anchor {
    Anchor { position, size, earliest: time - 1, latest: time + 1 }
}

#[test]
fn without_anchors_nothing_is_known_of_any_record() {
    assert_eq!(windows(&[], 0), []);
    let all = Window { from: 0, to: 7, not_before: None, not_after: None };
    assert_eq!(windows(&[], 7), [all]);
}

#[test]
fn every_record_lies_between_the_stamp_before_it_and_the_first_that_covers_it() {
    // Ten records are stamped at 100; the token is the record 12. Twenty are stamped at 200.
    let found = windows(&[anchor(12, 10, 100), anchor(21, 20, 200)], 25);
    let window = |from, to, not_before, not_after| Window { from, to, not_before, not_after };
    assert_eq!(
        found,
        [
            window(0, 10, None, Some(101)),
            window(10, 13, None, Some(201)),
            window(13, 20, Some(99), Some(201)),
            window(20, 22, Some(99), None),
            window(22, 25, Some(199), None),
        ]
    );
    assert!(found.iter().all(|window| !window.is_impossible()));
}

#[test]
fn a_record_that_came_after_it_existed_is_impossible() {
    let found = windows(&[anchor(3, 3, 900), anchor(9, 8, 500)], 10);
    let window = found.iter().find(|window| window.from == 4).unwrap();
    assert!(window.is_impossible(), "{window:?}");
}

proptest! {
    #[test]
    fn windows_say_of_each_record_what_the_anchors_say(
        anchors in prop::collection::vec((0_u64..40, 0_u64..40, 0_i64..100), 0..8), end in 0_u64..40,
    ) {
        let anchors: Vec<_> = anchors.iter().map(|(p, n, t)| anchor(*p, *n, *t)).collect();
        let found = windows(&anchors, end);
        for record in 0..end {
            let window = found.iter().find(|it| (it.from..it.to).contains(&record)).unwrap();
            let before = anchors.iter().filter(|it| it.position < record).map(|it| it.earliest);
            let after = anchors.iter().filter(|it| it.size > record).map(|it| it.latest);
            prop_assert_eq!(window.not_before, before.max());
            prop_assert_eq!(window.not_after, after.min());
        }
        let covered: u64 = found.iter().map(|window| window.to - window.from).sum();
        prop_assert_eq!(covered, end);
    }
}
