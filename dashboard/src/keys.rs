pub use crate::components::keys::on_keys;
