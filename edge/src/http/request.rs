//! A request as it came in.

use contract::path;

/// A request, with what every one is asked for read already.
pub struct Incoming {
    pub request: web_sys::Request,
    pub method: String,
    pub url: String,
    pub authorization: Option<String>,
    pub if_none_match: Option<String>,
}

impl Incoming {
    /// The path as it was sent: nothing in the contract needs decoding.
    pub fn path(&self) -> &str {
        let after_host = self.after_host();
        after_host.split_once('?').map_or(after_host, |(path, _)| path)
    }

    pub fn query(&self) -> &str {
        self.after_host().split_once('?').map_or("", |(_, query)| query)
    }

    /// Whether a browser was sent here to show what is here, though it is no path of the API.
    pub fn is_visit(&self) -> bool {
        !self.path().starts_with(path::API) && self.header("sec-fetch-mode").as_deref() == Some("navigate")
    }

    fn after_host(&self) -> &str {
        let host = self.url.match_indices('/').nth(2);
        host.and_then(|(end, _)| self.url.get(end..)).unwrap_or("/")
    }

    /// Whether the client has gone away, and nobody waits for the answer. On a laptop workerd does not tell.
    pub fn is_gone(&self) -> bool {
        self.request.signal().aborted()
    }

    /// The value of a header that few requests are asked for. `name` is well-formed: reading it cannot throw.
    pub fn header(&self, name: &str) -> Option<String> {
        self.request.headers().get(name).ok().flatten()
    }
}
