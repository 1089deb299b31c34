//! Latency: a server far away is asked in few round trips. A proxy in front of it delays every answer and counts how
//! often the client speaks again after the server has spoken.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use migrator_tui::connect::{self, PostgresAddress, Purpose, Target};
use migrator_tui::engines::{dialect, introspect};
use migrator_tui::model::EngineKind;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What one side of a comparison may cost.
const ROUND_TRIPS: usize = 10;
const LATENCY: Duration = Duration::from_millis(80);

#[tokio::test]
async fn introspection_pays_few_round_trips() {
    let Ok(url) = std::env::var("MIGRATOR_TEST_PG") else {
        eprintln!("skipped: MIGRATOR_TEST_PG is not set; tests/run starts a server and sets it");
        return;
    };
    let target = |url: &str| {
        let address = PostgresAddress::parse(url).map_err(|error| error.what).unwrap();
        address.resolve(&|_| None).map_err(|error| error.what).unwrap()
    };
    let there = target(&url);
    let turns = Arc::new(AtomicUsize::new(0));
    let line = Line { latency: LATENCY, fate: Fate::Stands, turns: Arc::clone(&turns) };
    let port = line.lay(format!("127.0.0.1:{}", there.port)).await;
    let mut far = there;
    far.host = connect::host_of("127.0.0.1");
    far.port = port;
    let mut connection = connect::open(&Target::Postgres(Box::new(far)), Purpose::Read).await.unwrap();
    let connected = turns.load(Ordering::SeqCst);
    let schema = introspect(dialect(EngineKind::Postgres).unwrap(), connection.as_mut()).await.unwrap();
    let paid = turns.load(Ordering::SeqCst) - connected;
    assert!(schema.version.number.0 >= 13);
    assert!((1..=ROUND_TRIPS).contains(&paid), "{paid} round trips");
    assert!(connected + paid <= ROUND_TRIPS, "{connected} to connect and {paid} to read");
}

/// What becomes of each connection.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Fate {
    Stands,
    /// Cut after so many answers.
    Cut(usize),
    /// After so many answers nothing comes any more, and nobody hangs up.
    Stalls(usize),
}

/// A long line to a server.
pub struct Line {
    pub latency: Duration,
    pub fate: Fate,
    /// Counts how often the client speaks anew.
    pub turns: Arc<AtomicUsize>,
}

impl Line {
    /// Starts a proxy in front of `server` and returns its port.
    pub async fn lay(self, server: String) -> u16 {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let Self { latency, fate, turns } = self;
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let server = TcpStream::connect(&server).await.unwrap();
                let (mut from_client, mut to_client) = client.into_split();
                let (mut from_server, mut to_server) = server.into_split();
                let answered = Arc::new(AtomicUsize::new(1));
                let (heard, counted) = (Arc::clone(&answered), Arc::clone(&turns));
                let there = tokio::spawn(async move {
                    let mut buffer = vec![0; 65536];
                    while let Ok(length @ 1..) = from_client.read(&mut buffer).await {
                        counted.fetch_add(heard.swap(0, Ordering::SeqCst), Ordering::SeqCst);
                        if to_server.write_all(&buffer[..length]).await.is_err() {
                            break;
                        }
                    }
                });
                tokio::spawn(async move {
                    let mut buffer = vec![0; 1 << 20];
                    let mut answers = 0;
                    while let Ok(length @ 1..) = from_server.read(&mut buffer).await {
                        // One delay for each answer, however many pieces it comes in.
                        if answered.swap(1, Ordering::SeqCst) == 0 {
                            answers += 1;
                            match fate {
                                Fate::Cut(most) if answers > most => {
                                    there.abort();
                                    break;
                                }
                                Fate::Stalls(most) if answers > most => std::future::pending().await,
                                Fate::Stands | Fate::Cut(_) | Fate::Stalls(_) => {}
                            }
                            tokio::time::sleep(latency).await;
                        }
                        if to_client.write_all(&buffer[..length]).await.is_err() {
                            break;
                        }
                    }
                });
            }
        });
        port
    }
}
