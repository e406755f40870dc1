export { Form } from "./form.tsx";
export { ValuesControl } from "./values.tsx";
export { WholeInput } from "./whole.tsx";
