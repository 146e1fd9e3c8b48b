/**
 * What the visitor did, on its way to the service: kept in the browser until it is
 * acknowledged, in order, each event under an id that makes sending twice harmless.
 */

import { Problem, Unreachable, call } from "./api.js";
import { keep, recall } from "./kept.js";

const KEY = "beholder.outbox";
const LATEST = "beholder.latest";
const BATCH = 50;
const PAUSES = [2, 5, 15, 60];

let queue = read();
let sending = null;
let failures = 0;
let timer = 0;

const watchers = { reach: () => {}, refused: () => {} };

/** Be told what keeps events from the service, null: nothing does; and what it refused for good. */
export function watch(reach, refused) {
  Object.assign(watchers, { reach, refused });
}

/** Record that the visitor did something with an item; return the id of the event. */
export function record({ id, answer, place }, kind) {
  const event = { event_id: newId(), item: id, kind };
  if (answer) Object.assign(event, { answer, place });
  // Online, the moment of arrival is right enough; a wrong clock would do more harm.
  if (!navigator.onLine) event.time = Date.now();
  add({ put: event });
  keep("sessionStorage", LATEST, Date.now());
  return event.event_id;
}

/** Take an event back, whether it has been sent or not. */
export function retract(id) {
  if (!id) return;
  keep("sessionStorage", LATEST, Date.now());
  const waiting = queue.findIndex((entry) => entry.put?.event_id === id && !entry.sent);
  if (waiting >= 0) {
    queue.splice(waiting, 1);
    write();
  } else add({ drop: id });
}

/** Return whether the visitor did something after a moment, in milliseconds. */
export function didSince(moment) {
  return (recall("sessionStorage", LATEST) ?? 0) > moment;
}

/** Send everything; resolve to true when nothing is left. */
export function flush() {
  clearTimeout(timer);
  sending ??= drain().finally(() => (sending = null));
  return sending;
}

/** Drop what waits to be sent: its visitor is about to be nobody. */
export function dropAll() {
  clearTimeout(timer);
  queue = [];
  write();
}

function add(entry) {
  queue.push(entry);
  write();
}

async function drain() {
  while (queue.length) {
    const batch = queue[0].put ? leadingPuts() : [queue[0]];
    try {
      await send(batch);
      failures = 0;
      watchers.reach(null);
    } catch (error) {
      if (error instanceof Unreachable || (error instanceof Problem && error.passing)) {
        postpone(error);
        return false;
      }
      if (!(error instanceof Problem)) throw error;
      watchers.refused(error);
    }
    queue = queue.filter((entry) => !batch.includes(entry));
    write();
  }
  return true;
}

function leadingPuts() {
  const end = queue.findIndex((entry) => !entry.put);
  return queue.slice(0, Math.min(end < 0 ? BATCH : end, BATCH));
}

async function send(batch) {
  if (batch[0].drop) {
    const path = `/v1/interactions/${encodeURIComponent(batch[0].drop)}`;
    await call(path, { method: "DELETE" }).catch((error) => {
      if (error.status !== 404) throw error;
    });
    return;
  }
  // From here on the service may have them: taking one back needs a call.
  for (const entry of batch) entry.sent = true;
  write();
  await call("/v1/interactions", { method: "POST", json: { events: batch.map((entry) => entry.put) } });
}

function postpone(error) {
  if (!queue.length) return; // all of it was taken back or dropped meanwhile
  watchers.reach(error);
  const pause = PAUSES[Math.min(failures++, PAUSES.length - 1)];
  timer = setTimeout(flush, pause * 1000);
}

function newId() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, "0")).join("");
}

function read() {
  const kept = recall("localStorage", KEY);
  return Array.isArray(kept) ? kept.filter((entry) => entry?.put?.event_id || entry?.drop) : [];
}

/** Without storage the queue still lives as long as the page. */
function write() {
  keep("localStorage", KEY, queue);
  if (!queue.length) watchers.reach(null);
}

addEventListener("online", () => flush());
