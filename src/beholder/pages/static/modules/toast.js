/** A short message with a way back, for eight seconds or as long as it is looked at. */

const line = document.querySelector("#toast p");
const words = line.querySelector("span");
const button = line.querySelector("button");
const SECONDS = 8;

let timer = 0;
let back = null;

/** Show a message; undo, where given, is what its button does. */
export function toast(message, undo = null) {
  back = undo;
  words.textContent = message;
  button.hidden = !undo;
  line.hidden = false;
  restart();
}

/** Take the message away. */
function hideToast() {
  clearTimeout(timer);
  line.hidden = true;
  back = null;
}

function restart() {
  clearTimeout(timer);
  timer = setTimeout(hideToast, SECONDS * 1000);
}

button.addEventListener("click", () => {
  const undo = back;
  hideToast();
  undo?.();
});
for (const type of ["pointerenter", "focusin"]) line.addEventListener(type, () => clearTimeout(timer));
for (const type of ["pointerleave", "focusout"]) line.addEventListener(type, restart);
