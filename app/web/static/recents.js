// Back tomorrow: the last dozen tickers, in this browser alone, as a table of the home page. ←/→ go through time.
const kept = () => JSON.parse(localStorage.getItem("recents") ?? "[]");
document.addEventListener("htmx:after:swap", () => {
  const { recent } = document.querySelector("#panel-verdict.ready [data-recent]")?.dataset ?? {};
  if (!recent) return;
  const now = JSON.parse(recent);
  const others = kept().filter(({ ticker }) => ticker !== now.ticker);
  localStorage.setItem("recents", JSON.stringify([now, ...others].slice(0, 12)));
});

const table = document.querySelector("#recents");
for (const { ticker, query, price, range, by } of table ? kept() : []) {
  const row = table.tBodies[0].insertRow();
  const link = Object.assign(document.createElement("a"), { href: `/?${query}`, textContent: ticker });
  row.insertCell().append(link);
  for (const words of [price, range, by]) row.insertCell().textContent = words;
  table.closest("section").hidden = false;
}

document.addEventListener("keydown", ({ key, target, altKey, ctrlKey, metaKey }) => {
  const step = { ArrowLeft: "prev", ArrowRight: "next" }[key];
  const elsewhere = altKey || ctrlKey || metaKey || target.closest("input, select, textarea, .scroll");
  if (step && !elsewhere) document.querySelector(`.replay a[rel=${step}]`)?.click();
});

document.addEventListener("click", async ({ target }) => {
  if (target.matches(".copy")) target.textContent = (await navigator.clipboard.writeText(location)) ?? "Link copied";
});
