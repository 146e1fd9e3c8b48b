/** Says over the page that the service cannot be reached, and what becomes of what is done meanwhile. */

import { Unreachable } from "./api.js";
import { watch } from "./outbox.js";
import { toast } from "./toast.js";
import { say } from "./words.js";

const banner = document.querySelector("#offline");

/** Follow what the browser and the outbox know; again is what the button of the banner does. */
export function wireReach(again) {
  watch(tell, (problem) => toast(say("error_event", { detail: problem.message })));
  addEventListener("offline", () => tell(null));
  addEventListener("online", () => tell(null));
  banner.querySelector("button").addEventListener("click", again);
  tell(null);
}

/** Say what keeps what is done here from the service; null: nothing but being offline does. */
function tell(error) {
  const key = error instanceof Unreachable ? "unreachable_kept" : "error_kept";
  banner.querySelector("span").textContent = say(navigator.onLine ? key : "offline");
  banner.hidden = navigator.onLine && !error;
}
