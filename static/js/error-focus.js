// After a refused form the list of faults is where reading starts.

const summary = document.querySelector("[data-error-summary]");
if (summary) {
  summary.focus({ preventScroll: false });
}

// A link of the list puts the cursor into its field, also inside a folded part.
document.addEventListener("click", (event) => {
  const link = event.target.closest('[data-error-summary] a[href^="#"]');
  if (!link) return;
  const field = document.getElementById(decodeURIComponent(link.hash.slice(1)));
  if (!field) return;
  event.preventDefault();
  field.closest("details")?.setAttribute("open", "");
  const control = field.matches("input, select, textarea")
    ? field
    : field.querySelector("input, select, textarea");
  (control ?? field).focus();
  field.scrollIntoView({ block: "center" });
});
