/** A short message with a way back or on, for eight seconds or as long as it is looked at. */

import { say } from "./words.js";

const line = document.querySelector("#toast p");
const words = line.querySelector("span");
const button = line.querySelector("button");
const SECONDS = 8;

let timer = 0;
let action = null;

/** Show a message until signal aborts; act, where given, is what its button does, which says label. */
export function toast(message, act = null, label = say("undo"), signal = null) {
  action = act;
  words.textContent = message;
  button.textContent = label;
  button.hidden = !act;
  line.hidden = false;
  restart();
  signal?.addEventListener("abort", () => action === act && hideToast());
}

/** Take the message away. */
function hideToast() {
  clearTimeout(timer);
  line.hidden = true;
  action = null;
}

function restart() {
  clearTimeout(timer);
  timer = setTimeout(hideToast, SECONDS * 1000);
}

button.addEventListener("click", () => {
  const act = action;
  hideToast();
  act?.();
});
for (const type of ["pointerenter", "focusin"]) line.addEventListener(type, () => clearTimeout(timer));
for (const type of ["pointerleave", "focusout"]) line.addEventListener(type, restart);
