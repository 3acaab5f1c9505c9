//! The witness as a web service: submission and monitoring under one address.

use std::sync::Arc;

use axum::{
    Router,
    body::Bytes,
    extract::{DefaultBodyLimit, Path, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};

use crate::{
    request::BYTES_MAX,
    witness::{Refusal, Witness},
};

const PLAIN: &str = "text/plain; charset=utf-8";
/// The content type of the size in a conflict, by the specification.
const SIZE: &str = "text/x.tlog.size";

/// `POST /add-checkpoint` and `GET /SHA256-OF-ORIGIN/checkpoint`.
pub fn router(witness: Arc<Witness>) -> Router {
    Router::new()
        .route("/add-checkpoint", post(add_checkpoint))
        .route("/{origin}/checkpoint", get(latest))
        .layer(DefaultBodyLimit::max(BYTES_MAX))
        .with_state(witness)
}

async fn add_checkpoint(State(witness): State<Arc<Witness>>, body: Bytes) -> Response {
    let answered = tokio::task::spawn_blocking(move || witness.add_checkpoint(&body)).await;
    match answered {
        Ok(Ok(line)) => ([(header::CONTENT_TYPE, PLAIN)], line).into_response(),
        Ok(Err(refusal)) => refused(&refusal),
        Err(stopped) => {
            tracing::error!(%stopped, "a request was not answered");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

fn refused(refusal: &Refusal) -> Response {
    let status = StatusCode::from_u16(refusal.status()).unwrap_or(StatusCode::BAD_REQUEST);
    if let Refusal::State(source) = refusal {
        tracing::error!(%source, "the state of the witness cannot be written");
    } else {
        tracing::warn!(status = status.as_u16(), %refusal, "a checkpoint was refused");
    }
    if let Refusal::OtherSize { cosigned } = refusal {
        return (status, [(header::CONTENT_TYPE, SIZE)], format!("{cosigned}\n")).into_response();
    }
    (status, [(header::CONTENT_TYPE, PLAIN)], format!("{refusal}\n")).into_response()
}

async fn latest(State(witness): State<Arc<Witness>>, Path(origin): Path<String>) -> Response {
    match witness.latest(&origin) {
        Some(note) => ([(header::CONTENT_TYPE, PLAIN)], note).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
