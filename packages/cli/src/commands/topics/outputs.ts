import type { Page } from "../page.ts";

export const outputsPage: Page = {
  name: "cog help outputs",
  summary: "What is printed, and what goes to which file.",
  usage: "cog run [-o PATH] [--json] [--stream | --no-stream] [--raw] [--open]",
  paragraphs: ["The result, and nothing else, is on stdout; progress, logs and errors are on stderr."],
  examples: [
    { command: "cog run -i n=1 > answer.txt", what: "Exactly the output" },
    { command: "cog run -i n=1 -o picture.png", what: "A file of this name" },
    { command: "cog run -i n=1 -o results/", what: "All files into a directory that exists" },
    { command: "cog run -i n=1 -o - | display", what: "The bytes of a file on stdout" },
    { command: "cog run -i n=1 --open", what: "Open the file that was written" },
    { command: "cog run -i n=1 --json", what: "Status, output, error and metrics as one document" },
  ],
  sections: [
    {
      title: "By the type of the output",
      rows: [
        { term: "text", text: "Printed with a newline; with -o written as it is" },
        { term: "number, truth value", text: "As JSON" },
        { term: "list, object", text: "JSON, indented; with -o in that file" },
        { term: "file", text: "output.png, by its media type; nothing is printed" },
        { term: "several files", text: "output.0.png, output.1.png, ...; -o foo.bar makes them foo.0.bar, ..." },
        { term: "files in an object", text: "output.key.png; the printed JSON has the path in its place" },
        { term: "iterator", text: "On a terminal as it is made; otherwise a JSON list at the end" },
        { term: "nothing", text: "'No output generated' on stderr" },
      ],
    },
    {
      title: "Exit codes",
      rows: [
        { term: "0", text: "It worked" },
        { term: "1", text: "The prediction, the setup, the inputs or cog.yaml failed" },
        { term: "2", text: "The command line is wrong" },
        { term: "130, 143", text: "Stopped by Ctrl-C, or by SIGTERM" },
        { term: "141", text: "Whoever read the output had enough" },
        { term: "of cog exec", text: "That of the command it ran" },
      ],
    },
  ],
};
