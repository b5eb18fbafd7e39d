// What can be measured of a page for people who see little, use a keyboard or a screen reader (WCAG 2.2, AA).
// Returns what does not hold, in words.
() => {
  const wrong = [];
  const shown = (at) => at.checkVisibility({ visibilityProperty: true });
  const colour = (text) => {
    const [red, green, blue, alpha = 1] = text.match(/[\d.]+/g).map(Number);
    return { red, green, blue, alpha };
  };
  const ground = (at) => {
    for (let up = at; up; up = up.parentElement) {
      const found = colour(getComputedStyle(up).backgroundColor);
      if (found.alpha === 1) return found;
    }
    return colour("rgb(255 255 255)");
  };
  const light = ({ red, green, blue }) => {
    const part = (value) => (value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4);
    return 0.2126 * part(red) + 0.7152 * part(green) + 0.0722 * part(blue);
  };
  const contrast = (one, other) => {
    const [dark, bright] = [light(one), light(other)].sort((a, b) => a - b);
    return (bright + 0.05) / (dark + 0.05);
  };
  const all = (selector) => [...document.querySelectorAll(selector)].filter(shown);
  const named = (at) => at.getAttribute("aria-label") || at.textContent.trim();

  // 1.4.3 contrast of text
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  let read = 0;
  while (texts.nextNode()) {
    const at = texts.currentNode.parentElement;
    if (!texts.currentNode.data.trim() || at.tagName === "SCRIPT" || !shown(at)) continue;
    read += 1;
    const style = getComputedStyle(at);
    const size = parseFloat(style.fontSize);
    const least = size >= 24 || (size >= 18.66 && style.fontWeight >= 700) ? 3 : 4.5;
    const is = contrast(colour(style.color), ground(at));
    if (is < least || style.opacity < 1) wrong.push(`contrast ${is.toFixed(2)}: ${texts.currentNode.data.trim()}`);
  }
  if (!read) wrong.push("no text was measured");
  // 1.4.11 contrast of fields and of buttons' edges
  for (const at of all("input, button:not(.plain)")) {
    const is = contrast(colour(getComputedStyle(at).borderTopColor), ground(at.parentElement));
    if (is < 3) wrong.push(`edge ${is.toFixed(2)}: ${at.id || named(at)}`);
  }
  // 2.5.8 size of what is pressed
  for (const at of all("button, input, a")) {
    const box = at.getBoundingClientRect();
    if (box.height < 24 || box.width < 24) wrong.push(`target ${box.width}x${box.height}: ${at.id || named(at)}`);
  }
  // 3.3.2 and 4.1.2 names, 1.3.1 and 2.4.6 headings, 2.4.2 title, 3.1.1 and 3.1.2 languages
  for (const at of all("input")) if (!at.labels.length) wrong.push(`field without label: ${at.name}`);
  for (const at of all("button, a")) if (!named(at)) wrong.push(`nothing says what this does: ${at.outerHTML}`);
  const names = all("button").map(named);
  if (new Set(names).size !== names.length) wrong.push(`buttons of one name: ${names}`);
  const ids = [...document.querySelectorAll("[id]")].map((at) => at.id);
  if (new Set(ids).size !== ids.length) wrong.push(`ids come twice: ${ids}`);
  const levels = all("h1, h2, h3, h4").map((at) => Number(at.tagName[1]));
  if (levels.filter((level) => level === 1).length !== 1) wrong.push(`one h1 is needed: ${levels}`);
  if (levels.some((level, place) => level > (levels[place - 1] || 0) + 1)) wrong.push(`levels are left out: ${levels}`);
  if (!document.title || !document.querySelector("main")) wrong.push("no title, or no main part");
  if (!document.documentElement.lang.startsWith("zh")) wrong.push("the page's language is not said");
  for (const at of all("body *")) {
    const own = [...at.childNodes].filter((node) => node.nodeType === 3).map((node) => node.data).join("");
    if (/[a-z]{4}/.test(own) && !/[-\d一-鿿]/.test(own) && !at.closest("[lang=en]")) wrong.push(`English not marked: ${own.trim()}`);
  }
  // 1.4.10 reflow
  const { scrollWidth, clientWidth } = document.documentElement;
  if (scrollWidth > clientWidth) wrong.push(`${scrollWidth} wide in a window of ${clientWidth}`);
  return wrong;
}
