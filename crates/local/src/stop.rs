//! Stop requests: Ctrl-C or a termination signal. A process that handles these signals is no longer
//! ended by them, so this listens for the whole run and remembers a request between two steps.

use tokio::sync::watch;

/// A listener for stop requests.
#[derive(Debug)]
pub struct Stop {
    received: watch::Receiver<bool>,
}

impl Stop {
    /// Starts to listen; a signal from now on is not lost.
    #[must_use]
    pub fn listen() -> Self {
        let (sender, received) = watch::channel(false);
        let signal = signal();
        tokio::spawn(async move {
            signal.await;
            // The receiver may be gone: the run has just ended.
            let _ = sender.send(true);
        });
        Self { received }
    }

    /// Resolves once a stop was requested, however long ago.
    pub async fn requested(&self) {
        let mut received = self.received.clone();
        if received.wait_for(|received| *received).await.is_err() {
            // The listening task is gone, so there is no way to be stopped.
            std::future::pending::<()>().await;
        }
    }
}

/// Resolves at the first signal. The handlers are installed by the call and not by the first poll,
/// so that a signal in between is not lost.
#[cfg(unix)]
fn signal() -> impl Future<Output = ()> {
    use tokio::signal::unix::{Signal, SignalKind, signal};

    async fn one(handler: std::io::Result<Signal>) {
        match handler {
            Ok(mut signals) => drop(signals.recv().await),
            Err(_) => std::future::pending().await,
        }
    }
    let (interrupted, terminated) =
        (signal(SignalKind::interrupt()), signal(SignalKind::terminate()));
    async move {
        tokio::select! { () = one(interrupted) => {}, () = one(terminated) => {} }
    }
}

#[cfg(not(unix))]
async fn signal() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
