// A form is sent once: a second click while the first request is under way does nothing.

function release() {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    for (const button of form.querySelectorAll('[type="submit"][aria-disabled]')) {
      button.removeAttribute("aria-disabled");
    }
  }
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post") return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  // Not `disabled`: the button that was pressed must still be sent with the form.
  event.submitter?.setAttribute("aria-disabled", "true");
});

// Coming back with the browser's own button shows the page as it was left.
window.addEventListener("pageshow", release);
