// The wall turns from kind to kind and brings its figures up to date. Where it cannot, the figures stay, and the page says
// since when. Space pauses and goes on. All words and addresses come from the page.

const TROUBLE_PATIENCE = 20000; // milliseconds until an answer is given up

const foot = document.querySelector("[data-screen]");
const find = (name) => document.querySelector(`[data-screen-${name}]`);
const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
const viewsNow = () => [...document.querySelectorAll("[data-screen-view]")];

let turn = 0;
let left = Number(foot.dataset.turn);
let paused = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
let tag = "";
let asking = false;

function show() {
  const views = viewsNow();
  if (!views.length) return;
  turn %= views.length;
  const kind = views[turn].dataset.screenView;
  for (const view of views) view.hidden = view.dataset.screenView !== kind;
  for (const goal of document.querySelectorAll("[data-screen-goal]")) {
    goal.classList.toggle("is-shown", goal.dataset.screenGoal === kind);
  }
  find("turn").textContent = `${turn + 1} / ${views.length} ${views[turn].dataset.name}`;
  say();
}

function say() {
  const views = viewsNow();
  const next = find("next");
  const name = views[(turn + 1) % views.length].dataset.name;
  next.textContent = paused ? next.dataset.paused : fill(next.dataset.going, { name, seconds: left });
  const button = find("pause");
  button.textContent = paused ? button.dataset.resume : button.dataset.pause;
}

function tick() {
  if (paused) return;
  left -= 1;
  if (left <= 0) {
    left = Number(foot.dataset.turn);
    turn += 1;
    show();
  } else say();
}

function togglePause() {
  paused = !paused;
  say();
}

function replaceParts(html) {
  const fresh = new DOMParser().parseFromString(html, "text/html");
  for (const part of fresh.querySelectorAll("[data-screen-part]")) {
    document.querySelector(`[data-screen-part="${part.dataset.screenPart}"]`)?.replaceWith(part);
  }
  show();
}

function sayWell(at) {
  if (at) find("at").textContent = at;
  find("well").hidden = false;
  find("trouble").hidden = true;
}

function sayTrouble(reason) {
  const line = find("trouble");
  find("words").textContent = fill(line.dataset[reason], { time: find("at").textContent });
  find("well").hidden = true;
  line.hidden = false;
}

async function refresh() {
  if (asking) return;
  asking = true;
  try {
    const answer = await fetch(foot.dataset.screen, {
      headers: tag ? { "If-None-Match": tag } : {},
      cache: "no-store",
      credentials: "same-origin",
      redirect: "manual",
      signal: AbortSignal.timeout(TROUBLE_PATIENCE),
    });
    if (answer.type === "opaqueredirect") {
      sayTrouble("signedOut");
      return;
    }
    if (!answer.ok && answer.status !== 304) throw new Error(String(answer.status));
    if (answer.ok) {
      replaceParts(await answer.text());
      tag = answer.headers.get("ETag") ?? "";
    }
    sayWell(answer.headers.get("Figures-At"));
  } catch {
    sayTrouble("failed");
  } finally {
    asking = false;
  }
}

document.addEventListener("keydown", (event) => {
  const plain = !event.ctrlKey && !event.altKey && !event.metaKey && !event.repeat;
  if (event.key !== " " || !plain || event.target === find("pause")) return; // the button answers by itself
  event.preventDefault();
  togglePause();
});
find("pause").addEventListener("click", togglePause);
window.addEventListener("online", refresh);

turn = Math.max(viewsNow().findIndex((view) => !view.hidden), 0);
show();
sayWell("");
window.setInterval(tick, 1000);
window.setInterval(refresh, Number(foot.dataset.refresh) * 1000);
