//! One operation: a method of a path, what it takes and what it answers.

use super::{
    errors::{self, Said},
    headers::{POLICY, REQUEST_ID, Sent},
};
use crate::{Code, Scope};
use serde_json::Value;
use std::collections::BTreeMap;
use utoipa::openapi::{
    Content, ContentBuilder, HttpMethod, Object, Ref, RefOr, Required, Response, ResponseBuilder, Schema,
    SecurityRequirement,
    path::{self, OperationBuilder, Parameter, ParameterBuilder, ParameterIn},
    request_body::RequestBodyBuilder,
};

/// The name of the security scheme.
pub const BEARER: &str = "key";

/// An operation that is being put together.
pub struct Operation {
    pub path: &'static str,
    pub method: HttpMethod,
    has_key: bool,
    builder: OperationBuilder,
    responses: BTreeMap<u16, RefOr<Response>>,
}

/// What an operation is called, for a program and for a person.
pub struct Name(pub &'static str, pub &'static str);

impl Operation {
    /// One that anybody may ask for.
    pub fn open(method: HttpMethod, path: &'static str, name: Name, about: &str) -> Self {
        let builder = OperationBuilder::new().operation_id(Some(name.0)).summary(Some(name.1)).description(Some(about));
        Self { path, method, has_key: false, builder, responses: BTreeMap::new() }
    }

    /// One that wants a key with `scope`, or any key.
    pub fn new(method: HttpMethod, path: &'static str, name: Name, scope: Option<Scope>, about: &str) -> Self {
        let mut operation = Self::open(method, path, name, about);
        operation.has_key = true;
        let scopes: Vec<&str> = scope.iter().map(|scope| scope.name()).collect();
        operation.builder = operation.builder.security(SecurityRequirement::new(BEARER, scopes));
        operation
    }

    pub fn header(self, name: &str, about: &str, schema: Object) -> Self {
        self.parameter(ParameterIn::Header, name, about, schema)
    }

    pub fn query(self, name: &str, about: &str, schema: impl Into<Schema>) -> Self {
        self.parameter(ParameterIn::Query, name, about, schema)
    }

    /// What stands in braces in the path.
    pub fn id(self, name: &str, about: &str, schema: Object) -> Self {
        self.parameter(ParameterIn::Path, name, about, schema)
    }

    fn parameter(mut self, place: ParameterIn, name: &str, about: &str, schema: impl Into<Schema>) -> Self {
        let required = if place == ParameterIn::Path { Required::True } else { Required::False };
        let parameter: ParameterBuilder = Parameter::builder().name(name).parameter_in(place).required(required);
        let schema = schema.into();
        let is_list = matches!(schema, Schema::Array(_));
        let mut parameter = parameter.description(Some(about)).schema(Some(schema));
        if is_list {
            // Commas stand between them.
            parameter = parameter.style(Some(path::ParameterStyle::Form)).explode(Some(false));
        }
        self.builder = self.builder.parameter(parameter);
        self
    }

    /// A JSON body of the schema that is called `schema`.
    pub fn body(mut self, schema: &str, required: Required, example: Value) -> Self {
        let content = ContentBuilder::new().schema(Some(Ref::from_schema_name(schema))).example(Some(example)).build();
        let body = RequestBodyBuilder::new().required(Some(required)).content("application/json", content);
        self.builder = self.builder.request_body(Some(body.build()));
        let encoding = super::fields::one_of(&["gzip", "deflate", "identity", ""]);
        self.header("Content-Encoding", "How the body is packed. It is unpacked before anything is counted.", encoding)
    }

    /// An answer in JSON, of the schema that is called `schema`.
    pub fn answers(self, status: u16, about: &str, schema: &str, headers: &[Sent], example: Value) -> Self {
        let content = ContentBuilder::new().schema(Some(Ref::from_schema_name(schema))).example(Some(example)).build();
        self.answers_with(status, about, headers, &[("application/json", content)])
    }

    /// An answer in any form.
    pub fn answers_with(mut self, status: u16, about: &str, headers: &[Sent], contents: &[(&str, Content)]) -> Self {
        let mut response = ResponseBuilder::new().description(about);
        for (media_type, content) in contents {
            response = response.content(*media_type, content.clone());
        }
        let policy = self.has_key.then_some(&POLICY);
        for sent in headers.iter().chain([&REQUEST_ID]).chain(policy) {
            response = response.header(sent.name, sent.header());
        }
        self.responses.insert(status, response.build().into());
        self
    }

    /// What it may be refused for, beside what every operation with a key may.
    pub fn refuses(mut self, codes: &[Code]) -> Self {
        let with_key: &[Code] = &[Code::InvalidKey, Code::RateLimitExceeded, Code::Internal, Code::Unavailable];
        let with_key = if self.has_key { with_key } else { &[] };
        let mut by_status: BTreeMap<u16, Vec<&Said>> = BTreeMap::new();
        for said in errors::ERRORS.iter().filter(|said| with_key.contains(&said.code) || codes.contains(&said.code)) {
            by_status.entry(said.status).or_default().push(said);
        }
        self.responses.extend(by_status.into_iter().map(|(status, said)| (status, errors::response(&said))));
        self
    }

    pub fn finish(self, tag: &str) -> path::Operation {
        let responses = self.responses.into_iter();
        responses
            .fold(self.builder.tag(tag), |builder, (status, response)| builder.response(status.to_string(), response))
            .build()
    }
}
