// What HTML alone cannot say: which width charts are drawn for, the seconds until a refused card is worth a try, and
// that a chosen file is to be posted with every card, without leaving the page.

const narrow = window.matchMedia("(max-width: 47rem)");

// The form with its file as they were when Analyse was pressed: each card is posted the same, and again on "Run again".
let sent = [];

document.addEventListener("htmx:configRequest", ({ detail }) => {
  if (!detail.path.startsWith("/panels")) return;
  if (detail.verb === "post") sent.forEach(([name, value]) => (detail.parameters[name] = value));
  detail.parameters.canvas = narrow.matches ? "narrow" : "wide";
});

function countDown(line) {
  let seconds = Number(line.dataset.retryAfter);
  const timer = setInterval(() => {
    seconds -= 1;
    line.textContent = seconds > 0 ? `Worth another try in ${seconds} s.` : "Worth another try now.";
    if (seconds <= 0 || !line.isConnected) clearInterval(timer);
  }, 1000);
}

document.addEventListener("htmx:afterSwap", () => {
  document.querySelectorAll("[data-retry-after]:not([data-counting])").forEach((line) => {
    line.dataset.counting = "";
    countDown(line);
  });
});

const ask = document.querySelector("#ask");

function sayOf(file, fault) {
  const note = document.querySelector("#prices-note");
  note.hidden = !fault;
  note.textContent = fault && `${file.name} ${fault}`;
  ask.elements.prices.setCustomValidity(note.textContent);
}

function showChoice() {
  const { prices, ticker, source } = ask.elements;
  const file = prices.files[0];
  const most = Number(prices.dataset.maxBytes);
  const size = file && (file.size / 2 ** 20).toFixed(1);
  sayOf(file, file?.size > most ? `has ${size} MiB; at most ${most / 2 ** 20} MiB can be read. Nothing is sent.` : "");
  ticker.required = !file;
  if (file) source.value = "";
  else if (!source.value) source.selectedIndex = [...source.options].findIndex((option) => option.defaultSelected);
}

async function postFile(file) {
  const fields = new FormData(ask);
  // Read once, so that every card gets the same bytes whatever becomes of the file and the form meanwhile.
  fields.set("prices", new File([await file.arrayBuffer()], file.name));
  sent = [...fields];
  await htmx.ajax("POST", "/panels", { source: ask });
  history.replaceState(null, "", "/");
  document.querySelector("#answer [role=alert]")?.scrollIntoView({ block: "nearest" });
}

ask?.elements.prices.addEventListener("change", showChoice);
ask?.elements.source.addEventListener("change", () => {
  ask.elements.prices.value = "";
  showChoice();
});
ask && window.addEventListener("pageshow", showChoice);

ask?.addEventListener("submit", (event) => {
  const file = ask.elements.prices.files[0];
  if (!file || event.submitter?.hasAttribute("formaction")) return;
  event.preventDefault();
  postFile(file).catch(() => sayOf(file, "cannot be read any more; choose it again."));
});

// An address says only what was said.
ask?.addEventListener("formdata", ({ formData }) => {
  for (const [name, value] of [...formData]) if (value === "" || value.name === "") formData.delete(name);
});

// A connection that breaks off brings no card to swap in, so the waiting one says so itself.
document.addEventListener("htmx:sendError", ({ target }) => {
  const line = target.closest(".card")?.querySelector(".working");
  if (line) line.textContent = "The connection broke off. Reload the page to try again.";
});
