// What HTML alone cannot say: which width charts are drawn for, the seconds until a refused card is worth a try, and
// that a chosen file is to be posted with every card, without leaving the page.

const phone = window.matchMedia("(width < 40rem)");
const wide = window.matchMedia("(width >= 72rem)");

// The form with its file as they were when Analyse was pressed: each card is posted the same, and again on "Run again".
let sent = [];

document.addEventListener("htmx:configRequest", ({ detail }) => {
  if (!/^\/(panels|compare)\b/.test(detail.path)) return;
  if (detail.verb === "post") sent.forEach(([name, value]) => (detail.parameters[name] = value));
  detail.parameters.canvas = phone.matches ? "narrow" : wide.matches ? "wide" : "middle";
});

// What the odds are asked about is in the address, so that a link holds it.
document.addEventListener("htmx:beforeRequest", ({ detail: { elt } }) => {
  if (!elt.matches("form.odds[hx-get]")) return;
  history.replaceState(null, "", `/?${new URLSearchParams(new FormData(elt))}`);
});

// A refused card tries again by itself, but not for ever, and not at the same moment as all others that were refused.
const MOST_TRIES = 5;
const tries = new Map();

function countDown(line) {
  const card = line.closest(".card");
  const again = card?.querySelector("button.again");
  const tried = tries.get(card?.id) ?? 0;
  const stated = Number(line.dataset.retryAfter);
  const willTry = again && tried < MOST_TRIES;
  let seconds = willTry ? Math.ceil(stated + Math.random() * Math.max(2, stated / 2)) : stated;
  const words = willTry ? "Tries again by itself" : "Worth another try";
  const say = () => (line.textContent = `${words} in ${seconds} s.`);
  say();
  const timer = setInterval(() => {
    seconds -= 1;
    if (!line.isConnected) return clearInterval(timer);
    if (seconds > 0) return say();
    clearInterval(timer);
    line.textContent = "Worth another try now.";
    if (!willTry) return;
    tries.set(card.id, tried + 1);
    again.click();
  }, 1000);
}

document.addEventListener("htmx:afterSwap", () => {
  document.querySelectorAll(".card.ready").forEach((card) => tries.delete(card.id));
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
  if (file) prices.closest("details").open = true;
  if (file) source.value = "";
  else if (!source.value) source.selectedIndex = [...source.options].findIndex((option) => option.defaultSelected);
}

// What the server marks in a form that it sends, where only the answer came and the form stays.
function markFault() {
  const { field } = document.querySelector("#fault")?.dataset ?? {};
  for (const control of ask.querySelectorAll("[name]")) {
    const wrong = control.name === field;
    control.ariaInvalid = wrong ? "true" : null;
    if ((control.getAttribute("aria-describedby") ?? "fault") !== "fault") continue;
    if (wrong) control.setAttribute("aria-describedby", "fault");
    else control.removeAttribute("aria-describedby");
  }
}

async function postFile(file) {
  const fields = new FormData(ask);
  // Read once, so that every card gets the same bytes whatever becomes of the file and the form meanwhile.
  fields.set("prices", new File([await file.arrayBuffer()], file.name));
  sent = [...fields];
  await htmx.ajax("POST", "/panels", { source: ask });
  history.replaceState(null, "", "/");
  markFault();
  document.querySelector("#answer [role=alert]")?.scrollIntoView({ block: "nearest" });
}

ask?.elements.prices.addEventListener("change", showChoice);
ask?.elements.source.addEventListener("change", () => {
  ask.elements.prices.value = "";
  showChoice();
});
// A page that was gone back to says in its form what it answers, not what was typed before it was left.
ask && window.addEventListener("pageshow", ({ persisted }) => {
  if (persisted && !ask.elements.prices.files.length) ask.reset();
  showChoice();
});

ask?.addEventListener("submit", (event) => {
  const file = ask.elements.prices.files[0];
  if (!file || event.submitter?.hasAttribute("formaction")) return;
  event.preventDefault();
  postFile(file).catch(() => sayOf(file, "cannot be read any more; choose it again."));
});

// An address says only what was said.
document.addEventListener("formdata", ({ target, formData }) => {
  if (target.method !== "get") return;
  const said = [...formData].filter(([, value]) => value !== "" && value.name !== "");
  for (const name of new Set(formData.keys())) formData.delete(name);
  for (const [name, value] of said) formData.append(name, value);
});
