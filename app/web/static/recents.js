// Back tomorrow: the last dozen tickers, in this browser alone, as a table of the home page. ←/→ go through time.
const kept = () => JSON.parse(localStorage.getItem("recents") ?? "[]");
const on = (name, act) => document.addEventListener(name, act, true);
on("htmx:after:swap", ({ target }) => {
  const now = JSON.parse(target.querySelector("[data-recent]")?.dataset.recent ?? "null");
  const others = now && kept().filter(({ ticker }) => ticker !== now.ticker);
  if (now) localStorage.setItem("recents", JSON.stringify([now, ...others].slice(0, 12)));
});
const table = document.querySelector("#recents");
for (const { ticker, query, price, range, by, before } of table ? kept() : []) {
  const row = table.tBodies[0].insertRow();
  row.insertCell().append(Object.assign(document.createElement("a"), { href: `/?${query}`, textContent: ticker }));
  for (const words of [price, range, by, before]) row.insertCell().textContent = words;
  table.closest("section").hidden = false;
}
on("keydown", ({ key, target, altKey, ctrlKey, metaKey }) => {
  const step = { ArrowLeft: "prev", ArrowRight: "next" }[key];
  const elsewhere = altKey || ctrlKey || metaKey || target.closest("input, select, textarea, .scroll");
  if (step && !elsewhere) document.querySelector(`.replay a[rel=${step}]`)?.click();
});
// A link to a past day says whether what happened is shown.
on("toggle", ({ target }) => {
  const address = new URL(location);
  address.searchParams[target.open ? "set" : "delete"]("reveal", "1");
  if (target.matches(".fan .outcome")) history.replaceState(history.state, "", address);
});
on("click", async ({ target: { dataset, parentNode }, target }) => {
  const text = "summary" in dataset ? parentNode.querySelector("pre").textContent : location;
  if (target.matches(".copy")) target.textContent = (await navigator.clipboard.writeText(text)) ?? "Copied";
});
