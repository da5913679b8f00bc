// Where the boxes of an entity-relationship picture stand: layers from the one to the many, no box over another.

const GAP = { x: 44, y: 56, lane: 12 };

// boxes: [{ name, width, height }], links: [{ source, target }] by name. Gives
// { boxes: Map of name to { x, y, width, height }, lines: [{ link, points, flipped }], width, height }.
export function layout(boxes, links) {
  const known = new Map(boxes.map((box) => [box.name, box]));
  const loops = links.filter((link) => link.source === link.target);
  const edges = directed([...known.keys()], links.filter((link) => link.source !== link.target));
  const ranks = ranked([...known.keys()], edges);
  const layers = layered(known, ranks, edges);
  for (let sweep = 0; sweep < 8; sweep += 1) order(layers, sweep % 2 === 0);
  place(layers);
  return drawn(layers, edges, loops);
}

// Every edge pointing downwards: those that would close a circle are turned round.
function directed(names, links) {
  const state = new Map();
  const edges = links.map((link) => ({ link, from: link.source, to: link.target, flipped: false }));
  const out = new Map(names.map((name) => [name, edges.filter((edge) => edge.from === name)]));
  const visit = (name) => {
    state.set(name, "open");
    for (const edge of out.get(name)) {
      if (state.get(edge.to) === "open") edge.flipped = true;
      else if (!state.has(edge.to)) visit(edge.to);
    }
    state.set(name, "done");
  };
  names.forEach((name) => state.has(name) || visit(name));
  for (const edge of edges) if (edge.flipped) [edge.from, edge.to] = [edge.to, edge.from];
  return edges;
}

function ranked(names, edges) {
  const ranks = new Map(names.map((name) => [name, 0]));
  for (let pass = 0; pass < names.length; pass += 1) {
    let moved = false;
    for (const { from, to } of edges) {
      if (ranks.get(to) < ranks.get(from) + 1) [moved] = [true, ranks.set(to, ranks.get(from) + 1)];
    }
    if (!moved) break;
  }
  // What has only children moves down beside the parents of the same child.
  for (const name of names) {
    const below = edges.filter((edge) => edge.from === name).map((edge) => ranks.get(edge.to));
    if (below.length && !edges.some((edge) => edge.to === name)) ranks.set(name, Math.min(...below) - 1);
  }
  return ranks;
}

// Layers of nodes; an edge over several layers passes through thin nodes of its own, so that it crosses no box.
function layered(known, ranks, edges) {
  const nodes = new Map([...known.values()].map((box) => [box.name, { ...box, up: [], down: [] }]));
  const layers = Array.from({ length: Math.max(...ranks.values()) + 1 }, () => []);
  for (const [name, node] of nodes) layers[ranks.get(name)].push(node);
  for (const edge of edges) {
    edge.path = [nodes.get(edge.from)];
    for (let rank = ranks.get(edge.from) + 1; rank < ranks.get(edge.to); rank += 1) {
      const bend = { name: "", width: 12, height: 0, up: [], down: [] };
      layers[rank].push(bend);
      edge.path.push(bend);
    }
    edge.path.push(nodes.get(edge.to));
    for (let at = 1; at < edge.path.length; at += 1) {
      edge.path[at - 1].down.push(edge.path[at]);
      edge.path[at].up.push(edge.path[at - 1]);
    }
  }
  return layers;
}

function order(layers, downwards) {
  const sides = downwards ? layers.slice(1) : layers.slice(0, -1).reverse();
  layers.forEach((layer) => layer.forEach((node, at) => (node.at = at)));
  for (const layer of sides) {
    for (const node of layer) {
      const others = downwards ? node.up : node.down;
      node.weight = others.length ? others.reduce((sum, one) => sum + one.at, 0) / others.length : node.at;
    }
    layer.sort((a, b) => a.weight - b.weight || a.at - b.at);
    layer.forEach((node, at) => (node.at = at));
  }
}

// Left to right without overlap, then each node as near to the middle of its neighbours as its layer allows.
function place(layers) {
  for (const layer of layers) spread(layer, (node) => node.x ?? 0);
  for (let pass = 0; pass < 12; pass += 1) {
    const side = pass % 2 === 0 ? "up" : "down";
    for (const layer of pass % 2 === 0 ? layers : [...layers].reverse()) {
      spread(layer, (node) => {
        const near = node[side].length ? node[side] : [...node.up, ...node.down];
        if (!near.length) return node.x;
        return near.reduce((sum, one) => sum + one.x + one.width / 2, 0) / near.length - node.width / 2;
      });
    }
  }
  const left = Math.min(...layers.flat().map((node) => node.x));
  let y = 0;
  for (const [at, layer] of layers.entries()) {
    const lanes = at ? layer.reduce((sum, node) => sum + node.up.length, 0) : 0;
    y += at ? GAP.y + lanes * GAP.lane : 0;
    for (const node of layer) [node.x, node.y] = [node.x - left, y];
    y += Math.max(...layer.map((node) => node.height));
  }
}

function spread(layer, wanted) {
  const goals = layer.map(wanted);
  let edge = -Infinity;
  layer.forEach((node, at) => {
    node.x = Math.max(goals[at], edge);
    edge = node.x + node.width + GAP.x;
  });
  // What was pushed too far right pulls its neighbours back by half.
  const slack = layer.reduce((sum, node, at) => sum + node.x - goals[at], 0) / (layer.length || 1);
  for (const node of layer) node.x -= slack;
}

function drawn(layers, edges, loops) {
  const boxes = new Map(layers.flat().filter((node) => node.name).map((node) => [node.name, node]));
  const tops = layers.map((layer) => layer[0].y);
  const bottoms = layers.map((layer, at) => tops[at] + Math.max(...layer.map((node) => node.height)));
  const lanes = layers.map(() => 0);
  const rank = new Map(layers.flatMap((layer, at) => layer.map((node) => [node, at])));
  const sorted = [...edges].sort((a, b) => a.path[1].x - b.path[1].x);
  const lines = sorted.map((edge) => {
    const points = [];
    for (let at = 1; at < edge.path.length; at += 1) {
      const [above, below] = [edge.path[at - 1], edge.path[at]];
      const layer = rank.get(below);
      const from = port(above, above.down, below, edges, "down", edge);
      const to = port(below, below.up, above, edges, "up", edge);
      const lane = bottoms[layer - 1] + GAP.y / 2 + (from === to ? 0 : (lanes[layer] += 1) * GAP.lane - GAP.lane / 2);
      points.push([from, above.name ? above.y + above.height : above.y], [from, lane], [to, lane], [to, below.y]);
    }
    return { link: edge.link, points, flipped: edge.flipped };
  });
  const width = Math.max(...layers.flat().map((node) => node.x + node.width)) + (loops.length ? 40 : 0);
  return { boxes, lines: [...lines, ...loops.map((link, at) => loop(link, boxes.get(link.source), at))], width, height: bottoms.at(-1) };
}

// Lines leave a box side by side, in the order of where they go.
function port(node, others, other, edges, side, edge) {
  if (!node.name) return node.x + node.width / 2;
  const mine = edges
    .filter((one) => (side === "down" ? one.path[0] : one.path.at(-1)) === node)
    .sort((a, b) => next(a, side).x + next(a, side).width / 2 - next(b, side).x - next(b, side).width / 2);
  return node.x + (node.width * (mine.indexOf(edge) + 1)) / (mine.length + 1);
}

const next = (edge, side) => (side === "down" ? edge.path[1] : edge.path.at(-2));

function loop(link, box, at) {
  const [right, top] = [box.x + box.width, box.y + 14 + at * 6];
  const points = [[right, top], [right + 26, top], [right + 26, top + 26], [right, top + 26]];
  return { link, points, flipped: false, sideways: true };
}
