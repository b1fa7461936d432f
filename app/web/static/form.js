// A chosen file is posted with every card, without leaving the page; one that is dropped anywhere is chosen.
const ask = document.querySelector("#ask");
const note = document.querySelector("#prices-note");
function sayOf(file, fault) {
  note.hidden = !fault;
  note.textContent = fault && `${file.name} ${fault}`;
  ask.elements.prices.setCustomValidity(note.textContent);
}
function showChoice() {
  const { prices, ticker, source } = ask.elements;
  const [file, most] = [prices.files[0], prices.dataset.maxBytes / 2 ** 20];
  const size = file && file.size / 2 ** 20;
  sayOf(file, size > most ? `has ${size.toFixed(1)} MiB; at most ${most} MiB can be read. Nothing is sent.` : "");
  ticker.required = !file;
  if (file) prices.closest("details").open = true;
  if (file) source.value = "";
  else if (!source.value) source.selectedIndex = [...source.options].findIndex((option) => option.defaultSelected);
}
async function post(file) {
  const entries = new FormData(ask);
  // Read once, so that every card gets the same bytes whatever becomes of the file and the form meanwhile.
  entries.set("prices", new File([await file.arrayBuffer()], file.name));
  htmx.trigger(ask, "asked", [...entries]);
}
// What the server marks in a form that it sends, where only the answer came and the form stays.
function markFault() {
  const { field } = document.querySelector("#fault")?.dataset ?? {};
  for (const control of ask.querySelectorAll("[name]:not([type=file])")) {
    const wrong = control.name === field;
    control.ariaInvalid = wrong ? "true" : null;
    wrong ? control.setAttribute("aria-describedby", "fault") : control.removeAttribute("aria-describedby");
  }
  ask.querySelectorAll("details").forEach((menu) => (menu.open = menu.contains(document.activeElement)));
  document.querySelector("#answer [role=alert]")?.scrollIntoView({ block: "nearest" });
}
function submitted(event) {
  const file = ask.elements.prices.files[0];
  if (!file || event.submitter?.hasAttribute("formaction")) return;
  post(file, event.preventDefault()).catch(() => sayOf(file, "cannot be read any more; choose it again."));
}
function dragged(event) {
  const over = event.type === "dragover" && event.dataTransfer.types.includes("Files");
  if (over || event.type === "drop" || !event.relatedTarget) ask.classList.toggle("over", over);
  if (over || (event.type === "drop" && event.dataTransfer.files.length)) event.preventDefault();
  if (event.type !== "drop" || !event.dataTransfer.files.length) return;
  ask.elements.prices.files = event.dataTransfer.files;
  showChoice();
  ask.scrollIntoView({ block: "nearest" });
  ask.querySelector("button[type=submit]").focus();
}
if (ask) {
  ask.addEventListener("change", ({ target: { name } }) => {
    if (name === "source") ask.elements.prices.value = "";
    if (name === "source" || name === "prices") showChoice();
  });
  ask.addEventListener("submit", submitted);
  ask.addEventListener("htmx:after:swap", markFault);
  for (const event of ["dragover", "dragleave", "drop"]) document.addEventListener(event, dragged);
  // A page that was gone back to says in its form what it answers, not what was typed before it was left.
  window.addEventListener("pageshow", ({ persisted }) => {
    if (persisted && !ask.elements.prices.files.length) ask.reset();
    showChoice();
  });
}// An address says only what was said.
document.addEventListener("formdata", ({ target, formData }) => {
  const all = target.method === "get" ? [...formData] : [];
  for (const [name] of all) formData.delete(name);
  for (const [name, value] of all) if (value !== "" && value.name !== "") formData.append(name, value);
});
