//! The API described in OpenAPI 3.1, from the types that it is made of. For the host alone: the Worker serves the
//! description as a file, and has nothing of it inside.

mod account;
mod errors;
mod fields;
mod headers;
mod jobs;
mod memories;
mod moments;
mod operation;
mod schemas;
mod webhooks;

pub use errors::ERRORS;

use operation::Operation;
use utoipa::openapi::{
    Info, License, OpenApi, OpenApiBuilder, PathsBuilder,
    path::PathItem,
    security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
    tag::TagBuilder,
};

const ABOUT: &str = "\
Takes memories in batches, imports them in the background, and tells what became of each. All but `/healthz` and `/readyz` \
want a key: `Authorization: Bearer kor_…`. Where GET is there, HEAD is too, and answers the same without a body. A path that \
is none of these is a 404 `not_found`; a path that is, with another method, a 405 `method_not_allowed` with `Allow`.";

const TAGS: [(&str, &str); 5] = [
    ("Jobs", "Batches that were sent, and what became of them"),
    ("Memories", "What has landed"),
    ("Account", "The key, and what the account has used up"),
    ("Webhooks", "Being told when a batch has ended"),
    ("Health", "Whether the service runs"),
];

/// What stands at `/openapi.json`.
pub fn description() -> OpenApi {
    let all: [Vec<Operation>; 5] =
        [jobs::operations(), memories::operations(), account::operations(), webhooks::operations(), account::health()];
    let mut paths = PathsBuilder::new();
    for (tag, operations) in TAGS.iter().zip(all) {
        for operation in operations {
            // A second method of the same path joins the first.
            paths = paths.path(operation.path, PathItem::new(operation.method.clone(), operation.finish(tag.0)));
        }
    }
    let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some("A key: `kor_…`")).build();
    let mut components = errors::add(schemas::components());
    components.add_security_scheme(operation::BEARER, SecurityScheme::Http(bearer));
    let mut info = Info::new("Batch status", env!("CARGO_PKG_VERSION"));
    info.description = Some(ABOUT.to_owned());
    let mut licence = License::new("MIT");
    licence.identifier = Some("MIT".to_owned());
    info.license = Some(licence);
    let tags = TAGS.map(|(name, about)| TagBuilder::new().name(name).description(Some(about)).build());
    OpenApiBuilder::new().info(info).tags(Some(tags)).paths(paths.build()).components(Some(components)).build()
}
