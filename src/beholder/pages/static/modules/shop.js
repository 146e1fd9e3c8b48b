/** Puts the parts together. Everything here also works, more slowly, without scripts. */

import { act, follow, listen, sendAll } from "./actions.js";
import { Unreachable } from "./api.js";
import { itemOf } from "./cards.js";
import { failed } from "./failing.js";
import { Feed } from "./feed.js";
import { wireFound } from "./found.js";
import { wireKeys } from "./keys.js";
import { wireLook } from "./look.js";
import { wireMe } from "./me.js";
import { openMenu, wireMenu } from "./menu.js";
import { flush, record } from "./outbox.js";
import { wirePicture } from "./picture.js";
import { keepPlace, restorePlace } from "./places.js";
import { wireReach } from "./reach.js";
import { followSaved } from "./saved.js";
import { choose, wireStrip } from "./strip.js";
import { closeViewer, followHistory, openViewer, openWhy } from "./viewer.js";
import { say, titleOf } from "./words.js";

const list = document.querySelector(".feed");
const feed = list && new Feed(list, document.querySelector("#more"), document.body.dataset.page === "feed");

/** Open the viewer in one of its two ways for the card around an element. */
const opens = (open) => (element) => {
  const holder = element.closest("[data-item]");
  open(holder.item, holder.classList.contains("card") ? holder : null);
};
const why = opens(openWhy);
const look = opens(openViewer);

if (feed) {
  follow(feed);
  if (document.body.dataset.page === "search") wireFound(feed);
  restorePlace(feed);
  keepPlace(feed);
  if (document.body.dataset.page === "saved") followSaved(feed);
  list.addEventListener("reordered", ({ detail }) => {
    const warm = detail.level !== "popular";
    if (warm) document.querySelector(".hello p").textContent = say("sub");
  });
  wireKeys(list, (kind, card) => (kind === "why" ? why(card) : act(kind, card)));
}
if (document.body.dataset.page === "me") wireMe();
wireStrip(titleOf);
wireMenu(why);
wireLook();
wirePicture();
wireWords();
const opened = (link, event) => {
  event.preventDefault();
  look(link);
  return true;
};
listen({
  open: opened,
  look: opened, // the words of a card
  menu: (button) => (openMenu(button), true),
  close: () => (closeViewer(), true),
  dislike: (button) => void (button.closest("dialog") && !itemOf(button).mine.dislike && closeViewer()),
  picture: (link, event) => {
    event.preventDefault();
    choose(link, titleOf(link.closest(".two").item));
    return true;
  },
});

wireReach(() => sendAll());
if (document.prerendering) document.addEventListener("prerenderingchange", arrive, { once: true });
else arrive();
flush();

/** Who comes to an item by its address has looked at it; a reload, the way back or another language is no second look. */
function arrive() {
  const item = itemOf(document.querySelector(".two.page") ?? document.body);
  const [way] = performance.getEntriesByType("navigation");
  const before = document.referrer && new URL(document.referrer);
  const again = before?.origin === location.origin && before.pathname === location.pathname;
  if (item && way?.type === "navigate" && !again) record(item, "view");
}

/** Show what the history says; a reload helps where an answer is refused, not where none comes. */
function turn() {
  followHistory((id) => feed?.cards.find((card) => card.item.id === id)?.item).catch((error) =>
    error instanceof Unreachable ? failed(error, turn) : location.reload(),
  );
}
addEventListener("popstate", turn);

/** Enter that ends a composition of characters does not send the search. */
function wireWords() {
  const input = document.querySelector("#words");
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.isComposing) event.preventDefault();
  });
  if (document.body.dataset.page === "search" && !location.search) input.focus();
}
