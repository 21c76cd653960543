// A block as Excel puts it on the clipboard: cells between tabs, quoted where they hold a line break.

export function parseBlock(text) {
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
export function fit(rows, labels) {
  const known = labels.map(plain);
  const heads = (rows[0] ?? []).map(plain);
  const places = heads.map((head) => known.indexOf(head));
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
