/**
 * What the visitor can do with a picture. The answer to a click is painted first; then the
 * event is sent; and when it is acknowledged, what lies below the fold is asked for again.
 */

import { pageOf } from "./addresses.js";
import { attach, itemOf } from "./cards.js";
import { similar } from "./answers.js";
import { failed } from "./failing.js";
import { flush, record } from "./outbox.js";
import { react, shownAs, told } from "./reactions.js";
import { bury, focusOn, raise } from "./stones.js";
import { toast } from "./toast.js";
import { refused, say, titleOf } from "./words.js";

const MORE = 12;

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
  else if (kind === "dislike" || kind === "hide") refuse(kind, holder.item);
  else if (kind === "more") moreLike(holder.item);
  else if (kind === "undo-card") holder.back();
  else if (kind === "only-seen") onlySeen(holder);
}

function cardsOf(item) {
  return shownAs(item).filter((element) => element.classList.contains("card"));
}

function toggle(kind, item) {
  const on = !item.mine[kind];
  const restore = react(item, kind, on);
  if (kind === "like") cardsOf(item).forEach(raise);
  toast(say(doneWith(kind, on)), () => {
    restore();
    afterwards();
  });
  told(item);
  afterwards();
}

/** More is promised only where something is left that can be more of it. */
function doneWith(kind, on) {
  if (kind === "save") return on ? "saved_done" : "unsaved";
  if (!on) return "unliked";
  return feed?.ahead && !refused ? "liked" : "liked_only";
}

function refuse(kind, item) {
  const on = !item.mine[kind];
  const restore = react(item, kind, on);
  if (on) lay(item, kind, restore);
  else undoable("undone", item, restore);
  told(item);
  afterwards();
}

/** Not a judgement after all: the picture stays away, and what is like it less so. */
function onlySeen(card) {
  const { item, back } = card;
  react(item, "dislike", false);
  const restore = react(item, "hide", true);
  lay(item, "seen", () => {
    restore();
    back();
  });
  told(item);
  afterwards();
}

/** Lay tombstones over the cards of an item, and offer to take them off again. */
function lay(item, how, restore) {
  const back = undoable({ dislike: "disliked", hide: "hidden", seen: "seen_before" }[how], item, restore);
  for (const card of cardsOf(item)) bury(card, how, back);
}

function undoable(key, item, restore) {
  const back = () => {
    const inMessage = document.activeElement?.closest("#toast");
    restore();
    cardsOf(item).forEach(raise);
    toast(say("undone"));
    const [card] = cardsOf(item);
    if (inMessage && card && !document.querySelector("dialog[open]")) focusOn(card);
    afterwards();
  };
  toast(say(key), back);
  return back;
}

async function moreLike(item) {
  record(item, "click");
  toast(say("more_of", { title: titleOf(item) }));
  if (!feed?.endless) {
    location.assign(`${pageOf(item)}#related`);
    return;
  }
  await bring(item);
}

/** Put what is like an item first in what comes next. */
async function bring(item) {
  const answer = await similar(item.id, MORE).catch((error) => {
    failed(error, () => bring(item));
    return { items: [] }; // the feed goes on without
  });
  const reason = { kind: "liked", because: [{ id: item.id, title: titleOf(item) }] };
  afterwards(answer.items.map((other) => ({ ...other, reason })));
}

/** Let the browser paint, then send what happened. */
function afterwards(first = []) {
  requestAnimationFrame(() => setTimeout(() => sendAll(first)));
}

/** Send what happened, and ask for what comes next. */
export async function sendAll(first = []) {
  if (await flush()) await feed?.reorder(first);
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
