//! The programs that `make build` makes: each has the handlers that the template names, and a start opens only what its
//! handler needs.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use testing::template;

/// How long a start may take here.
const PATIENCE: Duration = Duration::from_secs(20);

fn program(service: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../target/lambda").join(service).join("bootstrap")
}

/// The handlers of the template by their service.
fn handlers() -> BTreeMap<String, BTreeSet<String>> {
    let mut handlers = BTreeMap::<String, BTreeSet<String>>::new();
    for (_, resource) in template()["Resources"].as_mapping().unwrap() {
        if resource["Type"] == "AWS::Serverless::Function" {
            let properties = &resource["Properties"];
            let service = properties["CodeUri"].as_str().unwrap().split('/').nth(2).unwrap().to_owned();
            handlers.entry(service).or_default().insert(properties["Handler"].as_str().unwrap().to_owned());
        }
    }
    handlers
}

/// A program with these variables and no others.
fn run(service: &str, variables: &[(&str, &str)]) -> Child {
    let mut command = Command::new(program(service));
    command.env_clear().envs(variables.iter().copied()).stdout(Stdio::null()).stderr(Stdio::piped());
    command.spawn().unwrap_or_else(|error| panic!("{}: {error}: run make build", program(service).display()))
}

#[test]
fn without_a_handler_of_its_own_a_program_ends_and_names_all_that_it_has() {
    assert_eq!(handlers().len(), 8);
    for (service, expected) in handlers() {
        for variables in [vec![], vec![("_HANDLER", "bootstrap")]] {
            let output = run(&service, &variables).wait_with_output().unwrap();
            assert!(!output.status.success());
            let said = String::from_utf8(output.stderr).unwrap();
            let named = said.split("the handlers of this program are ").nth(1).unwrap().trim();
            assert_eq!(named.split(", ").map(str::to_owned).collect::<BTreeSet<_>>(), expected, "{service}");
        }
    }
}

/// A server of which only matters who connects to it.
struct Server(TcpListener);

impl Server {
    fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        Self(listener)
    }

    fn address(&self) -> String {
        self.0.local_addr().unwrap().to_string()
    }

    /// The connections made since the last time.
    fn connections(&self) -> usize {
        std::iter::from_fn(|| self.0.accept().ok()).count()
    }
}

/// Starts a handler and waits until it asks Lambda for its first event.
fn started(service: &str, handler: &str, variables: &[(&str, &str)]) {
    let lambda = Server::new();
    let address = lambda.address();
    let own = [("_HANDLER", handler), ("AWS_LAMBDA_RUNTIME_API", &address), ("AWS_LAMBDA_FUNCTION_NAME", handler)];
    let rest = [
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128"),
        ("AWS_LAMBDA_FUNCTION_VERSION", "1"),
        ("AWS_LAMBDA_LOG_GROUP_NAME", "log"),
        ("AWS_LAMBDA_LOG_STREAM_NAME", "log"),
    ];
    let mut child = run(service, &[&own[..], &rest[..], variables].concat());
    let since = Instant::now();
    while lambda.connections() == 0 {
        let ended = child.try_wait().unwrap().is_some();
        if ended || since.elapsed() > PATIENCE {
            child.kill().unwrap_or_default();
            let mut said = String::new();
            child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
            panic!("{handler} did not start: {said}");
        }
        sleep(Duration::from_millis(5));
    }
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn a_start_opens_only_what_its_handler_needs() {
    let (dynamodb, others) = (Server::new(), Server::new());
    let (database, rest) = (format!("http://{}", dynamodb.address()), format!("http://{}", others.address()));
    let keys =
        r#"{"keys":[{"kty":"OKP","crv":"Ed25519","kid":"k","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}"#;
    let variables = [
        ("AWS_REGION", "us-east-1"),
        ("AWS_ACCESS_KEY_ID", "test"),
        ("AWS_SECRET_ACCESS_KEY", "test"),
        ("REVOCATIONS_TABLE", "RevocationsTable"),
        ("AUDIT_LOG_TABLE", "AuditLogTable"),
        ("AUDIT_LOG_DAYS", "400"),
        ("AWS_ENDPOINT_URL_DYNAMODB", &database),
        ("AWS_ENDPOINT_URL", &rest),
        ("CATALOG_TABLE", "CatalogTable"),
        ("TOKEN_KEYS", keys),
        ("TOKEN_ISSUER", "zoco"),
        ("TOKEN_AUDIENCE", "zoco"),
    ];
    // It needs nothing: no connection, and no variable.
    started("edge", "health", &variables);
    assert_eq!((dynamodb.connections(), others.connections()), (0, 0));
    started("edge", "health", &[]);
    // DynamoDB, which does not answer here and is tried again. No signing key is named, and the parameter store is not
    // asked.
    started("catalog", "get-product", &variables);
    assert!(dynamodb.connections() > 0 && others.connections() == 0);
}
