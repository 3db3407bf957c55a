//! What stands around the data: the head with the content security policy, style and script, and the
//! end of the page. The policy allows exactly this style and this script, by their hashes.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

const HTML: &str = include_str!("../page/page.html");
const STYLE: &str = include_str!("../page/page.css");
/// In one script, in the order in which each needs the one before it.
const SCRIPTS: [&str; 8] = [
    include_str!("../page/data.js"),
    include_str!("../page/console.js"),
    include_str!("../page/heat.js"),
    include_str!("../page/rows.js"),
    include_str!("../page/tree.js"),
    include_str!("../page/lists.js"),
    include_str!("../page/topology.js"),
    include_str!("../page/main.js"),
];

/// The end of the page: the script comes last, when all data is there.
pub(crate) fn tail() -> String {
    format!("<script>{}</script>\n</body>\n</html>\n", script())
}

/// The page up to its first block of data.
pub(crate) fn head() -> String {
    HTML.replace("@SCRIPT_HASH@", &hash(&script()))
        .replace("@STYLE_HASH@", &hash(STYLE))
        .replace("@STYLE@", STYLE)
}

fn script() -> String {
    SCRIPTS.concat()
}

/// A source's hash as a content security policy names it (W3C, Content Security Policy Level 3).
pub(crate) fn hash(source: &str) -> String {
    STANDARD.encode(Sha256::digest(source))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_allows_the_pages_own_code_and_nothing_else() {
        let head = head();
        assert!(head.contains("default-src 'none'"));
        assert!(head.contains(&hash(&script())) && head.contains(&hash(STYLE)));
        assert!(!head.contains('@') || !head.contains("_HASH@"));
    }

    #[test]
    fn the_script_makes_elements_from_text_only() {
        for way in
            ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "fetch("]
        {
            assert!(!script().contains(way), "{way}");
        }
        assert!(!script().contains("</script"), "the script would end itself");
    }
}
