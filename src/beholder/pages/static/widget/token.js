/** The visitor's token: kept by the browser, asked for where there is none, renewed every day. */

import { base, said } from "./script.js";

const NAME = `beholder.${said.key}`;
const DAY = 86400000;

let here = null;
let coming = null;

/** Resolve to the token of this visitor. */
export function token() {
  const kept = recall();
  if (kept && (kept.user || Date.now() - kept.since < DAY)) return Promise.resolve(kept.token);
  coming = coming || ask(kept).finally(() => (coming = null));
  return coming;
}

/** Speak by another token from now on: one that the site's server asked for. */
export function keep(token, user) {
  const kept = { token, user, since: Date.now() };
  here = null;
  try {
    localStorage.setItem(NAME, JSON.stringify(kept));
  } catch {
    here = kept; // without storage a visitor is known as long as the page is open
  }
  return token;
}

/** Forget the token, so that the next call is of somebody new; a given one only if it is kept. */
export function forget(token) {
  const kept = recall();
  if (token && kept && kept.token !== token) return;
  here = null;
  try {
    localStorage.removeItem(NAME);
  } catch {
    // as above
  }
}

function recall() {
  if (here) return here;
  try {
    const kept = JSON.parse(localStorage.getItem(NAME));
    return kept && kept.token ? kept : null;
  } catch {
    return null;
  }
}

async function ask(kept) {
  const answer = await fetch(`${base}/v1/visitors`, {
    method: "POST",
    headers: { authorization: `Bearer ${said.key}`, "content-type": "application/json" },
    body: JSON.stringify(kept ? { visitor: kept.token } : {}),
  });
  if (!answer.ok) throw new Error(`no token for a visitor: ${answer.status}`);
  const { token } = await answer.json();
  const now = recall(); // another tab was quicker, or somebody logged in meanwhile
  return now && now.token !== (kept && kept.token) ? now.token : keep(token, false);
}
