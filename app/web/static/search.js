// Finding a ticker while typing: a field marked data-search becomes a combobox with a listbox below it.

const PATIENCE_MS = 250;
const LONGEST = 40;
const known = new Map();

async function optionsFor(words, source) {
  const said = new URLSearchParams({ q: words, ...(source && { source }) });
  if (!known.has(`${said}`)) {
    const answer = await fetch(`/search?${said}`);
    if (!answer.ok) return "";
    const options = await answer.text();
    // What the page is told not to keep will be better later.
    if (answer.headers.get("cache-control") === "no-store") return options;
    known.set(`${said}`, options);
  }
  return known.get(`${said}`);
}

class Combobox {
  constructor(field, number) {
    this.field = field;
    this.list = document.createElement("ul");
    this.list.id = `found-${number}`;
    this.told = document.createElement("span");
    this.told.className = "visually-hidden";
    this.asked = 0;
    this.describe();
    field.after(this.list, this.told);
    this.listen();
  }

  describe() {
    const name = this.field.dataset.search;
    this.field.closest("label").querySelector("span").textContent = name;
    const said = { role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": this.list.id };
    for (const [attribute, value] of Object.entries(said)) this.field.setAttribute(attribute, value);
    // Else what is found would be part of the label, as it stands inside it.
    this.field.setAttribute("aria-label", name);
    this.field.maxLength = LONGEST;
    this.list.className = "found";
    this.list.hidden = true;
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", "Tickers found");
    this.told.setAttribute("role", "status");
  }

  listen() {
    this.field.addEventListener("input", () => this.later());
    this.field.addEventListener("keydown", (event) => this.pressed(event));
    this.field.addEventListener("blur", () => this.close());
    this.field.form.addEventListener("submit", () => this.close());
    // The field keeps the focus, and a label would hand on a click in its list to it.
    this.list.addEventListener("pointerdown", (event) => event.preventDefault());
    this.list.addEventListener("click", (event) => {
      event.preventDefault();
      this.choose(event.target.closest("[role=option]"));
    });
  }

  get options() {
    return [...this.list.querySelectorAll("[role=option]")];
  }

  get active() {
    return this.options.find((option) => option.getAttribute("aria-selected") === "true");
  }

  later() {
    this.close();
    if (this.field.value.trim()) this.timer = setTimeout(() => this.search(), PATIENCE_MS);
  }

  async search() {
    const asked = ++this.asked;
    const options = await optionsFor(this.field.value.trim(), this.field.form.elements.source?.value).catch(() => "");
    // Whatever was typed or done meanwhile has made this answer an old one.
    if (asked === this.asked && document.activeElement === this.field) this.open(options);
  }

  open(options) {
    this.list.innerHTML = options;
    this.options.forEach((option, number) => (option.id = `${this.list.id}-${number}`));
    this.list.hidden = !this.list.childElementCount;
    this.field.setAttribute("aria-expanded", `${!this.list.hidden}`);
    const note = this.list.querySelector(".note")?.textContent ?? "";
    const count = this.options.length;
    this.told.textContent = this.list.hidden ? "" : `${count} ${count === 1 ? "ticker" : "tickers"} found. ${note}`;
  }

  close() {
    clearTimeout(this.timer);
    this.asked += 1;
    this.list.hidden = true;
    this.list.replaceChildren();
    this.told.textContent = "";
    this.field.setAttribute("aria-expanded", "false");
    this.field.removeAttribute("aria-activedescendant");
  }

  pressed(event) {
    const { options, active } = this;
    const at = options.indexOf(active);
    if (event.isComposing) return;
    if (event.key === "ArrowDown" && this.list.hidden) this.search();
    else if (event.key === "ArrowDown") this.mark(options[(at + 1) % options.length]);
    else if (event.key === "ArrowUp" && !this.list.hidden) this.mark(options.at(at < 0 ? -1 : at - 1));
    else if (event.key === "Home" && active) this.mark(options[0]);
    else if (event.key === "End" && active) this.mark(options.at(-1));
    else if (event.key === "Enter" && active) this.choose(active);
    else if (event.key === "Escape" && !this.list.hidden) this.close();
    else return;
    event.preventDefault();
  }

  mark(option) {
    if (!option) return;
    this.active?.setAttribute("aria-selected", "false");
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    this.field.setAttribute("aria-activedescendant", option.id);
  }

  choose(option) {
    if (!option) return;
    this.field.value = option.dataset.ticker;
    this.close();
  }
}

document.querySelectorAll("input[data-search]").forEach((field, number) => new Combobox(field, number));
