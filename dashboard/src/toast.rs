pub use crate::components::toast::Toast;
