// The list: organizations with their documents, or what a search found.
const MOST = 200; // results; nobody reads more
const SMALL = 60; // documents; with fewer, every organization is open
const WORDS = { new: "new", changed: "changed", drift: "edited in IT Glue", held: "held back", draft: "draft", broken: "error" };

const element = (tag, properties = {}, ...children) => {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children.filter(Boolean));
  return made;
};
const fold = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
const address = (path, org) =>
  "/d/" + path.split("/").map(encodeURIComponent).join("/") + (org ? `?org=${encodeURIComponent(org)}` : "");

export class List {
  constructor(open) {
    this.open = open;
    this.nav = document.getElementById("list");
    this.groups = document.getElementById("groups");
    this.found = document.getElementById("found");
    this.input = document.getElementById("search");
    this.opened = new Map();
    this.chosen = { path: "", org: "" };
    this.input.addEventListener("input", () => this.draw());
    this.nav.addEventListener("keydown", (event) => this.key(event));
  }

  async load() {
    const answer = await fetch("/documents.json").catch(() => null);
    if (!answer?.ok) return;
    const text = await answer.text();
    if (text === this.text) return;
    this.text = text;
    const data = JSON.parse(text);
    this.names = new Map(data.organizations.map((org) => [org.id, org.name]));
    this.documents = data.documents;
    for (const one of this.documents) {
      const orgs = one.organizations.map((id) => this.names.get(id) ?? id);
      one.text = fold([one.title, one.path, one.type, ...orgs].join(" "));
    }
    this.draw();
  }

  choose(pathname, org) {
    const path = pathname.startsWith("/d/") ? decodeURIComponent(pathname.slice(3)) : "";
    this.chosen = { path, org };
    const group = this.groupOf(path, org);
    if (group !== undefined && !this.input.value) this.opened.set(group, true);
    this.draw();
    this.nav.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest" });
  }

  // The group that a document is shown in: of several organizations, the one that is looked at.
  groupOf(path, org) {
    const one = this.documents?.find((each) => each.path === path);
    if (!one) return undefined;
    if (!one.organizations.length) return one.condition;
    return one.organizations.includes(org) ? org : one.organizations[0];
  }

  search() {
    this.input.focus();
    this.input.select();
  }

  draw() {
    if (!this.documents) return;
    const focused = this.groups.contains(document.activeElement) && document.activeElement.dataset.id;
    const top = this.groups.scrollTop;
    const wanted = fold(this.input.value).split(/\s+/).filter(Boolean);
    this.groups.replaceChildren(...(wanted.length ? this.results(wanted) : this.everything()));
    if (!wanted.length) this.found.textContent = "";
    this.groups.scrollTop = top;
    if (focused) this.groups.querySelector(`[data-id="${CSS.escape(focused)}"]`)?.focus();
  }

  *everything() {
    const members = new Map([...this.names.keys()].map((id) => [id, []]));
    const loose = { broken: [], other: [] };
    for (const one of this.documents) {
      for (const id of one.organizations) members.get(id)?.push(one);
      if (!one.organizations.length) loose[one.condition === "other" ? "other" : "broken"].push(one);
    }
    if (loose.broken.length) yield this.group("broken", "Cannot be read", loose.broken, true);
    for (const [id, documents] of members) {
      yield this.group(id, this.names.get(id), documents, this.documents.length <= SMALL);
    }
    if (loose.other.length) yield this.group("other", "No documents", loose.other, false);
    if (!this.documents.length) yield element("p", { className: "note", textContent: "There is no Markdown file here yet." });
  }

  group(id, name, documents, open) {
    const shown = this.opened.get(id) ?? open;
    const count = element("span", { className: "count", textContent: documents.length });
    const button = element("button", { type: "button" }, element("span", { textContent: name }), count);
    button.dataset.id = `group ${id}`;
    button.setAttribute("aria-expanded", String(shown));
    button.addEventListener("click", () => { this.opened.set(id, !shown); this.draw(); });
    const items = shown && element("ul", {}, ...documents.map((one) => this.item(one, id)));
    return element("section", {}, element("h2", {}, button), items);
  }

  item(one, org, under) {
    const link = element("a", { href: address(one.path, this.names.has(org) ? org : "") });
    link.dataset.document = "";
    link.dataset.id = `${one.path} ${org}`;
    const current = one.path === this.chosen.path && org === this.groupOf(one.path, this.chosen.org);
    if (current) link.setAttribute("aria-current", "page");
    const word = one.condition === "draft" || one.condition === "broken" ? one.condition : one.marks[org];
    const mark = word && element("span", { className: `mark ${word}`, textContent: WORDS[word] ?? word });
    const second = element("span", { textContent: under ?? (one.type || one.path) });
    link.append(one.title, element("span", { className: "under" }, second, mark));
    return element("li", {}, link);
  }

  *results(wanted) {
    const hits = this.documents.filter((one) => wanted.every((word) => one.text.includes(word)));
    this.found.textContent = `${hits.length} ${hits.length === 1 ? "document" : "documents"} found`;
    if (!hits.length) yield element("p", { className: "note", textContent: "No document has these words in its title, path, type or organization." });
    const items = hits.slice(0, MOST).map((one) => {
      const [first = ""] = one.organizations;
      const names = one.organizations.map((id) => this.names.get(id));
      const where = names.length > 1 ? `${names.length} organizations` : (names[0] ?? one.path);
      return this.item(one, this.groupOf(one.path, this.chosen.org) ?? first, where);
    });
    yield element("ul", {}, ...items);
    if (hits.length > MOST) yield element("p", { className: "note", textContent: `… and ${hits.length - MOST} more.` });
  }

  key(event) {
    const moves = { ArrowDown: 1, ArrowUp: -1 };
    const stops = [this.input, ...this.groups.querySelectorAll("a, h2 button")];
    const at = stops.indexOf(document.activeElement);
    if (event.key in moves && at >= 0) {
      event.preventDefault();
      stops[Math.min(Math.max(at + moves[event.key], 0), stops.length - 1)].focus();
    } else if (event.key === "Enter" && at === 0) {
      this.groups.querySelector("a")?.click();
    } else if (event.key === "Escape" && this.input.value) {
      event.stopPropagation();
      this.input.value = "";
      this.draw();
      this.input.focus();
    } else if ((event.key === "ArrowRight" || event.key === "ArrowLeft") && at > 0) {
      const open = document.activeElement.getAttribute("aria-expanded");
      if (open === String(event.key === "ArrowLeft")) document.activeElement.click();
    }
  }
}
