// A file that is dropped anywhere on the page is chosen, as if by the form's button.

const form = document.querySelector("#ask");
const carriesFile = (event) => form?.elements.prices && event.dataTransfer?.types.includes("Files");

document.addEventListener("dragover", (event) => {
  if (!carriesFile(event)) return;
  event.preventDefault();
  event.dataTransfer.dropEffect = "copy";
  form.classList.add("over");
});

document.addEventListener("dragleave", (event) => {
  // Out of the window, and not from one element of it to another.
  if (!event.relatedTarget) form?.classList.remove("over");
});

document.addEventListener("drop", (event) => {
  if (!carriesFile(event)) return;
  event.preventDefault();
  form.classList.remove("over");
  const chosen = new DataTransfer();
  chosen.items.add(event.dataTransfer.files[0]);
  form.elements.prices.files = chosen.files;
  form.elements.prices.dispatchEvent(new Event("change"));
  form.scrollIntoView({ block: "nearest" });
  form.querySelector("button[type=submit]").focus();
});
