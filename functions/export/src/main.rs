//! The Lambda function `export`. Its work is in the library.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), onefold_shell::Fatal> {
    onefold_shell::serve(env!("CARGO_PKG_NAME"), async |request, context| export::run(request, context).await).await
}
