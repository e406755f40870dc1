/** Single values of flags and of the environment. */

/** The value, unless it is unset or empty. */
export function text(value: string | undefined): string | undefined {
  return value === undefined || value === "" ? undefined : value;
}

export function isOn(value: string | undefined): boolean {
  return value === "1" || value === "true";
}

export function seconds(value: number): number {
  return value * 1000;
}

export function isOneOf<Value extends string>(value: string, values: readonly Value[]): value is Value {
  const known: readonly string[] = values;
  return known.includes(value);
}

export interface NumberRule {
  readonly fallback: number;
  readonly least: number;
  readonly fraction?: boolean;
}

/** A flag that wins over a variable. */
export interface FlagOrVariable {
  readonly flag: string;
  readonly value: string | undefined;
  readonly variable: string;
}

export type NumberReader = (name: string | FlagOrVariable, rule: NumberRule) => number;

/** Falls back with a warning where a value cannot be used. */
export function numberReader(env: Readonly<Record<string, string | undefined>>, warnings: string[]): NumberReader {
  return (name, rule) => {
    const {
      flag,
      value: flagged,
      variable,
    } = typeof name === "string" ? { flag: name, value: undefined, variable: name } : name;
    const said = text(flagged) === undefined ? variable : flag;
    const given = text(flagged) ?? text(env[variable]);
    if (given === undefined) return rule.fallback;
    const value = Number(given);
    const good = Number.isFinite(value) && value >= rule.least && (rule.fraction === true || Number.isInteger(value));
    if (good) return value;
    warnings.push(`${said} is ${JSON.stringify(given)}, which is not usable; continuing with ${rule.fallback}`);
    return rule.fallback;
  };
}
