/**
 * How much place the words under a picture take: a title has one line, or two where it is long.
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
  caption(title) {
    return this.one + (pen.measureText(title).width > this.room ? this.line : 0);
  }
}
