/** The page "You": a switch counts at once, and before all is deleted there is a question. */

import { call } from "./api.js";
import { failed } from "./failing.js";
import { forgetAll } from "./kept.js";
import { dropAll } from "./outbox.js";
import { toast } from "./toast.js";
import { say } from "./words.js";

const wishes = new WeakMap(); // the last of each switch: what becomes of one before says nothing

/** Make the page work without leaving it. */
export function wireMe() {
  document.querySelector("#switches").addEventListener("change", ({ target }) => change(target));
  const sure = document.querySelector("#sure");
  if (sure.open) {
    sure.close(); // it stood open as for those without scripts
    sure.showModal();
  }
  document.querySelector("#erase-ask").addEventListener("click", (event) => {
    event.preventDefault();
    sure.showModal();
  });
  sure.querySelector("a").addEventListener("click", (event) => {
    event.preventDefault();
    sure.close();
  });
  sure.querySelector("form").addEventListener("submit", (event) => {
    event.preventDefault();
    erase(sure, event.target);
  });
}

/** The answer is a page of its own, so that it is asked for when somebody is there to give it. */
async function erase(sure, form) {
  try {
    await call("/health/live");
  } catch (error) {
    sure.close();
    failed(error, () => erase(sure, form), "error_event", { detail: error.message });
    return;
  }
  dropAll();
  forgetAll();
  form.submit();
}

async function change(target) {
  const wished = target.checked;
  const wish = {};
  wishes.set(target, wish);
  const last = () => wishes.get(target) === wish;
  try {
    const allowed = await call("/v1/me/purposes", { method: "PUT", json: { [target.name]: wished } });
    if (last()) target.checked = allowed[target.name];
    toast(say("me_kept"));
  } catch (error) {
    if (!last()) return;
    target.checked = !wished;
    const again = () => {
      if (!last()) return;
      target.checked = wished;
      change(target);
    };
    failed(error, again, "error_event", { detail: error.message });
  }
}
