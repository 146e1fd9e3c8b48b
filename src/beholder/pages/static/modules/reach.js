/** Says over the page that the service cannot be reached, and what becomes of what is done meanwhile. */

import { watch } from "./outbox.js";
import { toast } from "./toast.js";
import { say } from "./words.js";

const banner = document.querySelector("#offline");

/** Follow what the browser and the outbox know; again is what the button of the banner does. */
export function wireReach(again) {
  watch(tell, (problem) => toast(say("error_event", { detail: problem.message })));
  addEventListener("offline", () => tell(false));
  addEventListener("online", () => tell(true));
  banner.querySelector("button").addEventListener("click", again);
  if (!navigator.onLine) tell(false);
}

function tell(reachable) {
  banner.querySelector("span").textContent = say(navigator.onLine ? "unreachable_kept" : "offline");
  banner.hidden = reachable;
}
