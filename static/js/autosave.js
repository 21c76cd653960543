// A form that saves itself: a moment after each change, and when the page is left. It says so, or says that it did not.
//
// The form carries data-autosave-url; the answer is JSON {"saved_at": …, "version": …}. Any trouble is said in the line
// [data-autosave-status], whose words come from the page, and is tried again until it works.

const QUIET = 1500; // milliseconds without a key before saving
const LONGEST_PAUSE = 60000;

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

// After signing in again elsewhere the old token is void; the page itself, read anew, holds a fresh one.
async function renewToken(form) {
  const answer = await fetch(window.location.href, { credentials: "same-origin" });
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.querySelector("form[data-autosave-url] input[name=csrf_token]");
  const held = form.querySelector("input[name=csrf_token]");
  if (fresh && held) held.value = fresh.value;
}

function keepSaved(form) {
  const line = document.querySelector("[data-autosave-status]");
  const words = line?.querySelector("[data-autosave-words]") ?? line;
  let timer = 0;
  let pause = QUIET;
  let dirty = false;
  let ended = false;
  let troubled = false;
  let running = null;

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

  function saved(answer) {
    const version = form.querySelector("input[name=seen]");
    if (version && answer.version !== undefined) version.value = answer.version;
    pause = QUIET;
    troubled = false;
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
    if (answer.status === 409) {
      ended = true;
      dirty = true;
      troubled = true;
      say("failed", { reason: "stale" });
      return;
    }
    if (answer.status === 401 || answer.status === 400) {
      failed("signedOut");
      await renewToken(form).catch(() => {});
      return;
    }
    const json = answer.headers.get("Content-Type")?.includes("json");
    const told = json ? await answer.json().catch(() => ({})) : {};
    failed("failed", told.message);
  }

  async function send(keepalive) {
    dirty = false;
    try {
      const answer = await fetch(form.dataset.autosaveUrl, {
        method: "POST",
        body: fieldsOf(form),
        headers: { "X-Requested-With": "autosave" },
        credentials: "same-origin",
        redirect: "manual",
        keepalive,
      });
      if (answer.type === "opaqueredirect") failed("signedOut");
      else if (answer.ok) saved(await answer.json());
      else await refused(answer);
    } catch {
      failed("failed");
    }
  }

  function save(keepalive = false) {
    window.clearTimeout(timer);
    if (running || ended) return;
    running = send(keepalive).finally(() => {
      running = null;
    });
  }

  // A control may stand outside of its form and belong to it by the attribute `form`.
  function changed(event) {
    if (event.target.form !== form) return;
    dirty = true;
    if (!running) later(QUIET);
  }

  document.addEventListener("input", changed);
  document.addEventListener("change", changed);

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
    if (document.visibilityState === "hidden" && dirty) save(fitsFarewell(form));
  });

  window.addEventListener("beforeunload", (event) => {
    if (dirty && (troubled || !fitsFarewell(form))) event.preventDefault();
  });

  window.addEventListener("pageshow", (event) => {
    if (event.persisted) ended = false;
  });
}

for (const form of document.querySelectorAll("form[data-autosave-url]")) keepSaved(form);
