// Keys of an officer's desk: J K to walk, X to choose, Enter to open, C to claim, / to search, ? for the list of keys.
// They sleep while something is typed, and can be switched off (kept in this browser).

const STORE = "registry.keys";
const list = document.querySelector("[data-keys]");
const queue = document.querySelector("[data-queue]");
let on = window.localStorage.getItem(STORE) !== "off";

const rows = () => Array.from(queue?.querySelectorAll("tr[data-row]") ?? []);
const current = () => queue?.querySelector("tr.is-current") ?? null;

function show(row) {
  const before = current();
  before?.classList.remove("is-current");
  before?.removeAttribute("aria-current");
  row.classList.add("is-current");
  row.setAttribute("aria-current", "true");
  row.querySelector("[data-open]")?.focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
}

function walk(step) {
  const neighbour = document.querySelector(step > 0 ? "a[data-next]" : "a[data-previous]");
  if (neighbour) {
    neighbour.click();
    return;
  }
  const all = rows();
  if (all.length === 0) return;
  const at = all.indexOf(current());
  const to = at < 0 ? 0 : Math.min(Math.max(at + step, 0), all.length - 1);
  show(all[to]);
}

function choose() {
  current()?.querySelector('input[type="checkbox"]')?.click();
}

function claim() {
  const button = document.querySelector("[data-batch-claim]");
  if (!button) return;
  const anyChosen = rows().some((row) => row.querySelector('input[type="checkbox"]')?.checked);
  if (!anyChosen) choose();
  button.click();
}

const DEEDS = {
  j: () => walk(1),
  k: () => walk(-1),
  x: choose,
  c: claim,
  enter: () => current()?.querySelector("[data-open]")?.click(),
  "/": () => document.querySelector("[data-search]")?.focus(),
  "?": () => {
    if (list) list.hidden = !list.hidden;
  },
};

function isTyping(target) {
  return (
    target.closest?.(
      "input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]",
    ) !== null
  );
}

document.addEventListener("keydown", (event) => {
  if (!on || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  const key = event.key.toLowerCase();
  if (key === "enter" && event.target.closest("a, button, input, summary")) return;
  const deed = DEEDS[key];
  if (!deed) return;
  event.preventDefault();
  deed();
});

function tell(button) {
  button.textContent = on ? button.dataset.off : button.dataset.on;
}

if (list) {
  const button = list.querySelector("[data-keys-switch]");
  tell(button);
  button.addEventListener("click", () => {
    on = !on;
    window.localStorage.setItem(STORE, on ? "on" : "off");
    tell(button);
  });
}
