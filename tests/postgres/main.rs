//! The connector `postgres` against a real PostgreSQL, through the stages that call it.

mod deleted;
mod divided;
mod hidden;
mod interrupted;
mod refused;
mod shop;
mod text;
mod tls;
mod watermark;
