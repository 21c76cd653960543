// The row grid: paste a block from Excel, walk by keys, add rows, see the sums. The cells are ordinary inputs of the form.

// A block as Excel puts it on the clipboard: cells between tabs, quoted where they hold a line break.
function parseBlock(text) {
  const rows = [[]];
  let cell = "";
  let quoted = false;
  const source = text.replace(/\r\n?/g, "\n").replace(/\n+$/, "");
  for (let at = 0; at < source.length; at += 1) {
    const mark = source[at];
    if (quoted) {
      if (mark !== '"') cell += mark;
      else if (source[at + 1] === '"') {
        cell += '"';
        at += 1;
      } else quoted = false;
    } else if (mark === '"' && cell === "") quoted = true;
    else if (mark === "\t" || mark === "\n") {
      rows.at(-1).push(cell);
      cell = "";
      if (mark === "\n") rows.push([]);
    } else cell += mark;
  }
  rows.at(-1).push(cell);
  return rows.filter((row) => row.some((text_) => text_.trim() !== ""));
}

const plain = (text) => text.replace(/[\s*＊]|[(（].*?[)）]/g, "").toLowerCase();

// If the first row is a header, put the cells into the order of our columns; what is not ours is named, not guessed.
function fit(rows, labels, words) {
  const known = labels.map((label, at) => [label, ...words[at]].map(plain));
  const heads = (rows[0] ?? []).map(plain);
  const places = heads.map((head) => known.findIndex((names) => head !== "" && names.includes(head)));
  const found = places.filter((place) => place >= 0).length;
  if (found < 2 || found * 2 < heads.length) return { rows, headed: false, unknown: [] };
  const ordered = rows.slice(1).map((cells) => {
    const row = new Array(labels.length).fill(null);
    cells.forEach((text, at) => {
      if (places[at] >= 0) row[places[at]] = text;
    });
    return row;
  });
  const unknown = rows[0].filter((_, at) => places[at] < 0 && heads[at] !== "");
  return { rows: ordered, headed: true, unknown };
}

const controlsOf = (row) => Array.from(row.querySelectorAll("td > input, td > select"));
const isEmpty = (row) => controlsOf(row).every((control) => control.value.trim() === "");

function setValue(control, text) {
  const value = text.trim();
  if (control.tagName !== "SELECT") {
    control.value = value;
    return;
  }
  const options = Array.from(control.options);
  const match = options.find(
    (option) => option.value === value || option.textContent.trim() === value,
  );
  // A word that is not in the list is kept, so that the server can say what is wrong with it.
  if (!match) control.add(new Option(value, value));
  control.value = match ? match.value : value;
}

function renumber(row, name, index, label, columns) {
  row.querySelector("th").textContent = String(index + 1);
  controlsOf(row).forEach((control, at) => {
    const id = `${name}-${index}-${columns[at].name}`;
    control.name = id;
    control.id = id;
    control.removeAttribute("aria-invalid");
    control.removeAttribute("aria-describedby");
    control.setAttribute(
      "aria-label",
      label.replace("{number}", String(index + 1)).replace("{column}", columns[at].label),
    );
  });
}

class Sheet {
  constructor(table) {
    this.table = table;
    this.name = table.dataset.sheet;
    this.body = table.tBodies[0];
    this.columns = Array.from(table.querySelectorAll("th[data-column]"), (head) => ({
      name: head.dataset.column,
      label: head.dataset.label,
      words: (head.dataset.words ?? "").split("|").filter(Boolean),
      sum: head.dataset.sum !== undefined,
    }));
    const pattern = this.rows.at(-1).cloneNode(true);
    for (const control of controlsOf(pattern)) control.value = "";
    for (const fault of pattern.querySelectorAll("p")) fault.remove();
    for (const cell of pattern.querySelectorAll(".is-bad")) cell.classList.remove("is-bad");
    this.pattern = pattern;
    this.before = [];
    this.listen();
    this.addUp();
  }

  get rows() {
    return Array.from(this.body.querySelectorAll("tr[data-row]"));
  }

  get scope() {
    return this.table.closest("form") ?? document;
  }

  add() {
    const row = this.pattern.cloneNode(true);
    for (const option of row.querySelectorAll("option[selected]"))
      option.removeAttribute("selected");
    renumber(row, this.name, this.rows.length, this.table.dataset.label, this.columns);
    this.body.append(row);
    return row;
  }

  paste(text, control) {
    const block = fit(
      parseBlock(text),
      this.columns.map((column) => column.label),
      this.columns.map((column) => column.words),
    );
    const start = this.rows.indexOf(control.closest("tr"));
    const left = block.headed ? 0 : controlsOf(control.closest("tr")).indexOf(control);
    const rows = this.rows;
    this.before = [];
    block.rows.forEach((cells, down) => {
      const row = rows[start + down] ?? this.add();
      const controls = controlsOf(row);
      cells.forEach((text_, across) => {
        const target = controls[left + across];
        if (!target || text_ === null) return;
        this.before.push([target, target.value]);
        setValue(target, text_);
        target.closest("td").classList.remove("is-bad");
      });
    });
    if (!isEmpty(this.rows.at(-1))) this.add();
    this.tell(block);
    control.dispatchEvent(new Event("change", { bubbles: true }));
  }

  tell(block) {
    const line = this.scope.querySelector("[data-sheet-status]");
    if (!line) return;
    let words = line.dataset.pasted.replace("{rows}", String(block.rows.length));
    if (block.unknown.length)
      words += ` ${line.dataset.unknown.replace("{columns}", block.unknown.join(" · "))}`;
    line.textContent = words;
    const undo = this.scope.querySelector("[data-sheet-undo]");
    if (undo) undo.hidden = false;
  }

  undo() {
    for (const [control, value] of this.before) setValue(control, value);
    this.before = [];
    this.addUp();
    const undo = this.scope.querySelector("[data-sheet-undo]");
    if (undo) undo.hidden = true;
    this.table.dispatchEvent(new Event("change", { bubbles: true }));
  }

  walk(control, step) {
    const at = controlsOf(control.closest("tr")).indexOf(control);
    const rows = this.rows;
    const to = rows.indexOf(control.closest("tr")) + step;
    const row = rows[to] ?? (step > 0 ? this.add() : null);
    const target = row && controlsOf(row)[at];
    target?.focus();
    if (target?.select) target.select();
  }

  // data-sum is "rows", "rows:column=value&other!=value|third=value" or the name of a column.
  amount(asked, rows) {
    const [what, condition] = asked.split(":");
    if (what !== "rows") return this.total(what, rows);
    if (!condition) return rows.length;
    const places = Object.fromEntries(this.columns.map((column, at) => [column.name, at]));
    const holds = (row, part) => {
      const [, column, sign, value] = part.match(/^(.+?)(!?=)(.*)$/);
      return (controlsOf(row)[places[column]].value === value) === (sign === "=");
    };
    const ways = condition.split("|").map((way) => way.split("&"));
    return rows.filter((row) => ways.some((way) => way.every((part) => holds(row, part)))).length;
  }

  total(column, rows) {
    const at = this.columns.findIndex((item) => item.name === column);
    // In ten-thousandths, so that 0.1 + 0.2 is 0.3.
    const parts = rows.reduce((sum, row) => {
      const value = Number(controlsOf(row)[at].value.replace(/[,，\s]/g, ""));
      return sum + (Number.isFinite(value) ? Math.round(value * 10_000) : 0);
    }, 0);
    return parts / 10_000;
  }

  addUp() {
    const rows = this.rows.filter((row) => !isEmpty(row));
    for (const place of this.scope.querySelectorAll("[data-sum]:not(th)")) {
      const amount = this.amount(place.dataset.sum, rows);
      const digits = place.dataset.sum.startsWith("rows") ? 0 : 2;
      const text = amount.toLocaleString(document.documentElement.lang, {
        minimumFractionDigits: digits,
        maximumFractionDigits: digits,
      });
      // The full amount in yuan is the server's; it goes as soon as it is no longer that of the sum.
      const full = place.closest("div")?.querySelector(".full");
      if (full && place.textContent.trim() !== text) full.hidden = true;
      place.textContent = text;
    }
  }

  listen() {
    let timer = 0;
    const soon = () => {
      window.clearTimeout(timer);
      timer = window.setTimeout(() => this.addUp(), 300);
    };
    this.body.addEventListener("input", (event) => {
      event.target.closest("td")?.classList.remove("is-bad");
      if (event.target.closest("tr") === this.rows.at(-1)) this.add();
      soon();
    });
    this.body.addEventListener("change", soon);
    this.body.addEventListener("paste", (event) => {
      const text = event.clipboardData.getData("text/plain");
      if (!/[\t\n]/.test(text.trim())) return;
      event.preventDefault();
      this.paste(text, event.target);
    });
    this.body.addEventListener("keydown", (event) => {
      if (event.target.tagName !== "INPUT" || event.isComposing) return;
      const step = { ArrowDown: 1, ArrowUp: -1, Enter: event.shiftKey ? -1 : 1 }[event.key];
      if (!step) return;
      event.preventDefault();
      this.walk(event.target, step);
    });
    this.bind("[data-sheet-add]", () => this.walk(controlsOf(this.rows.at(-1))[0], 1));
    this.bind("[data-sheet-undo]", () => this.undo());
  }

  bind(selector, deed) {
    this.scope.querySelector(selector)?.addEventListener("click", deed);
  }
}

for (const table of document.querySelectorAll("table[data-sheet]")) new Sheet(table);
