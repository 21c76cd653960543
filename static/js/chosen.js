// What is ticked is counted where the deed stands: "claim these 4", "approve 47 units".
//
// Boxes carry data-choose="GROUP" (and data-quantity); [data-chosen="GROUP"] shows data-words with {count} and {quantity};
// [data-chosen-bar="GROUP"] is idle while nothing is ticked; [data-chosen-all] and [data-chosen-none] tick and untick the group.

const boxesOf = (group) => Array.from(document.querySelectorAll(`input[data-choose="${group}"]`));

function count(group) {
  const chosen = boxesOf(group).filter((box) => box.checked);
  const quantity = chosen.reduce((sum, box) => sum + Number(box.dataset.quantity || 1), 0);
  const language = document.documentElement.lang;
  for (const place of document.querySelectorAll(`[data-chosen="${group}"]`)) {
    const words = place.dataset.words || "{count}";
    place.textContent = words
      .replace("{count}", chosen.length.toLocaleString(language))
      .replace("{quantity}", quantity.toLocaleString(language));
  }
  for (const bar of document.querySelectorAll(`[data-chosen-bar="${group}"]`))
    bar.classList.toggle("bar--idle", chosen.length === 0);
  for (const box of boxesOf(group)) box.closest("tr")?.classList.toggle("is-picked", box.checked);
}

function tick(group, checked) {
  for (const box of boxesOf(group)) {
    if (!box.disabled) box.checked = checked;
  }
  count(group);
}

document.addEventListener("change", (event) => {
  const group = event.target.dataset?.choose;
  if (group) count(group);
});

for (const button of document.querySelectorAll("[data-chosen-all], [data-chosen-none]")) {
  const { chosenAll, chosenNone } = button.dataset;
  button.addEventListener("click", () => tick(chosenAll ?? chosenNone, chosenAll !== undefined));
}

function countAll() {
  for (const group of new Set(
    Array.from(document.querySelectorAll("input[data-choose]"), (box) => box.dataset.choose),
  )) {
    count(group);
  }
}

countAll();
window.addEventListener("pageshow", countAll);
