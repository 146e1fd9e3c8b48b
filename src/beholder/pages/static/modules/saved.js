/** The page of saved pictures: a card leaves when it is no longer saved, and comes back by undo. */

import { count } from "./words.js";

/** Follow what is said of the pictures in a feed. */
export function followSaved(feed) {
  document.addEventListener("told", ({ detail: item }) => {
    const cards = [...feed.element.children];
    const card = cards.find((one) => one.item.id === item.id);
    if (!card) return;
    const focused = card.contains(document.activeElement);
    card.hidden = !item.mine.save;
    feed.lay();
    const n = feed.cards.length;
    document.querySelector("#found").textContent = count("results", n);
    document.querySelector("#none").hidden = n > 0;
    if (!focused || !card.hidden) return;
    const next = cards.slice(cards.indexOf(card)).find((one) => !one.hidden) ?? feed.cards.at(-1);
    (next?.querySelector("a") ?? feed.element).focus({ preventScroll: true });
  });
}
