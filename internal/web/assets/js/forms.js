// Forms: fields follow the chosen type of transaction, a dropped file is sent
// at once, filters apply as they change, the first error gets the focus.
export function startForms(root) {
  for (const form of root.querySelectorAll("form[data-by-type]")) byType(form);
  for (const form of root.querySelectorAll("form[data-drop]")) drop(form);
  for (const form of root.querySelectorAll("form[data-auto]")) auto(form);
  for (const input of root.querySelectorAll("[data-filter]")) filter(input);
  for (const button of root.querySelectorAll("[data-stop]")) button.onclick = () => button.closest("form").dispatchEvent(new Event("htmx:abort"));
  root.querySelector("[aria-invalid=true]")?.focus();
}

const once = (element) => !element.dataset.ready && (element.dataset.ready = "yes");

function byType(form) {
  const select = form.querySelector("[data-type]");
  const show = () => {
    for (const field of form.querySelectorAll("[data-for]")) {
      const types = field.dataset.for;
      field.hidden = types !== "" && !types.split(" ").includes(select.value);
    }
  };
  show();
  if (once(form)) select.addEventListener("change", show);
}

function drop(form) {
  if (!once(form)) return;
  const zone = form.querySelector(".drop");
  const input = zone.querySelector("input[type=file]");
  input.addEventListener("change", () => input.files.length > 0 && form.submit());
  for (const kind of ["dragenter", "dragover"]) {
    zone.addEventListener(kind, (event) => {
      event.preventDefault();
      zone.classList.add("over");
    });
  }
  for (const kind of ["dragleave", "drop"]) zone.addEventListener(kind, () => zone.classList.remove("over"));
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    if (event.dataTransfer.files.length === 0) return;
    input.files = event.dataTransfer.files;
    form.submit();
  });
}

function auto(form) {
  if (once(form)) form.addEventListener("change", () => form.requestSubmit());
}

// filter hides the rows of the next table that do not contain what is typed.
function filter(input) {
  if (!once(input)) return;
  input.addEventListener("input", () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const row of input.closest(".stack").querySelectorAll("tr[data-row]")) {
      const text = row.textContent.toLowerCase();
      row.hidden = !words.every((word) => text.includes(word));
      const detail = row.nextElementSibling;
      if (detail?.classList.contains("detail")) detail.hidden = row.hidden || !row.hasAttribute("data-open");
    }
  });
}
