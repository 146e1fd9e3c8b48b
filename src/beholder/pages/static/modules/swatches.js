/** The variants of a product under its large picture: small ones, the present one marked. */

import { pageOf } from "./addresses.js";
import { isSoldOut, namesOf } from "./attributes.js";
import { say } from "./words.js";

const thumb = document.querySelector("#thumb").content.firstElementChild;

/** Show the variants of an item's product; without others there is nothing. */
export function fillSwatches(two, item) {
  const nav = two.querySelector(".swatches");
  const variants = item.variants ?? [];
  const { names, read } = namesOf(variants);
  nav.hidden = !variants.length;
  nav.replaceChildren(
    ...variants.map((variant, i) => {
      const link = thumb.cloneNode(true);
      link.href = pageOf(variant);
      link.title = names[i];
      link.setAttribute("aria-label", isSoldOut(variant) ? `${names[i]}: ${say("sold_out")}` : names[i]);
      link.classList.toggle("out", isSoldOut(variant));
      link.dataset.item = "";
      link.dataset.do = "open";
      link.item = variant;
      if (variant.id === item.id) link.setAttribute("aria-current", "true");
      const image = link.querySelector("img");
      if (variant.picture) {
        const { src, srcset } = variant.picture;
        Object.assign(image, { sizes: "56px", srcset, src, width: 56, height: 56 });
      } else image.remove();
      if (read || !variant.picture) {
        link.append(Object.assign(document.createElement("span"), { textContent: names[i] }));
      }
      return link;
    }),
  );
}
