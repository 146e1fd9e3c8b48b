/**
 * Search by picture: chosen, dropped or pasted. The answer is kept for the session under a
 * key in the address, so that Back, Forward and reload show it again.
 */

import { root } from "./addresses.js";
import { Problem } from "./api.js";
import { search as find } from "./answers.js";
import { failed } from "./failing.js";
import { keep, recall } from "./kept.js";
import { toast } from "./toast.js";
import { language, say } from "./words.js";

const K = 60;
const LARGE = 1_000_000;
const SIDE = 640;
const THUMB = 320; // enough to search with it again
const REFUSED = { 413: "error_large", 415: "error_picture", 422: "error_picture" };
const form = document.querySelector(".by-picture");
const drop = document.querySelector("#drop");

/** Return the picture in the address and what was found for it alone, if they are still known. */
export function keptPicture() {
  const key = new URLSearchParams(location.search).get("picture");
  return key && recall("sessionStorage", `picture:${key}`);
}

/** Make the three ways work; each leads to the search page. */
export function wirePicture() {
  const input = form.querySelector("input");
  input.addEventListener("change", () => search(input.files[0]));
  addEventListener("paste", (event) => search(imageIn(event.clipboardData)));
  let inside = 0;
  addEventListener("dragenter", (event) => {
    if (!event.dataTransfer.types.includes("Files")) return;
    inside += 1;
    drop.hidden = false;
  });
  addEventListener("dragleave", () => {
    inside = Math.max(0, inside - 1);
    if (!inside) drop.hidden = true;
  });
  addEventListener("dragover", (event) => event.preventDefault());
  addEventListener("drop", (event) => {
    event.preventDefault();
    inside = 0;
    drop.hidden = true;
    search(imageIn(event.dataTransfer));
  });
}

function imageIn(transfer) {
  return [...(transfer?.files ?? [])].find((file) => file.type.startsWith("image/"));
}

async function search(file) {
  if (!file) return;
  form.setAttribute("aria-busy", "true");
  toast(say("loading"));
  try {
    const answer = await find({ k: K }, await shrink(file));
    const key = String(Date.now());
    const kept = { items: answer.items, thumb: await thumbnail(file) };
    keep("sessionStorage", `picture:${key}`, kept);
    location.assign(`${root}/search?picture=${key}`);
  } catch (error) {
    const refused = error instanceof Problem ? REFUSED[error.status] : null;
    failed(error, () => search(file), refused ?? "error", limits());
  } finally {
    form.removeAttribute("aria-busy");
    form.reset();
  }
}

function limits() {
  const { pixels, bytes } = document.body.dataset;
  const whole = (number) => number.toLocaleString(language, { maximumFractionDigits: 0 });
  return { pixels: whole(Number(pixels)), megabytes: whole(bytes / 1e6) };
}

/** A photograph of many megabytes looks the same to the encoder when it is small. */
async function shrink(file) {
  if (file.size < LARGE) return file;
  const small = await draw(file, SIDE).catch(() => null); // a format that only the server reads
  return (small && (await new Promise((done) => small.toBlob(done, "image/jpeg", 0.9)))) ?? file;
}

async function thumbnail(file) {
  const small = await draw(file, THUMB).catch(() => null);
  return small?.toDataURL("image/jpeg", 0.8) ?? "";
}

async function draw(file, side) {
  const bitmap = await createImageBitmap(file);
  const scale = Math.min(1, side / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(bitmap.width * scale));
  canvas.height = Math.max(1, Math.round(bitmap.height * scale));
  canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  return canvas;
}

/** Turn a kept data address into one that the content policy allows. */
export function blobOf(address) {
  return URL.createObjectURL(fileOf(address));
}

/** Turn a kept data address into a picture that can be sent. */
export function fileOf(address) {
  const [, base64] = address.split(",");
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  return new Blob([bytes], { type: "image/jpeg" });
}
