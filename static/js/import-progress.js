// How far a long list is. Without this module the page asks again by itself every few seconds.

const part = document.querySelector("[data-import-progress]");
const WAIT = 1000;

async function ask() {
  try {
    const answer = await fetch(part.dataset.importProgress, {
      headers: { Accept: "application/json" },
    });
    if (!answer.ok) throw new Error(String(answer.status));
    const { working, step, percent } = await answer.json();
    if (!working) {
      window.location.reload();
      return;
    }
    part.querySelector("[data-step]").textContent = step;
    part.querySelector("[data-percent]").textContent = percent ? `${percent} %` : "";
    const bar = part.querySelector("progress");
    if (percent) bar.value = percent;
    else bar.removeAttribute("value");
  } catch {
    // The connection is away for a moment: ask again.
  }
  window.setTimeout(ask, WAIT);
}

if (part) window.setTimeout(ask, WAIT);
