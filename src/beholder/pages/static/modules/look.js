/** Language and theme: kept in cookies, so that the server paints them right the first time. */

const YEAR = 31_536_000;
const root = document.documentElement;

function keep(name, value) {
  document.cookie = `${name}=${value}; path=/; max-age=${YEAR}; samesite=lax`;
}

function darkNow() {
  return root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}

/** Make the two buttons work without leaving the page (theme) or losing the place (language). */
export function wireLook() {
  document.querySelector("[data-look=theme]").addEventListener("click", (event) => {
    event.preventDefault();
    root.dataset.theme = darkNow() ? "light" : "dark";
    keep("theme", root.dataset.theme);
  });
  document.querySelector("[data-look=lang]").addEventListener("click", (event) => {
    event.preventDefault();
    keep("lang", event.currentTarget.hreflang);
    const address = new URL(location.href);
    address.searchParams.delete("lang");
    location.replace(address);
  });
}
