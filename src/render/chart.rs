//! Bar charts as inline SVG, drawn by hand: no library, no script, no inline style.
//!
//! Lengths are percentages and heights are pixels, so that a chart fills its column from a phone to a printed
//! page while its text keeps its size. Colours come from the page's style sheet by class.

use std::fmt::Write as _;

use super::escape;

/// One bar: its label, the number printed at its end, and its parts.
#[derive(Debug, Clone)]
pub(super) struct Bar {
    /// What it stands for.
    pub label: String,
    /// The number, as printed.
    pub number: String,
    /// Class and length of each part.
    pub parts: Vec<(&'static str, u64)>,
}

const ROW: usize = 36;

/// Draws the bars below each other, on one scale.
pub(super) fn bars(title: &str, bars: &[Bar]) -> String {
    let longest = bars.iter().map(|bar| bar.parts.iter().map(|part| part.1).sum()).max().unwrap_or(0);
    let height = bars.len() * ROW;
    let mut svg = format!(
        r#"<svg class="chart" width="100%" height="{height}" role="img" aria-label="{}, as bars; the table has the numbers">"#,
        escape::html(title)
    );
    for (at, bar) in bars.iter().enumerate() {
        push_bar(&mut svg, bar, at * ROW, longest);
    }
    svg.push_str("</svg>");
    svg
}

// Writing to a String can't fail.
fn push_bar(svg: &mut String, bar: &Bar, top: usize, longest: u64) {
    let (text, track) = (top + 14, top + 20);
    let label = escape::html(&escape::clip(&bar.label, 28));
    let number = escape::html(&bar.number);
    let _ = write!(svg, r#"<text x="0" y="{text}">{label}</text>"#);
    let _ = write!(svg, r#"<text class="n" x="100%" y="{text}" text-anchor="end">{number}</text>"#);
    let _ = write!(svg, r#"<rect class="track" y="{track}" width="100%" height="10" rx="2"/>"#);
    let mut start = 0;
    for (class, value) in bar.parts.iter().filter(|part| part.1 > 0) {
        let (from, to) = (hundredths(start, longest), hundredths(start + value, longest));
        // A part that exists can be seen, however small it is.
        let (x, width) = (percent(from), percent((to - from).max(40)));
        let _ = write!(svg, r#"<rect class="{class}" x="{x}" y="{track}" width="{width}" height="10"/>"#);
        start += value;
    }
}

/// Hundredths of a percent; integers, so that every machine draws the same.
fn hundredths(value: u64, of: u64) -> u64 {
    u64::try_from(u128::from(value) * 10_000 / u128::from(of.max(1))).unwrap_or(10_000)
}

fn percent(hundredths: u64) -> String {
    format!("{}.{:02}%", hundredths / 100, hundredths % 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_share_one_scale_and_labels_are_harmless() {
        let bars = [
            Bar { label: "<a>".into(), number: "4".into(), parts: vec![("high", 1), ("low", 3)] },
            Bar { label: "b".into(), number: "0".into(), parts: vec![("high", 0)] },
        ];
        let svg = super::bars("t", &bars);
        assert!(svg.contains(r#"<rect class="low" x="25.00%" y="20" width="75.00%""#), "{svg}");
        assert!(svg.contains("&lt;a&gt;") && !svg.contains("<a>"), "{svg}");
    }
}
