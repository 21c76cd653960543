// A form that saves itself: a moment after each change, and before the page is left. It says so, or says that it did not.
//
// The form carries data-autosave-url; the answer is JSON {"saved_at": …, "version": …, "was": …}. Any trouble is said in the
// line [data-autosave-status], whose words come from the page, and is tried again until it works. A link or another form of
// the page waits until what was typed is kept: the next page would else show, and be held to, what stood there before.

const QUIET = 1500; // milliseconds without a key before saving
const LONGEST_PAUSE = 60000;

// Whether a click on a link leaves this page in this window.
function leadsAway(event, link) {
  if (event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return false;
  if ((link.target && link.target !== "_self") || link.hasAttribute("download")) return false;
  const target = new URL(link.href, window.location.href);
  target.hash = "";
  const here = new URL(window.location.href);
  here.hash = "";
  return target.href !== here.href;
}

function fieldsOf(form) {
  const fields = new URLSearchParams();
  for (const [name, value] of new FormData(form)) {
    if (typeof value === "string") fields.append(name, value);
  }
  return fields;
}

// A browser finishes only a small request after the page has gone.
const fitsFarewell = (form) => fieldsOf(form).toString().length < 60000;

function timeOf(text, language) {
  const time = new Date(text);
  return Number.isNaN(time.getTime()) ? text : time.toLocaleTimeString(language, { hour12: false, timeZone: "Asia/Shanghai" });
}

// After signing in again elsewhere the old token is void; the page itself, read anew, holds a fresh one for all its forms.
async function renewToken() {
  const answer = await fetch(window.location.href, { credentials: "same-origin" });
  if (!answer.ok) return false;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.querySelector("form[data-autosave-url] input[name=csrf_token]");
  if (!fresh) return false;
  for (const held of document.querySelectorAll("input[name=csrf_token]")) held.value = fresh.value;
  document.dispatchEvent(new Event("token:fresh"));
  return true;
}

document.addEventListener("token:stale", () => renewToken().catch(() => {}));

function keepSaved(form) {
  const line = document.querySelector("[data-autosave-status]");
  const words = line?.querySelector("[data-autosave-words]") ?? line;
  let timer = 0;
  let pause = QUIET;
  let dirty = false;
  let ended = false;
  let troubled = false;
  let running = null;
  let renewed = false;
  let waved = false;

  function say(state, values = {}) {
    if (!line) return;
    line.dataset.state = state;
    const text =
      values.message || line.dataset[state === "failed" ? values.reason || "failed" : state] || "";
    words.textContent = text.replace("{time}", values.time ?? "");
  }

  function later(delay) {
    window.clearTimeout(timer);
    if (!ended) timer = window.setTimeout(save, delay);
  }

  // The other forms of the page saw what this one saw. They go on with it, unless somebody else wrote in between.
  function renewVersion(answer) {
    const held = form.querySelector("input[name=seen]");
    if (!held || answer.version === undefined) return;
    const before = held.value;
    const isNext = Number(answer.version) === Number(before) + 1;
    for (const field of document.querySelectorAll("input[name=seen]")) {
      if (field === held || (isNext && field.value === before)) field.value = answer.version;
    }
    const was = form.querySelector("input[name=was]");
    if (was && answer.was !== undefined) was.value = answer.was;
  }

  function saved(answer) {
    renewVersion(answer);
    pause = QUIET;
    troubled = false;
    renewed = false;
    say("saved", { time: timeOf(answer.saved_at, document.documentElement.lang) });
    if (dirty) later(QUIET);
  }

  function failed(reason, message = "") {
    dirty = true;
    troubled = true;
    say("failed", { reason, message });
    pause = Math.min(pause * 2, LONGEST_PAUSE);
    later(pause);
  }

  async function refused(answer) {
    const isJson = answer.headers.get("Content-Type")?.includes("json");
    const told = isJson ? await answer.json().catch(() => ({})) : {};
    const isTokenStale = told.sign_in !== undefined; // of a session that ended, here or elsewhere
    if (answer.status === 409 && !isTokenStale) {
      ended = true;
      dirty = true;
      troubled = true;
      say("failed", { reason: "stale" });
      return;
    }
    if (isTokenStale || answer.status === 401 || answer.status === 400) {
      failed("signedOut");
      const isFresh = await renewToken().catch(() => false);
      if (isFresh && !renewed) later(0);
      renewed = isFresh;
      return;
    }
    failed("failed", told.message);
  }

  async function send() {
    dirty = false;
    try {
      const answer = await fetch(form.dataset.autosaveUrl, {
        method: "POST",
        body: fieldsOf(form),
        headers: { "X-Requested-With": "autosave" },
        credentials: "same-origin",
        redirect: "manual",
        keepalive: fitsFarewell(form),
      });
      if (answer.type === "opaqueredirect") failed("signedOut");
      else if (answer.ok) saved(await answer.json());
      else await refused(answer);
    } catch {
      failed("failed");
    }
  }

  function save() {
    window.clearTimeout(timer);
    if (running || ended) return;
    running = send().finally(() => {
      running = null;
    });
  }

  async function settle() {
    await running;
    if (dirty) save();
    await running;
  }

  // Held back until the words are kept; then it goes on, kept or not: where not, the browser asks before it leaves.
  function keptFirst(event, goOn) {
    if (waved || ended || !(dirty || running)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    settle().then(() => {
      waved = true;
      goOn();
      waved = false;
    });
  }

  // A control may stand outside of its form and belong to it by the attribute `form`.
  function changed(event) {
    if (event.target.form !== form) return;
    dirty = true;
    if (!running) later(QUIET);
  }

  if (form.dataset.touched !== undefined) {
    dirty = true;
    later(QUIET);
  }
  document.addEventListener("input", changed);
  document.addEventListener("change", changed);

  document.addEventListener(
    "click",
    (event) => {
      const link = event.target.closest?.("a[href]");
      if (link && leadsAway(event, link)) keptFirst(event, () => link.click());
    },
    true,
  );

  document.addEventListener(
    "submit",
    (event) => {
      const { submitter, target } = event;
      if (target !== form) keptFirst(event, () => target.requestSubmit(submitter));
    },
    true,
  );

  form.addEventListener("submit", (event) => {
    window.clearTimeout(timer);
    if (running) {
      // What is being saved changes the version; wait for it, or the form would lose against itself.
      event.preventDefault();
      const { submitter } = event;
      running.then(() => form.requestSubmit(submitter));
      return;
    }
    ended = true;
    dirty = false;
  });

  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden" && dirty) save();
  });

  window.addEventListener("beforeunload", (event) => {
    const isLost = dirty && (troubled || running !== null);
    if (isLost || ((dirty || running) && !fitsFarewell(form))) event.preventDefault();
  });

  window.addEventListener("pageshow", (event) => {
    if (event.persisted) ended = false;
  });
}

for (const form of document.querySelectorAll("form[data-autosave-url]")) keepSaved(form);
