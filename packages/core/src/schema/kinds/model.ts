import { isJsonObject, type JsonObject } from "@cog/core/json";
import type { ModelField, OutputType } from "../interface.ts";
import { titleOf } from "../title.ts";
import type { Kind } from "./kind.ts";

/** A BaseModel, dataclass or TypedDict output, inlined wherever it is used. */
export const modelKind: Kind<"model"> = {
  kind: "model",
  schema(type, nested) {
    const required = type.fields.filter((field) => field.required).map((field) => field.name);
    const fieldSchema = (field: ModelField): JsonObject => ({
      ...nested(field.type),
      title: titleOf(field.name),
      ...(field.nullable ? { nullable: true } : {}),
    });
    return {
      type: "object",
      properties: Object.fromEntries(type.fields.map((field) => [field.name, fieldSchema(field)])),
      ...(required.length > 0 ? { required } : {}),
    };
  },
  read(schema, nested) {
    const properties = schema["properties"];
    if (schema["type"] !== "object" || !isJsonObject(properties)) return undefined;
    const required = Array.isArray(schema["required"]) ? schema["required"] : [];
    const fields = Object.entries(properties).map(([name, property]) => ({
      name,
      type: nested(property) as OutputType, // models are outputs only
      nullable: isJsonObject(property) && property["nullable"] === true,
      required: required.includes(name),
    }));
    // The document does not keep the class's name.
    return { kind: "model", name: typeof schema["title"] === "string" ? schema["title"] : "Output", fields };
  },
  describe: (type) => `object with ${type.fields.map((field) => field.name).join(", ")}`,
};
