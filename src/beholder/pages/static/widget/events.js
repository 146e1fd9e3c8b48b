/** What the visitor did. */

import { call, complain } from "./call.js";

let changed = false;

/** Record { item, kind, value, answer, place }; resolve to whether it is kept. */
export function record(event) {
  changed = true;
  return call("/v1/interactions", event).then(
    () => true,
    (error) => {
      complain(error);
      return false;
    },
  );
}

/** Return whether something was recorded since this was asked last. */
export function didSomething() {
  const did = changed;
  changed = false;
  return did;
}
