//! An HTTP server on this machine, good or bad: a receiver of webhooks, or what answers a client in the API's place.

use std::{
    collections::{BTreeMap, VecDeque},
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant},
};

/// What it does when something comes.
#[derive(Clone, Debug)]
pub enum Reply {
    /// It answers with this status and these lines of a head.
    Answer(u16, &'static [&'static str]),
    /// It reads and never answers.
    Silence,
    /// It writes these bytes, which need not be an answer, and closes.
    Raw(String),
    /// It answers 200 and goes on writing a body for as long as somebody reads.
    Endless,
}

/// What came in.
#[derive(Clone, Debug)]
pub struct Received {
    /// `POST`, as a rule.
    pub method: String,
    /// With the query.
    pub path: String,
    /// By their lower-case names.
    pub headers: BTreeMap<String, String>,
    /// As it came.
    pub body: String,
    /// When all of it was there.
    pub at: Instant,
}

/// Listens for as long as the process runs.
pub struct Receiver {
    port: u16,
    received: Arc<Mutex<Vec<Received>>>,
    replies: Arc<Mutex<VecDeque<Reply>>>,
    /// Bytes of endless bodies that were taken.
    written: Arc<Mutex<u64>>,
}

impl Receiver {
    /// One that does the same whatever comes.
    pub fn new(reply: Reply) -> Self {
        Self::in_turn([reply])
    }

    /// One that does one after another, and the last of them for good.
    pub fn in_turn(replies: impl IntoIterator<Item = Reply>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let receiver = Self {
            port: listener.local_addr().unwrap().port(),
            received: Arc::default(),
            replies: Arc::new(Mutex::new(replies.into_iter().collect())),
            written: Arc::default(),
        };
        let (received, replies, written) =
            (receiver.received.clone(), receiver.replies.clone(), receiver.written.clone());
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (received, replies, written) = (received.clone(), replies.clone(), written.clone());
                thread::spawn(move || serve(&stream, &received, &replies, &written));
            }
        });
        receiver
    }

    /// From now on it does something else.
    pub fn set(&self, reply: Reply) {
        *self.replies.lock().unwrap() = [reply].into();
    }

    /// Where it listens.
    pub fn url(&self) -> String {
        format!("{}/hook?a=b", self.root())
    }

    /// The same without a path.
    pub fn root(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// All that came, in order.
    pub fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }

    /// Waits until so many have come, and returns them.
    #[track_caller]
    pub fn wait_for(&self, count: usize) -> Vec<Received> {
        crate::wait_until(&format!("delivery {count}"), || self.received().len() >= count);
        self.received()
    }

    /// Bytes of endless bodies that somebody took.
    pub fn written(&self) -> u64 {
        *self.written.lock().unwrap()
    }
}

/// Answers one request, and closes.
fn serve(stream: &TcpStream, received: &Mutex<Vec<Received>>, replies: &Mutex<VecDeque<Reply>>, written: &Mutex<u64>) {
    let Some(request) = read(stream) else { return };
    received.lock().unwrap().push(request);
    let mut stream = stream;
    match next(&mut replies.lock().unwrap()) {
        Reply::Answer(status, head) => {
            let head: String = head.iter().map(|line| format!("{line}\r\n")).collect();
            let _ = write!(stream, "HTTP/1.1 {status} Said\r\nContent-Length: 0\r\nConnection: close\r\n{head}\r\n");
        }
        Reply::Raw(bytes) => _ = stream.write_all(bytes.as_bytes()),
        // Until the other side gives up.
        Reply::Silence => _ = stream.read(&mut [0]),
        Reply::Endless => {
            let _ = write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: 10000000000\r\n\r\n");
            while stream.write_all(&[b'a'; 1 << 16]).is_ok() {
                *written.lock().unwrap() += 1 << 16;
            }
        }
    }
}

fn next(replies: &mut VecDeque<Reply>) -> Reply {
    if replies.len() > 1 { replies.pop_front() } else { replies.front().cloned() }.unwrap_or(Reply::Silence)
}

fn read(stream: &TcpStream) -> Option<Received> {
    stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    let mut reader = BufReader::new(stream);
    let mut line = || {
        let mut text = String::new();
        reader.read_line(&mut text).ok().filter(|length| *length > 0).map(|_| text.trim_end().to_owned())
    };
    let first = line()?;
    let mut headers = BTreeMap::new();
    loop {
        let line = line()?;
        let Some((name, value)) = line.split_once(':') else { break };
        headers.insert(name.to_lowercase(), value.trim().to_owned());
    }
    let mut words = first.split(' ').map(str::to_owned);
    let (method, path) = (words.next()?, words.next()?);
    let body = body(&mut reader, &headers)?;
    Some(Received { method, path, headers, body, at: Instant::now() })
}

fn body(reader: &mut impl BufRead, headers: &BTreeMap<String, String>) -> Option<String> {
    let length = headers.get("content-length").map_or(Ok(0), |length| length.parse());
    let mut bytes = vec![0; length.ok()?];
    reader.read_exact(&mut bytes).ok()?;
    String::from_utf8(bytes).ok()
}
