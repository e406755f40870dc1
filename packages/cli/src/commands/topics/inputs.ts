import type { Page } from "../page.ts";

export const inputsPage: Page = {
  name: "cog help inputs",
  summary: "How to give a model its inputs.",
  usage: "cog run -i name=value [-i name=value ...]  |  cog run --json INPUTS",
  paragraphs: [
    "'cog run --inputs' prints what the model takes. Everything given is checked before anything is built or started, " +
      "and all that is wrong with it is told at once.",
  ],
  examples: [
    { command: "cog run -i prompt='a red fox' -i steps=20", what: "One -i for each input" },
    { command: "cog run -i image=@photo.jpg", what: "A file" },
    { command: "cog run -i tags=a -i tags=b", what: "A list, item by item" },
    { command: "cog run -i 'sizes=[1, 2, 3]'", what: "A list as JSON" },
    { command: 'cog run --json \'{"prompt": "a red fox"}\'', what: "All inputs as one JSON object" },
    { command: "cog run --json @inputs.json", what: "The same from a file" },
    { command: "generate | cog run --json -", what: "The same from stdin; -i - means it too" },
  ],
  sections: [
    {
      title: "What a value becomes",
      rows: [
        { term: "text", text: "As typed; one pair of double quotes around it is taken away" },
        { term: "whole number", text: "With all its digits, however many there are" },
        { term: "number", text: "1, 1.5 or 1e3" },
        { term: "truth value", text: "true or false" },
        { term: "list", text: "JSON, or one -i for each item" },
        { term: "object", text: "JSON" },
        { term: "one of several types", text: "The narrowest that fits: truth value, whole number, number, text" },
      ],
    },
    {
      title: "Files",
      rows: [
        { term: "@path", text: "The content of the file; ~ is your home. In JSON too, also inside lists and objects" },
        { term: "", text: "Sent as text where the model takes text and the file is UTF-8, otherwise as a data URL" },
        { term: "https://...", text: "Sent as it is; the model's server downloads it" },
        { term: "@@text", text: "In JSON: a text that begins with @" },
      ],
    },
  ],
};
