// Puts a filled page into the document and tells what stands where, in CSS pixels from the top left of the body:
// words [text, left, top, right, bottom, size, whether it goes on a word broken off above], ticks, rulings, answers.
({ markup, look }) => {
  const BOXES = "☐☑☒○●◯◉⦿□■▢▣";
  const TICKED = "☑☒●◉⦿■▣";
  const UNREAD = /[\p{So}\p{Cf}\p{Co}✓✔✗✘]/gu; // no engine reads these as text
  const KEPT = /[°©®™№]/u;
  const root = document.documentElement;
  root.style.cssText = Object.entries(look).map(([key, value]) => `--${key}:${value}`).join(";");
  document.body.innerHTML = markup;
  document.body.style.cssText = `padding:${look.padding};line-height:${look.leading};position:relative`;

  const elements = [...document.body.querySelectorAll("*")].filter((one) => one.tagName !== "STYLE");
  let turned = 0;
  for (const one of elements) {
    const style = getComputedStyle(one);
    const upright = style.writingMode === "horizontal-tb";
    if (upright && style.transform === "none" && style.rotate === "none") continue;
    turned += 1;
    const matrix = new DOMMatrix(style.transform === "none" ? undefined : style.transform);
    const asked = one.querySelector("[data-f]") || one.closest("[data-f]");
    const sideways = !upright || Math.abs(matrix.b) > 0.5;
    if (sideways && !asked) one.style.setProperty("visibility", "hidden", "important");
    one.style.setProperty("writing-mode", "horizontal-tb", "important");
    one.style.setProperty("transform", "none", "important");
    one.style.setProperty("rotate", "none", "important");
  }

  const edge = Math.max(...elements.map((one) => one.getBoundingClientRect().right));
  if (edge > document.body.getBoundingClientRect().right + 1) {
    document.body.style.maxWidth = "none"; // what stands beyond the edge would be cut off
    document.body.style.width = `${Math.ceil(edge)}px`;
  }
  const body = document.body.getBoundingClientRect();
  const [x0, y0] = [body.left, body.top];
  const pen = document.createElement("canvas").getContext("2d");
  const styles = new Map();
  const styled = (one) => {
    if (!styles.has(one)) styles.set(one, getComputedStyle(one));
    return styles.get(one);
  };
  const seen = (one) => {
    if (!one.checkVisibility({ visibilityProperty: true, opacityProperty: true })) return false;
    let strength = 1;
    for (let up = one; up; up = up.parentElement) strength *= parseFloat(styled(up).opacity);
    return strength > 0.3 && alpha(styled(one).color) > 0.3;
  };
  const alpha = (colour) => {
    const parts = colour.match(/[\d.]+/g) || [];
    return parts.length === 4 ? parseFloat(parts[3]) : 1;
  };
  const shown = (letter, style, first) => {
    const kind = style.textTransform;
    if (kind === "uppercase" || (kind === "capitalize" && first)) return letter.toUpperCase();
    return kind === "lowercase" ? letter.toLowerCase() : letter;
  };
  const font = (style) => `${style.fontStyle} ${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
  const upper = (text, style) => [...text].map((letter, n) => shown(letter, style, n === 0)).join("");

  // The letters from start to end of a text node as parts of one line each: [start, end, client rectangle].
  const range = document.createRange();
  const parts = (node, start, end) => {
    range.setStart(node, start);
    range.setEnd(node, end);
    const rects = [...range.getClientRects()].filter((rect) => rect.width > 0);
    if (rects.length <= 1 || end - start === 1) return rects.length ? [[start, end, rects[0]]] : [];
    const made = [];
    for (let at = start; at < end; at += 1) {
      range.setStart(node, at);
      range.setEnd(node, at + 1);
      const rect = range.getClientRects()[0];
      if (!rect || !rect.width) continue;
      const last = made[made.length - 1];
      if (last && Math.abs(last[2].top - rect.top) < rect.height / 2) {
        last[1] = at + 1;
        last[2] = new DOMRect(last[2].left, last[2].top, rect.right - last[2].left, last[2].height);
      } else made.push([at, at + 1, rect]);
    }
    return made;
  };

  const pieces = [];
  const ticks = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const parent = node.parentElement;
    if (parent.tagName === "STYLE" || !node.data.trim() || parent.closest(".box") || !seen(parent)) continue;
    const style = styled(parent);
    const size = parseFloat(style.fontSize);
    const field = parent.closest("[data-f]")?.dataset.f ?? null;
    pen.font = font(style);
    const lines = new Map(); // pieces of one line share the height of their letters
    for (const match of node.data.matchAll(/[^\s☐☑☒○●◯◉⦿□■▢▣]+|[☐☑☒○●◯◉⦿□■▢▣]/gu)) {
      const end = match.index + match[0].length;
      parts(node, match.index, end).forEach(([from, to, rect], n) => {
        const raw = node.data.slice(from, to);
        const all = pen.measureText(raw);
        const base = rect.top + (rect.height - all.fontBoundingBoxAscent - all.fontBoundingBoxDescent) / 2 +
          all.fontBoundingBoxAscent;
        if (BOXES.includes(raw)) {
          ticks.push([TICKED.includes(raw), rect.left - all.actualBoundingBoxLeft - x0,
            base - all.actualBoundingBoxAscent - y0, rect.left + all.actualBoundingBoxRight - x0,
            base + all.actualBoundingBoxDescent - y0, raw]);
          return;
        }
        const text = upper(raw, style).replace(UNREAD, (letter) => (KEPT.test(letter) ? letter : "")).normalize("NFC");
        if (!text) return;
        const key = Math.round(base);
        if (!lines.has(key)) lines.set(key, []);
        const piece = { text, field, size, left: rect.left - x0, right: rect.right - x0, base: base - y0, on: n > 0 };
        lines.get(key).push(piece);
        pieces.push(piece);
      });
    }
    for (const line of lines.values()) {
      const all = pen.measureText(line.map((piece) => piece.text).join(" "));
      for (const piece of line) {
        piece.top = piece.base - all.actualBoundingBoxAscent;
        piece.bottom = piece.base + all.actualBoundingBoxDescent;
      }
    }
  }

  const answers = {};
  const words = [];
  const rulings = [];
  for (const piece of pieces) {
    if (/^_{3,}[.,;]?$/.test(piece.text)) { // a line to write on
      rulings.push([piece.left, piece.bottom, piece.right, piece.bottom]);
      continue;
    }
    const last = words[words.length - 1];
    const near = last && Math.abs(piece.left - last.right) < 0.12 * Math.min(piece.size, last.size);
    const joined = near && Math.abs(piece.base - last.base) < 0.4 * piece.size;
    if (piece.field !== null) {
      const answer = (answers[piece.field] ??= { text: "", rects: [] });
      const blank = answer.text && !piece.on && !(joined && last.field === piece.field) ? " " : "";
      answer.text += blank + piece.text;
      answer.rects.push([piece.left, piece.top, piece.right, piece.bottom]);
    }
    if (!joined) words.push({ ...piece });
    else {
      last.text += piece.text;
      last.right = piece.right;
      last.top = Math.min(last.top, piece.top);
      last.bottom = Math.max(last.bottom, piece.bottom);
      last.field = piece.field;
    }
  }

  const sides = ["Top", "Right", "Bottom", "Left"];
  for (const one of elements) {
    const rect = one.getBoundingClientRect();
    if (!rect.width && !rect.height) continue;
    const style = styled(one);
    if (!one.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
    const [left, top, right, bottom] = [rect.left - x0, rect.top - y0, rect.right - x0, rect.bottom - y0];
    if (one.matches(".box, .radio")) {
      const ticked = one.matches(".ticked, .checked, .on") || /[xX✓✔✗✘☒☑●]/.test(one.textContent);
      ticks.push([ticked, left, top, right, bottom, "box"]);
      continue;
    }
    for (const side of style.display === "inline" ? [] : sides) {
      const kind = style[`border${side}Style`];
      const width = parseFloat(style[`border${side}Width`]);
      if (kind === "none" || kind === "hidden" || kind === "dotted" || width < 0.5) continue;
      if (alpha(style[`border${side}Color`]) < 0.15) continue;
      const half = width / 2;
      if (side === "Top") rulings.push([left, top + half, right, top + half]);
      if (side === "Bottom") rulings.push([left, bottom - half, right, bottom - half]);
      if (side === "Left") rulings.push([left + half, top, left + half, bottom]);
      if (side === "Right") rulings.push([right - half, top, right - half, bottom]);
    }
    if (alpha(style.backgroundColor) < 0.3) continue;
    const [across, down] = [(left + right) / 2, (top + bottom) / 2];
    if (rect.height <= 4 && rect.width > 20) rulings.push([left, down, right, down]);
    if (rect.width <= 4 && rect.height > 20) rulings.push([across, top, across, bottom]);
  }
  for (const one of elements.filter((one) => styled(one).display === "inline" && !one.matches(".box, .radio"))) {
    const style = styled(one);
    if (style.borderBottomStyle === "none" || parseFloat(style.borderBottomWidth) < 0.5) continue;
    for (const rect of one.getClientRects())
      rulings.push([rect.left - x0, rect.bottom - y0, rect.right - x0, rect.bottom - y0]);
  }
  return {
    width: body.width, height: body.height, turned, ticks, rulings, answers,
    words: words.map((word) => [word.text, word.left, word.top, word.right, word.bottom, word.size]),
  };
};
