/** Which cards were in sight: half of one, for a second, marks its place. It is no event. */

import { call } from "./call.js";

const HALF = 0.5;
const LONG = 1000;
const PAUSE = 5000;

const begun = new Map();
const waiting = new Map();
const shown = new WeakMap();
let timer = 0;

const watcher = new IntersectionObserver(
  (entries) => {
    for (const { target, intersectionRatio } of entries) {
      clearTimeout(begun.get(target));
      begun.delete(target);
      if (!target.isConnected) watcher.unobserve(target);
      else if (intersectionRatio >= HALF) begun.set(target, setTimeout(mark, LONG, target));
    }
  },
  { threshold: HALF },
);

/** Watch a card that stands at a place of an answer. */
export function watch(card, answer, place) {
  shown.set(card, { answer, place });
  watcher.observe(card);
}

function mark(card) {
  begun.delete(card);
  if (document.hidden || !card.isConnected) return;
  watcher.unobserve(card);
  const { answer, place } = shown.get(card);
  if (!waiting.has(answer)) waiting.set(answer, []);
  waiting.get(answer).push(place);
  timer = timer || setTimeout(tell, PAUSE);
}

function tell() {
  clearTimeout(timer);
  timer = 0;
  waiting.forEach((places, answer) => call("/v1/seen", { answer, places }).catch(() => {}));
  waiting.clear();
}

addEventListener("pagehide", tell);
