/**
 * One picture over the page, with why it is there and what looks like it. It has the address
 * of the item's page; Back closes it.
 */

import { pageOf, root } from "./addresses.js";
import { chipsOf, isSoldOut, priceOf } from "./attributes.js";
import { Unreachable } from "./api.js";
import { attach, press } from "./cards.js";
import { failed } from "./failing.js";
import { explain, item as fetchItem, similar } from "./answers.js";
import { didSince, flush, record } from "./outbox.js";
import { home } from "./places.js";
import { focusOn } from "./stones.js";
import { fillStrip } from "./strip.js";
import { fillSwatches } from "./swatches.js";
import { count, refused, say, titleOf } from "./words.js";

const dialog = document.querySelector("#viewer");
const two = dialog.querySelector(".two");
const picture = dialog.querySelector(".stage > img");
const bar = document.querySelector("#bar").content.firstElementChild;
const thumb = document.querySelector("#thumb").content.firstElementChild;
const toasts = document.querySelector("#toast");
const calm = matchMedia("(prefers-reduced-motion: reduce)");
const RELATED = 8;
const MOST_SHARES = 5;

let asking = null;
let from = null;
let later = false; // whether the visitor did something since the picture was put on the page

/** Open an item; card, where given, is the card it was opened from. */
export function openViewer(item, card = null) {
  later = didSince(item.asked ?? Infinity); // before the click, which is of this very picture
  record(item, "click");
  flush();
  enter(item, card, false);
}

/** Open why an item is there. Whoever asks has not liked it: nothing is recorded. */
export function openWhy(item, card = null) {
  later = didSince(item.asked ?? Infinity);
  enter(item, card, true);
}

function enter(item, card, why) {
  const depth = dialog.open ? (history.state?.depth ?? 0) : 0;
  if (!depth) from = card;
  history.pushState({ viewer: item.id, depth: depth + 1, why }, "", pageOf(item));
  grow(card?.querySelector("img"), () => show(item));
}

/** Close it by going back to the page below, however many pictures lie between. */
export function closeViewer() {
  if (dialog.open) history.go(-(history.state?.depth ?? 1));
}

/** Follow the address after Back and Forward. */
export async function followHistory(find) {
  const id = history.state?.viewer;
  if (id === undefined) {
    if (dialog.open) dialog.close();
    // After a reload under a viewer this page is the item's, and Back means another page.
    else if (location.pathname + location.search !== home) location.reload();
    return;
  }
  const item = find(id) ?? (await fetchItem(id));
  later = didSince(item.asked ?? Infinity);
  show(item);
}

/** Let the picture of the card grow into the viewer, where motion is welcome. */
function grow(image, go) {
  if (!image || calm.matches || !document.startViewTransition) return go();
  image.style.viewTransitionName = "opened";
  const transition = document.startViewTransition(() => {
    image.style.viewTransitionName = "";
    picture.style.viewTransitionName = "opened";
    go();
  });
  transition.finished.finally(() => (picture.style.viewTransitionName = ""));
}

/** Where the service is away, the smaller rendition of the card is often kept, and shown instead. */
picture.addEventListener("error", () => {
  if (picture.srcset) picture.srcset = "";
  else picture.hidden = true;
});

function show(item) {
  attach(two, item);
  const title = titleOf(item);
  dialog.querySelector("#viewer-title").textContent = title;
  dialog.querySelector(".description").textContent = item.attributes?.description ?? "";
  dialog.querySelector(".price").textContent = priceOf(item);
  dialog.querySelector(".sold").hidden = !isSoldOut(item);
  picture.alt = title;
  picture.hidden = !item.picture;
  if (item.picture) {
    picture.width = item.picture.width;
    picture.height = item.picture.height;
    picture.sizes = "(max-width: 760px) 94vw, 560px";
    picture.srcset = item.picture.srcset ?? "";
    picture.src = item.picture.src;
  }
  for (const kind of ["like", "save", "dislike"]) press(two, kind, Boolean(item.mine?.[kind]));
  showTags(item);
  if (!dialog.open) dialog.showModal();
  dialog.append(toasts); // only what is inside a modal dialog can be seen and used
  dialog.scrollTop = 0;
  if (history.state?.why) goToWhy();
  askFor(item, title);
}

/** Ask for what is to be known of an item besides. */
function askFor(item, title) {
  asking?.abort();
  const { signal } = (asking = new AbortController());
  const again = () => askFor(item, title); // its message goes with the picture
  showPictures(item, title, signal);
  fill(".why", () => explain(item.id, signal), showWhy, signal, again);
  fill(".rel", () => similar(item.id, RELATED, signal), showRelated, signal, again);
}

/** Bring the reasons to the top, with the focus; a message lies at the bottom. */
function goToWhy() {
  const heading = dialog.querySelector(".why h3");
  heading.focus({ preventScroll: true });
  heading.scrollIntoView({ block: "start" });
}

/** Show all pictures and variants; an item of a list knows its cover alone. */
async function showPictures(item, title, signal) {
  fillStrip(two, item, title);
  fillSwatches(two, item);
  if (item.pictures) return;
  try {
    const { pictures, variants } = await fetchItem(item.id, signal);
    Object.assign(item, { pictures, variants });
    if (signal.aborted) return;
    fillStrip(two, item, title);
    fillSwatches(two, item);
  } catch {
    // the cover is there; what is missing is extra
  }
}

/** Fill one section when its answer comes; without an answer it stays away. */
async function fill(selector, ask, draw, signal, again) {
  const section = dialog.querySelector(selector);
  section.hidden = false;
  section.setAttribute("aria-busy", "true");
  section.querySelector(".bars, .grid").replaceChildren();
  try {
    draw(section, await ask());
  } catch (error) {
    if (signal.aborted) return;
    section.hidden = true; // the picture is there; what is missing is extra
    if (error instanceof Unreachable) failed(error, again, "error", {}, signal);
  } finally {
    if (!signal.aborted) {
      section.setAttribute("aria-busy", "false");
      if (document.activeElement?.closest(".why h3")) goToWhy(); // there may be more to scroll by now
    }
  }
}

function showTags(item) {
  const links = chipsOf(item).map(({ name, value, label }) => {
    const href = `${root}/search?${new URLSearchParams({ [`is.${name}`]: value })}#results`;
    return Object.assign(document.createElement("a"), { className: "chip", href, textContent: label });
  });
  dialog.querySelector(".tags").replaceChildren(...links);
}

function showWhy(section, { item, shares, base = 0, exact = true, level, rules = [], ranker = 0, value = 0 }) {
  const sorted = [...shares].sort((a, b) => Math.abs(b.share) - Math.abs(a.share));
  const ruled = rules.reduce((sum, { value }) => sum + value, 0);
  const rest = sorted.slice(MOST_SHARES);
  const added = [base, ruled, ranker, value].reduce((sum, part) => sum + Math.abs(part), 0);
  const whole = sorted.reduce((sum, { share }) => sum + Math.abs(share), added) || 1;
  const rows = sorted.slice(0, MOST_SHARES).map((share) => makeBar(nameOf(share, item), share.share / whole, share));
  if (rest.length) {
    const sum = rest.reduce((total, { share }) => total + share, 0);
    rows.push(makeBar(count("why_rest", rest.length), sum / whole));
  }
  if (ruled) rows.push(makeBar(say("why_rules"), ruled / whole));
  if (ranker) rows.push(makeBar(say("why_ranker"), ranker / whole));
  if (value) rows.push(makeBar(say("why_value"), value / whole));
  if (base && rows.length) rows.push(makeBar(say("why_base"), base / whole));
  const spoken = sorted.slice(0, MOST_SHARES).some(({ share }) => Math.round((100 * share) / whole) > 0);
  const about = rows.length && !exact ? ` ${say("why_about")}` : "";
  const cold = refused ? "why_refused" : "why_nothing";
  const nothing = level === "popular" && !sorted.length ? cold : "why_apart";
  const now = later && rows.length ? ` ${say("why_now")}` : "";
  section.querySelector(".soft").textContent = say(spoken ? "why_intro" : nothing, { name: say("use_recommend") }) + about + now;
  section.querySelector(".bars").replaceChildren(...rows.filter((row) => row.querySelector("meter").value));
}

/** Return what a bar calls an item of the history. */
function nameOf(share, explained) {
  if (share.id === explained) return say("why_itself");
  const title = titleOf(share) || say("why_gone");
  return share.disliked ? say("why_disliked", { title }) : title;
}

function makeBar(what, share, item = null) {
  const row = bar.cloneNode(true);
  const percent = Math.round(100 * share);
  const label = percent < 0 ? say("why_against", { what }) : what;
  row.querySelector("span").textContent = label;
  row.classList.toggle("against", percent < 0);
  row.querySelector("meter").value = Math.abs(percent);
  row.querySelector("meter").setAttribute("aria-label", label);
  row.querySelector("output").textContent = percent < 0 ? `−${-percent} %` : `${percent} %`;
  const link = row.querySelector("a");
  const src = item?.picture?.src ?? item?.picture;
  if (typeof src === "string") {
    link.href = pageOf(item);
    link.setAttribute("aria-label", label);
    link.querySelector("img").src = src;
  } else link.replaceWith(Object.assign(document.createElement("span"), { className: "thumb" }));
  return row;
}

function showRelated(section, { items }) {
  const links = items.slice(0, RELATED).map((item) => {
    const link = thumb.cloneNode(true);
    link.href = pageOf(item);
    link.dataset.item = "";
    link.dataset.do = "open";
    attach(link, item);
    const image = link.querySelector("img");
    if (item.picture) Object.assign(image, { src: item.picture.src, alt: titleOf(item) });
    else image.replaceWith(titleOf(item));
    return link;
  });
  section.hidden = !links.length;
  section.querySelector(".grid").replaceChildren(...links);
}

dialog.addEventListener("cancel", (event) => {
  event.preventDefault();
  closeViewer();
});
dialog.addEventListener("click", (event) => {
  if (event.target === dialog) closeViewer();
});
dialog.addEventListener("close", () => {
  asking?.abort();
  document.body.append(toasts);
  if (from?.isConnected && !from.hidden) focusOn(from);
  from = null;
});
