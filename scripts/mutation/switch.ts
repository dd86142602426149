// The switch that instrumented sources ask: which mutant is on, and which were met. It must do what the source says while none is.

/** Evaluates what `instrument` wrote. One per thread, as the global `$m`. */
export class Switch {
  /** The mutant that is on; -1 for none. */
  active = -1;
  /** Ids that were met since it was cleared; null while nobody asks. */
  met: Set<number> | null = null;

  /** The index of the active one among the changes of a place that begin at `id`; -1 where none is. */
  #which(id: number, count: number): number {
    if (this.met !== null) for (let i = 0; i < count; i++) this.met.add(id + i);
    const index = this.active - id;
    return index >= 0 && index < count ? index : -1;
  }

  two(id: number, [operator, ...others]: readonly string[], a: never, b: never): unknown {
    const which = this.#which(id, others.length);
    return evaluate((which < 0 ? operator : others[which]) ?? "", a, b);
  }

  lazy(id: number, operator: "&&" | "||" | "??", a: unknown, b: () => unknown): unknown {
    const which = this.#which(id, operator === "??" ? 2 : 3);
    if (operator === "??") return which < 0 ? (a ?? b()) : which === 0 ? a : b();
    if (which === 1) return a;
    if (which === 2) return b();
    return (which === 0) === (operator === "&&") ? a || b() : a && b();
  }

  not(id: number, a: unknown): boolean {
    return this.#which(id, 1) < 0 ? !a : Boolean(a);
  }

  minus(id: number, a: number): number {
    return this.#which(id, 1) < 0 ? -a : a;
  }

  when(id: number, a: unknown): unknown {
    const which = this.#which(id, 2);
    return which < 0 ? a : which === 0;
  }

  number(id: number, a: number, others: readonly number[]): number {
    return others[this.#which(id, others.length)] ?? a;
  }

  keep(id: number): boolean {
    return this.#which(id, 1) < 0;
  }

  name(id: number, name: string, other: string): string {
    return this.#which(id, 1) < 0 ? name : other;
  }
}

function evaluate(operator: string, a: never, b: never): unknown {
  switch (operator) {
    case "<":
      return a < b;
    case "<=":
      return a <= b;
    case ">":
      return a > b;
    case ">=":
      return a >= b;
    case "===":
      return a === b;
    case "!==":
      return a !== b;
    case "==":
      return (a ?? null) === (b ?? null);
    case "!=":
      return (a ?? null) !== (b ?? null);
    case "+":
      return (a as number) + (b as number);
    case "-":
      return (a as number) - (b as number);
    case "*":
      return (a as number) * (b as number);
    case "/":
      return (a as number) / (b as number);
    case "%":
      return (a as number) % (b as number);
    default:
      return (a as number) ** (b as number);
  }
}
