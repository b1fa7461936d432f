// What a chart says where it is pointed at or touched: the row of its own table that stands there. The first and the
// last row stand at data-first-x and data-last-x of the width; between them by their days, or else by their number.
const tip = Object.assign(document.createElement("p"), { className: "tip", ariaHidden: "true" });
function show({ target, offsetX }) {
  const { firstX, lastX } = target.dataset ?? {};
  const table = firstX && target.closest("figure")?.querySelector(".numbers table");
  if (!table) return tip.remove();
  const rows = [...table.tBodies[0].rows];
  const days = rows.map((row) => Number(row.cells[0].textContent));
  const order = days.every(Number.isFinite) ? days : rows.map((_, number) => number);
  const shares = order.map((at) => (at - order[0]) / (order.at(-1) - order[0] || 1));
  const places = shares.map((share) => +firstX + share * (lastX - firstX));
  const away = places.map((place) => Math.abs(place - offsetX / target.clientWidth));
  const near = away.indexOf(Math.min(...away));
  if (away[near] > 0.1) return tip.remove();
  const heads = table.tHead.rows[0].cells;
  tip.textContent = [...rows[near].cells].map((cell, n) => `${heads[n].textContent}: ${cell.textContent}`).join("\n");
  const [top, height] = [target.offsetTop, target.clientHeight];
  tip.style.cssText = `left: ${100 * places[near]}%; top: ${top}px; height: ${height}px; --lines: ${heads.length}`;
  tip.classList.toggle("before", places[near] > 0.5);
  target.after(tip);
}
for (const event of ["pointermove", "pointerdown"]) document.addEventListener(event, show, { passive: true });
