export {
  isObjectAddress,
  type ObjectAddress,
  type Provider,
  parseObjectAddress,
  parsePrefix,
  writeAddress,
} from "./address.ts";
export { type EndpointSettings, regionOf, urlOf } from "./endpoint.ts";
export { elementOf, escapeXml } from "./xml.ts";
