//! A wire that can be cut: a proxy in front of a server that counts the messages of all its sessions together, in
//! both directions, and cuts every session at the one it was told. N1 to N3 live on it.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

/// Where to cut.
#[derive(Clone)]
pub enum Cut {
    /// Before the message with this number, the first one is 1, is passed on.
    Message(usize),
    /// When the answer to the COMMIT with this number comes: the server has it, the client never hears.
    AnswerToCommit(usize),
    /// After the statement with this number that begins with one of these words has gone to the server: nothing comes
    /// through any more, in any direction and for any session, and nobody is told.
    HoleAfter(&'static [&'static str], usize),
}

/// How holes begin.
pub const DEFINITIONS: &[&str] = &["ALTER TABLE", "CREATE INDEX", "CREATE UNIQUE INDEX"];

pub struct Wire {
    pub port: u16,
    shared: Arc<Shared>,
}

struct Shared {
    cut: Cut,
    messages: AtomicUsize,
    commits: AtomicUsize,
    holes: AtomicUsize,
    is_cut: AtomicBool,
    ends: Mutex<Vec<TcpStream>>,
}

impl Wire {
    /// Starts the proxy in front of `server` (`host:port`).
    pub fn lay(server: String, cut: Cut) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let shared = Arc::new(Shared {
            cut,
            messages: AtomicUsize::new(0),
            commits: AtomicUsize::new(0),
            holes: AtomicUsize::new(0),
            is_cut: AtomicBool::new(false),
            ends: Mutex::default(),
        });
        let own = Arc::clone(&shared);
        std::thread::spawn(move || {
            for client in listener.incoming() {
                let Ok(client) = client else { return };
                let Ok(server) = TcpStream::connect(&server) else { return };
                own.join(client, server);
            }
        });
        Self { port, shared }
    }

    /// Both sides learn that it is over.
    pub fn end(&self) {
        self.shared.cut_all();
    }

    pub fn was_cut(&self) -> bool {
        self.shared.is_cut.load(Ordering::SeqCst)
    }
}

impl Shared {
    fn join(self: &Arc<Self>, client: TcpStream, server: TcpStream) {
        client.set_nodelay(true).unwrap();
        server.set_nodelay(true).unwrap();
        self.ends.lock().unwrap().extend([client.try_clone().unwrap(), server.try_clone().unwrap()]);
        // A COMMIT of this session is on its way.
        let waiting = Arc::new(AtomicBool::new(false));
        for (from, to, is_client) in
            [(client.try_clone().unwrap(), server.try_clone().unwrap(), true), (server, client, false)]
        {
            let (shared, waiting) = (Arc::clone(self), Arc::clone(&waiting));
            std::thread::spawn(move || shared.carry(from, to, is_client, &waiting));
        }
    }

    fn carry(&self, mut from: TcpStream, mut to: TcpStream, is_client: bool, waiting: &AtomicBool) {
        let mut buffer = vec![0; 65536];
        while let Ok(length @ 1..) = from.read(&mut buffer) {
            let piece = &buffer[..length];
            if self.swallows(piece, is_client, &mut to) {
                continue;
            }
            if self.passes(piece, is_client, waiting) {
                if to.write_all(piece).is_err() {
                    break;
                }
            } else {
                self.cut_all();
                return;
            }
        }
        let _ = to.shutdown(Shutdown::Both);
    }

    /// Whether a piece goes nowhere, or went on as the last one.
    fn swallows(&self, piece: &[u8], is_client: bool, to: &mut TcpStream) -> bool {
        let Cut::HoleAfter(words, number) = self.cut else { return false };
        if self.is_cut.load(Ordering::SeqCst) {
            return true;
        }
        // A simple query is one letter, four bytes of length, and the statement.
        let begins = |words: &&str| piece.get(5..).is_some_and(|text| text.starts_with(words.as_bytes()));
        if !is_client || !words.iter().any(begins) {
            return false;
        }
        let is_last = self.holes.fetch_add(1, Ordering::SeqCst) + 1 == number;
        if is_last {
            self.is_cut.store(true, Ordering::SeqCst);
            let _ = to.write_all(piece);
        }
        is_last
    }

    /// Whether a piece may go on. A cut happens once: later sessions are let through.
    fn passes(&self, piece: &[u8], is_client: bool, waiting: &AtomicBool) -> bool {
        if self.is_cut.load(Ordering::SeqCst) {
            return true;
        }
        match self.cut {
            Cut::Message(number) => self.messages.fetch_add(1, Ordering::SeqCst) + 1 != number,
            Cut::AnswerToCommit(number) => {
                if is_client {
                    if piece.windows(7).any(|part| part == b"COMMIT\0") {
                        let count = self.commits.fetch_add(1, Ordering::SeqCst) + 1;
                        waiting.store(count == number, Ordering::SeqCst);
                    }
                    true
                } else {
                    !waiting.swap(false, Ordering::SeqCst)
                }
            }
            Cut::HoleAfter(..) => true,
        }
    }

    fn cut_all(&self) {
        self.is_cut.store(true, Ordering::SeqCst);
        for end in self.ends.lock().unwrap().drain(..) {
            let _ = end.shutdown(Shutdown::Both);
        }
    }
}
