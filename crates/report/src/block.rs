//! One block of data inside the page: JSON, deflated, in base64, in a script element that no
//! browser runs. What the blocks hold is decided by [`crate::page`].

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;

/// Deflate's middle: a higher level takes twice the time for some percent.
const LEVEL: u8 = 6;

/// The element that holds `value`. Base64 has no `<`, so no text of anybody can end it.
///
/// # Errors
/// Where `value` cannot be written as JSON, which the page's own types exclude.
pub(crate) fn element(value: &impl Serialize) -> Result<String, serde_json::Error> {
    let json = serde_json::to_vec(value)?;
    let packed = miniz_oxide::deflate::compress_to_vec_zlib(&json, LEVEL);
    Ok(format!("<script type=\"application/octet-stream\">{}</script>\n", STANDARD.encode(packed)))
}

#[cfg(test)]
pub(crate) fn unpacked(element: &str) -> serde_json::Value {
    let text = element.split('>').nth(1).unwrap().split('<').next().unwrap();
    let packed = STANDARD.decode(text).unwrap();
    let json = miniz_oxide::inflate::decompress_to_vec_zlib(&packed).unwrap();
    serde_json::from_slice(&json).unwrap()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_text_stays_inside_its_block() {
        let hostile = "</script><script>alert(1)</script> \u{202e}=1+1\u{0}\"'";
        let element = element(&[hostile]).unwrap();
        assert_eq!(element.matches('<').count(), 2);
        assert_eq!(unpacked(&element)[0], hostile);
    }
}
