//! A stand-in for another service's internal API, at the level of HTTP.

use std::sync::{Arc, Mutex};

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// The internal API on a port of its own: answers each call with the next of its script, then keeps the last.
pub struct StandIn {
    pub url: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl StandIn {
    /// Starts it within the test's runtime, with statuses and documents. It wants the key `secret`.
    ///
    /// # Panics
    /// When there is no free port.
    pub async fn start(script: Vec<(u16, Value)>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let stand_in = Self { url, asked: asked.clone() };
        tokio::spawn(async move {
            loop {
                let (mut socket, _) = listener.accept().await.unwrap();
                let mut buffer = [0; 8192];
                let read = socket.read(&mut buffer).await.unwrap();
                let request = String::from_utf8_lossy(&buffer[..read]);
                assert!(request.contains("x-api-key: secret"));
                let path = request.split(' ').nth(1).unwrap_or_default().to_owned();
                let call = {
                    let mut asked = asked.lock().unwrap();
                    asked.push(path);
                    asked.len() - 1
                };
                let (status, document) = &script[call.min(script.len() - 1)];
                let body = document.to_string();
                let head =
                    format!("HTTP/1.1 {status} Any\r\nconnection: close\r\ncontent-length: {}\r\n\r\n", body.len());
                socket.write_all(format!("{head}{body}").as_bytes()).await.unwrap();
            }
        });
        stand_in
    }

    /// The paths that it was asked for, with their queries.
    ///
    /// # Panics
    /// When a test before panicked.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}
