//! `redress serve`: the ledger's tree over HTTP, published as it grows.

use std::{net::SocketAddr, sync::Arc};

use axum::Router;
use event_log::clock::SystemClock;
use serde_json::json;
use tokio::{net::TcpListener, sync::watch};

use crate::{
    arguments::Serve,
    console::Console,
    control::Control,
    error::CommandError,
    ledger::Ledger,
    publishing::{PublishedPlaces, publisher::Publisher},
    signing,
    tree::serve::{ServedTree, router},
};

/// Serves until the process is told to end.
///
/// # Errors
///
/// [`CommandError`]: no ledger or key, an address that is not this machine's own, publishing stopped.
pub async fn run(args: &Serve, console: &mut Console<'_>) -> Result<(), CommandError> {
    let listener = listen(args.listen).await?;
    let ledger = Ledger::open(&args.at, Arc::new(SystemClock))?;
    let result = serve(args, &ledger, listener, console).await;
    ledger.close().await;
    result
}

async fn serve(
    args: &Serve,
    ledger: &Ledger,
    listener: TcpListener,
    console: &mut Console<'_>,
) -> Result<(), CommandError> {
    let witnesses = signing::witnesses(&ledger.places, &args.signing)?;
    let signer = signing::open(ledger, &args.signing).await?;
    let places = PublishedPlaces::of(&ledger.places.data);
    let has_policy = witnesses.is_some();
    let publisher =
        Publisher::start(Arc::clone(&ledger.log), signer, places.clone(), witnesses).await?;
    let tree = ServedTree { log: Arc::clone(&ledger.log), places, has_policy };
    // Before it says that it listens: whoever waits for that may then ask for a backup.
    let control = Control::bind(ledger);
    if let Err(error) = &control {
        console.say(format_args!("nobody can work with this ledger while this serves it: {error}"));
    }
    let (stop, stopped) = watch::channel(false);
    let answering = async {
        if let Ok(control) = control {
            control.answer(ledger, &publisher.watched(), stopped).await;
        }
    };
    let serving = async {
        let served = until_told(listener, router(Arc::new(tree)), console).await;
        stop.send_replace(true);
        served
    };
    let (served, ()) = tokio::join!(serving, answering);
    let finished = publisher.finish().await;
    served.and(finished)
}

/// An address of this machine's own to listen on. What strangers may reach is for a proxy to decide,
/// which also brings the encryption.
///
/// # Errors
///
/// [`CommandError`]: another address, or one that is taken.
pub async fn listen(address: SocketAddr) -> Result<TcpListener, CommandError> {
    if !address.ip().is_loopback() {
        return Err(CommandError::Usage {
            problem: format!("expected a loopback address to listen on, found {address}"),
            next: "listen on 127.0.0.1 and let a web server in front of it speak to the world"
                .to_owned(),
        });
    }
    TcpListener::bind(address).await.map_err(|error| CommandError::Refused {
        problem: format!("could not listen on {address}: {error}"),
        next: "choose another address with --listen".to_owned(),
    })
}

/// Serves until the process is interrupted or told to end; says first where.
///
/// # Errors
///
/// [`CommandError`]: the connection to the network fails.
pub async fn until_told(
    listener: TcpListener,
    router: Router,
    console: &mut Console<'_>,
) -> Result<(), CommandError> {
    let address = listener.local_addr().map_err(CommandError::failed("listen"))?;
    let url = format!("http://{address}");
    if console.json() {
        console.value(&json!({ "listening": url }))?;
    } else {
        console.line(format_args!("listening on {url}"))?;
    }
    console.flush()?;
    let serving = axum::serve(listener, router).with_graceful_shutdown(told_to_end());
    serving.await.map_err(CommandError::failed("serve"))
}

async fn told_to_end() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        let _ = tokio::signal::ctrl_c().await;
        return;
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
}
