/** The words of this page's language; the server sends them with the page. */

const words = JSON.parse(document.body.dataset.words);

/** Whether the visitor allows no recommendations of its own. */
export const refused = "refused" in document.body.dataset;

export const language = document.documentElement.lang;

/** Return the words for a key, its {places} filled. */
export function say(key, values = {}) {
  return (words[key] ?? key).replace(/\{(\w+)\}/g, (place, name) => values[name] ?? place);
}

/** Return the form for this number. */
export function count(key, n) {
  const form = new Intl.PluralRules(language).select(n);
  return say(`${key}_${form}` in words ? `${key}_${form}` : `${key}_other`, { n });
}

/** Return an item's title, in this language where the catalogue has one. */
export function titleOf(item) {
  const attributes = item.attributes ?? {};
  return String(
    attributes[`title_${language}`] || attributes[`title_${language.slice(0, 2)}`] || item.title || item.id,
  );
}

/** Return the line under a picture that says why it is there. */
export function reasonOf(item, level) {
  const { kind, because = [] } = item.reason ?? {};
  if (kind === "liked" && because.length) {
    const other = because.find(({ id }) => id !== item.id);
    if (!other) return say("reason_itself");
    const key = `because_${other.did}`;
    return say(key in words ? key : "because", { title: titleOf(other) });
  }
  if (kind === "new" || kind === "explore" || kind === "taste") return say(`reason_${kind}`);
  if (level === "search") return say("reason_search");
  if (level === "popular") return say(refused ? "row_popular" : "reason_cold");
  return kind === "popular" ? say("reason_popular") : "";
}
