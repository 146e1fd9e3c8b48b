/** How rows look unless the page says otherwise: every rule of the page wins over these. */

const RULES = `
:where(.beholder-row) {
  display: grid; gap: 1rem; margin: 0; padding: 0; list-style: none;
  --fit: calc((100% + 1rem) / var(--beholder-k) - 1rem - 1px);
  grid-template-columns: repeat(auto-fill, minmax(max(var(--fit), min(9rem, 45%)), 1fr));
}
:where(.beholder-card) { display: block; color: inherit; text-decoration: none }
:where(.beholder-card):hover { text-decoration: underline }
:where(.beholder-card):focus-visible { outline: 2px solid; outline-offset: 2px }
:where(.beholder-card img) { display: block; width: 100%; height: auto; object-fit: cover }
:where(.beholder-card .beholder-more) { font-size: 0.85em }
:where(.beholder-card span) { display: block; margin-top: 0.4em; overflow-wrap: anywhere }
`;

/** Add the rules; a strict content policy allows them, as they stand in no attribute or tag. */
export function dress() {
  try {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(RULES);
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  } catch {
    // An older browser: the page's own rules are all there is.
  }
}
