// Cards on their way: asked for in turn, told of while they are computed, cancelled, broken off, and put in their place,
// first what is to be read, then the charts.

// A browser keeps six connections to a host; the last one is left for whatever else the visitor does.
const MOST_AT_ONCE = 5;
const CANCELLED = "Cancelled. Nothing is computed for this card until it is run again.";
const BROKEN = "The connection broke off. Run again to try once more.";
const OFFLINE = "You are offline. This card runs again by itself as soon as there is a network.";

// What was asked for and has not come, or not with all its charts, by card.
const runs = new Map();

// An event's name and its data, from its lines.
function said(lines) {
  const of = (name) => lines.filter((line) => line.startsWith(`${name}: `)).map((line) => line.slice(name.length + 2));
  return { event: of("event").join(""), data: of("data").join("\n") };
}

class Run {
  constructor(card, address, body) {
    Object.assign(this, { card, address, body, seconds: Number(card.dataset.seconds ?? 0), read: 0 });
    this.begun = performance.now();
    card.classList.add("asking");
    card.classList.remove("stopped", "broken");
    card.setAttribute("aria-busy", "true");
    this.say("Working on it…");
    this.tick();
  }

  say(words) {
    this.card.querySelector(".words").textContent = words;
  }

  tick() {
    const seconds = Math.floor((performance.now() - this.begun) / 1000);
    this.card.querySelector(".elapsed").textContent = seconds ? `${seconds} s` : "";
  }

  go() {
    // Not fetch: read piece by piece, Chromium reports a finished answer as one that was broken off.
    this.sent = new XMLHttpRequest();
    this.sent.open(this.body ? "POST" : "GET", this.address);
    this.sent.onprogress = () => this.hear();
    this.sent.onload = () => this.loaded();
    this.sent.onerror = () => this.broken();
    this.sent.send(this.body);
  }

  get events() {
    return this.sent.getResponseHeader("content-type")?.startsWith("text/event-stream");
  }

  hear() {
    if (!this.events) return;
    const text = this.sent.responseText;
    const end = text.lastIndexOf("\n\n");
    if (end <= this.read) return;
    const heard = text.slice(this.read, end).split("\n\n").map((part) => said(part.split("\n")));
    this.read = end;
    for (const { event, data } of heard) {
      if (event === "progress") this.say(data);
      if (event === "card") this.arrive(data);
      if (event === "chart") this.show(...data.split("\n"));
    }
  }

  loaded() {
    if (!runs.has(this.card)) return;
    if (this.events) this.broken();
    else this.arrive(this.sent.responseText);
  }

  broken() {
    this.stop(navigator.onLine ? BROKEN : OFFLINE, "broken");
  }

  arrive(html) {
    // A proxy in between may answer with a page of its own.
    if (!html.includes(`id="${this.card.id}"`)) return this.broken();
    const focused = this.card.contains(document.activeElement);
    this.end();
    // With a delay the new card would wear the classes of the old one for a moment, and move when it drops them.
    htmx.swap(this.card, html, { swapStyle: "outerHTML", settleDelay: 0 });
    this.card = document.getElementById(this.card.id);
    this.arrived = true;
    if (this.awaited()) runs.set(this.card, this);
    if (focused) this.card.querySelector(".again").focus({ preventScroll: true });
    if (this.card.classList.contains("ready")) announce(this.card.querySelector("h2").textContent);
  }

  // The image whose chart is still on its way: of this name, or any.
  awaited(name) {
    return this.card.querySelector(name ? `[data-follows="${name}"]` : "[data-follows]");
  }

  show(name, source) {
    const image = this.awaited(name);
    if (!image) return;
    image.src = source;
    delete image.dataset.follows;
    if (!this.awaited()) this.end();
  }

  stop(words, ...kinds) {
    this.leave();
    if (this.card.classList.contains("waiting") || kinds.length) {
      this.card.classList.add("stopped", ...kinds);
      this.say(words);
    }
    this.card.querySelector(".elapsed").textContent = "";
    document.querySelector("#told").textContent = `${this.card.querySelector("h2").textContent}: ${words}`;
  }

  leave() {
    this.sent?.abort();
    this.end();
  }

  end() {
    runs.delete(this.card);
    this.card.classList.remove("asking");
    this.card.removeAttribute("aria-busy");
    queueMicrotask(sendNext);
  }
}

function ask(card, address, body) {
  const focused = card.contains(document.activeElement);
  runs.set(card, new Run(card, address, body));
  if (focused) card.querySelector(".cancel").focus({ preventScroll: true });
  setTimeout(sendNext);
}

// The quick cards first, so that they are first in the workers' queue too.
function sendNext() {
  const all = [...runs.values()];
  const free = MOST_AT_ONCE - all.filter((run) => run.sent).length;
  const next = all.filter((run) => !run.sent).sort((one, other) => one.seconds - other.seconds);
  next.slice(0, Math.max(0, free)).forEach((run) => run.go());
}

let ready = [];
let announcing;
function announce(title) {
  ready.push(title);
  clearTimeout(announcing);
  announcing = setTimeout(() => {
    const titles = new Intl.ListFormat("en").format(ready);
    document.querySelector("#told").textContent = `${titles} ${ready.length > 1 ? "are" : "is"} ready.`;
    ready = [];
  }, 400);
}

// htmx knows what is asked of whom and when; we send it, because its own requests tell nothing before they end.
document.addEventListener("htmx:beforeRequest", (event) => {
  const { target, requestConfig, pathInfo } = event.detail;
  if (!target.matches(".card")) return;
  event.preventDefault();
  const [path, query] = pathInfo.finalRequestPath.split("?");
  const body = requestConfig.verb === "post" ? requestConfig.formData : undefined;
  // What is compared is not told of on its way.
  const told = path.startsWith("/panels/") ? `${path}/live` : path;
  const run = runs.get(target);
  if (run && !run.arrived) return;
  run?.leave();
  ask(target, query ? `${told}?${query}` : told, body);
});

document.addEventListener("click", ({ target }) => {
  const card = target.closest(".cancel")?.closest(".card");
  if (!card) return;
  runs.get(card)?.stop(CANCELLED);
  card.querySelector(".again").focus({ preventScroll: true });
});

// A file that is analysed replaces all cards, also those that are still on their way.
document.addEventListener("htmx:afterSwap", () => {
  for (const run of [...runs.values()]) if (!run.card.isConnected) run.leave();
});

setInterval(() => runs.forEach((run) => run.tick()), 1000);

// Who leaves the page leaves no work behind; who comes back to it as it was finds it going on.
window.addEventListener("pagehide", () => runs.forEach((run) => run.sent?.abort()));
window.addEventListener("pageshow", ({ persisted }) => {
  if (persisted) [...runs.values()].forEach((run) => ask(run.card, run.address, run.body));
});

window.addEventListener("online", () => {
  document.querySelectorAll(".card.broken .again").forEach((button) => button.click());
});
