export { type PublishOptions, type Published, publish } from "./publish.ts";
