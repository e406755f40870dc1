/** Python's operators on constants. Undefined where Python would raise, or where we do not look. */
import { float, int, isSequence, type PyValue, str } from "./values.ts";

/** Bigger results than this are no sensible default, and take time and space to compute. */
const LIMIT = 4096n;
const LENGTH_LIMIT = 20_000;

export function applyBinary(operator: string, left: PyValue, right: PyValue): PyValue | undefined {
  if (isNumber(left) && isNumber(right)) return arithmetic(operator, left, right);
  if (left.kind === "str" && right.kind === "str" && operator === "+") {
    return left.value.length + right.value.length > LENGTH_LIMIT ? undefined : str(left.value + right.value);
  }
  if (isSequence(left) && left.kind !== "set" && left.kind === right.kind && operator === "+") {
    const items = [...left.items, ...(right as typeof left).items];
    return items.length > LENGTH_LIMIT ? undefined : { kind: left.kind, items };
  }
  if (left.kind === "dict" && right.kind === "dict" && operator === "|") {
    return { kind: "dict", entries: [...left.entries, ...right.entries] };
  }
  if (operator === "*" && right.kind === "int" && right.value >= 0n && right.value < LIMIT) {
    const times = Number(right.value);
    const length = "items" in left ? left.items.length : left.kind === "str" ? left.value.length : 0;
    if (length * times > LENGTH_LIMIT) return undefined;
    if (left.kind === "str") return str(left.value.repeat(times));
    if (left.kind === "list" || left.kind === "tuple")
      return { kind: left.kind, items: Array(times).fill(left.items).flat() };
  }
  return undefined;
}

export function applyUnary(operator: string, operand: PyValue): PyValue | undefined {
  if (operand.kind === "bool") return operator === "not" ? { kind: "bool", value: !operand.value } : undefined;
  if (operator === "+" && isNumber(operand)) return operand;
  if (operator === "-" && operand.kind === "int") return int(-operand.value);
  if (operator === "-" && operand.kind === "float") return float(-operand.value);
  if (operator === "~" && operand.kind === "int") return int(~operand.value);
  return undefined;
}

type PyNumber = Extract<PyValue, { kind: "int" | "float" }>;

function isNumber(value: PyValue): value is PyNumber {
  return value.kind === "int" || value.kind === "float";
}

function arithmetic(operator: string, left: PyNumber, right: PyNumber): PyValue | undefined {
  if (left.kind === "int" && right.kind === "int") return integers(operator, left.value, right.value);
  const [a, b] = [Number(left.value), Number(right.value)];
  const result = floats(operator, a, b);
  return result === undefined || !Number.isFinite(result) ? undefined : float(result);
}

function floats(operator: string, a: number, b: number): number | undefined {
  switch (operator) {
    case "+":
      return a + b;
    case "-":
      return a - b;
    case "*":
      return a * b;
    case "/":
      return a / b;
    case "//":
      return Math.floor(a / b);
    case "**":
      return a ** b;
    default:
      return undefined;
  }
}

function integers(operator: string, a: bigint, b: bigint): PyValue | undefined {
  if (BigInt.asIntN(128, a) !== a || BigInt.asIntN(128, b) !== b) return undefined;
  switch (operator) {
    case "+":
      return int(a + b);
    case "-":
      return int(a - b);
    case "*":
      return int(a * b);
    case "/":
      return b === 0n ? undefined : float(Number(a) / Number(b));
    case "//":
      return b === 0n ? undefined : int(floorDivide(a, b));
    case "%":
      return b === 0n ? undefined : int(a - b * floorDivide(a, b));
    case "**":
      if (b < 0n) return a === 0n ? undefined : float(Number(a) ** Number(b));
      return b < LIMIT ? int(a ** b) : undefined;
    case "<<":
      return b >= 0n && b < LIMIT ? int(a << b) : undefined;
    case ">>":
      return b >= 0n && b < LIMIT ? int(a >> b) : undefined;
    case "|":
      return int(a | b);
    case "&":
      return int(a & b);
    case "^":
      return int(a ^ b);
    default:
      return undefined;
  }
}

/** Python rounds down, BigInt towards zero. */
function floorDivide(a: bigint, b: bigint): bigint {
  const quotient = a / b;
  return a % b !== 0n && a < 0n !== b < 0n ? quotient - 1n : quotient;
}
