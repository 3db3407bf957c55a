//! Being asked to stop, by Ctrl-C or a termination signal. Once a program listens, the system ends it
//! no more by itself: so this hears for the whole run, and what was heard is not forgotten between
//! two steps of it.

use tokio::sync::watch;

/// Hears.
#[derive(Debug)]
pub struct Stop {
    asked: watch::Receiver<bool>,
}

impl Stop {
    /// Listens from now on.
    pub fn listen() -> Self {
        let (tell, asked) = watch::channel(false);
        let signal = signal();
        tokio::spawn(async move {
            signal.await;
            // Nobody hears it any more where the run has just ended.
            let _ = tell.send(true);
        });
        Self { asked }
    }

    /// Comes when the program has been asked to stop, however long ago.
    pub async fn requested(&self) {
        let mut asked = self.asked.clone();
        if asked.wait_for(|asked| *asked).await.is_err() {
            // It cannot be heard here; the program goes on.
            std::future::pending::<()>().await;
        }
    }
}

/// The first signal that asks to stop. It is listened for from the call on, not from the first
/// poll: a signal in between would be nobody's.
#[cfg(unix)]
fn signal() -> impl Future<Output = ()> {
    use tokio::signal::unix::{Signal, SignalKind, signal};

    async fn one(heard: std::io::Result<Signal>) {
        match heard {
            Ok(mut heard) => drop(heard.recv().await),
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
