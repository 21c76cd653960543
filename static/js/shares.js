// Shares are added up while they are typed, and set against the target.
//
// The form carries data-shares and data-target; its fields carry a name that begins with "share_". [data-sum="shares"] shows the
// sum, [data-sum="difference"] what it is above (+) or below (−) the target. Without this script the button "check" does the same.

const whole = (text) => {
  const digits = text.replaceAll(",", "").trim();
  return /^\d{1,8}$/.test(digits) ? Number(digits) : 0;
};

const written = (value, sign) =>
  `${sign && value > 0 ? "+" : ""}${value.toLocaleString("en")}`.replace("-", "−");

function add(form) {
  const fields = form.querySelectorAll('input[name^="share_"]');
  const sum = Array.from(fields).reduce((total, field) => total + whole(field.value), 0);
  const places = { shares: written(sum), difference: written(sum - Number(form.dataset.target), true) };
  for (const [name, text] of Object.entries(places)) {
    for (const place of form.querySelectorAll(`[data-sum="${name}"]`)) place.textContent = text;
  }
}

for (const form of document.querySelectorAll("form[data-shares]")) {
  form.addEventListener("input", () => add(form));
  window.addEventListener("pageshow", () => add(form));
}
