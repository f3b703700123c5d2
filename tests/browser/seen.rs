//! What every page has to be: read by all, on any screen, without a word from the browser.

use super::chromium::{Look, Medium, Page, Size};

/// Words that are seen and hard to read: what they are, and their contrast, below 4.5 to 1, or their
/// height, below 8 pixels. The contrast of words on colours of a picture, in `.fixed`, is not looked at.
const FAINT: &str = "(() => {
  const parts = colour => {
    const [red, green, blue, opaque = 1] = colour.match(/[\\d.]+/g).map(Number);
    return [red, green, blue, opaque];
  };
  const over = ([r, g, b, a], below) =>
    [r, g, b].map((part, place) => part * a + below[place] * (1 - a));
  const light = rgb => {
    const [r, g, b] = rgb.map(part => part / 255)
      .map(part => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = element => {
    const chain = [];
    for (let at = element; at; at = at.parentElement) {
      if (!at.closest('svg') || at.tagName === 'svg') chain.push(at);
    }
    const canvas = matchMedia('(prefers-color-scheme: dark)').matches ? [18, 18, 18] : [255, 255, 255];
    return chain.reverse().reduce((below, at) =>
      over(parts(getComputedStyle(at).backgroundColor), below), canvas);
  };
  const faint = [];
  let seen = 0;
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    const words = walker.currentNode.textContent.trim();
    if (!words || !element.checkVisibility({ visibilityProperty: true, opacityProperty: true })
      || element.closest('script, style, desc, noscript')) continue;
    // What is there to be read out only is clipped away.
    if (getComputedStyle(element).clipPath !== 'none') continue;
    const high = element.getBoundingClientRect().height;
    if (high < 8) faint.push(`${high} px: ${words.slice(0, 60)}`);
    if (element.closest('.fixed')) continue;
    const style = getComputedStyle(element);
    const below = ground(element);
    const colour = parts(element.closest('svg') ? style.fill : style.color);
    const [one, other] = [light(over(colour, below)), light(below)];
    const contrast = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
    seen += 1;
    if (contrast < 4.5) faint.push(`${contrast.toFixed(2)}: ${words.slice(0, 60)}`);
  }
  return seen > 5 ? faint.join('; ') : `${seen} words are seen`;
})()";

/// Pixels that the page is wider than the window. What a page draws anew for its window, it does in
/// the next frames.
const BEYOND: &str = "(async () => {
  const beyond = () => document.documentElement.scrollWidth - innerWidth;
  for (let turn = 0; turn < 250 && beyond() > 0; turn += 1) {
    await new Promise(done => setTimeout(done, 20));
  }
  return beyond();
})()";

/// Fails unless the page that is open is quiet, can be read light and dark, and has no more width than
/// the window, large and small. Pictures: `target/browser/NAME-….png`.
#[track_caller]
pub fn assert_good(page: &mut Page, name: &str) {
    for (size, width) in [(Size::SMALL, "375"), (Size::LARGE, "1440")] {
        page.resize(size);
        for (look, shade) in [(Look::Light, "light"), (Look::Dark, "dark")] {
            page.emulate(Medium::Screen, look);
            let beyond = page.number(BEYOND);
            assert!(beyond <= 0.0, "{name}, {width}: {beyond} px wider than the window");
            assert_eq!(page.words(FAINT), "", "{name}, {width}, {shade}");
            page.screenshot(&format!("{name}-{width}-{shade}"));
        }
    }
    page.emulate(Medium::Screen, Look::Light);
    assert_eq!(page.complaints(), Vec::<String>::new(), "{name}");
}
