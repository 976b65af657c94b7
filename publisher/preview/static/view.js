// One document. Parts that did not change stay, so neither scroll position nor focus is lost; the
// document's own HTML lives in frames without scripts, which are measured and filled from here.
const main = document.getElementById("main");
const about = document.getElementById("about");
const panes = { main, about };

const partsOf = (pane) => [...pane.children].filter((part) => part.dataset.part);
const same = (one, other) => one.length === other.length && one.every((key, at) => key === other[at]);

export class View {
  constructor(say) {
    this.say = say;
    this.url = location.pathname + location.search + location.hash;
    this.kept = { main: this.remember(main), about: this.remember(about) };
    this.top = null; // where the reader was when the document broke
    this.compares = false;
    this.turn = 0;
    this.onlink = (url) => { location.assign(url); };
    document.addEventListener("click", (event) => this.click(event));
    for (const frame of document.querySelectorAll("iframe")) this.fit(frame);
    this.scroll(new URL(location.href).hash);
  }

  remember(pane) {
    return partsOf(pane).map((part) => ({ key: part.dataset.part, html: part.outerHTML }));
  }

  async show(url) {
    const elsewhere = url.split("#")[0] !== this.url.split("#")[0];
    this.url = url;
    if (elsewhere) {
      this.compare(false);
      this.top = null;
    }
    await this.fetch();
    if (elsewhere) {
      main.scrollTop = 0;
      if (getComputedStyle(main).overflowY === "visible") window.scrollTo(0, 0);
    }
    this.scroll(new URL(url, location.href).hash);
  }

  // The same document once more, since something changed.
  async again() {
    await this.fetch();
    if (this.compares) await this.drawChanges();
  }

  async fetch() {
    const turn = ++this.turn;
    const { pathname, search } = new URL(this.url, location.href);
    const part = pathname.startsWith("/d/") ? pathname.slice(3) : "";
    const answer = await fetch(`/part/${part}${search}`).catch(() => null);
    const text = await answer?.text();
    if (text === undefined || turn !== this.turn) return; // offline, or overtaken
    const page = new DOMParser().parseFromString(text, "text/html");
    const scroller = getComputedStyle(main).overflowY === "visible" ? document.scrollingElement : main;
    const broken = page.querySelector('[data-part="broken"]');
    if (broken && this.top === null) this.top = scroller.scrollTop;
    for (const [name, pane] of Object.entries(panes)) {
      const fresh = page.querySelector(`[data-into="${name}"]`);
      await this.update(name, pane, fresh ? partsOf(fresh) : []);
    }
    if (!broken && this.top !== null) {
      const top = this.top;
      this.top = null;
      await this.settled();
      scroller.scrollTop = top;
    }
    const title = page.querySelector("[data-title]")?.dataset.title;
    if (title) document.title = `${title} · ${document.querySelector(".brand").textContent}`;
  }

  async update(name, pane, fresh) {
    const now = fresh.map((part) => ({ key: part.dataset.part, html: part.outerHTML }));
    const before = this.kept[name];
    this.kept[name] = now;
    if (!same(before.map((part) => part.key), now.map((part) => part.key))) {
      pane.replaceChildren(...fresh);
      for (const frame of pane.querySelectorAll("iframe")) this.fit(frame);
      if (name === "main") this.compare(this.compares);
      return;
    }
    const there = partsOf(pane);
    for (const [at, part] of fresh.entries()) {
      if (now[at].html === before[at].html || part.dataset.part === "compared") continue;
      const frame = there[at].querySelector("iframe");
      if (frame) await this.refill(frame, part.querySelector("iframe").getAttribute("src"));
      else this.replace(there[at], part);
    }
    if (name === "main") this.compare(this.compares);
  }

  replace(old, part) {
    const focused = old.contains(document.activeElement) && document.activeElement.id;
    old.replaceWith(part);
    if (focused) document.getElementById(focused)?.focus();
  }

  // Frames

  fit(frame) {
    const measure = () => {
      const body = frame.contentDocument?.body;
      if (!body || frame.contentDocument.URL === "about:blank") return;
      const across = body.scrollWidth > body.clientWidth ? 16 : 0; // room for a scroll bar
      frame.style.height = `${Math.ceil(body.getBoundingClientRect().height) + across + 2}px`;
    };
    const loaded = () => {
      const inside = frame.contentDocument;
      if (!inside?.body || inside.URL === "about:blank" || inside === frame.seen) return;
      frame.seen = inside;
      frame.removeAttribute("tabindex");
      new ResizeObserver(measure).observe(inside.body);
      inside.addEventListener("click", (event) => this.follow(event, inside));
      inside.addEventListener("keydown", (event) => this.pass(event));
      measure();
    };
    frame.addEventListener("load", loaded);
    if (frame.contentDocument?.readyState === "complete") loaded();
  }

  async refill(frame, src) {
    const answer = await fetch(src).catch(() => null);
    if (!answer?.ok || !frame.contentDocument?.body) return;
    const text = await answer.text();
    // Parsed inside the frame, by the frame's policy: the window's own forbids inline styles.
    const body = text.slice(text.indexOf("<body>") + 6, text.lastIndexOf("</body>"));
    frame.contentDocument.body.innerHTML = body;
  }

  follow(event, inside) {
    const link = event.target.closest?.("a[href]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    const href = link.getAttribute("href");
    if (href.startsWith("#")) {
      event.preventDefault();
      this.scroll(href, inside);
    } else if (href.startsWith("/d/")) {
      event.preventDefault();
      this.onlink(href);
    }
  }

  pass(event) {
    const again = new KeyboardEvent("keydown", { key: event.key, bubbles: true, cancelable: true });
    if (event.key === "/" && !document.body.dispatchEvent(again)) event.preventDefault();
  }

  async scroll(hash, inside) {
    if (hash.length < 2) return;
    await this.settled();
    let name = hash.slice(1);
    try { name = decodeURIComponent(name); } catch { /* as written, then */ }
    const insides = inside ? [inside] : [...main.querySelectorAll("iframe")].map((f) => f.contentDocument);
    for (const page of insides) {
      const found = page?.getElementById(name) ?? page?.getElementsByName(name)[0];
      if (found) {
        found.scrollIntoView({ block: "start" });
        return;
      }
    }
  }

  // All frames that are shown have their content and their height.
  async settled() {
    const frames = [...main.querySelectorAll("iframe")].filter((frame) => frame.offsetParent);
    const late = new Promise((done) => setTimeout(done, 2000));
    const ready = frames.map((frame) => frame.seen || new Promise((done) => frame.addEventListener("load", done, { once: true })));
    await Promise.race([late, Promise.all(ready)]);
    await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  }

  // Buttons

  click(event) {
    const button = event.target.closest("button");
    if (button?.id === "look") this.look();
    if (button?.id === "show-page") this.compare(false);
    if (button?.id === "show-changes") {
      this.compare(true);
      this.drawChanges();
    }
  }

  look() {
    return fetch("/look", { method: "POST" }).catch(() => null);
  }

  compare(yes) {
    const buttons = { page: document.getElementById("show-page"), changes: document.getElementById("show-changes") };
    this.compares = yes && Boolean(buttons.changes);
    buttons.page?.setAttribute("aria-pressed", String(!this.compares));
    buttons.changes?.setAttribute("aria-pressed", String(this.compares));
    main.classList.toggle("compares", this.compares);
    const compared = document.getElementById("compared");
    if (compared) compared.hidden = !this.compares;
  }

  async drawChanges() {
    const { pathname, search } = new URL(this.url, location.href);
    const answer = await fetch(`/changes/${pathname.slice(3)}${search}`).catch(() => null);
    const compared = document.getElementById("compared");
    if (!answer?.ok || !compared) return;
    const text = await answer.text();
    if (text === this.changes && compared.childElementCount) return;
    this.changes = text;
    compared.replaceChildren(...new DOMParser().parseFromString(text, "text/html").body.childNodes);
    for (const frame of compared.querySelectorAll("iframe")) this.fit(frame);
  }
}
