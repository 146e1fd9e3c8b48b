/** Language and theme: kept in cookies, so that the server paints them right the first time. */

import { root } from "./addresses.js";

const YEAR = 31_536_000;
const html = document.documentElement;

function keep(name, value) {
  document.cookie = `${name}=${value}; path=${root || "/"}; max-age=${YEAR}; samesite=lax`;
}

function darkNow() {
  return html.dataset.theme ? html.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}

/** Make the two buttons work without leaving the page (theme) or losing the place (language). */
export function wireLook() {
  document.querySelector("[data-look=theme]").addEventListener("click", (event) => {
    event.preventDefault();
    html.dataset.theme = darkNow() ? "light" : "dark";
    keep("theme", html.dataset.theme);
  });
  document.querySelector("[data-look=lang]").addEventListener("click", (event) => {
    event.preventDefault();
    keep("lang", event.currentTarget.hreflang);
    const address = new URL(location.href);
    address.searchParams.delete("lang");
    location.replace(address);
  });
}
