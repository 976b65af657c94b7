// The window: the list on the left, the document in the middle, what is known of it on the right.
import { List } from "./list.js";
import { View } from "./view.js";

const say = (text) => { document.getElementById("said").textContent = text; };
const menu = document.getElementById("menu");
const live = document.getElementById("live");

const view = new View(say);
const list = new List(open);

async function open(url, { push = true, quiet = false } = {}) {
  showMenu(false);
  if (push && url !== here()) history.pushState(null, "", url);
  await view.show(url);
  list.choose(location.pathname, new URLSearchParams(location.search).get("org"));
  if (!quiet) say(`Shows ${document.title}`);
}

const here = () => location.pathname + location.search + location.hash;

function showMenu(shown) {
  document.body.classList.toggle("listing", shown);
  menu.setAttribute("aria-expanded", String(shown));
}

menu.addEventListener("click", () => {
  showMenu(menu.getAttribute("aria-expanded") !== "true");
  if (document.body.classList.contains("listing")) document.getElementById("search").focus();
});

// Links to documents change the window's content; everything else is the browser's business.
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-document]");
  const plain = !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey || event.button);
  if (!link || !plain) return;
  event.preventDefault();
  open(link.getAttribute("href"));
});
view.onlink = (url) => open(url);
window.addEventListener("popstate", () => open(here(), { push: false }));

document.addEventListener("change", (event) => {
  if (event.target.id === "organization") open(event.target.value);
});

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, select, textarea");
  if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
    event.preventDefault();
    if (getComputedStyle(menu).display !== "none") showMenu(true);
    list.search();
  } else if (event.key === "Escape" && document.body.classList.contains("listing")) {
    showMenu(false);
    menu.focus();
  }
});

// The server says what to fetch again; a page that was away finds out by the version.
function listen() {
  let version = null;
  const events = new EventSource("/events");
  events.onmessage = async ({ data }) => {
    const news = JSON.parse(data);
    const missed = version !== null && news.fetch.length === 0;
    version = news.version;
    connected(true);
    if (missed || news.fetch.includes("view")) await view.again(); // what one looks at comes first
    if (missed || news.fetch.includes("list")) list.load();
  };
  events.onerror = () => connected(false);
}

function connected(yes) {
  const words = yes ? "Live" : "Connection lost";
  if (live.textContent !== words) live.textContent = words;
  live.classList.toggle("lost", !yes);
}

// Somebody may have been in IT Glue meanwhile.
const LONG = 30_000;
let left = 0;
window.addEventListener("blur", () => { left = Date.now(); });
window.addEventListener("focus", () => { if (left && Date.now() - left > LONG) view.look(); });

await list.load();
list.choose(location.pathname, new URLSearchParams(location.search).get("org"));
listen();
