/**
 * What the visitor can do with a picture. The answer to a click is painted first; then the
 * event is sent; and when it is acknowledged, what lies below the fold is asked for again.
 */

import { attach, itemOf, press } from "./cards.js";
import { similar } from "./answers.js";
import { flush, record, retract } from "./outbox.js";
import { toast } from "./toast.js";
import { say, titleOf } from "./words.js";

const MORE = 12;
const done = { like: ["liked", "unliked"], save: ["saved_done", "unsaved"] };
const tombstone = document.querySelector("#tombstone").content.firstElementChild;

let feed = null;

/** Say which feed follows the actions. */
export function follow(list) {
  feed = list;
}

/** Run the action of a button or key on what lies around an element. */
export function act(kind, element) {
  const holder = element.closest("[data-item]");
  if (!holder?.item) return;
  if (kind === "like" || kind === "save") toggle(kind, holder.item);
  else if (kind === "dislike" || kind === "hide") remove(kind, holder.item);
  else if (kind === "more") moreLike(holder.item);
  else if (kind === "undo-card") restore(holder);
  else if (kind === "only-seen") onlySeen(holder);
}

/** Return everything on the page that shows an item: its card, and the viewer. */
function shownAs(item) {
  return [...document.querySelectorAll("[data-item]")].filter((element) => element.item?.id === item.id);
}

function toggle(kind, item) {
  const mine = (item.mine ??= {});
  const on = !mine[kind];
  setMine(item, kind, on);
  toast(say(done[kind][on ? 0 : 1]), () => {
    setMine(item, kind, !on);
    afterwards();
  });
  afterwards();
}

function setMine(item, kind, on) {
  if (on) item.mine[kind] = record(item, kind);
  else {
    retract(item.mine[kind]);
    delete item.mine[kind];
  }
  for (const element of shownAs(item)) {
    element.item = item;
    press(element, kind, on);
  }
}

function remove(kind, item) {
  if (item.mine?.[kind]) {
    takeBack(kind, item);
    toast(say("undone"));
    afterwards();
    return;
  }
  const id = record(item, kind);
  setGone(item, kind, id);
  for (const element of shownAs(item)) {
    if (!element.classList.contains("card")) continue;
    bury(element, kind, id);
  }
  toast(say(kind === "hide" ? "hidden" : "disliked"), () => {
    const cards = shownAs(item).filter((element) => element.gone === id);
    if (cards.length) cards.forEach(restore);
    else {
      takeBack(kind, item);
      afterwards();
    }
  });
  afterwards();
}

function takeBack(kind, item) {
  retract(item.mine[kind]);
  setGone(item, kind, null);
}

/** Remember by which event an item was refused, and show it wherever the item stands. */
function setGone(item, kind, id) {
  item.mine ??= {};
  if (id) item.mine[kind] = id;
  else delete item.mine[kind];
  for (const element of shownAs(item)) {
    element.item = item;
    press(element, kind, Boolean(id));
  }
}

/** Lay a tombstone of the same size over a card. */
function bury(card, kind, id) {
  card.querySelector(".gone")?.remove();
  const stone = tombstone.cloneNode(true);
  stone.querySelector("p").textContent = say(kind === "hide" ? "hidden" : "disliked");
  stone.querySelector("small").textContent = say(kind === "hide" ? "tombstone_hidden" : "tombstone");
  stone.querySelector("[data-do=only-seen]").hidden = kind === "hide";
  const focused = card.contains(document.activeElement);
  card.querySelector(".pic").append(stone);
  card.gone = id;
  card.toggleAttribute("data-gone", true);
  setInert(card, true);
  if (focused) stone.querySelector("button").focus({ preventScroll: true });
}

function setInert(card, on) {
  for (const part of card.querySelectorAll(".pic > a, .acts, .cap")) part.inert = on;
}

function restore(card) {
  retract(card.gone);
  for (const kind of ["dislike", "hide"]) if (card.item.mine?.[kind] === card.gone) setGone(card.item, kind, null);
  const focused = card.contains(document.activeElement);
  card.querySelector(".gone")?.remove();
  card.removeAttribute("data-gone");
  delete card.gone;
  setInert(card, false);
  if (focused) card.querySelector("a").focus({ preventScroll: true });
  toast(say("undone"));
  afterwards();
}

/** Not a judgement after all: the picture stays away, but its like do not. */
function onlySeen(card) {
  takeBack("dislike", card.item);
  const id = record(card.item, "hide");
  setGone(card.item, "hide", id);
  bury(card, "hide", id);
  toast(say("hidden"), () => restore(card));
  afterwards();
}

async function moreLike(item) {
  record(item, "click");
  toast(say("more_of", { title: titleOf(item) }));
  if (!feed?.endless) {
    location.assign(`/item/${encodeURIComponent(item.id)}#related`);
    return;
  }
  const answer = await similar(item.id, MORE).catch(() => ({ items: [] })); // the feed goes on without
  const reason = { kind: "liked", because: [{ id: item.id, title: titleOf(item) }] };
  afterwards(answer.items.map((other) => ({ ...other, reason })));
}

/** Let the browser paint, send what happened, then ask for what comes next. */
function afterwards(first = []) {
  requestAnimationFrame(() =>
    setTimeout(async () => {
      if (await flush()) await feed?.reorder(first);
    }),
  );
}

/** Forms work without scripts; with scripts their buttons are actions. */
export function listen(extra) {
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-do]");
    if (!button || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    const kind = button.dataset.do;
    if (extra[kind]?.(button, event)) return;
    if (!itemOf(button)) return;
    event.preventDefault();
    act(kind, button);
  });
  for (const page of document.querySelectorAll(".two.page")) attach(page);
}
