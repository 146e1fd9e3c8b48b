/** Calls to the service in the visitor's name. */

import { base } from "./script.js";
import { forget, token } from "./token.js";

/**
 * Ask for something, or tell what body says. What is told is plain text with the token inside: so
 * browsers send it at once, and finish it when the page is left. The method is of what has no body.
 */
export async function call(path, body, method) {
  for (let again = true; ; again = false) {
    const own = await token();
    const request = body
      ? { method: "POST", keepalive: true, body: JSON.stringify({ ...body, token: own }) }
      : { method, headers: { authorization: `Bearer ${own}` } };
    const answer = await fetch(base + path, request);
    if (answer.ok) return answer.json();
    if (answer.status !== 401 || !again || method) throw new Error(`${answer.status} ${await answer.text()}`);
    forget(own); // too old, or its key was revoked
  }
}

/** Say what went wrong to whoever looks; the page stays as it was. */
export function complain(error) {
  console.warn(`beholder: ${error.message}`);
}
