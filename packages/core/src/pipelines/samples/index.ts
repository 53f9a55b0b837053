export { samplePipeline } from "./sample-pipeline.ts";
export { testPipeline } from "./test-pipeline.ts";
