//! The HTTP server of the hub: bound, serving in the background, stopped within a bound.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use hub_engine::hub::Hub;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time;

const VERSION: &str = env!("CARGO_PKG_VERSION");
/// How long requests that run may go on after the stop.
const GRACE: Duration = Duration::from_secs(5);

/// A running server. Dropping it lets the requests that run end; `stop` waits for them.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    served: JoinHandle<io::Result<()>>,
}

impl Server {
    /// Answers for `hub` on `listener`: REST and pages.
    pub fn start(listener: TcpListener, hub: &Hub) -> io::Result<Self> {
        let pages = hub_admin::router(hub_admin::Site {
            db: hub.db().clone(),
            version: VERSION,
        });
        let router = hub_api::router_with(hub_api::App::new(hub.clone(), VERSION), pages);
        let address = listener.local_addr()?;
        let (stop, stopped) = oneshot::channel::<()>();
        let serving = axum::serve(listener, router).with_graceful_shutdown(async {
            // an error says that the sender was dropped, which means the same
            drop(stopped.await);
        });
        Ok(Self {
            address,
            stop,
            served: tokio::spawn(async { serving.await }),
        })
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Takes no more connections, waits for the requests that run, and gives up on those that take too long.
    pub async fn stop(self) {
        let Self { stop, served, .. } = self;
        // without a receiver the server has ended by itself
        let _ = stop.send(());
        let abort = served.abort_handle();
        match time::timeout(GRACE, served).await {
            Ok(Ok(Ok(()))) => {}
            Ok(Ok(Err(error))) => tracing::error!(%error, "the HTTP server failed"),
            Ok(Err(error)) => tracing::error!(%error, "the HTTP server broke down"),
            Err(_) => {
                tracing::warn!("requests that did not end in time are cut off");
                abort.abort();
            }
        }
    }
}
