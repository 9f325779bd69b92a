//! The README's lines.

use batch_client::{Batch, Client, MemoryInput};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let client = Client::new(&std::env::var("BATCH_URL")?, &std::env::var("BATCH_KEY")?)?;
    let memories = ["Ada prefers tea", " "].map(|it| MemoryInput { content: it.into(), ..Default::default() });
    let import = client.import(&Batch::of(&memories)).await?;
    println!("{} of {} landed", import.imported(), import.received());
    import.errors().for_each(|(at, error)| println!("memory {at}: {error}"));
    Ok(())
}
