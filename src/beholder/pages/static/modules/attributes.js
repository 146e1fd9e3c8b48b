/**
 * What the viewer shows of an item's attributes: words that can be chosen by, and the price.
 * The same as `attributes.py`, which writes the page of an item.
 */

import { language, titleOf } from "./words.js";

const MOST_CHIPS = 12;
const LONGEST_CHIP = 24;
const LARGEST = 1e15;
const PRICE = /[$€£¥￥₹₽₩₺฿]|^[a-z]{3}\s*\d[\d.,]*$|^\d[\d.,]*\s*[a-z]{3}$/i;
const MONTH = /\b(jan|feb|mar|apr|may|jun|jul|aug|sept?|oct|nov|dec)/i;
const ADDRESS = /:\/\/|^www\.|\.(jpe?g|png|webp|gif|html?)$/i;
const NO_SENSE = new Set([
  "", "-", "--", "?", "default title", "desconocido", "false", "inconnu", "keine angabe", "n/a",
  "na", "nan", "nil", "no", "none", "not available", "not specified", "null", "tbd", "true",
  "unbekannt", "undefined", "unknown", "yes", "无", "未知",
]);
// Names of codes and addresses, and of what a shop keeps for itself: `telling.py` has them, too.
const CODES =
  /(^|[\W_])(ids?|codes?|skus?|ean|gtin|upc|isbn|asin|mpn|ur[li]s?|links?|images?|pictures?|hash|slug|handle|path|hex|phone|email|zip|lat|lon|lng|group_id|stock|quantity|qty|inventory|available)$|^(title|description|name)/i;
const OWN =
  /(^|[\W_])(status|published|visible|visibility|visibility in catalog|taxable|tax[\W_]?(class|status|code)|option[0-9][\W_]?name|(weight|length|dimensions?)[\W_]?unit|inventory[\W_]?(policy|tracker)|fulfil?lment[\W_]?service|requires[\W_]?shipping|gift[\W_]?card|backorders[\W_]?allowed|allow[\W_]?customer[\W_]?reviews|sold[\W_]?individually|is[\W_]?featured|in[\W_]?stock|availability)\W*$/i;
const LANGUAGE = /^(.+)_(en|zh)$/;
const TINTS = 6;
const SEEN = ["colour", "colours", "color", "colors", "pattern"]; // a picture shows them
const APART = [...SEEN, "material", "size", "sizes"];
const BESIDE = /^(title|description|(price|stock|in_stock|availability)$)/;
const { currency, cents } = document.body.dataset;
const shown = JSON.parse(document.body.dataset.shown);
const sold = new Set(JSON.parse(document.body.dataset.sold)); // words without case, accents, marks

/** Return values that are words, each once: name, value and label. */
export function chipsOf(item) {
  const found = new Map();
  const attributes = item.attributes ?? {};
  for (const [name, value] of Object.entries(attributes)) {
    if (CODES.test(name) || OWN.test(name) || name.match(LANGUAGE)?.[1] in attributes) continue;
    const values = [value].flat();
    const others = [attributes[`${name}_${language.slice(0, 2)}`]].flat();
    const labels = others.length === values.length ? others : values;
    values.forEach((part, i) => {
      if (typeof part !== "string" || !isWords(part) || found.has(part)) return;
      found.set(part, { name, value: part, label: String(labels[i] || part) });
    });
  }
  return [...found.values()].slice(0, MOST_CHIPS);
}

function isWords(text) {
  const digits = text.match(/\p{Nd}/gu)?.length ?? 0;
  const letters = text.match(/\p{L}/gu)?.length ?? 0;
  if (!letters || [...text].length > LONGEST_CHIP || letters < 2 * digits) return false;
  if (NO_SENSE.has(text.trim().toLowerCase()) || ADDRESS.test(text)) return false;
  return !(digits && (PRICE.test(text) || MONTH.test(text)));
}

/** Return what stands on a card beside the price. */
export function toldOf(item) {
  return linesOf(item, shown);
}

function linesOf({ attributes = {} }, names) {
  const beside = names.filter((name) => name !== "price"); // which has a place of its own
  const found = beside.map((name) => {
    const value = attributes[`${name}_${language.slice(0, 2)}`] || attributes[name];
    return [value].flat().filter((part) => ["string", "number"].includes(typeof part) && part !== "").join(", ");
  });
  return found.filter(Boolean).join(" · ");
}

/** Return whether an item says that there is none left. */
export function isSoldOut({ attributes = {} }) {
  const { stock, in_stock: left, availability } = attributes;
  const none = (typeof stock === "number" || /^-?[0-9]+(\.[0-9]+)?$/.test(stock)) && Number(stock) <= 0;
  const refused = left === false || /^\s*(false|no)\s*$/i.test(left);
  return none || refused || sold.has(plain(String(availability)));
}

function plain(text) {
  const bare = text.trim().replace(/^https?:\/\/schema\.org\//i, "").toLowerCase().normalize("NFKD");
  return bare.replace(/[^\p{L}\p{N}]/gu, "");
}

/**
 * Return what each variant of a product is called: by what tells it from the others; and whether
 * that has to be read, since pictures do not tell all apart.
 */
export function namesOf(variants) {
  const ways = (names) => new Set(variants.map((each) => JSON.stringify(names.map((name) => each.attributes[name])))).size;
  let apart = [];
  for (const name of APART) {
    if (ways([name]) > 1 && (apart.length < 2 || ways([...apart, name]) > ways(apart))) apart.push(name);
  }
  if (!apart.length && new Set(variants.map((each) => each.title)).size < variants.length) {
    const others = variants.flatMap((each) => Object.keys(each.attributes)).filter((name) => !BESIDE.test(name));
    apart = others.filter((name) => ways([name]) === variants.length).slice(0, 1);
  }
  const pictures = new Set(variants.map((each) => each.picture?.src));
  const read = pictures.size < variants.length || apart.some((name) => !SEEN.includes(name));
  return { names: variants.map((each) => linesOf(each, apart) || titleOf(each)), read };
}

/** Return which colour stands for a picture that an item does not have. */
export function tintOf({ id }) {
  return new TextEncoder().encode(id).reduce((sum, byte) => sum + byte, 0) % TINTS;
}

/** Return how the price of an item is written, or nothing where it is no number from 0 on. */
export function priceOf(item) {
  const value = item.attributes?.price;
  if (typeof value !== "number" || !(value >= 0 && value < LARGEST)) return "";
  const whole = Number.isInteger(value) && cents === undefined;
  const number = whole ? String(value) : value.toFixed(2);
  if (currency.includes("{price}")) return currency.replaceAll("{price}", () => number);
  return currency ? `${number} ${currency}` : number;
}
