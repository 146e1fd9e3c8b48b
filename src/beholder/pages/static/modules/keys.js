/**
 * Keys while a card has the focus: single letters act, arrows go to the neighbour on the
 * screen, Page Up and Page Down to the card before and after, Ctrl+End past the feed.
 */

import { keep, recall } from "./kept.js";
import { say } from "./words.js";

const LETTERS = { l: "like", s: "save", x: "dislike", m: "more", w: "why" };
const ARROWS = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] };
const KEY = "beholder.keys";
const NEAREST = 20;
const ASIDE = 3;

/** Listen on a feed; run is called with the kind and the card. */
export function wireKeys(list, run) {
  wireSwitch();
  list.addEventListener("keydown", (event) => {
    const card = event.target.closest(".card");
    if (!card || event.altKey || event.metaKey) return;
    if (event.ctrlKey) {
      if (event.key === "End") go(document.querySelector("footer button"), event);
      return;
    }
    if (event.key in ARROWS) return go(neighbour(list, card, ARROWS[event.key]), event);
    if (event.key === "PageDown") return go(card.nextElementSibling, event);
    if (event.key === "PageUp") return go(card.previousElementSibling, event);
    const kind = LETTERS[event.key.toLowerCase()];
    if (kind && on() && !card.hasAttribute("data-gone")) {
      event.preventDefault();
      run(kind, card);
    }
  });
}

function go(target, event) {
  if (!target) return;
  event.preventDefault();
  const inside = target.querySelector(".gone button") ?? target.querySelector("a") ?? target;
  inside.focus({ preventScroll: true });
  target.scrollIntoView({ block: "nearest" });
}

/** Return the nearest card in a direction; being aside counts three times. */
function neighbour(list, card, [right, down]) {
  const middle = (box) => [box.x + box.width / 2, box.y + box.height / 2];
  const [x, y] = middle(card.getBoundingClientRect());
  let best = null;
  let least = Infinity;
  for (const other of list.children) {
    if (other === card) continue;
    const [ox, oy] = middle(other.getBoundingClientRect());
    const along = (ox - x) * right + (oy - y) * down;
    if (along < NEAREST) continue;
    const distance = along + ASIDE * Math.abs(right ? oy - y : ox - x);
    if (distance < least) [best, least] = [other, distance];
  }
  return best;
}

function on() {
  return recall("localStorage", KEY) !== "off";
}

/** Single keys can be turned off: they get in the way of dictation. */
function wireSwitch() {
  const button = document.querySelector("#keys-toggle");
  const draw = () => {
    button.setAttribute("aria-pressed", String(on()));
    button.querySelector("span").textContent = say(on() ? "keys_on" : "keys_off");
  };
  button.addEventListener("click", () => {
    keep("localStorage", KEY, on() ? "off" : "on");
    draw();
  });
  draw();
}
