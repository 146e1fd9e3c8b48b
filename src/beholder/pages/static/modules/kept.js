/** Things kept in the browser. Where storage is off, full or changed by hand, nothing is. */

import { root } from "./addresses.js";

/** Return what is kept under a key, or null. */
export function recall(storage, key) {
  try {
    return JSON.parse(window[storage].getItem(root + key) ?? "null");
  } catch {
    return null;
  }
}

/** Keep something that JSON can hold; say whether it worked. */
export function keep(storage, key, value) {
  try {
    window[storage].setItem(root + key, JSON.stringify(value));
    return true;
  } catch {
    return false;
  }
}

/** Forget what pages keep of what the visitor was shown; how the shop looks stays. */
export function forgetAll() {
  try {
    for (const key of Object.keys(sessionStorage)) {
      if (["place:", "picture:", "beholder."].some((own) => key.startsWith(root + own))) sessionStorage.removeItem(key);
    }
  } catch {
    // nothing is kept then
  }
}
