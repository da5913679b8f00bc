// What an accessibility checker would look for, as a list of complaints about the page as it is now.
() => {
  const complaints = [];
  const visible = (node) => node.checkVisibility({ opacityProperty: true, visibilityProperty: true }) && node.getClientRects().length > 0;
  const clipped = (node) => node.closest(".hidden, .skip, .sprite");
  const say = (what, node) => complaints.push(`${what}: <${node.tagName.toLowerCase()} class="${node.getAttribute("class") ?? ""}"> ${node.textContent.trim().slice(0, 40)}`);

  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgba = (colour) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  };
  const over = (top, under) => top.slice(0, 3).map((part, i) => part * top[3] + under[i] * (1 - top[3])).concat(1);
  const background = (node) => {
    const layers = [];
    for (let at = node; at; at = at.parentElement) layers.push(rgba(getComputedStyle(at).backgroundColor));
    return layers.reverse().reduce((under, top) => over(top, under), [255, 255, 255, 1]);
  };
  const luminance = (colour) => {
    const [r, g, b] = colour.slice(0, 3).map((part) => (part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (a, b) => (Math.max(luminance(a), luminance(b)) + 0.05) / (Math.min(luminance(a), luminance(b)) + 0.05);

  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || ["SCRIPT", "NOSCRIPT"].includes(node.tagName) || !visible(node) || clipped(node)) continue;
    const under = background(node);
    const ratio = contrast(over(rgba(getComputedStyle(node).color), under), under);
    if (ratio < 4.5) say(`contrast ${ratio.toFixed(2)}`, node);
  }
  for (const node of document.querySelectorAll("button, a[href], input, select, textarea")) {
    if (!visible(node)) continue;
    const label = node.getAttribute("aria-label") || node.labels?.[0]?.textContent || (node.matches("button, a") && node.textContent);
    if (!label?.trim()) say("no name", node);
    const box = node.getBoundingClientRect();
    if (!clipped(node) && (box.height < 24 || box.width < 24) && !node.matches(".card-title button")) say(`small target ${Math.round(box.width)}x${Math.round(box.height)}`, node);
  }
  const ids = [...document.querySelectorAll("[id]")].map((node) => node.id);
  for (const id of ids.filter((id, at) => ids.indexOf(id) !== at)) complaints.push(`id twice: ${id}`);
  for (const name of ["aria-controls", "aria-labelledby", "aria-describedby"]) {
    for (const node of document.querySelectorAll(`[${name}]`)) {
      for (const id of node.getAttribute(name).split(" ")) if (!document.getElementById(id)) say(`${name} leads nowhere`, node);
    }
  }
  if (document.querySelectorAll("main").length !== 1) complaints.push("one main is needed");
  if (!document.documentElement.lang || !document.title) complaints.push("language or title is missing");
  const wide = document.scrollingElement.scrollWidth - window.innerWidth;
  if (wide > 0) complaints.push(`the page is ${wide} pixels too wide`);
  for (const node of document.querySelectorAll("main, .evidence-body, .rail-body")) {
    if (visible(node) && node.scrollWidth > node.clientWidth + 1) say(`scrolls sideways by ${node.scrollWidth - node.clientWidth}`, node);
  }
  return complaints;
};
