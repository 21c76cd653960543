// Long runs of rows without a fault fold away, so that the faults stand together. Folded rows are sent like all others.

const LEAST = 8;
const FIRST = 3;
const LAST = 3;

const isBad = (row) => row.querySelector("td.is-bad") !== null;

// What stays: the first rows, the last ones, each faulty row and the one below it.
function runs(rows) {
  const stays = (row, at) =>
    at < FIRST || at >= rows.length - LAST || isBad(row) || (at > 0 && isBad(rows[at - 1]));
  const found = [];
  let run = [];
  rows.forEach((row, at) => {
    if (!stays(row, at)) run.push(row);
    if (stays(row, at) || at === rows.length - 1) {
      if (run.length >= LEAST) found.push(run);
      run = [];
    }
  });
  return found;
}

function open(gap) {
  for (let row = gap.nextElementSibling; row?.hidden; row = row.nextElementSibling)
    row.hidden = false;
  gap.remove();
}

function fold(table, run) {
  const number = (row) => row.querySelector("th").textContent;
  const gap = document.createElement("tr");
  gap.className = "gap";
  const mark = document.createElement("th");
  mark.scope = "row";
  mark.textContent = "⋮";
  const cell = document.createElement("td");
  cell.colSpan = run[0].cells.length - 1;
  cell.textContent = table.dataset.folded
    .replace("{from}", number(run[0]))
    .replace("{to}", number(run.at(-1)));
  const button = document.createElement("button");
  button.type = "button";
  button.className = "linkish";
  button.textContent = table.dataset.unfold;
  button.addEventListener("click", () => {
    open(gap);
    run[0].querySelector("input, select")?.focus();
  });
  cell.append(" ", button);
  gap.append(mark, cell);
  run[0].before(gap);
  for (const row of run) row.hidden = true;
}

function listen(table) {
  const openAll = () => table.querySelectorAll("tr.gap").forEach(open);
  table.addEventListener("paste", openAll, true);
  // Walking by keys into what is folded opens it.
  table.addEventListener(
    "keydown",
    (event) => {
      if (!["ArrowDown", "ArrowUp", "Enter"].includes(event.key)) return;
      const row = event.target.closest("tr[data-row]");
      if (row?.nextElementSibling?.className === "gap" || row?.previousElementSibling?.hidden)
        openAll();
    },
    true,
  );
}

for (const table of document.querySelectorAll("table[data-folded]")) {
  const rows = Array.from(table.querySelectorAll("tr[data-row]"));
  if (!rows.some(isBad)) continue;
  for (const run of runs(rows)) fold(table, run);
  listen(table);
}
