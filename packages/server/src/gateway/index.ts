export { type GatewayOptions, runGateway } from "./gateway.ts";
