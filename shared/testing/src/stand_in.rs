//! A stand-in for another service, at the level of HTTP: its internal API, or AWS.

use std::sync::{Arc, Mutex};

use aws::sigv4::RequestSigner;
use aws_sdk_dynamodb::config::Credentials;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use web::service::Access;

/// What opens an internal API at a base URL: the key `secret`, and a signature.
pub fn internal(url: &str) -> Access {
    let credentials = Credentials::new("AKIDEXAMPLE", "secret", None, None, "test");
    Access::new(url, "secret", RequestSigner::new(credentials, "us-east-1", "execute-api"))
}

/// A service on a port of its own: answers each call with the next of its script, then repeats the last.
pub struct StandIn {
    pub url: String,
    requests: Arc<Mutex<Vec<String>>>,
}

impl StandIn {
    /// The status of a script's entry that is no answer: the connection is closed.
    pub const HANG_UP: u16 = 0;

    /// Starts an internal API within the test's runtime, with statuses and documents. It wants the key `secret`.
    ///
    /// # Panics
    /// When there is no free port.
    pub async fn start(script: Vec<(u16, Value)>) -> Self {
        Self::wanting("x-api-key: secret", script).await
    }

    /// Starts a service that wants a header (`name: value`) in each request.
    ///
    /// # Panics
    /// When there is no free port.
    pub async fn wanting(header: &'static str, script: Vec<(u16, Value)>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let stand_in = Self { url, requests: requests.clone() };
        tokio::spawn(async move {
            loop {
                let (mut socket, _) = listener.accept().await.unwrap();
                let Some((head, body)) = read_request(&mut socket).await else { continue };
                assert!(head.lines().any(|line| line == header), "{header} is not in {head}");
                let call = {
                    let mut requests = requests.lock().unwrap();
                    requests.push(format!("{head}\r\n\r\n{body}"));
                    requests.len() - 1
                };
                let (status, document) = &script[call.min(script.len() - 1)];
                if *status != Self::HANG_UP {
                    write_answer(&mut socket, *status, &document.to_string()).await;
                }
            }
        });
        stand_in
    }

    /// The paths that it was asked for, with their queries.
    ///
    /// # Panics
    /// When a test before panicked.
    pub fn asked(&self) -> Vec<String> {
        let path = |request: &String| request.split(' ').nth(1).unwrap_or_default().to_owned();
        self.requests.lock().unwrap().iter().map(path).collect()
    }

    /// The requests as they came: head, blank line, body.
    ///
    /// # Panics
    /// When a test before panicked.
    pub fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

/// Reads one request: its head and its body, or `None` when the connection was closed before.
pub(super) async fn read_request(socket: &mut TcpStream) -> Option<(String, String)> {
    let (mut read, mut buffer) = (Vec::new(), [0; 65_536]);
    loop {
        let count = socket.read(&mut buffer).await.unwrap();
        read.extend_from_slice(&buffer[..count]);
        let text = String::from_utf8_lossy(&read).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length =
                head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
            if body.len() >= length.unwrap_or(0) {
                return Some((head.to_owned(), body.to_owned()));
            }
        }
        if count == 0 {
            return None;
        }
    }
}

/// Writes an answer, after which the connection ends.
pub(super) async fn write_answer(socket: &mut TcpStream, status: u16, body: &str) {
    let head = format!("HTTP/1.1 {status} Any\r\nconnection: close\r\ncontent-length: {}\r\n\r\n", body.len());
    socket.write_all(format!("{head}{body}").as_bytes()).await.unwrap();
}
