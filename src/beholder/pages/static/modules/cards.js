/** Cards: copies of one template, filled with an item. */

import { pageOf } from "./addresses.js";
import { isSoldOut, priceOf, tintOf, toldOf } from "./attributes.js";
import { count, reasonOf, say, titleOf } from "./words.js";

const template = document.querySelector("#card").content.firstElementChild;
const EAGER = 12;

/** Return the item that an element, or what it lies in, shows. */
export function itemOf(element) {
  return element.closest("[data-item]")?.item;
}

/** What the visitor said of each item, as far as the page knows: the same wherever it stands. */
const said = new Map(Object.entries(JSON.parse(document.querySelector("#more")?.dataset.mine || "{}")));

/** Give an element on the page its item: from its attribute, or the one given. */
export function attach(element, item = JSON.parse(element.dataset.item)) {
  element.item = item;
  item.mine = said.get(item.id) ?? item.mine ?? {};
  said.set(item.id, item.mine);
  element.style.setProperty("--ph", item.picture?.colour || "var(--line)");
  const { width = 1, height = 1 } = item.picture ?? {};
  element.style.setProperty("--ar", `${width}/${height}`);
}

/** Return a new card. */
export function makeCard(item, level, place, width) {
  const card = template.cloneNode(true);
  attach(card, item);
  card.classList.add("in");
  card.addEventListener("animationend", () => card.classList.remove("in"), { once: true });
  card.setAttribute("aria-posinset", place);
  const title = titleOf(item);
  card.setAttribute("aria-label", title);
  const path = pageOf(item);
  for (const link of card.querySelectorAll("a[data-do]")) {
    link.href = link.dataset.do === "more" ? `${path}#related` : path;
  }
  for (const button of card.querySelectorAll("button[data-do]")) {
    const kind = button.dataset.do;
    button.setAttribute("aria-label", `${say(kind)}: ${title}`);
    if (item.mine?.[kind]) press(card, kind, true);
  }
  card.querySelector("[name=item]").value = item.id;
  card.querySelector("b").textContent = title;
  card.querySelector("small").textContent = reasonOf(item, level);
  card.querySelector(".price").textContent = priceOf(item);
  card.querySelector(".told").textContent = toldOf(item);
  card.querySelector(".sold").hidden = !isSoldOut(item);
  card.querySelector(".others").textContent = item.others ? count("variants", item.others) : "";
  fillPicture(card, item, title, place, width);
  return card;
}

/** Show or clear what was said of the item of a card, or of the viewer. */
export function press(element, kind, on) {
  element.querySelector(`[data-do=${kind}]`)?.setAttribute("aria-pressed", String(on));
  if (kind === "like") element.toggleAttribute("data-liked", on);
  if (kind === "save") element.toggleAttribute("data-saved", on);
}

function fillPicture(card, item, title, place, width) {
  const image = card.querySelector("img");
  if (!item.picture) {
    const words = document.createElement("span");
    words.className = "no-picture";
    words.textContent = title;
    words.dataset.tint = tintOf(item);
    words.setAttribute("aria-hidden", "true");
    image.closest("a").setAttribute("aria-label", title);
    image.replaceWith(words);
    return;
  }
  image.alt = title;
  image.width = item.picture.width;
  image.height = item.picture.height;
  image.loading = place <= EAGER ? "eager" : "lazy";
  image.removeAttribute("fetchpriority");
  image.sizes = `${Math.ceil(width)}px`;
  if (item.picture.srcset) image.srcset = item.picture.srcset;
  else image.removeAttribute("srcset");
  image.src = item.picture.src;
  if (!image.complete) {
    image.classList.add("wait");
    image.addEventListener("load", () => image.classList.remove("wait"), { once: true });
  }
}
