//! What one module alone cannot show.

mod corpus;
mod secrets;
