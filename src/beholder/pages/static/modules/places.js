/**
 * Back shows the same pictures at the same place. Where the browser did not keep the whole
 * page, the list is built again from what was kept, and the card that was at the top is put
 * there: by its id, since pixels differ between windows.
 */

import { keep, recall } from "./kept.js";

const MOST = 300;
const HEADER = 90;

/** The address of this page, whatever a viewer has put over it since. */
export const home = location.pathname + location.search;

const key = `place:${home}`;

/** Put a feed back as it was when the visitor left this entry of the history. */
export function restorePlace(feed) {
  const { type } = performance.getEntriesByType("navigation")[0] ?? {};
  const kept = type === "back_forward" ? recall("sessionStorage", key) : null;
  if (!kept) return;
  history.scrollRestoration = "manual";
  feed.show(kept.items, kept.level);
  const card = feed.cards.find((one) => one.item.id === kept.at);
  if (card) scrollTo(0, feed.element.getBoundingClientRect().top + scrollY + card.top - kept.dy);
}

/** Keep the place whenever the visitor leaves. */
export function keepPlace(feed) {
  addEventListener("pagehide", () => {
    const top = feed.cards.find((card) => card.getBoundingClientRect().bottom > HEADER);
    if (!top) return;
    const items = feed.cards.slice(0, MOST).map((card) => card.item);
    const { top: dy } = top.getBoundingClientRect();
    keep("sessionStorage", key, { items, level: feed.level, at: top.item.id, dy });
  });
}
