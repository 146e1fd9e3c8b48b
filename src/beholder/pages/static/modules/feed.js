/**
 * The feed: places for cards, growth at its end, and new order below the fold.
 *
 * Sizes are known before any byte of a picture arrives, so nothing jumps. What the eye has
 * reached stays where it is: only cards that begin below the fold are exchanged.
 */

import { attach, makeCard } from "./cards.js";
import { recommend } from "./answers.js";
import { watchSight } from "./sight.js";
import { Titles } from "./titles.js";
import { say } from "./words.js";

const PAGE = 24;
const AUTOMATIC = 3;
const MARGIN = 80;

export class Feed {
  /** element is the list, more the place below it; endless says whether it can grow. */
  constructor(element, more, endless) {
    const { level = "", repeat = "" } = more?.dataset ?? {};
    Object.assign(this, { element, more, endless, level, repeat, grown: 0 });
    for (const card of element.children) {
      attach(card);
      card.item.asked ??= performance.timeOrigin;
      watchSight(card);
    }
    this.lay();
    element.dataset.laid = "";
    let before = element.clientWidth;
    new ResizeObserver(() => {
      if (element.clientWidth === before) return;
      before = element.clientWidth;
      this.lay();
    }).observe(element);
    if (endless) this.#watchTheEnd();
  }

  /** The cards that can be seen: on the page of what is saved, one can have left. */
  get cards() {
    return [...this.element.children].filter((card) => !card.hidden);
  }

  /** Whether there is something yet to come that what the visitor says can change. */
  get ahead() {
    return this.endless && (!this.ended || this.cards.some((card) => this.#below(card)));
  }

  get ids() {
    return this.cards.map((card) => card.item.id);
  }

  /** Give every card its place again. */
  lay() {
    const style = getComputedStyle(document.documentElement);
    this.gap = parseFloat(style.getPropertyValue("--gap"));
    const whole = this.element.clientWidth;
    const n = Math.max(2, Math.round(whole / (whole < 640 ? 190 : 252)));
    this.width = (whole - this.gap * (n - 1)) / n;
    this.titles = new Titles(this.width, style);
    this.columns = Array(n).fill(0);
    for (const card of this.cards) this.#place(card);
    this.#close();
  }

  /** Add items at the end, those already there left out; return how many were new. */
  append(items, level = this.level) {
    const there = new Set(this.ids);
    const fragment = document.createDocumentFragment();
    let place = this.element.childElementCount;
    for (const item of items) {
      if (there.has(item.id)) continue;
      there.add(item.id);
      const card = makeCard(item, level, ++place, this.width);
      this.#place(card);
      fragment.append(card);
    }
    const added = fragment.childElementCount;
    const fresh = [...fragment.children];
    this.element.append(fragment);
    fresh.forEach(watchSight);
    this.#close();
    return added;
  }

  /** Replace everything. */
  show(items, level) {
    this.level = level;
    this.element.replaceChildren();
    this.lay();
    this.append(items, level);
  }

  /** Ask for more at the end. */
  async grow() {
    if (this.busy || !this.endless) return;
    await this.#ask(async (signal) => {
      const answer = await recommend(PAGE, this.ids, this.repeat, signal);
      this.level = answer.level ?? this.level;
      if (!this.append(answer.items)) this.#end();
    });
  }

  /**
   * Ask again for everything below the fold. `first` are items that come before the rest.
   * A newer call overtakes an older one.
   */
  async reorder(first = []) {
    if (!this.endless) return;
    this.asking?.abort();
    const stay = this.cards.filter((card) => !this.#below(card)).map((card) => card.item.id);
    await this.#ask(async (signal) => {
      const below = this.cards.length - stay.length;
      const exclude = [...stay, ...first.map((item) => item.id)];
      const answer = await recommend(Math.max(PAGE, below), exclude, this.repeat, signal);
      this.level = answer.level ?? this.level;
      // The visitor may have scrolled on while the answer was under way.
      for (const card of this.cards) if (this.#below(card)) card.remove();
      this.lay();
      const added = this.append([...first, ...answer.items]);
      this.element.dispatchEvent(new CustomEvent("reordered", { detail: answer }));
      this.grown = 0;
      if (!added) return this.#end();
      this.ended = false;
      this.more.querySelector(".end").hidden = true;
    });
  }

  #below(card) {
    const top = this.element.getBoundingClientRect().top + card.top;
    return top > innerHeight + MARGIN;
  }

  async #ask(work) {
    const asking = (this.asking = new AbortController());
    this.#busy(true);
    this.failed = false;
    this.more.querySelector(".error").hidden = true;
    try {
      await work(asking.signal);
    } catch (error) {
      if (asking.signal.aborted) return;
      this.#fail(error);
    } finally {
      if (this.asking === asking) {
        this.#busy(false);
        this.#askWhetherTheEndIsNear();
      }
    }
  }

  #busy(on) {
    this.busy = on;
    this.element.setAttribute("aria-busy", String(on));
    this.more.querySelector(".busy").hidden = !on;
  }

  #fail(error) {
    const line = this.more.querySelector(".error");
    line.querySelector("small").textContent = error.request ? say("request", { id: error.request }) : "";
    line.hidden = false;
    this.failed = true;
  }

  #end() {
    this.ended = true;
    this.more.querySelector(".end").hidden = !this.cards.length; // an empty page says so itself
    this.#next(false);
  }

  #place(card) {
    const { width = 1, height = 1 } = card.item.picture ?? {};
    const column = this.columns.indexOf(Math.min(...this.columns));
    const parts = ["b", ".price", ".told", ".others", "small"];
    const [title, price, told, others, reason] = parts.map((part) => card.querySelector(part).textContent);
    const priced = Boolean(price || !card.querySelector(".sold").hidden);
    const caption = this.titles.caption(title, priced + Boolean(told) + Boolean(others), reason);
    const tall = Math.round((this.width * height) / width) + caption;
    card.top = this.columns[column];
    const image = card.querySelector("img");
    if (image) image.sizes = `${Math.ceil(this.width)}px`;
    const set = (name, value) => card.style.setProperty(name, `${value}px`);
    set("--x", column * (this.width + this.gap));
    set("--y", card.top);
    set("--w", this.width);
    set("--h", tall);
    set("--cap", caption);
    this.columns[column] += tall + this.gap;
  }

  #close() {
    this.element.style.height = `${Math.max(0, ...this.columns)}px`;
    this.element.setAttribute("role", this.cards.length ? "feed" : "group"); // a feed has articles
  }

  /** Grow by itself three times, then wait for a click, so that the footer can be reached. */
  #watchTheEnd() {
    this.#next(false);
    this.more.querySelector(".error button").addEventListener("click", () => this.grow());
    this.watcher = new IntersectionObserver(
      (entries) => {
        // A busy page is told of several moments at once: the last of them is now.
        if (!entries.at(-1).isIntersecting || this.ended || this.failed || this.busy) return;
        if (this.grown >= AUTOMATIC) return this.#next(true);
        this.grown += 1;
        this.grow();
      },
      { rootMargin: "0px 0px 900px" },
    );
    this.watcher.observe(this.more);
    this.more.addEventListener("click", (event) => {
      if (!event.target.closest(".next")) return;
      event.preventDefault();
      this.grown = 0;
      this.#next(false);
      this.grow();
    });
  }

  /** The end can have stayed near all along, and then nothing would tell of it. */
  #askWhetherTheEndIsNear() {
    this.watcher.unobserve(this.more);
    this.watcher.observe(this.more);
  }

  #next(on) {
    let link = this.more.querySelector(".next");
    if (!link && on) {
      link = Object.assign(document.createElement("a"), { className: "btn solid next", href: "#more" });
      link.textContent = say("load_more");
      this.more.append(link);
    }
    if (link) link.hidden = !on;
  }
}
