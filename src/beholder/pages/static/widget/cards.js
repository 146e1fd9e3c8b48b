/** Cards of a row: a picture, a title and a price, in one link. */

import { record } from "./events.js";
import { priceOf } from "./price.js";
import { base, origin, said } from "./script.js";
import { watch } from "./sight.js";
import { language, moreOf, titleOf } from "./words.js";

const SIZES = "(max-width: 40rem) 45vw, 15rem";

/** Put the items of an answer in the place of what the element held. */
export function draw(element, name, { answer, items, place = 0, variants }) {
  const focused = [...element.querySelectorAll("a")].indexOf(document.activeElement);
  const { title = titleOf(name), href, k = 6, price = said.price } = element.dataset;
  const list = make("ul", "beholder-row");
  list.style.setProperty("--beholder-k", k); // one line, where the screen is wide enough
  list.setAttribute("role", "list"); // browsers forget it where no bullets are shown
  list.setAttribute("aria-label", title || titleOf(name));
  const links = items.map((item, i) => {
    const link = makeCard(item, href || said.href, variants && Object.hasOwn(variants, item.id) && variants[item.id]);
    const money = price === "none" ? "" : priceOf(item.attributes || {});
    if (money) link.appendChild(make("span", "beholder-price", money));
    const told = answer ? { answer, place: place + i } : {};
    const tell = () => record({ item: item.id, kind: "click", ...told });
    link.addEventListener("click", tell);
    link.addEventListener("auxclick", (event) => event.button === 1 && tell());
    list.appendChild(make("li")).appendChild(link);
    return link;
  });
  element.textContent = "";
  if (title) element.appendChild(make("h2", "beholder-title", title));
  element.appendChild(list);
  element.hidden = false;
  if (answer) links.forEach((link, i) => watch(link, answer, place + i));
  if (links[focused]) links[focused].focus({ preventScroll: true });
}

/** others is how many more variants of its product the card stands for. */
function makeCard(item, href, others) {
  const attributes = item.attributes || {};
  const link = make("a", "beholder-card");
  const values = { ...attributes, id: item.id };
  link.href = (href || `${base}/item/{id}`).replace(/{(\w+)}/g, (_, name) =>
    encodeURIComponent(values[name] || item.id),
  );
  if (item.picture) link.appendChild(makePicture(item.picture));
  link.appendChild(make("span", "", attributes[`title_${language}`] || item.title || item.id));
  if (others) link.appendChild(make("span", "beholder-more", moreOf(others)));
  return link;
}

/** The title stands beside it, so that a picture needs no words of its own. */
function makePicture({ src, srcset, width, height, colour }) {
  const image = make("img");
  image.alt = "";
  image.loading = "lazy";
  image.width = width;
  image.height = height;
  image.style.aspectRatio = `var(--beholder-ratio, ${width} / ${height})`;
  image.style.backgroundColor = colour;
  image.sizes = SIZES;
  if (srcset) image.srcset = srcset.replace(/(^|, *)\//g, `$1${origin}/`);
  image.src = origin + src;
  return image;
}

function make(tag, name, text) {
  const element = document.createElement(tag);
  if (name) element.className = name;
  if (text) element.textContent = text;
  return element;
}
