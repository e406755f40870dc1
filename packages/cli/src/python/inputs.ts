/** Parameters → the inputs of the interface. */
import type { Json } from "@cog/core/json";
import type { InputField, InputType } from "@cog/core/schema";
import { readAnnotation } from "./annotations.ts";
import type { Context } from "./context.ts";
import { findInputCall, type InputCall } from "./input-calls.ts";
import { type InputTyping, readInputType } from "./input-types.ts";
import { type Module, placeIn } from "./modules.ts";
import { type Expr, type FunctionStatement, type Parameter, show } from "./syntax.ts";
import type { Target } from "./target.ts";
import { isSequence, toJson } from "./values.ts";

/** Every parameter is looked at, so that all problems come at once. */
export function readInputs(context: Context, target: Target): readonly InputField[] {
  const { module, function: method } = target;
  const parameters = inputParameters(context, module, method);
  if (target.className !== undefined) for (const parameter of parameters) checkMangling(context, module, parameter);
  return parameters.flatMap((parameter) => {
    const field = readInput(context, module, parameter);
    if (field) context.inputPlaces.set(field, placeIn(module, parameter.at));
    return field ?? [];
  });
}

function checkMangling(context: Context, module: Module, { name, at }: Parameter): void {
  if (!name.startsWith("__") || name.endsWith("__")) return;
  const message = `input "${name}": Python gives parameters of methods another name when they begin with two underscores`;
  context.problem("schema.unsupported_type", module, at, message, `Call it ${name.replace(/^_+/, "")}.`);
}

/** The parameters that are inputs: not `self`, not `*args` and `**kwargs`. */
function inputParameters(context: Context, module: Module, method: FunctionStatement): readonly Parameter[] {
  return method.parameters.filter((parameter, index) => {
    if (index === 0 && parameter.annotation === undefined) {
      if (parameter.name === "self") return false;
      if (parameter.name === "cls" && method.decorators.some((d) => d.kind === "name" && d.id === "classmethod"))
        return false;
    }
    const variable = parameter.kind === "args" || parameter.kind === "kwargs";
    if (variable && parameter.annotation) {
      const stars = parameter.kind === "args" ? "*" : "**";
      const message = `parameter ${stars}${parameter.name} cannot be an input`;
      context.problem("schema.unsupported_type", module, parameter.at, message, "Name each input.");
    }
    return !variable;
  });
}

function readInput(context: Context, module: Module, parameter: Parameter): InputField | undefined {
  const { name, annotation } = parameter;
  if (annotation === undefined) {
    const message = `missing type annotation for parameter "${name}"`;
    return context.problem(
      "schema.missing_type",
      module,
      parameter.at,
      message,
      `Write its type, like \`${name}: str\`.`,
    );
  }
  const typing = readInputType(context, module, name, readAnnotation(context, module, annotation));
  const call = parameter.default && findInputCall(context, module, parameter.default);
  // Read even when the type is wrong: it may have problems of its own.
  const details = call ? readDetails(context, module, parameter, call, typing) : {};
  const written = call ? defaultOfCall(context, module, name, call) : plainDefault(context, module, parameter);
  if (!typing || !details || !written) return undefined;
  if (written.kind === "value" && written.value === null && !typing.nullable)
    context.hint(
      "schema.implicit_optional",
      module,
      annotation.at,
      `input "${name}": the default None makes ${show(annotation)} optional`,
      `Say so: ${name}: Optional[${show(annotation)}].`,
    );
  return assemble(name, typing, written, details);
}

/** The default as written. `unknown`: Python will compute one that we cannot show. */
type WrittenDefault =
  | { readonly kind: "absent" }
  | { readonly kind: "unknown" }
  | { readonly kind: "value"; readonly value: Json };

function plainDefault(context: Context, module: Module, parameter: Parameter): WrittenDefault | undefined {
  if (!parameter.default) return { kind: "absent" };
  const value = context.evaluate(module, parameter.default);
  const json = value && toJson(value);
  if (json !== undefined) return { kind: "value", value: json };
  return context.problem(
    "schema.default_unknown",
    module,
    parameter.default.at,
    `input "${parameter.name}": the default ${show(parameter.default)} is not known without running Python`,
    "Use a literal, a constant, or Input(default=…).",
  );
}

function defaultOfCall(context: Context, module: Module, name: string, call: InputCall): WrittenDefault {
  const expr = call.arguments.get("default");
  // `Input(...)` is how required inputs were written in the days of pydantic.
  if (!expr || expr.kind === "ellipsis") return { kind: "absent" };
  const value = context.evaluate(call.module, expr, call.environment);
  const json = value && toJson(value);
  if (json !== undefined) return { kind: "value", value: json };
  const message = `input "${name}": the default ${show(expr)} is not known without running Python, so the schema does not show it`;
  context.warn(
    "schema.default_unknown",
    call.module,
    expr.at,
    message,
    `Use a literal or a constant (in ${module.path}).`,
  );
  return { kind: "unknown" };
}

type Details = Pick<
  InputField,
  "description" | "ge" | "le" | "minLength" | "maxLength" | "pattern" | "choices" | "deprecated" | "accept"
>;

function assemble(name: string, typing: InputTyping, written: WrittenDefault, details: Details): InputField {
  const { choices: own, ...rest } = details;
  const choices = own ?? typing.choices;
  return { name, type: typing.type, ...presence(typing, written), ...rest, ...(choices ? { choices } : {}) };
}

/** Whether the input may be left out or null, and its default (sdk table "default / required / nullable"). */
function presence(typing: InputTyping, written: WrittenDefault): Pick<InputField, "nullable" | "required" | "default"> {
  const { nullable, type } = typing;
  switch (written.kind) {
    case "absent":
      return { nullable, required: !nullable || type.kind === "union" };
    case "unknown":
      return nullable ? { nullable, required: false, default: null } : { nullable, required: false };
    case "value":
      // `x: int = None` is what old models write for an optional input, and they rely on leaving it out.
      return { nullable: nullable || written.value === null, required: false, default: written.value };
  }
}

type Reader = (expr: Expr) => Json | undefined;

/** The arguments of Input besides the default, and the field each gives. */
const keywords = {
  description: { field: "description", expects: "text", accepts: isText },
  ge: { field: "ge", expects: "a number", accepts: isNumber },
  le: { field: "le", expects: "a number", accepts: isNumber },
  min_length: { field: "minLength", expects: "a number", accepts: isNumber },
  max_length: { field: "maxLength", expects: "a number", accepts: isNumber },
  regex: { field: "pattern", expects: "text", accepts: isText },
  accept: { field: "accept", expects: "text", accepts: isText },
} as const;

const constraints = ["ge", "le", "min_length", "max_length", "regex", "choices"];

function readDetails(
  context: Context,
  module: Module,
  parameter: Parameter,
  call: InputCall,
  typing: InputTyping | undefined,
): Details | undefined {
  const { name } = parameter;
  const evaluate: Reader = (expr) => {
    const value = context.evaluate(call.module, expr, call.environment);
    return value && toJson(value);
  };
  const before = context.modules.problems.length;
  checkArguments(context, module, parameter, call, typing);
  const details: Record<string, Json> = {};
  for (const [keyword, { field, expects, accepts }] of Object.entries(keywords)) {
    const expr = call.arguments.get(keyword);
    const value = expr && evaluate(expr);
    if (!expr || value === null) continue;
    if (accepts(value)) details[field] = value;
    else
      ignored(
        context,
        call,
        expr,
        `input "${name}": ${keyword}=${show(expr)} is ignored: it is not ${expects} known without running Python`,
      );
  }
  const deprecated = call.arguments.get("deprecated");
  if (deprecated && evaluate(deprecated) === true) details["deprecated"] = true;
  const choices = readChoices(context, call, name, typing?.type);
  if (choices) details["choices"] = choices;
  return context.modules.problems.length > before ? undefined : (details as Details); // keys and types as in `keywords`
}

function checkArguments(
  context: Context,
  module: Module,
  { name, at }: Parameter,
  call: InputCall,
  typing: InputTyping | undefined,
): void {
  const factory = call.arguments.get("default_factory");
  if (factory && !(factory.kind === "constant" && factory.value === null)) {
    const message = `input "${name}": default_factory is not supported`;
    context.problem("schema.default_factory", call.module, factory.at, message, "Use a literal default: default=[…].");
  }
  const isSet = (keyword: string): boolean => {
    const expr = call.arguments.get(keyword);
    return expr !== undefined && !(expr.kind === "constant" && expr.value === null);
  };
  const constraint = constraints.find(isSet);
  if (typing?.type.kind === "union" && constraint) {
    const message = `input "${name}": ${constraint} cannot be used with a union`;
    context.problem("schema.unsupported_type", module, at, message, `Remove ${constraint}, or use a single type.`);
  }
  const element = typing?.type.kind === "list" ? typing.type.items : typing?.type;
  if (isSet("accept") && element && element.kind !== "path" && element.kind !== "file") {
    const message = `input "${name}": accept is only for Path and File inputs`;
    context.problem("schema.accept_without_file", module, at, message, "Remove accept, or make the input a Path.");
  }
  for (const [keyword, expr] of call.arguments) {
    const known = keyword in keywords || ["default", "default_factory", "choices", "deprecated"].includes(keyword);
    if (!known)
      ignored(context, call, expr, `input "${name}": Input has no argument ${keyword}; Python will refuse it`);
  }
}

function readChoices(
  context: Context,
  call: InputCall,
  name: string,
  type: InputType | undefined,
): readonly (string | number | bigint)[] | undefined {
  const expr = call.arguments.get("choices");
  const value = expr && context.evaluate(call.module, expr, call.environment);
  if (!expr || value?.kind === "none") return undefined;
  const listed =
    value?.kind === "dict" ? value.entries.map(([key]) => key) : value && isSequence(value) ? value.items : undefined;
  const choices = listed?.map(toJson);
  if (choices?.length === 0) return undefined;
  const element = type?.kind === "list" ? type.items : type;
  if (choices?.every((choice) => isText(choice) || isNumber(choice))) {
    if (!element || ["string", "integer", "number", "path", "object"].includes(element.kind)) return choices;
    const message = `input "${name}": choices cannot be used with this type`;
    return context.problem(
      "schema.unsupported_type",
      call.module,
      expr.at,
      message,
      "Choices go with str, int and float.",
    );
  }
  return context.problem(
    "schema.choices_unknown",
    call.module,
    expr.at,
    `input "${name}": the choices ${show(expr)} are not known without running Python`,
    "Write them as a list of literals, or a constant that is one.",
  );
}

function ignored(context: Context, call: InputCall, expr: Expr, message: string): void {
  context.warn("schema.ignored_argument", call.module, expr.at, message, "Use a literal or a constant.");
}

function isText(value: Json | undefined): value is string {
  return typeof value === "string";
}

function isNumber(value: Json | undefined): value is number | bigint {
  return typeof value === "number" || typeof value === "bigint";
}
