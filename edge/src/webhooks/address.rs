//! Which addresses may be told.

use js_sys::Array;
use std::net::{Ipv4Addr, Ipv6Addr};
use wasm_bindgen::prelude::*;

#[wasm_bindgen(module = "/src/webhooks/receiver.js")]
extern "C" {
    fn parts(text: &str) -> JsValue;
}

/// An address, read by the same reader that sends to it. What reads it elsewhere might see another host in it.
struct Address {
    /// All of it.
    href: String,
    /// With its colon.
    protocol: String,
    /// Lower-case and without the port; an IPv4 address in whichever spelling has become four numbers, IPv6 is in brackets.
    host: String,
    /// Name and password.
    user: String,
}

/// Names that lead into the network that asks, or nowhere, and all below them.
const PRIVATE_NAMES: [&str; 6] = ["localhost", "local", "localdomain", "internal", "lan", "home.arpa"];

/// `text` in the form in which it is kept, if it may be told: https, to a host of the public Internet, on any port. A local
/// install may also tell http and https on this machine.
///
/// Where a name leads is not known here, and may change later: a name may well point to a private address. What keeps that
/// harmless is where the Worker runs: its `fetch` reaches the public Internet, and no network behind it.
///
/// # Errors
/// What it must be, to be read behind the field's name.
pub fn address(text: &str, is_local: bool) -> Result<String, &'static str> {
    let parts = parts(text);
    if parts.is_undefined() {
        return Err("must be an address: https://…");
    }
    let parts = Array::from(&parts);
    let part = |at| parts.get(at).as_string().unwrap_or_default();
    let address = Address { href: part(0), protocol: part(1), host: part(2), user: part(3) };
    check(&address, is_local)?;
    Ok(address.href)
}

fn check(address: &Address, is_local: bool) -> Result<(), &'static str> {
    let Address { href, protocol, host, user } = address;
    if href.len() > contract::URL_BYTES {
        return Err("must have at most 2000 bytes, percent-encoded");
    }
    if !user.is_empty() {
        return Err("must hold no name and no password: a receiver knows the sender by the signature");
    }
    if href.contains('#') {
        return Err("must hold no fragment: it is not sent");
    }
    let is_here = matches!(&**host, "localhost" | "127.0.0.1" | "[::1]");
    if is_local && is_here && matches!(&**protocol, "http:" | "https:") {
        return Ok(());
    }
    if protocol != "https:" {
        return Err("must begin with https://");
    }
    if is_public(host) { Ok(()) } else { Err("must name a host of the public Internet") }
}

fn is_public(host: &str) -> bool {
    if let Some(address) = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
        return address.parse().is_ok_and(is_public_v6);
    }
    if let Ok(address) = host.parse() {
        return is_public_v4(address);
    }
    let name = host.trim_end_matches('.');
    // A name of one part is looked up in the network that asks.
    name.contains('.')
        && !PRIVATE_NAMES
            .iter()
            .any(|private| name.strip_suffix(private).is_some_and(|rest| rest.is_empty() || rest.ends_with('.')))
}

/// All but what is set aside for something else (RFC 6890).
fn is_public_v4(address: Ipv4Addr) -> bool {
    !matches!(
        address.octets(),
        [0 | 10 | 127 | 224..=255, ..]
            | [100, 64..=127, ..]
            | [169, 254, ..]
            | [172, 16..=31, ..]
            | [192, 0, 0 | 2, _]
            | [192, 88, 99, _]
            | [192, 168, ..]
            | [198, 18 | 19, ..]
            | [198, 51, 100, _]
            | [203, 0, 113, _]
    )
}

/// What is routed, but for protocols of their own, documentation, and 6to4, which holds an IPv4 address. Mapped and translated
/// IPv4 addresses are not of this range.
fn is_public_v6(address: Ipv6Addr) -> bool {
    match address.segments() {
        [0x2001, 0..=0x1ff | 0xdb8, ..] | [0x2002, ..] | [0x3fff, 0..=0xfff, ..] => false,
        [first, ..] => matches!(first, 0x2000..=0x3fff),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use url::{Host, Url};

    /// As the platform's own reader does it: both follow the same standard, but for names in other letters than ASCII, which
    /// this one is built without.
    fn read(text: &str) -> Option<Address> {
        let url = Url::parse(text).ok()?;
        Some(Address {
            href: url.to_string(),
            protocol: format!("{}:", url.scheme()),
            host: url.host_str().unwrap_or_default().to_owned(),
            user: format!("{}{}", url.username(), url.password().unwrap_or_default()),
        })
    }

    fn is_taken(text: &str, is_local: bool) -> bool {
        read(text).is_some_and(|address| check(&address, is_local).is_ok())
    }

    #[test]
    fn public_hosts_are_taken_over_https() {
        for text in [
            "https://example.com",
            "https://hooks.example.com:8443/a/b?c=d&e=%20",
            "HTTPS://EXAMPLE.COM/",
            "https://8.8.8.8/",
            "https://[2606:4700::1111]/",
            "https://localhost.example.com/",
            "https://mylocal.com",
            "https://example.com./",
            "https://172.15.0.1",
            "https://172.32.0.1",
            "https://100.63.0.1",
            "https://100.128.0.1",
        ] {
            assert!(is_taken(text, false), "{text}");
        }
    }

    #[test]
    fn what_is_private_however_it_is_spelt_or_no_https_is_not() {
        for text in [
            "",
            "example.com",
            "//example.com",
            "http://example.com/",
            "ftp://example.com/",
            "wss://example.com/",
            "javascript:alert(1)",
            "data:text/plain,a",
            "file:///etc/passwd",
            "https://user@example.com/",
            "https://user:password@example.com/",
            "https://example.com/#part",
            "https://example.com/#",
            "https://localhost/",
            "https://LOCALHOST./",
            "https://a.localhost/",
            "https://printer.local",
            "https://printer.local.",
            "https://metadata.google.internal/",
            "https://router.lan",
            "https://nas.home.arpa",
            "https://intranet/",
            "https://127.0.0.1/",
            "https://127.1/",
            "https://127.0.0.1./",
            "https://2130706433/",
            "https://0x7f000001/",
            "https://0x7f.0.0.1/",
            "https://0177.0.0.1/",
            "https://017700000001/",
            "https://%31%32%37.0.0.1/",
            "https://0/",
            "https://0.0.0.0/",
            "https://10.1.2.3/",
            "https://100.64.0.1/",
            "https://169.254.169.254/latest/meta-data",
            "https://0xa9fea9fe/",
            "https://172.16.0.1/",
            "https://172.31.255.255/",
            "https://192.168.1.1/",
            "https://192.0.2.1/",
            "https://198.18.0.1/",
            "https://224.0.0.1/",
            "https://255.255.255.255/",
            "https://[::]/",
            "https://[::1]/",
            "https://[::ffff:127.0.0.1]/",
            "https://[::ffff:8.8.8.8]/",
            "https://[::7f00:1]/",
            "https://[64:ff9b::7f00:1]/",
            "https://[2002:7f00:1::]/",
            "https://[2001:db8::1]/",
            "https://[2001::1]/",
            "https://[fe80::1]/",
            "https://[fc00::1]/",
            "https://[fd12:3456::1]/",
            "https://[ff02::1]/",
        ] {
            assert!(!is_taken(text, false), "{text}");
        }
        assert!(!is_taken(&format!("https://example.com/{}", "é".repeat(400)), false), "too long when it is encoded");
    }

    #[test]
    fn a_local_install_may_tell_this_machine_and_no_other_of_its_network() {
        for text in
            ["http://localhost:9000/a", "http://127.0.0.1:1", "https://localhost/", "http://[::1]:1/", "http://127.1"]
        {
            assert!(is_taken(text, true), "{text}");
        }
        for text in
            ["http://127.0.0.2/", "http://192.168.0.1/", "http://example.com/", "https://10.0.0.1/", "ws://localhost"]
        {
            assert!(!is_taken(text, true), "{text}");
        }
        assert!(is_taken("https://example.com", true));
    }

    proptest! {
        #[test]
        fn no_spelling_of_a_private_address_is_taken(
            address in prop_oneof![
                Just(0x7f00_0000_u32), Just(0x0a00_0000), Just(0xc0a8_0000), Just(0xa9fe_0000), Just(0xac10_0000),
            ],
            low: u16,
            spelling in 0..6,
        ) {
            let number = address | u32::from(low);
            let [a, b, c, d] = number.to_be_bytes();
            let host = match spelling {
                0 => format!("{number}"),
                1 => format!("{number:#x}"),
                2 => format!("0{number:o}"),
                3 => format!("{a:#x}.0{b:o}.{c}.{d:#x}"),
                4 => format!("{a}.{b}.{}", u32::from(c) << 8 | u32::from(d)),
                _ => format!("[::ffff:{a}.{b}.{c}.{d}]"),
            };
            prop_assert!(!is_taken(&format!("https://{host}/"), false), "{}", host);
        }

        #[test]
        // Without %, which makes other letters of a host's name.
        fn any_text_is_judged_without_a_panic(text in r"(https?://)?[ -$&-~]*") {
            is_taken(&text, true);
        }
    }

    #[test]
    fn fuzz_address() {
        let samples = &[
            "https://example.com/hook?a=b",
            "https://192.0.2.1:8443/",
            "https://[2606:4700::1111]/x",
            "https://user:secret@example.com/",
            "http://localhost:9000/hook",
            "https://0x7f.1/",
            "https://in.example.internal./",
        ];
        let words = &[
            "https://",
            "http://",
            "@",
            "#",
            "[",
            "]",
            "::",
            ".",
            "127.1",
            "10.",
            "0x",
            "%2e",
            "\\",
            "/",
            "localhost",
            "\t",
        ];
        fuzz::run("address", &fuzz::nearly_text(samples, words), |text| {
            // The reader here is built without other letters, and panics on them; the platform's is not.
            let other_letters = !text.is_ascii() || text.contains('%') || text.to_ascii_lowercase().contains("xn--");
            if !other_letters && is_taken(&text, false) {
                assert_is_public(&Url::parse(&text).unwrap());
            }
        });
    }

    /// By the standard library's own idea of it.
    fn assert_is_public(url: &Url) {
        assert_eq!(url.scheme(), "https", "{url}");
        assert!(url.username().is_empty() && url.password().is_none() && url.fragment().is_none(), "{url}");
        match url.host().unwrap() {
            Host::Ipv4(address) => {
                let private = address.is_private() || address.is_loopback() || address.is_link_local();
                let nobodys = address.is_unspecified() || address.is_broadcast() || address.is_multicast();
                assert!(!private && !nobodys && !address.is_documentation(), "{url}");
            }
            Host::Ipv6(address) => {
                let private = address.is_loopback() || address.is_unique_local() || address.is_unicast_link_local();
                let nobodys = address.is_unspecified() || address.is_multicast() || address.to_ipv4_mapped().is_some();
                assert!(!private && !nobodys, "{url}");
            }
            Host::Domain(name) => {
                let name = name.trim_end_matches('.');
                assert!(name.contains('.') && !name.ends_with(".internal") && !name.ends_with(".localhost"), "{url}");
            }
        }
    }
}
