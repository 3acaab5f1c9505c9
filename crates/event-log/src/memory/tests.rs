use std::sync::Arc;

use futures::FutureExt;

use super::MemoryLog;
use crate::{conformance, log::EventLog};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_log_in_memory_keeps_every_promise() {
    conformance::all(&|clock| {
        async move { Arc::new(MemoryLog::new(clock)) as Arc<dyn EventLog> }.boxed()
    })
    .await
    .unwrap();
}
