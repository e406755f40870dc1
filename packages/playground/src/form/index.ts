export { Form } from "./form.tsx";
export { WholeInput } from "./whole.tsx";
