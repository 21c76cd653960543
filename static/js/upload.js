// A file on its way shows how far it is, and can be stopped. Without this module the form is sent as any other.
//
// The server answers a request with X-Requested-With: upload in JSON: {"location": …} when it took the file,
// {"message": …} when it did not, {"sign_in": …} when the session has ended: where somebody signed in again meanwhile, the
// module that saves the form fetches a fresh token (token:stale, token:fresh), and the file is sent once more.

function tooLarge(form) {
  const input = form.querySelector("input[type=file]");
  const limit = Number(input.dataset.limit || 0);
  return limit > 0 && Array.from(input.files).some((file) => file.size > limit);
}

// An address that differs in its #part only would not be loaded anew.
function go(location) {
  const target = new URL(location, window.location.href);
  const here = window.location;
  const isHere = target.pathname === here.pathname && target.search === here.search;
  here.assign(target.href);
  if (isHere) here.reload();
}

function send(form, isAgain = false) {
  const line = form.querySelector("[data-upload-progress]");
  const bar = line.querySelector("progress");
  const fault = form.querySelector("[data-upload-fault]");
  const request = new XMLHttpRequest();

  function over(text) {
    line.hidden = true;
    delete form.dataset.under;
    fault.textContent = text;
  }

  request.upload.addEventListener("progress", (event) => {
    if (event.lengthComputable) bar.value = Math.round((event.loaded / event.total) * 100);
  });
  request.addEventListener("load", () => {
    const answer = request.response ?? {};
    if (answer.sign_in !== undefined) {
      over(fault.dataset.signedOut);
      if (answer.sign_in || isAgain) return;
      document.addEventListener("token:fresh", () => send(form, true), { once: true });
      document.dispatchEvent(new Event("token:stale"));
    } else if (answer.location) go(answer.location);
    else if (request.status < 300) window.location.reload();
    else
      over(
        answer.message || (request.status === 413 ? fault.dataset.tooLarge : fault.dataset.broken),
      );
  });
  request.addEventListener("error", () => over(fault.dataset.broken));
  request.addEventListener("abort", () => over(fault.dataset.stopped));
  line
    .querySelector("[data-upload-stop]")
    .addEventListener("click", () => request.abort(), { once: true });

  form.dataset.under = "way";
  fault.textContent = "";
  bar.value = 0;
  line.hidden = false;
  request.open("POST", form.action);
  request.responseType = "json";
  request.setRequestHeader("X-Requested-With", "upload");
  request.setRequestHeader("Accept", "application/json");
  request.send(new FormData(form));
}

for (const form of document.querySelectorAll("form[data-upload]")) {
  form.addEventListener("submit", (event) => {
    const input = form.querySelector("input[type=file]");
    if (!input || input.files.length === 0) return;
    event.preventDefault();
    if (form.dataset.under) return;
    const fault = form.querySelector("[data-upload-fault]");
    if (tooLarge(form)) fault.textContent = fault.dataset.tooLarge;
    else send(form);
  });
}
