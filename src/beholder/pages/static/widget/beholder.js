/**
 * Rows of recommendations on one's own pages:
 *
 *   <script src=".../beholder.js" data-key="bhp_..." defer></script>
 *   <div data-beholder="recommend" data-k="6" data-href="/product/{id}"></div>
 */

import { call } from "./call.js";
import { didSomething, record } from "./events.js";
import { clear, refresh } from "./rows.js";
import { said } from "./script.js";
import { dress } from "./style.js";
import { forget, keep, token } from "./token.js";

function view(item) {
  return record({ item, kind: "view" });
}

/** Speak for a user from now on, by a token that the site's server asked for. */
function login(token) {
  keep(token, true);
  return refresh();
}

/** Begin anew, as somebody unknown. */
function logout() {
  forget();
  clear();
  return refresh();
}

/** Delete all that is held of the visitor and its login. */
function erase() {
  return call("/v1/me", 0, "DELETE").then(logout);
}

window.beholder = { record, view, login, logout, refresh, erase, visitor: token };

dress();
// A row that stands on the page of an item is to know that it was looked at.
Promise.resolve(said.view && view(said.view)).then(() => {
  didSomething();
  return refresh();
});
addEventListener("pageshow", (event) => event.persisted && refresh());
document.addEventListener("visibilitychange", () => {
  if (!document.hidden && didSomething()) refresh();
});
