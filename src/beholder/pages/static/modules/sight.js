/**
 * Which pictures were in sight: half of one, for a second, marks its place in the answer that
 * shows it. Told every few seconds and when the page goes; nothing waits for it.
 */

import { root } from "./addresses.js";

const HALF = 0.5;
const LONG = 1000;
const PAUSE = 5000;

const begun = new Map();
const waiting = new Map();
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

/** Watch a card whose item stands in an answer. */
export function watchSight(card) {
  if (card.item.answer) watcher.observe(card);
}

function mark(card) {
  begun.delete(card);
  if (document.hidden || !card.isConnected) return;
  watcher.unobserve(card);
  const { answer, place } = card.item;
  if (!waiting.has(answer)) waiting.set(answer, new Set());
  waiting.get(answer).add(place);
  timer ||= setTimeout(tell, PAUSE);
}

function tell() {
  clearTimeout(timer);
  timer = 0;
  for (const [answer, places] of waiting) {
    const json = JSON.stringify({ answer, places: [...places] });
    navigator.sendBeacon(`${root}/v1/seen`, new Blob([json], { type: "application/json" }));
  }
  waiting.clear();
}

addEventListener("pagehide", tell);
