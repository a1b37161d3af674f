// The steps of a diagram in the order a reader expects, from the parsed BPMN alone.

const LISTED = /Task$|^bpmn:(SubProcess|CallActivity|IntermediateCatchEvent|EndEvent|StartEvent)$/;

/** The executable process (or the first one) of parsed definitions. */
export function processOf(definitions) {
  const roots = (definitions.rootElements ?? []).filter((each) => each.$type === "bpmn:Process");
  return roots.find((each) => each.isExecutable) ?? roots[0] ?? null;
}

/** Flow nodes in flow order: start first, then by longest way from it, back edges ignored. */
export function flowOrder(process) {
  const nodes = nodesOf(process);
  const { targets, entered } = linesOf(process, nodes);
  const rank = new Map(nodes.map((node) => [node, 0]));
  const starts = nodes.filter((node) => !entered.has(node) && node.$type !== "bpmn:BoundaryEvent");
  const onWay = new Set();
  const seen = new Set();
  const sorted = [];
  for (const start of starts.length ? starts : nodes.slice(0, 1)) visit(start, targets, onWay, seen, sorted);
  sorted.reverse();
  const position = new Map(sorted.map((node, index) => [node, index]));
  for (const node of sorted) {
    for (const next of targets.get(node) ?? []) {
      if (position.get(next) > position.get(node)) rank.set(next, Math.max(rank.get(next), rank.get(node) + 1));
    }
  }
  return [...nodes].sort((a, b) => rank.get(a) - rank.get(b) || (position.get(a) ?? 1e9) - (position.get(b) ?? 1e9));
}

/** The nodes worth a line in a list: what people or the system do, and the named ends. */
export function steps(process) {
  return flowOrder(process).filter(
    (node) => LISTED.test(node.$type) && (node.name || !/Event$/.test(node.$type)),
  );
}

/** The lane a node stands in, or null. */
export function laneName(process, node) {
  for (const set of process.laneSets ?? []) {
    for (const lane of set.lanes ?? []) {
      if ((lane.flowNodeRef ?? []).includes(node)) return lane.name ?? null;
    }
  }
  return null;
}

function nodesOf(process) {
  return (process.flowElements ?? []).filter((each) => "incoming" in each || each.$instanceOf?.("bpmn:FlowNode"));
}

/** Where each node leads, and those that a line leads to; by the lines alone, which every file has. */
function linesOf(process, nodes) {
  const targets = new Map(nodes.map((node) => [node, []]));
  const lines = (process.flowElements ?? []).filter((each) => each.$type === "bpmn:SequenceFlow" && each.targetRef);
  for (const line of lines) targets.get(line.sourceRef)?.push(line.targetRef);
  for (const node of nodes) targets.get(node.attachedToRef)?.push(node);
  return { targets, entered: new Set(lines.map((line) => line.targetRef)) };
}

/** Depth first without recursion: a drawing may be a chain of a thousand steps. */
function visit(start, targets, onWay, seen, sorted) {
  const stack = [{ node: start, rest: null }];
  while (stack.length) {
    const top = stack[stack.length - 1];
    if (top.rest === null) {
      if (seen.has(top.node)) {
        stack.pop();
        continue;
      }
      seen.add(top.node);
      onWay.add(top.node);
      top.rest = (targets.get(top.node) ?? []).filter((next) => !onWay.has(next));
    }
    const next = top.rest.pop();
    if (next) stack.push({ node: next, rest: null });
    else {
      onWay.delete(top.node);
      sorted.push(top.node);
      stack.pop();
    }
  }
}
