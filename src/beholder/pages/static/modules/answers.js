/** What the pages ask the service for. */

import { call } from "./api.js";

const MOST_EXCLUDED = 1000;
const { variants } = document.body.dataset;

/**
 * Let each item know the answer that shows it, and its place there: events name both. `asked` is
 * when: what was done later is not in its reason.
 */
function placed(answer, asked) {
  answer.items.forEach((item, i) => Object.assign(item, { answer: answer.answer, place: answer.place + i, asked }));
  counted(answer);
  return answer;
}

/** Let each item know how many other variants it stands for. */
function counted(answer) {
  for (const item of answer.items) if (Object.hasOwn(answer.variants || {}, item.id)) item.others = answer.variants[item.id];
  return answer;
}

function now() {
  const asked = Date.now();
  return (answer) => placed(answer, asked);
}

/** The next pictures for this visitor, without those on the page; repeat as the service has it. */
export function recommend(k, exclude, repeat, signal) {
  const json = { k, exclude: exclude.slice(-MOST_EXCLUDED), variants, ...(repeat && { repeat }) };
  return call("/v1/recommendations", { method: "POST", json, signal }).then(now());
}

/** Pictures that look like one item. */
export function similar(id, k, signal) {
  return call(`/v1/items/${encodeURIComponent(id)}/similar?k=${k}&variants=${variants}`, { signal }).then(now());
}

/** One item. */
export function item(id, signal) {
  return call(`/v1/items/${encodeURIComponent(id)}`, { signal });
}

/** What speaks for one item. */
export function explain(id, signal) {
  return call(`/v1/explain?item=${encodeURIComponent(id)}`, { signal });
}

/** What is found by words and choices, and by how it looks, where there is a picture. */
export function search(asked, file = null) {
  if (!file) return call("/v1/search", { method: "POST", json: { ...asked, variants } }).then(counted);
  const form = new FormData();
  form.append("picture", file, file.name || "picture");
  for (const [name, value] of Object.entries({ ...asked, variants })) {
    form.append(name, typeof value === "object" ? JSON.stringify(value) : String(value));
  }
  return call("/v1/search", { method: "POST", form, seconds: 60 }).then(counted);
}
