//! Where calls go: a scheme, a host and a port, and nothing else.

use std::net::IpAddr;

use reqwest::Url;

use crate::provider::error::{ErrorKind, ProviderError};

/// The address of a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::provider) struct Endpoint {
    url: Url,
    host: String,
}

impl Endpoint {
    /// Reads an address such as `https://api.example.com`.
    ///
    /// # Errors
    /// It is none, it says more than scheme, host and port, or it would send secrets unencrypted
    /// to another machine. The address itself is not repeated, as it may hold a password.
    pub(in crate::provider) fn parse(text: &str) -> Result<Self, ProviderError> {
        let url = Url::parse(text.trim()).map_err(|_| refused("is no address"))?;
        let host = url.host_str().ok_or_else(|| refused("names no host"))?;
        let bare = url.username().is_empty() && url.password().is_none();
        let ends = url.query().is_none() && url.fragment().is_none() && url.path() == "/";
        if !bare || !ends {
            return Err(refused("says more than scheme, host and port"));
        }
        match url.scheme() {
            "https" => {}
            "http" if is_loopback(host) => {}
            "http" => return Err(refused("is not encrypted and not on this machine")),
            _ => return Err(refused("is neither https nor http")),
        }
        let host = match url.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        };
        Ok(Self { url, host })
    }

    /// Host and port, for messages.
    pub(in crate::provider) fn host(&self) -> &str {
        &self.host
    }

    pub(super) fn is_encrypted(&self) -> bool {
        self.url.scheme() == "https"
    }

    /// The address of a path below, each part encoded.
    ///
    /// # Errors
    /// A part is empty or one that stands for another folder of the path: the call would go
    /// somewhere else.
    pub(super) fn join(&self, path: &[&str]) -> Result<Url, ProviderError> {
        let mut text = String::new();
        for part in path {
            if matches!(*part, "" | "." | "..") {
                let message = format!("a call was not sent: `{part}` cannot be a part of a path");
                return Err(ProviderError::refused(ErrorKind::InvalidReply, message));
            }
            text.push('/');
            for byte in part.bytes() {
                match byte {
                    b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                        text.push(char::from(byte));
                    }
                    other => text.push_str(&format!("%{other:02X}")),
                }
            }
        }
        let mut url = self.url.clone();
        url.set_path(&text);
        Ok(url)
    }
}

fn is_loopback(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || (address.parse::<IpAddr>()).is_ok_and(|address| address.is_loopback())
}

fn refused(why: &str) -> ProviderError {
    let message = format!(
        "the endpoint {why}; write it as `https://host`, or as `http://127.0.0.1:port` for a \
         server on this machine"
    );
    ProviderError::refused(ErrorKind::Unauthenticated, message)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
    use super::*;

    #[test]
    fn secrets_only_travel_encrypted_or_on_this_machine() {
        let good = [
            ("https://api.example.com", "api.example.com"),
            ("https://api.example.com/", "api.example.com"),
            ("https://api.example.com:8443", "api.example.com:8443"),
            (" https://api.example.com ", "api.example.com"),
            ("http://127.0.0.1:8080", "127.0.0.1:8080"),
            ("http://127.9.9.9", "127.9.9.9"),
            ("http://localhost:1", "localhost:1"),
            ("http://[::1]:80", "[::1]"),
        ];
        for (text, host) in good {
            assert_eq!(Endpoint::parse(text).unwrap().host(), host, "{text}");
        }
        let bad = [
            ("", "no address"),
            ("api.example.com", "no address"),
            ("http://api.example.com", "not encrypted"),
            ("http://128.0.0.1", "not encrypted"),
            ("http://localhost.example.com", "not encrypted"),
            ("http://[::2]:80", "not encrypted"),
            ("ftp://127.0.0.1", "neither"),
            ("file:///etc/passwd", "no host"),
            ("https://me:marker@api.example.com", "more than"),
            ("https://marker@api.example.com", "more than"),
            ("https://api.example.com/v1", "more than"),
            ("https://api.example.com?marker", "more than"),
            ("https://api.example.com#marker", "more than"),
        ];
        for (text, why) in bad {
            let message = Endpoint::parse(text).unwrap_err().message;
            assert!(message.contains(why), "{text}: {message}");
            assert!(!message.contains("marker"), "{text}: {message}");
        }
    }

    #[test]
    fn parts_of_a_path_stay_parts() {
        let endpoint = Endpoint::parse("https://h").unwrap();
        let cases: [(&[&str], &str); 5] = [
            (&["v1.0", "spaces", "12"], "https://h/v1.0/spaces/12"),
            (&["a/b", "c?d", "e#f"], "https://h/a%2Fb/c%3Fd/e%23f"),
            (&["a b", "\u{e9}", "%"], "https://h/a%20b/%C3%A9/%25"),
            (&["\n", "\t", "x"], "https://h/%0A/%09/x"),
            (&["%2e%2e", "\\..\\"], "https://h/%252e%252e/%5C..%5C"),
        ];
        for (path, expected) in cases {
            assert_eq!(endpoint.join(path).unwrap().as_str(), expected);
        }
        for path in [["a", ".."], ["a", "."], ["", "a"]] {
            endpoint.join(&path).unwrap_err();
        }
    }
}
