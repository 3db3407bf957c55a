//! What a report has in its blocks of data.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// The blocks' JSON, one after the other.
pub(crate) fn unpacked(page: &str) -> String {
    let blocks = page.split("<script type=\"application/octet-stream\">").skip(1);
    let block = |block: &str| {
        let packed = STANDARD.decode(block.split('<').next().unwrap()).unwrap();
        let json = miniz_oxide::inflate::decompress_to_vec_zlib(&packed).unwrap();
        String::from_utf8(json).unwrap()
    };
    blocks.map(block).collect()
}
