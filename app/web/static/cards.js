// What HTML cannot say of cards on their way: that five run at once, how long one has taken, that it was cancelled or
// broke off, and when it is asked for again. Of six connections to a host one is left for whatever else a visitor does.
const [MOST_AT_ONCE, MOST_TRIES] = [5, 5];
const CANCELLED = "Cancelled. Nothing is computed for this card until it is run again.";
const BROKEN = "The connection broke off. Run again to try once more.";
const OFFLINE = "You are offline. This card runs again by itself as soon as there is a network.";
// Runs that have not ended, by card; tries again, by its id; the form with its file as they were at Analyse.
const [runs, tries] = [new Map(), new Map()];
let fields = [];
const on = (name, act) => document.addEventListener(name, act);
const again = (card) => card.querySelector(".again")?.click();
const focus = (card, button) => card.querySelector(button)?.focus({ preventScroll: true });
const runOf = (isIt) => [...runs].find(([, run]) => isIt(run)) ?? [];
on("asked", ({ detail }) => (fields = detail));
on("htmx:config:request", ({ target, detail: { ctx } }) => {
  if (!target.matches?.(".card")) return;
  if (ctx.request.method === "POST") fields.forEach(([name, value]) => ctx.request.body.set(name, value));
  const width = target.clientWidth || target.querySelector(".opened, .side, .skeleton").clientWidth;
  ctx.request.body.set("canvas", width < 485 ? "narrow" : width < 700 ? "middle" : width < 1075 ? "wide" : "large");
  // Then htmx asks before it sends: a card waits for its turn, and none changes before the widths of all are read.
  ctx.confirm = "in turn";
});
on("htmx:confirm", async (event) => {
  const { target: card, detail } = event;
  if (!card.matches?.(".card")) return;
  event.preventDefault();
  stop(runs.get(card));
  const focused = card.contains(document.activeElement);
  await runs.set(card, { ...detail, begun: performance.now(), seconds: Number(card.dataset.seconds) });
  card.classList.remove("stopped", "broken");
  card.classList.add("asking");
  card.setAttribute("aria-busy", "true");
  say(card, "Working on it…");
  if (focused) focus(card, ".cancel");
  setTimeout(sendNext);
});
function sendNext() {
  const next = [...runs.values()].filter((run) => !run.sent).sort((one, other) => one.seconds - other.seconds);
  const free = Math.max(0, MOST_AT_ONCE - runs.size + next.length);
  next.slice(0, free).forEach((run) => run.issueRequest((run.sent = true)));
}
const stop = (run) =>
  run?.connection ? run.connection.reader?.cancel() : run?.sent ? run.ctx.request.abort() : run?.dropRequest();
on("htmx:after:sse:connection", ({ target, detail }) => {
  if (runs.has(target)) runs.get(target).connection = detail.connection;
});
// What the server says last: without it, the connection broke off.
on("done", ({ target }) => runs.has(target) && end(target, runs.get(target)));
on("htmx:sse:close", ({ detail }) => {
  const [card, run] = runOf((run) => run.connection === detail.connection);
  if (card) end(card, run, detail.reason === "ended");
});
on("htmx:after:request", (event) => {
  const [card, run] = runOf((run) => run.ctx === event.detail.ctx);
  // A proxy in between may answer with a page of its own.
  if (card && !run.ctx.text.includes(`id="${card.id}"`)) event.preventDefault((run.foreign = true));
});
on("htmx:finally:request", ({ detail: { ctx } }) => {
  const [card, run] = runOf((run) => run.ctx === ctx);
  if (card && !run.connection) end(card, run, run.foreign || ctx.status.startsWith("error"));
});
function end(card, run, broken) {
  runs.delete(card);
  card.classList.remove("asking");
  card.removeAttribute("aria-busy");
  sendNext();
  if (!broken && !run.cancelled) return;
  const words = run.cancelled ? CANCELLED : navigator.onLine ? BROKEN : OFFLINE;
  // A card that stands already stays as it is when its second run is cancelled.
  card.classList.toggle("stopped", !run.cancelled || card.classList.contains("waiting"));
  card.classList.toggle("broken", !run.cancelled);
  say(card, words);
  document.querySelector("#told").textContent = `${card.dataset.title}: ${words}`;
  if (run.cancelled) focus(card, ".again");
}
function say(card, words, seconds = "") {
  const [line, elapsed] = card.querySelector(".working")?.children ?? [];
  if (words && line) line.textContent = words;
  if (elapsed) elapsed.textContent = seconds;
}
on("click", ({ target }) => {
  const run = runs.get(target.closest(".cancel")?.closest(".card"));
  if (run) stop(run, (run.cancelled = true));
});
const seconds = ({ begun }) => `${Math.floor((performance.now() - begun) / 1000) || 1} s`;
setInterval(() => runs.forEach((run, card) => say(card, "", seconds(run))), 1000);
const hadFocus = new Set();
on("htmx:before:swap", ({ target: card }) => card.id && card.contains(document.activeElement) && hadFocus.add(card));
on("htmx:after:swap", ({ target }) => {
  if (hadFocus.delete(target) && document.activeElement === document.body) focus(target, ".again");
  // A file that is analysed, or another day, replaces all cards, also those that are still on their way.
  for (const [card, run] of runs) if (!card.isConnected) stop(run);
  if (target.matches?.(".card.ready")) tries.delete(target.id);
  document.querySelectorAll("[data-retry-after]:not([data-counting])").forEach(countDown);
});
// A refused card tries again by itself, but not for ever, and not at the same moment as all others that were refused.
function countDown(line) {
  const card = line.closest(".card");
  const tried = tries.get(card.id) ?? 0;
  const willTry = card.querySelector(".again") && tried < MOST_TRIES;
  const stated = Number(line.dataset.retryAfter);
  let seconds = willTry ? Math.ceil(stated + Math.random() * Math.max(2, stated / 2)) : stated;
  const timer = setInterval(tick, 1000);
  tick((line.dataset.counting = ""));
  function tick() {
    line.textContent = seconds > 0 ? `${willTry ? "Trying" : "Try"} again in ${seconds} s.` : "Try again now.";
    if (line.isConnected && seconds-- > 0) return;
    clearInterval(timer);
    if (willTry && line.isConnected) again(card, tries.set(card.id, tried + 1));
  }
}
window.addEventListener("online", () => document.querySelectorAll(".card.broken").forEach(again));
// Who comes back to a page as it was finds it going on.
window.addEventListener("pageshow", (e) => e.persisted && document.querySelectorAll(".broken, .asking").forEach(again));
