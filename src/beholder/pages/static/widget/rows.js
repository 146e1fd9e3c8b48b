/** The elements of the page that want a row: `<div data-beholder="recommend" data-k="6">`. */

import { call, complain } from "./call.js";
import { draw } from "./cards.js";

const latest = new WeakMap();

/** Fetch all rows anew; what fails or is empty leaves its element as it was. */
export function refresh() {
  return Promise.all(Array.from(document.querySelectorAll("[data-beholder]"), fill));
}

async function fill(element) {
  const turn = {};
  latest.set(element, turn);
  try {
    const answer = await call(pathOf(element.dataset));
    const overtaken = latest.get(element) !== turn;
    if (!overtaken && answer.items.length) draw(element, element.dataset.beholder, answer);
  } catch (error) {
    complain(error);
  }
}

function pathOf({ beholder, item, k = 6, filter }) {
  const asked = `?k=${k}${filter ? `&filter=${encodeURIComponent(filter)}` : ""}`;
  if (beholder === "recommend") return `/v1/recommendations${asked}`;
  if (beholder === "similar") return `/v1/items/${encodeURIComponent(item)}/similar${asked}`;
  return `/v1/rows/${encodeURIComponent(beholder)}${asked}`;
}
