//! A stand-in for SNS and SQS, at the level of HTTP: accepts what is sent, except what it is to refuse.

use std::sync::{Arc, Mutex};

use aws_sdk_sqs::config::{Credentials, Region, SharedCredentialsProvider};
use aws_smithy_http_client::Builder;
use aws_types::SdkConfig;
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};

use super::stand_in::{read_request, write_answer};
use messaging::Queues;

/// SNS and SQS on a port of their own.
pub struct Post {
    endpoint: String,
    taken: Arc<Mutex<Taken>>,
}

#[derive(Default)]
struct Taken {
    calls: usize,
    messages: Vec<Value>,
}

impl Post {
    /// Starts within the test's runtime. An entry of a batch, or a message, that has one of the words in it is
    /// refused.
    ///
    /// # Panics
    /// When there is no free port.
    pub async fn start(refused: &'static [&'static str]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let taken = Arc::new(Mutex::new(Taken::default()));
        let post = Self { endpoint, taken: taken.clone() };
        tokio::spawn(async move {
            loop {
                let (socket, _) = listener.accept().await.unwrap();
                tokio::spawn(serve(socket, refused, taken.clone()));
            }
        });
        post
    }

    /// The URL of a queue.
    pub fn url(&self, queue: &str) -> String {
        format!("{}/0/{queue}", self.endpoint)
    }

    /// Its SQS.
    pub fn queues(&self) -> Queues {
        Queues::new(aws_sdk_sqs::Client::new(&self.config()))
    }

    /// Its SNS.
    pub fn sns(&self) -> aws_sdk_sns::Client {
        aws_sdk_sns::Client::new(&self.config())
    }

    /// How many calls were answered.
    ///
    /// # Panics
    /// When a test before panicked.
    pub fn calls(&self) -> usize {
        self.taken.lock().unwrap().calls
    }

    /// The messages that were sent to queues one by one: the requests as JSON.
    ///
    /// # Panics
    /// When a test before panicked.
    pub fn taken(&self) -> Vec<Value> {
        self.taken.lock().unwrap().messages.clone()
    }

    fn config(&self) -> SdkConfig {
        aws::builder()
            .region(Region::new("us-east-1"))
            .credentials_provider(SharedCredentialsProvider::new(Credentials::new("test", "test", None, None, "test")))
            .endpoint_url(&self.endpoint)
            .http_client(Builder::new().build_http())
            .build()
    }
}

async fn serve(mut socket: TcpStream, refused: &[&str], taken: Arc<Mutex<Taken>>) {
    let Some((head, body)) = read_request(&mut socket).await else { return };
    let (status, answer) = if head.contains("AmazonSQS") { sqs(&body, refused, &taken) } else { sns(&body, refused) };
    taken.lock().unwrap().calls += 1;
    write_answer(&mut socket, status, &answer).await;
}

/// `SendMessage`, in SQS's JSON protocol.
fn sqs(body: &str, refused: &[&str], taken: &Mutex<Taken>) -> (u16, String) {
    if refused.iter().any(|word| body.contains(word)) {
        let error = json!({"__type": "com.amazonaws.sqs#QueueDoesNotExist", "message": "refused"});
        return (400, error.to_string());
    }
    taken.lock().unwrap().messages.push(serde_json::from_str(body).unwrap());
    (200, json!({"MessageId": "1"}).to_string())
}

/// `PublishBatch`, in SNS's query protocol: entries are distinguished by their order.
fn sns(body: &str, refused: &[&str]) -> (u16, String) {
    let messages = form_urlencoded::parse(body.as_bytes()).filter(|(name, _)| name.ends_with(".Message"));
    let (mut done, mut failed) = (String::new(), String::new());
    for (index, (_, message)) in messages.enumerate() {
        if refused.iter().any(|word| message.contains(word)) {
            failed +=
                &format!("<member><Id>{index}</Id><Code>InternalError</Code><SenderFault>false</SenderFault></member>");
        } else {
            done += &format!("<member><Id>{index}</Id><MessageId>{index}</MessageId></member>");
        }
    }
    let result = format!("<Successful>{done}</Successful><Failed>{failed}</Failed>");
    let answer =
        format!("<PublishBatchResponse><PublishBatchResult>{result}</PublishBatchResult></PublishBatchResponse>");
    (200, answer)
}
