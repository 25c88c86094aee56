use jsonwebtoken::{EncodingKey, Header, encode};
use std::time::{SystemTime, UNIX_EPOCH};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
    let claims = serde_json::json!({ "exp": now + 3600, "subscribe": ["orders/42"] });
    let secret = std::env::var("CHANNELS_SECRET")?;
    let key = EncodingKey::from_secret(secret.as_bytes());
    println!("{}", encode(&Header::default(), &claims, &key)?);
    Ok(())
}
