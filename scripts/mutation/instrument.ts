// Writes every mutant of a source file into one copy of it, each behind a switch, so that none needs a reload: `a < b` becomes
// `$m.two(17, ["<", "<=", ">="], a, b)`. It must not change what the file does while no switch is set.
import { parseSync } from "oxc-parser";

/** One change of the source. */
export interface Mutant {
  readonly id: number;
  readonly line: number;
  readonly text: string;
  readonly change: string;
}

/** The parts of a syntax tree that are looked at. */
interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [key: string]: unknown;
}

/** What an operator is replaced by. */
const OPERATORS: Readonly<Record<string, readonly string[]>> = {
  "<": ["<=", ">="],
  "<=": ["<", ">"],
  ">": [">=", "<="],
  ">=": [">", "<"],
  "===": ["!=="],
  "!==": ["==="],
  "==": ["!="],
  "!=": ["=="],
  "+": ["-"],
  "-": ["+"],
  "*": ["/"],
  "/": ["*"],
  "%": ["*"],
  "**": ["*"],
  "&&": ["||", "left", "right"],
  "||": ["&&", "left", "right"],
  "??": ["left", "right"],
};
/** What a method or function of the language is replaced by. */
const NAMES: Readonly<Record<string, string>> = {
  min: "max",
  max: "min",
  floor: "ceil",
  ceil: "floor",
  round: "floor",
  some: "every",
  every: "some",
  filter: "slice",
};
const LOGICAL = new Set(["&&", "||", "??"]);

/** The copy with all mutants, and what they are. Ids go on from `firstId`. */
export function instrument(
  source: string,
  file: string,
  firstId: number,
): { readonly code: string; readonly mutants: readonly Mutant[] } {
  const { program } = parseSync(file, source);
  const mutants: Mutant[] = [];
  const code = render(program as unknown as Node);
  return { code, mutants };

  function add(node: Node, change: string): number {
    const line = source.slice(0, node.start).split("\n").length;
    const text = source.slice(node.start, node.end).replace(/\s+/g, " ").slice(0, 80);
    const id = firstId + mutants.length;
    mutants.push({ id, line, text, change });
    return id;
  }

  /** All changes of one place get ids in a row; the first is told. */
  function addAll(node: Node, changes: readonly string[]): number {
    const ids = changes.map((one) => add(node, one));
    return ids[0]!;
  }

  function render(node: Node): string {
    return changed(node) ?? inner(node);
  }

  /** The node's own text, with that of what is in it replaced. */
  function inner(node: Node): string {
    let text = "";
    let at = node.start;
    for (const child of childrenOf(node)) {
      text += source.slice(at, child.start) + render(child);
      at = child.end;
    }
    return text + source.slice(at, node.end);
  }

  function changed(node: Node): string | null {
    const part = (key: string) => render(node[key] as Node);
    switch (node.type) {
      case "BinaryExpression":
      case "LogicalExpression": {
        const operator = String(node.operator);
        const others = OPERATORS[operator];
        if (others === undefined) return null;
        const id = addAll(node, others);
        return LOGICAL.has(operator)
          ? `$m.lazy(${id}, "${operator}", (${part("left")}), () => (${part("right")}))`
          : `$m.two(${id}, ${JSON.stringify([operator, ...others])}, (${part("left")}), (${part("right")}))`;
      }
      case "AssignmentExpression": {
        const operator = String(node.operator).slice(0, -1);
        const others = OPERATORS[operator];
        if (others === undefined || LOGICAL.has(operator)) return null;
        const left = node.left as Node;
        const place = source.slice(left.start, left.end);
        const names = JSON.stringify([operator, ...others]);
        return `${place} = $m.two(${addAll(node, others)}, ${names}, ${place}, (${part("right")}))`;
      }
      case "UnaryExpression":
        if (node.operator === "!") return `$m.not(${add(node, "without !")}, (${part("argument")}))`;
        return node.operator === "-" && (node.argument as Node).type !== "Literal"
          ? `$m.minus(${add(node, "without -")}, (${part("argument")}))`
          : null;
      case "ConditionalExpression": {
        const id = addAll(node.test as Node, ["always", "never"]);
        return `($m.when(${id}, (${part("test")})) ? (${part("consequent")}) : (${part("alternate")}))`;
      }
      case "IfStatement": {
        const id = addAll(node.test as Node, ["always", "never"]);
        const test = node.test as Node;
        const rest = { ...node, start: test.end, test: null } as unknown as Node;
        return `${source.slice(node.start, test.start)}$m.when(${id}, (${render(test)}))${inner(rest)}`;
      }
      case "Literal":
        if (typeof node.value === "number") {
          // One more of a long time is no other behaviour, twice as much is.
          const other = Math.abs(node.value) > 10 ? node.value * 2 : node.value + 1;
          const others = node.value === 0 ? [1] : [other, 0];
          return `$m.number(${addAll(node, others.map(String))}, ${node.raw}, ${JSON.stringify(others)})`;
        }
        if (typeof node.value === "boolean") return `$m.not(${add(node, "the other")}, !${node.raw})`;
        return null;
      case "ExpressionStatement": {
        if ((node.expression as Node).type === "Literal") return source.slice(node.start, node.end);
        return `$m.keep(${add(node, "left out")}) && (${part("expression")});`;
      }
      case "ContinueStatement":
        return `if ($m.keep(${add(node, "left out")})) continue;`;
      case "CallExpression":
        return renamed(node);
      default:
        return /^(TS(?!NonNull|As|Satisfies)|ImportDeclaration)/.test(node.type)
          ? source.slice(node.start, node.end)
          : null;
    }
  }

  function renamed(node: Node): string | null {
    const callee = node.callee as Node;
    const name = callee.type === "MemberExpression" ? String((callee.property as Node).name) : "";
    const plain = callee.computed !== true && callee.optional !== true && node.optional !== true;
    const other = plain ? NAMES[name] : undefined;
    if (other === undefined) return null;
    const id = add(callee.property as Node, other);
    const args = (node.arguments as Node[]).map(render).join(", ");
    return `${render(callee.object as Node)}[$m.name(${id}, "${name}", "${other}")](${args})`;
  }
}

/** What is in a node, in the order of the source; types, names and patterns of declarations are left as they are. */
function childrenOf(node: Node): Node[] {
  const children: Node[] = [];
  for (const [key, value] of Object.entries(node)) {
    if (
      key === "typeAnnotation" ||
      key === "returnType" ||
      key === "typeParameters" ||
      key === "typeArguments"
    )
      continue;
    if (key === "key" || (key === "property" && node.computed !== true)) continue;
    for (const one of Array.isArray(value) ? value : [value]) if (isNode(one)) children.push(one);
  }
  // A shorthand property names the same place twice.
  const seen = new Set<number>();
  return children
    .sort((a, b) => a.start - b.start)
    .filter((one) => !seen.has(one.start) && seen.add(one.start) !== undefined);
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "type" in value && "start" in value && "end" in value;
}
