/** The menu of a card: a popover that opens beside its button. */

import { act } from "./actions.js";
import { say } from "./words.js";

const menu = document.querySelector("#menu");
const entries = [...menu.querySelectorAll("button")];
const EDGE = 8;
const BACK = { like: "unlike", save: "unsave" };

let opener = null;

/** Open the menu for the card around a button. */
export function openMenu(button) {
  opener = button;
  const { mine } = button.closest("[data-item]").item;
  for (const [kind, back] of Object.entries(BACK)) {
    const entry = menu.querySelector(`[data-do=${kind}]`);
    entry.classList.toggle("on", kind in mine);
    entry.querySelector("span").textContent = say(kind in mine ? back : kind);
  }
  menu.showPopover();
  place(button.getBoundingClientRect());
  entries[0].focus({ preventScroll: true });
}

/** Put the menu below its button, or else above it, but never over a message with its way back. */
function place(at) {
  const message = document.querySelector("#toast p");
  const floor = message.hidden ? innerHeight : message.getBoundingClientRect().top;
  menu.style.maxHeight = `${floor - 2 * EDGE}px`;
  const { width, height } = menu.getBoundingClientRect();
  const below = at.bottom + 4 + height <= floor;
  const top = Math.min(below ? at.bottom + 4 : at.top - 4 - height, floor - EDGE - height);
  menu.style.left = `${Math.max(EDGE, Math.min(innerWidth - width - EDGE, at.right - width))}px`;
  menu.style.top = `${Math.max(EDGE, top)}px`;
}

/** Make the menu work; why opens the explanation of a card. */
export function wireMenu(why) {
  menu.addEventListener("click", (event) => {
    const kind = event.target.closest("[data-do]")?.dataset.do;
    if (!kind) return;
    event.stopPropagation();
    menu.hidePopover();
    const button = opener;
    button.focus({ preventScroll: true });
    if (kind === "why") why(button);
    else act(kind, button);
  });
  menu.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const at = entries.indexOf(document.activeElement);
    if (step) entries[(at + step + entries.length) % entries.length].focus();
    else if (event.key === "Home") entries[0].focus();
    else if (event.key === "End") entries.at(-1).focus();
    else if (event.key === "Tab") menu.hidePopover();
    else return;
    if (event.key !== "Tab") event.preventDefault();
  });
  menu.addEventListener("toggle", (event) => {
    if (event.newState === "closed" && menu.contains(document.activeElement)) opener?.focus({ preventScroll: true });
  });
}
