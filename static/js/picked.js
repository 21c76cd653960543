// The names of the files that were picked, in our words beside our button: the control itself speaks the browser's language.

function tell(input) {
  const place = input.parentElement.querySelector("[data-picked]");
  if (!place) return;
  const names = Array.from(input.files, (file) => file.name);
  const words = { 0: place.dataset.none, 1: names[0] }[names.length];
  place.textContent =
    words ?? place.dataset.many.replace("{count}", String(names.length)).replace("{names}", names.join(" · "));
}

function tellAll() {
  document.querySelectorAll('.filepick input[type="file"]').forEach(tell);
}

document.addEventListener("change", (event) => {
  if (event.target.matches('.filepick input[type="file"]')) tell(event.target);
});

// A form that is emptied, or a page that comes back as it was left.
document.addEventListener("reset", () => window.setTimeout(tellAll));
window.addEventListener("pageshow", tellAll);
