/** The one tag that loads this: where the service is, and what the tag says. */

const tag = document.currentScript;

export const base = tag.src.replace(/\/beholder\.js.*$/, "");
export const origin = new URL(tag.src).origin; // addresses in answers are whole from there on
export const said = tag.dataset;
