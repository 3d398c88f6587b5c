//! The parts of `template.yaml` that follow from the routes: each API's `DefinitionBody`, and the functions that its
//! role may invoke. `make generate` writes them.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::{all, between, generated, internal, public, root};
use crate::routes::{Route, UNKNOWN};

/// API Gateway's `ANY` is spelled out: the local cloud does not import it.
const ALL_METHODS: [&str; 7] = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"];

/// `get-sale` → `GetSaleFunction`.
fn logical_id(function: &str) -> String {
    let word = |word: &str| word[..1].to_uppercase() + &word[1..];
    function.split('-').map(word).collect::<String>() + "Function"
}

/// The routes of an API by path and method, in lower case as OpenAPI has it.
fn by_path(routes: &[Route]) -> BTreeMap<&'static str, BTreeMap<String, &'static str>> {
    let mut paths = BTreeMap::<_, BTreeMap<_, _>>::new();
    for (method, path, function) in routes {
        paths.entry(*path).or_default().insert(method.to_lowercase(), *function);
    }
    paths
}

/// The integration of an operation. The first of an API is written out with an anchor that the others merge; so is, once,
/// the beginning of every URI.
fn integration(api: &str, function: &str, first: bool) -> String {
    let (anchor, function) = (api.to_lowercase(), logical_id(function));
    let lambda = match (first, api) {
        (true, "Public") => {
            "&lambda !Sub \"arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/\""
        }
        _ => "*lambda",
    };
    if first {
        return format!(
            "              x-amazon-apigateway-integration: &{anchor}
                type: aws_proxy
                httpMethod: POST
                credentials: !GetAtt {api}ApiRole.Arn
                uri: !Join
                  - \"\"
                  - - {lambda}
                    - !GetAtt {function}.Arn
                    - /invocations
"
        );
    }
    let uri = format!("!Join [\"\", [{lambda}, !GetAtt {function}.Arn, /invocations]]");
    format!("              x-amazon-apigateway-integration: {{<<: *{anchor}, uri: {uri}}}\n")
}

/// The `DefinitionBody` of an API.
fn definition(api: &str, routes: &[Route]) -> String {
    let mut text = format!(
        "      DefinitionBody:
        openapi: 3.0.1
        info: {{title: !Sub \"${{AWS::StackName}}-{}\", version: v1}}
        paths:
",
        api.to_lowercase()
    );
    let mut first = true;
    for (path, methods) in by_path(routes) {
        writeln!(text, "          {path}:").unwrap();
        for (method, function) in methods {
            write!(text, "            {method}:\n{}", integration(api, function, first)).unwrap();
            first = false;
        }
    }
    text
}

/// The operations of every path and method that no route has.
fn unknown() -> String {
    let mut text = String::from("          \"/{proxy+}\": &unknown-route\n");
    for (index, method) in ALL_METHODS.iter().map(|method| method.to_lowercase()).enumerate() {
        let operation = match index {
            0 => format!(" &unknown\n{}", integration("Public", UNKNOWN, false)),
            _ => " *unknown\n".to_owned(),
        };
        write!(text, "            {method}:{operation}").unwrap();
    }
    text + "          /: *unknown-route\n"
}

/// The functions of some routes, as a list of their ARNs.
fn arns(routes: &[Route], more: Option<&str>) -> String {
    let mut ids: Vec<String> = routes.iter().map(|route| route.2).chain(more).map(logical_id).collect();
    ids.sort();
    ids.dedup();
    let arns = ids.iter().map(|id| format!("!GetAtt {id}.Arn")).collect::<Vec<_>>();
    let lines = arns.chunks(3).map(|some| format!("                  {},\n", some.join(", ")));
    format!("                Resource: [\n{}                  ]\n", lines.collect::<String>())
}

#[test]
fn the_generated_parts_of_the_template_have_the_routes_and_the_roles_that_invoke_their_functions() {
    let (public, internal) = (all(public()), all(internal()));
    let parts = [
        ("routes of PublicApi", definition("Public", &public) + &unknown()),
        ("functions of PublicApi", arns(&public, Some(UNKNOWN))),
        ("routes of InternalApi", definition("Internal", &internal)),
        ("functions of InternalApi", arns(&internal, None)),
    ];
    let mut text = std::fs::read_to_string(root().join("template.yaml")).unwrap();
    for (name, part) in parts {
        let begin = format!("# {name}: generated from the services' src/api.rs\n");
        text = between(&text, &begin, &format!("# end of {name}"), &part);
    }
    generated("template.yaml", &text);
}
