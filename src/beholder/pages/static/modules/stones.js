/** A tombstone lies over a card that was refused: of the same size, with a way back. */

import { refused, say } from "./words.js";

const stone = document.querySelector("#tombstone").content.firstElementChild;
const WORDS = {
  dislike: ["disliked", "tombstone"],
  hide: ["hidden", "tombstone_hidden"],
  seen: ["seen_before", "tombstone_seen"],
};

/** Lay a tombstone over a card; how is a key of `WORDS`, and back what its undo does. */
export function bury(card, how, back) {
  const focused = card.contains(document.activeElement);
  card.querySelector(".gone")?.remove();
  const laid = stone.cloneNode(true);
  const [heading, text] = WORDS[how];
  laid.querySelector("p").textContent = say(heading);
  laid.querySelector("small").textContent = refused
    ? say("tombstone_refused", { name: say("use_recommend") })
    : say(text);
  laid.querySelector("[data-do=only-seen]").hidden = how !== "dislike";
  card.append(laid); // over its caption too: on a phone a picture alone is too low for the words
  card.back = back;
  card.toggleAttribute("data-gone", true);
  setInert(card, true);
  if (focused) focusOn(card);
}

/** Put the focus on what of a card can be used: its way back, or its picture. */
export function focusOn(card) {
  (card.querySelector(".gone button") ?? card.querySelector("a")).focus({ preventScroll: true });
}

/** Take the tombstone off a card. */
export function raise(card) {
  if (!card.hasAttribute("data-gone")) return;
  const focused = card.contains(document.activeElement);
  card.querySelector(".gone").remove();
  card.removeAttribute("data-gone");
  delete card.back;
  setInert(card, false);
  if (focused) focusOn(card);
}

function setInert(card, on) {
  for (const part of card.querySelectorAll(".pic > a, .acts, .cap")) part.inert = on;
}
