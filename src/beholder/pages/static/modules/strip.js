/**
 * All pictures of one item: small ones under the large one. A tap or the arrow keys choose which
 * is large. Without scripts they are links to the same page with another picture.
 */

import { pageOf } from "./addresses.js";
import { say } from "./words.js";

const thumb = document.querySelector("#thumb").content.firstElementChild;
const STEPS = { ArrowRight: 1, ArrowLeft: -1 };

/** Show the pictures of an item under its large one; with one picture there is no strip. */
export function fillStrip(two, item, title) {
  const strip = two.querySelector(".strip");
  const pictures = (item.pictures ?? []).filter(({ src }) => src);
  strip.hidden = pictures.length < 2;
  strip.replaceChildren(
    ...pictures.map((picture, place) => {
      const link = thumb.cloneNode(true);
      link.href = `${pageOf(item)}?picture=${place + 1}`;
      link.dataset.do = "picture";
      link.setAttribute("aria-label", name("picture_n", place, pictures, title));
      const { src, srcset } = picture;
      Object.assign(link.querySelector("img"), { sizes: "64px", srcset, src, width: 64, height: 64 });
      if (!place) link.setAttribute("aria-current", "true");
      return link;
    }),
  );
}

/** Make one of the small pictures the large one. */
export function choose(link, title) {
  const two = link.closest(".two");
  const links = [...two.querySelectorAll(".strip a")];
  const pictures = two.item.pictures.filter(({ src }) => src);
  const place = links.indexOf(link);
  for (const other of links) other.removeAttribute("aria-current");
  link.setAttribute("aria-current", "true");
  const { src, srcset, width, height, colour } = pictures[place];
  const alt = place ? name("picture_of", place, pictures, title) : title;
  const large = two.querySelector(".stage > img");
  large.removeAttribute("srcset"); // else the old one is loaded for the new size
  Object.assign(large, { width, height, alt, src, srcset });
  two.style.setProperty("--ph", colour);
  const strip = link.parentElement; // the page itself stays where it is
  strip.scrollTo({ left: link.offsetLeft - (strip.clientWidth - link.offsetWidth) / 2 });
}

/** Let the arrow keys go from picture to picture of the viewer, or else of the item's page. */
export function wireStrip(titleOf) {
  document.addEventListener("keydown", (event) => {
    const step = STEPS[event.key];
    if (!step || event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.target.closest("input, [role=menu]")) return;
    const two = document.querySelector("dialog[open] .two") ?? document.querySelector(".two.page");
    const links = [...(two?.querySelectorAll(".strip a") ?? [])];
    const next = links[links.findIndex((link) => link.hasAttribute("aria-current")) + step];
    if (!next) return;
    event.preventDefault();
    choose(next, titleOf(two.item));
    if (document.activeElement.closest(".strip")) next.focus({ preventScroll: true });
  });
}

function name(key, place, pictures, title) {
  return say(key, { title, n: place + 1, all: pictures.length });
}
