// The strip above the cards says what they say, once they have said it: it copies the parts that are marked for it.

const unsaid = {
  failed: "That card has failed; its place says why.",
  stopped: "Not worked out; run its card again.",
  nothing: "Nothing yet.",
  waiting: "Being worked out…",
};

function toldBy(slugs, glance) {
  const cards = slugs.map((slug) => document.querySelector(`#panel-${slug}`)).filter(Boolean);
  const ready = cards.find((card) => card.querySelector(`[data-glance="${glance}"]`));
  if (ready) return [...ready.querySelectorAll(`[data-glance="${glance}"]`)].map(copied);
  const line = document.createElement("p");
  line.className = "faint";
  const all = (...states) => cards.every((card) => states.some((state) => card.classList.contains(state)));
  if (all("failed")) line.textContent = cards[0].querySelector("[data-why]")?.textContent ?? unsaid.failed;
  else if (all("failed", "stopped")) line.textContent = unsaid.stopped;
  else line.textContent = all("failed", "stopped", "ready") ? unsaid.nothing : unsaid.waiting;
  return [line];
}

// A heading stays one only in its card.
function copied(part) {
  const line = document.createElement("p");
  line.className = part.className;
  line.append(...part.cloneNode(true).childNodes);
  return line;
}

function tell(place) {
  const lines = toldBy(place.dataset.by.split(" "), place.dataset.told);
  if (lines.map((line) => line.outerHTML).join() === [...place.children].map((line) => line.outerHTML).join()) return;
  place.replaceChildren(...lines);
}

// htmx lets a card look like the one before it for a moment, so its class says only later how it ended.
new MutationObserver(() => document.querySelectorAll("[data-told]").forEach(tell)).observe(document.querySelector("#main"), {
  childList: true,
  subtree: true,
  attributeFilter: ["class"],
});
