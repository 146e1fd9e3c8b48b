/**
 * What a search found: more of it, and what looks like a picture that the browser keeps. Without
 * scripts the next page stands alone.
 */

import { search } from "./answers.js";
import { failed } from "./failing.js";
import { blobOf, fileOf, keptPicture } from "./picture.js";
import { count, say } from "./words.js";

const K = 60;
const more = document.querySelector("#more");

/** Let the next page come behind the present one, and show what looks like a picture. */
export function wireFound(feed) {
  const { furthest, ...asked } = JSON.parse(more.dataset.search || "{}");
  const picture = keptPicture();
  const file = picture?.thumb ? fileOf(picture.thumb) : null;
  if (picture) showPicture(feed, asked, picture, file);
  more.addEventListener("click", (event) => {
    const link = event.target.closest(".next");
    if (!link || link.ariaDisabled) return;
    event.preventDefault();
    grow(feed, asked, file, link, furthest ?? Infinity);
  });
}

async function grow(feed, asked, file, link, furthest) {
  link.ariaDisabled = "true";
  const first = feed.cards.length;
  try {
    const { items, total } = await search({ ...asked, k: K }, file);
    feed.append(items, "search");
    asked.place += items.length;
    const address = new URL(link.href);
    address.searchParams.set("place", asked.place);
    link.href = address;
    const left = items.length && asked.place < total;
    link.hidden = !left || asked.place > furthest;
    more.querySelector(".too-many").hidden = !left || !link.hidden;
    if (link.hidden) feed.cards[first]?.querySelector("a").focus({ preventScroll: true });
  } catch (error) {
    failed(error, () => grow(feed, asked, file, link, furthest));
  } finally {
    link.ariaDisabled = null;
  }
}

/** What else is asked for is searched for together with the picture. */
async function showPicture(feed, asked, picture, file) {
  const { words, choices } = asked;
  const chip = document.querySelector("#by-picture");
  const hello = document.querySelector("#hello");
  chip.hidden = false;
  if (file) Object.assign(hello.querySelector(".asked"), { src: blobOf(picture.thumb), hidden: false });
  if (!words) hello.querySelector("h1").textContent = say("results_picture");
  hello.querySelector("p:not(.row)")?.remove();
  more.querySelector(".next")?.remove();
  document.querySelector("#nothing")?.remove();
  const found = document.querySelector("#found");
  if (!words && !Object.keys(choices).length) {
    feed.show(picture.items, "search");
    found.textContent = count("results_alike", picture.items.length);
    return;
  }
  try {
    if (!file) throw new Error("the browser could not draw the picture");
    const { items, total } = await search({ ...asked, place: 0, k: K }, file);
    feed.show(items, "search");
    found.textContent = count("results", total);
    asked.place = items.length;
    if (items.length < total) more.append(nextLink());
  } catch (error) {
    failed(error, file && (() => showPicture(feed, asked, picture, file)));
  }
}

function nextLink() {
  const link = Object.assign(document.createElement("a"), { className: "btn solid next", href: location.href });
  link.textContent = say("load_more");
  return link;
}
