//! A complaint is linked to one that came in.

use complaint_domain::complaint::{
    ComplaintCommand as C, ComplaintRejection, DuplicateLink, LinkKind, LinkedRefusal,
};
use event_log::StreamId;
use uuid::Uuid;

use super::{bench, register, request};
use crate::{HandleError, stream_of};

#[tokio::test]
async fn a_complaint_is_linked_only_to_one_that_came_in_by_then() {
    let bench = bench();
    let (one, other) = (stream_of(Uuid::from_u128(1)), stream_of(Uuid::from_u128(2)));
    bench.service.handle(register(1)).await.unwrap();
    let of = |stream: &StreamId| stream.as_str().parse().unwrap();
    let link = C::LinkDuplicate(DuplicateLink { of: of(&other), kind: LinkKind::Related });
    let linked = request(10, Some(one), link);
    let refused = bench.service.handle(linked.clone()).await.unwrap_err();
    let HandleError::Refused(ComplaintRejection::Linked(refused)) = refused else {
        panic!("{refused}")
    };
    assert_eq!(refused, LinkedRefusal::ToUnknown(of(&other)));
    bench.service.handle(register(2)).await.unwrap();
    assert!(!bench.service.handle(linked.clone()).await.unwrap().repeated);
    assert!(bench.service.handle(linked).await.unwrap().repeated);
}
