/**
 * What the visitor says of pictures: kept in `item.mine` by kind, sent, and shown wherever the
 * picture stands. A like and a refusal of the same picture exclude each other.
 */

import { press } from "./cards.js";
import { record, retract } from "./outbox.js";

const OPPOSITE = { like: ["dislike", "hide"], dislike: ["like"], hide: ["like"] };

/** Return everything on the page that shows an item: its card, and the viewer. */
export function shownAs(item) {
  return [...document.querySelectorAll("[data-item]")].filter((element) => element.item?.id === item.id);
}

/** Say something of an item, or take it back; return what restores all that was said before. */
export function react(item, kind, on) {
  const before = { ...item.mine };
  if (on) for (const other of OPPOSITE[kind] ?? []) change(item, other, false);
  change(item, kind, on);
  return () => {
    for (const one of Object.keys({ ...item.mine, ...before })) change(item, one, one in before);
    told(item);
  };
}

function change(item, kind, on) {
  if (kind in item.mine === on) return;
  if (on) item.mine[kind] = record(item, kind);
  else {
    retract(item.mine[kind]);
    delete item.mine[kind];
  }
  for (const element of shownAs(item)) press(element, kind, on);
}

/** Let the page follow what was said of an item. */
export function told(item) {
  document.dispatchEvent(new CustomEvent("told", { detail: item }));
}
