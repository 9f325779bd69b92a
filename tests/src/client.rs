use crate::{PATIENCE, described};
use contract::{BatchStatus, Delivery, DeliveryList, JobId, Webhook, WebhookId, path};
use serde_json::{Value, json};
use std::{
    hash::{BuildHasher, BuildHasherDefault, DefaultHasher},
    io::{Read, Write},
    net::TcpStream,
    thread,
    time::{Duration, Instant},
};
use ureq::{
    Agent,
    http::{HeaderMap, Request},
};
use xtask::leaks;

/// Speaks HTTP to one server, and fails where an answer is not as the API is described. It follows nothing and adds nothing
/// but the headers that HTTP wants, and the address that a network in front would add.
pub struct Client {
    url: String,
    agent: Agent,
}

/// What came back.
pub struct Answer {
    /// The status line's number.
    pub status: u16,
    /// All of them.
    pub headers: HeaderMap,
    /// As it came.
    pub body: Vec<u8>,
}

impl Client {
    /// Of the server at `url`.
    pub fn new(url: &str) -> Self {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .allow_non_standard_methods(true)
            .max_redirects(0)
            .user_agent("")
            .accept("")
            .timeout_global(Some(PATIENCE));
        Self { url: url.to_owned(), agent: config.build().into() }
    }

    /// `GET` with a key.
    pub fn get(&self, path: &str, key: &str) -> Answer {
        self.send("GET", path, &[("Authorization", &bearer(key))], "")
    }

    /// Any request; with an empty body it has none.
    pub fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        self.send_bytes(method, path, headers, body.as_bytes())
    }

    /// [`Client::send`] with a body that is no text.
    pub fn send_bytes(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        self.exchange(method, path, headers, body).unwrap_or_else(|error| panic!("{path} got no answer: {error}"))
    }

    /// [`Client::send`] to a server that may be breaking down.
    pub fn try_send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: impl AsRef<[u8]>,
    ) -> Result<Answer, ureq::Error> {
        self.exchange(method, path, headers, body.as_ref())
    }

    fn exchange(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Result<Answer, ureq::Error> {
        leaks::note(body).unwrap();
        let mut request = Request::builder().method(method).uri(format!("{}{path}", self.url));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if !headers.iter().any(|(name, _)| *name == "CF-Connecting-IP") {
            request = request.header("CF-Connecting-IP", address(headers));
        }
        let mut answer = match body {
            [] => self.agent.run(request.body(()).unwrap()),
            body => self.agent.run(request.body(body).unwrap()),
        }?;
        let body = answer.body_mut().with_config().limit(64 << 20).read_to_vec()?;
        let answer = Answer { status: answer.status().as_u16(), headers: answer.headers().clone(), body };
        described::check(method, path, &answer);
        Ok(answer)
    }

    /// `POST` with a key.
    pub fn post(&self, path: &str, key: &str, body: &Value) -> Answer {
        self.send("POST", path, &[("Authorization", &bearer(key))], &body.to_string())
    }

    /// Has `url` told of the events, and returns the webhook with its secret.
    #[track_caller]
    pub fn webhook(&self, key: &str, url: &str, events: &[&str]) -> Webhook {
        let answer = self.post(path::WEBHOOKS, key, &json!({ "url": url, "events": events }));
        assert_eq!(answer.status, 201, "{}", answer.text());
        serde_json::from_slice(&answer.body).unwrap()
    }

    /// What the log of a webhook says, newest first.
    #[track_caller]
    pub fn deliveries(&self, key: &str, id: WebhookId) -> Vec<Delivery> {
        let answer = self.get(&path::deliveries(id), key);
        assert_eq!(answer.status, 200, "{}", answer.text());
        serde_json::from_slice::<DeliveryList>(&answer.body).unwrap().deliveries
    }

    /// Posts a batch that must be let in, and returns its job.
    #[track_caller]
    pub fn import(&self, key: &str, memories: &[Value]) -> JobId {
        let answer = self.post(path::BATCH, key, &json!({ "memories": memories }));
        assert_eq!(answer.status, 202, "{}", answer.text());
        answer.job().id
    }

    /// Polls a job until it is final.
    #[track_caller]
    pub fn finished(&self, id: JobId, key: &str) -> BatchStatus {
        let begin = Instant::now();
        loop {
            let answer = self.get(&path::batch_status(id), key);
            assert_eq!(answer.status, 200, "{}", answer.text());
            if answer.job().status.is_final() {
                return answer.job();
            }
            assert!(begin.elapsed() < PATIENCE, "it does not end: {}", answer.text());
            thread::sleep(Duration::from_millis(100));
        }
    }

    /// A connection of its own, on which nothing has been said yet.
    pub fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.url.trim_start_matches("http://")).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream
    }

    /// Sends bytes that need not be HTTP, and returns all that comes back until the server closes. A request that should
    /// end the connection says `Connection: close`.
    pub fn raw(&self, bytes: &[u8]) -> Vec<u8> {
        let mut stream = self.connect();
        stream.write_all(bytes).unwrap();
        let mut answer = Vec::new();
        // A reset ends the answer like a close does; silence does not.
        if let Err(error) = stream.read_to_end(&mut answer) {
            assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset, "no end of the answer");
        }
        answer
    }
}

impl Answer {
    /// The value of a header that comes once.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut values = self.headers.get_all(name).iter();
        let value = values.next();
        assert!(values.next().is_none(), "{name} comes more than once");
        value.map(|value| value.to_str().unwrap())
    }

    /// The body as text.
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(self.text()).unwrap_or_else(|error| panic!("{error} in {:?}", self.text()))
    }

    /// The body as the status of a job.
    #[track_caller]
    pub fn job(&self) -> BatchStatus {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error} in {:?}", self.text()))
    }

    /// Asserts that this is the contract's error `code` with a message for a person, and nothing more.
    #[track_caller]
    pub fn assert_error(&self, status: u16, code: &str) {
        assert_eq!(self.status, status, "{}", self.text());
        let body = self.json();
        let fields: Vec<&String> = body.as_object().unwrap().keys().collect();
        assert_eq!(fields, ["code", "message"], "{body}");
        assert_eq!(body["code"], code, "{body}");
        assert!(body["message"].as_str().is_some_and(|message| !message.is_empty()), "{body}");
    }
}

/// Whoever has a key of their own has an address of their own, or strangers would use up the limit of one.
fn address(headers: &[(&str, &str)]) -> String {
    let [.., a, b, c] = BuildHasherDefault::<DefaultHasher>::default().hash_one(headers).to_be_bytes();
    format!("10.{a}.{b}.{c}")
}

/// The value of an `Authorization` header.
pub fn bearer(key: &str) -> String {
    format!("Bearer {key}")
}
