/** What the visitor asked for did not come: says why, and offers to ask again. */

import { Problem, Unreachable } from "./api.js";
import { toast } from "./toast.js";
import { say } from "./words.js";

/**
 * Say that a call failed, by the words of a key; where the same may succeed, again makes it.
 * Nobody wants it any more when signal aborts.
 */
export function failed(error, again, key = "error", values = {}, signal = null) {
  const final = error instanceof Problem && !error.passing;
  toast(say(error instanceof Unreachable ? "unreachable" : key, values), final ? null : again, say("retry"), signal);
}
