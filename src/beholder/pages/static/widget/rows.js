/** The elements of the page that want a row: `<div data-beholder="recommend" data-k="6">`. */

import { call, complain } from "./call.js";
import { draw } from "./cards.js";
import { said } from "./script.js";

const latest = new WeakMap();
const first = new WeakMap(); // what stood in an element, while a row stands there

/** Take all rows away: they are of somebody who left. */
export function clear() {
  document.querySelectorAll("[data-beholder]").forEach(restore);
}

/** Fetch all rows anew; what fails leaves its element as it was, what is empty as it was at first. */
export function refresh() {
  return Promise.all(Array.from(document.querySelectorAll("[data-beholder]"), fill));
}

async function fill(element) {
  const turn = {};
  latest.set(element, turn);
  if (element.dataset.beholder === "similar" && !element.dataset.item) {
    return complain(new Error('data-beholder="similar" needs data-item, the id of an item'));
  }
  try {
    const answer = await call(pathOf(element.dataset));
    if (latest.get(element) !== turn) return;
    if (!answer.items.length) return restore(element);
    if (!first.has(element)) first.set(element, [element.hidden, ...element.childNodes]);
    draw(element, element.dataset.beholder, answer);
  } catch (error) {
    complain(error);
  }
}

function restore(element) {
  if (!first.has(element)) return;
  const [hidden, ...held] = first.get(element);
  first.delete(element);
  element.textContent = "";
  element.append(...held);
  element.hidden = hidden;
}

function pathOf({ beholder, item, k = 6, filter, variants = said.variants || "one" }) {
  const only = filter ? `&filter=${encodeURIComponent(filter)}` : "";
  const asked = `?k=${k}&variants=${encodeURIComponent(variants)}${only}`;
  if (beholder === "recommend") return `/v1/recommendations${asked}`;
  if (beholder === "similar") return `/v1/items/${encodeURIComponent(item)}/similar${asked}`;
  return `/v1/rows/${encodeURIComponent(beholder)}${asked}`;
}
