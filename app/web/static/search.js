// Finding a ticker while typing: htmx puts what is found into the list below the field; here are its keys.
for (const field of document.querySelectorAll("input[data-search]")) {
  const list = field.nextElementSibling;
  const options = () => [...list.querySelectorAll("[role=option]")];
  const active = () => options().find((option) => option.ariaSelected === "true");
  // Whether what is found is still to be shown, and whether the form is to be sent with the first of it.
  let [wanted, sends] = [false, false];
  field.closest("label").querySelector("span").textContent = field.dataset.search;
  // Else what is found would be part of the label, as it stands inside it.
  Object.assign(field, { role: "combobox", ariaAutoComplete: "list", ariaLabel: field.dataset.search, maxLength: 40 });
  Object.assign(field, { ariaExpanded: "false" }).setAttribute("aria-controls", list.id);
  function show(open) {
    wanted = open;
    list.hidden = !open || !list.childElementCount;
    field.ariaExpanded = `${!list.hidden}`;
    field.removeAttribute("aria-activedescendant");
    const note = list.querySelector(".note")?.textContent ?? "";
    list.nextElementSibling.textContent = list.hidden ? "" : `${options().length} found. ${note}`;
  }
  function mark(option) {
    if (active()) active().ariaSelected = "false";
    option.ariaSelected = "true";
    option.scrollIntoView({ block: "nearest" });
    field.setAttribute("aria-activedescendant", option.id);
  }
  function choose(option) {
    if (option) field.value = option.dataset.ticker;
    show(false);
  }
  function send() {
    const typed = field.value.trim().toUpperCase();
    choose(options().find((option) => option.dataset.ticker === typed) ?? options()[0]);
    sends = false;
    field.form.requestSubmit();
  }
  function pressed(event) {
    const [all, open] = [options(), !list.hidden];
    const at = open ? all.indexOf(active()) : -1;
    if (event.isComposing) return;
    if (event.key === "ArrowDown" && !open) htmx.trigger(field, "find", (wanted = true));
    else if (event.key === "ArrowDown" && all.length) mark(all[(at + 1) % all.length]);
    else if (event.key === "ArrowUp" && open && all.length) mark(all.at(at < 0 ? -1 : at - 1));
    else if (["Home", "End"].includes(event.key) && at >= 0) mark(all.at(event.key === "Home" ? 0 : -1));
    else if (event.key === "Enter" && at >= 0) choose(all[at]);
    else if (event.key === "Enter" && open) send();
    else if (event.key === "Enter" && wanted) htmx.trigger(field, "find", (sends = true));
    else if (event.key === "Escape" && open) show(false);
    else return;
    event.preventDefault();
  }
  field.addEventListener("input", () => show(false, (list.innerHTML = "")) ?? (wanted = field.value.trim() !== ""));
  field.addEventListener("keydown", pressed);
  field.addEventListener("blur", () => show(false));
  field.form.addEventListener("submit", () => show(false));
  field.form.addEventListener("htmx:after:swap", ({ target }) => target.matches(".compare") && (field.value = ""));
  field.addEventListener("htmx:config:request", (event) => wanted || event.preventDefault());
  field.addEventListener("htmx:finally:request", () => {
    options().forEach((option, number) => (option.id = `${list.id}-${number}`));
    sends ? send() : show(wanted);
  });
  // The field keeps the focus, and a label would hand on a click in its list to it.
  for (const event of ["pointerdown", "click"]) list.addEventListener(event, (pressed) => pressed.preventDefault());
  list.addEventListener("click", ({ target }) => choose(target.closest("[role=option]")));
}
