// The newest price, for who asks for it: one stream while it is shown, and none once the market has closed.

const strip = document.querySelector("#live");
const TICK_MS = 5000;
let stream;
let heard;

function say(html) {
  heard = performance.now();
  strip.querySelector(".newest").innerHTML = html;
  sayAge();
}

function sayAge() {
  const line = strip.querySelector("[data-age]");
  if (!line) return;
  const seconds = Math.round(Number(line.dataset.age) + (performance.now() - heard) / 1000);
  line.textContent = seconds < 120 ? `${seconds} s ago` : `${Math.floor(seconds / 60)} min ago`;
}

function open() {
  stream = new EventSource(strip.dataset.url);
  stream.addEventListener("news", ({ data }) => say(data));
  stream.addEventListener("last", ({ data }) => {
    // Else the browser would ask again and again for what has come to its end.
    stream.close();
    say(data);
  });
  stream.addEventListener("error", () => {
    if (stream.readyState === EventSource.CLOSED) say("<span>It cannot be shown just now; try again in a minute.</span>");
  });
}

function show(on) {
  const address = new URL(location);
  on ? address.searchParams.set("live", "1") : address.searchParams.delete("live");
  history.replaceState(null, "", address);
  strip.querySelector("button").setAttribute("aria-pressed", `${on}`);
  strip.classList.toggle("on", on);
  stream?.close();
  say("");
  if (on) open();
}

if (strip) {
  strip.hidden = false;
  strip.querySelector("button").addEventListener("click", () => show(!strip.classList.contains("on")));
  setInterval(sayAge, TICK_MS);
  if (strip.dataset.on) show(true);
}
