/**
 * How much place the words under a picture take: a title has one line, or two where it is long, a
 * price has one, and the reason.
 * Known before the card is laid, so that nothing jumps.
 */

const pen = document.createElement("canvas").getContext("2d");

export class Titles {
  /** width is that of a card, style that of the page: with what the style sheet says of captions. */
  constructor(width, style) {
    const size = (name) => parseFloat(style.getPropertyValue(name));
    Object.assign(this, { one: size("--cap"), line: size("--line-of-title"), room: width - size("--cap-side") });
    const { fontFamily } = getComputedStyle(document.body);
    pen.font = `600 ${size("--size-of-title")}px ${fontFamily}`;
  }

  /** Return the height of a caption, in CSS pixels. */
  caption(title, price) {
    const long = pen.measureText(title).width > this.room;
    return this.one + this.line * (long + (price !== ""));
  }
}
