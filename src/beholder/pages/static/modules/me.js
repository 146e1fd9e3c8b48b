/** The page "You": a switch counts at once. */

import { call } from "./api.js";
import { toast } from "./toast.js";
import { say } from "./words.js";

/** Make the switches work without leaving the page. */
export function wireMe() {
  document.querySelector("#switches").addEventListener("change", async ({ target }) => {
    target.setAttribute("aria-busy", "true");
    try {
      const allowed = await call("/v1/me/purposes", { method: "PUT", json: { [target.name]: target.checked } });
      target.checked = allowed[target.name];
      toast(say("me_kept"));
    } catch (error) {
      target.checked = !target.checked;
      toast(say("error_event", { detail: error.message }));
    } finally {
      target.removeAttribute("aria-busy");
    }
  });
}
