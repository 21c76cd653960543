// Runs before the first paint: what only scripts can do has its place from the beginning, so that nothing moves later.
// Not a module, because modules wait. Where no script arrives, the page stays as it is without scripts.

document.documentElement.classList.add("scripted");

// What is ticked or typed before the modules are there is not overlooked: the form says so (static/js/autosave.js).
for (const name of ["input", "change"]) {
  document.addEventListener(name, (event) => event.target.form?.setAttribute("data-touched", ""));
}
