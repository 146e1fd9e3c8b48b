/**
 * How much place the words under a picture take: a title and a reason have as many lines as they
 * need, up to a few; a price has one, and what else is told.
 * Known before the card is laid, so that nothing jumps.
 */

const pen = document.createElement("canvas").getContext("2d");
const PARTS = /(?<=[\s-])|(?=[\u3000-\u9fff\uff00-\uffef])/u; // where a line may break
const MOST = { title: 2, reason: 3 };

export class Titles {
  /** width is that of a card, style that of the page: with what the style sheet says of captions. */
  constructor(width, style) {
    const size = (name) => parseFloat(style.getPropertyValue(name));
    Object.assign(this, { one: size("--cap"), line: size("--line-of-title"), room: width - size("--cap-side") });
    const { fontFamily } = getComputedStyle(document.body);
    this.title = `600 ${size("--size-of-title")}px ${fontFamily}`;
    this.reason = `${size("--size-of-reason")}px ${fontFamily}`;
  }

  /** Return the height of a caption, in CSS pixels; told is how many lines are between. */
  caption(title, told, reason) {
    const more = this.#lines(title, "title") + this.#lines(reason, "reason") - 2;
    return this.one + this.line * (more + told);
  }

  /** Return how many lines a text takes, as browsers break it. */
  #lines(text, kind) {
    pen.font = this[kind];
    let [lines, used] = [1, 0];
    for (const part of text.split(PARTS)) {
      const wide = pen.measureText(part).width;
      if (used && used + pen.measureText(part.trimEnd()).width > this.room) [lines, used] = [lines + 1, 0];
      used += wide;
      while (used > this.room && wide > this.room) [lines, used] = [lines + 1, used - this.room];
      if (lines >= MOST[kind]) return MOST[kind];
    }
    return lines;
  }
}
